import Foundation
package import Journal
import Launch

/// A journal with wrong bytes in it, read as dashboard, replay, `verify` and `alerts` read one. An error is an answer, a crash
/// the finding.
package struct JournalFuzz: Sendable {
    /// The bytes of a good journal.
    private let whole: [UInt8]
    /// Where each broken one is written.
    private let path: String

    package init(_ whole: [UInt8], path: String) {
        self.whole = whole
        self.path = path
    }

    /// How many were refused as damaged or as no journal; the others were read with gaps, or the bytes meant nothing.
    package func run(count: Int, seed: UInt64, each: (Int) -> Void = { _ in }) -> Int {
        var numbers = SeededNumbers(seed: seed)
        var refused = 0
        for number in 0..<count {
            write(broken(&numbers))
            do throws(JournalError) { try JournalFuzz.read(path) } catch { refused += 1 }
            each(number)
        }
        remove()
        return refused
    }

    private func broken(_ numbers: inout SeededNumbers) -> [UInt8] {
        var bytes = whole
        guard !bytes.isEmpty else { return bytes }
        // Few changes hit one thing, many hit something everywhere; now and then one page is what is hit.
        let changes = 1 << Int.random(in: 0...8, using: &numbers)
        let isLocal = Int.random(in: 0...3, using: &numbers) == 0
        let start = isLocal ? Int.random(in: 0..<bytes.count, using: &numbers) : 0
        let end = isLocal ? min(bytes.count, start + 4096) : bytes.count
        for _ in 0..<changes {
            bytes[Int.random(in: start..<end, using: &numbers)] = UInt8.random(in: 0...255, using: &numbers)
        }
        return bytes
    }

    private func write(_ bytes: [UInt8]) {
        remove()
        _ = FileManager.default.createFile(atPath: path, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
    }

    private func remove() { for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) } }

    /// All that is read of a journal somewhere in guardia.
    package static func read(_ path: String) throws(JournalError) {
        let reader = try JournalReader(path: path)
        let board = try reader.currentBoard(span: .hours(1), isWhole: true)
        let now = Moment(utc: Timestamp(seconds: 1_800_000_000), uptime: .hours(1), boot: BootID(rawValue: 1))
        var total: Int64 = 0
        for track in board.tracks { total = total.saturating(plus: track.lookedAt?.age(at: now).count ?? 0) }
        for alert in board.alerts.sorted { total = total.saturating(plus: Int64(alert.facts.summary.count)) }
        if let extent = try reader.extent() {
            let middle = extent.lowerBound + Milliseconds((extent.upperBound - extent.lowerBound).count / 2)
            let past = try reader.past(at: middle)
            total = total.saturating(plus: past.moment.age(at: now).count)
            _ = try reader.event(.after, middle)
        }
        _ = try reader.news()
        for event in try reader.events(limit: 100_000) { total = total.saturating(plus: event.at.age(at: now).count) }
        _ = try reader.head()
        let ids = board.tracks.map(\.series.id)
        _ = try reader.samples(of: Dictionary(ids.map { ($0, .hours(1)) }, uniquingKeysWith: { first, _ in first }))
        _ = try reader.hours(of: Set(ids), since: Timestamp(seconds: 0))
        _ = try reader.search("a", from: Timestamp(seconds: 0), to: now.utc, limit: 1000)
        _ = try reader.verify()
    }
}
