import Foundation
import Launch

@testable import Journal

/// A private folder that goes with the value that holds it.
final class Folder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("journal-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var journal: String { path + "/launch.journal" }
}

extension Moment {
    /// 2026-11-24T03:00:00Z and `seconds` later, on one boot.
    static func at(_ seconds: Double, boot: UInt64 = 7, step: Int64 = 0) -> Moment {
        let passed = Int64((seconds * 1000).rounded())
        return Moment(
            utc: Timestamp(milliseconds: 1_795_489_200_000 + passed + step), uptime: Milliseconds(5_000_000 + passed),
            boot: BootID(rawValue: boot))
    }
}

extension Manifest {
    /// One series of each of `units`, named by its unit and place: `ms.0`.
    static func of(_ units: [Launch.Unit], interval: Milliseconds = 1000) -> Manifest {
        Manifest(
            product: Product(name: "BarberPro"), zone: .utc, environment: "test",
            series: units.enumerated().map { index, unit in
                Series(
                    id: SeriesID("\(unit.rawValue).\(index)"), title: "série \(index)", unit: unit, interval: interval)
            }, panes: Panes())
    }

    static let latency = Manifest(
        product: Product(name: "BarberPro"), zone: .utc, environment: "test",
        series: [
            Series(
                id: "api.p95", title: "API p95", unit: .milliseconds, interval: 1000,
                thresholds: Thresholds(warning: .above(300), critical: .above(500))),
            Series(id: "api.version", title: "Version", unit: .text, interval: 1000),
            Series(id: "tls.days", title: "Certificate", unit: .days, interval: .hours(6)),
        ], panes: Panes())
}

/// Numbers that are the same in each run (SplitMix64).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

extension Board {
    /// What each series shows, to be compared: NaN, which marks gaps, is not equal to itself.
    var picture: [String] { tracks.map { "\($0.value as Any) \($0.valueAt as Any) \($0.miss as Any) \($0.history)" } }
}

extension Event.Body {
    static func change(_ series: SeriesID, _ from: Verdict, _ to: Verdict, value: Double? = nil) -> Event.Body {
        .verdictChanged(Event.VerdictChanged(series: series, from: from, to: to, value: value))
    }
}
