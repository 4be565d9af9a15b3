import Launch
import Testing

@testable import Journal

@Suite("The codec of ticks")
struct TickCodecTests {
    private typealias Cells = [(series: Int, cell: Cell)]

    /// Encodes ticks, decodes them from the `from`-th on, and returns what came back.
    private func roundTrip(_ ticks: [(Moment, Cells)], from start: Int = 0) throws -> [Cells] {
        var encoder = TickEncoder()
        var decoder = TickDecoder()
        var decoded: [Cells] = []
        for (index, (moment, cells)) in ticks.enumerated() {
            let blobs = encoder.encode(cells, at: moment)
            guard index >= start else { continue }
            if index == start { #expect(blobs.state != nil, "reading can only begin at a key tick") }
            if let state = blobs.state { try state.withUnsafeBytes { try decoder.decode(state: $0) } }
            var back: Cells = []
            try blobs.readings.withUnsafeBytes { bytes in
                try decoder.decode(readings: bytes) { series, cell in back.append((series, cell)) }
            }
            #expect(decoder.uptime == moment.uptime.count)
            #expect(decoder.states == encoder.states)
            decoded.append(back)
        }
        return decoded
    }

    /// All the varints that `bytes` hold.
    private func varints(in bytes: [UInt8]) throws -> [UInt64] {
        try bytes.withUnsafeBytes { bytes in
            var (reader, values) = (ByteReader(bytes), [UInt64]())
            while !reader.isAtEnd { values.append(try reader.varint()) }
            return values
        }
    }

    @Test("a varint comes back wherever it ends, and one that the bytes cut short is an error")
    func varints() throws {
        let values: [UInt64] = (0..<64).flatMap { shift in
            [UInt64(1) << shift - 1, UInt64(1) << shift, UInt64(1) << shift + 1]
        }
        var all: [UInt8] = []
        for value in values {
            var bytes: [UInt8] = []
            bytes.append(varint: value)
            #expect(try varints(in: bytes) == [value])
            bytes.removeLast()
            if !bytes.isEmpty { #expect(throws: MalformedBytes.self) { try varints(in: bytes) } }
            all.append(varint: value)
        }
        #expect(try varints(in: all) == values)
        #expect(throws: MalformedBytes.self) { try varints(in: Array(repeating: 0xFF, count: 11)) }
    }

    @Test("every kind of cell comes back as it went in")
    func everyCell() throws {
        let cells: [Cell] = [
            .steps(0), .steps(-1), .steps(61), .steps(62), .steps(-62), .steps(-63), .steps(1 << 53),
            .steps(-(1 << 53)),
            .exact(Double.nan.bitPattern), .exact(Double.infinity.bitPattern), .exact((-Double.infinity).bitPattern),
            .exact((1e300).bitPattern), .exact((-0.0).bitPattern), .text(1), .text(300), .missed(1), .missed(1 << 39),
        ]
        // Each cell after each other, twice, so that every delta and every repetition is met.
        var ticks: [(Moment, Cells)] = []
        for first in cells {
            for second in cells {
                for cell in [first, second, second] {
                    ticks.append((.at(Double(ticks.count)), [(series: 3, cell: cell)]))
                }
            }
        }
        let decoded = try roundTrip(ticks)
        for (tick, back) in zip(ticks, decoded) { #expect(tick.1.elementsEqual(back, by: ==)) }
    }

    @Test("reading can begin at any key tick, and finds what was read before it")
    func keyTicks() throws {
        let ticks: [(Moment, Cells)] = (0..<200).map { second in
            var cells: Cells = [(series: 1, cell: .steps(Int64(second * 7)))]
            if second == 30 { cells.append((series: 5, cell: .text(9))) }
            if second == 45 { cells.append((series: 6, cell: .missed(2))) }
            return (.at(Double(second)), cells)
        }
        for key in [0, 60, 120, 180] {
            let decoded = try roundTrip(ticks, from: key)
            #expect(decoded.count == 200 - key)
            for (tick, back) in zip(ticks[key...], decoded) { #expect(tick.1.elementsEqual(back, by: ==)) }
        }
    }

    @Test("series in gaps and runs, and new ones midway, keep their places")
    func sparse() throws {
        var random = Seeded(1)
        let ticks: [(Moment, Cells)] = (0..<150).map { second in
            let known = second < 70 ? 40 : 90
            let cells = (0..<known).filter { _ in Int.random(in: 0..<4, using: &random) > 0 }
                .map { (series: $0, cell: Cell.steps(.random(in: -100_000...100_000, using: &random))) }
            return (.at(Double(second)), cells)
        }
        for (tick, back) in zip(ticks, try roundTrip(ticks)) { #expect(tick.1.elementsEqual(back, by: ==)) }
    }

    @Test("a tick without readings is a tick")
    func empty() throws {
        #expect(try roundTrip([(.at(0), []), (.at(1), [])]).map(\.count) == [0, 0])
    }

    @Test(
        "a jump of either clock begins a new group",
        arguments: [
            Moment.at(2, step: 3_600_000), .at(2, step: -3_600_000), .at(2, step: 1100), .at(2, boot: 8), .at(-2),
            .at(61),
        ])
    func jumps(moment: Moment) throws {
        var encoder = TickEncoder()
        _ = encoder.encode([(series: 0, cell: .steps(5))], at: .at(0))
        #expect(encoder.encode([(series: 0, cell: .steps(6))], at: .at(1)).state == nil)
        #expect(encoder.encode([(series: 0, cell: .steps(7))], at: moment).state != nil)
        _ = try roundTrip([(.at(0), [(series: 0, cell: .steps(5))]), (moment, [(series: 0, cell: .steps(7))])])
    }

    @Test("a reboot carries nothing over: ages do not count across it")
    func reboot() throws {
        var encoder = TickEncoder()
        _ = encoder.encode([(series: 4, cell: .steps(5))], at: .at(0))
        let blobs = encoder.encode([(series: 0, cell: .steps(6))], at: .at(1, boot: 8))
        var decoder = TickDecoder()
        try #require(blobs.state).withUnsafeBytes { try decoder.decode(state: $0) }
        #expect(decoder.states.allSatisfy { $0.last == nil })
        #expect(decoder.boot == BootID(rawValue: 8))
    }

    @Test("numbers are rounded to the resolution and come back as the nearest double")
    func resolution() {
        let hundredths = Resolution(0.01)
        #expect(hundredths.cell(120.351) == .steps(12035))
        #expect(hundredths.number(12035) == 120.35)
        #expect(hundredths.cell(-0.004) == .steps(0))
        #expect(Resolution(1).cell(3e9) == .steps(3_000_000_000))
        #expect(Resolution(1).number(3_000_000_000) == 3e9)
        #expect(Resolution.exact.cell(0.1) == .exact((0.1).bitPattern))
    }

    @Test(
        "numbers that steps cannot hold are kept exactly", arguments: [Double.nan, .infinity, -.infinity, 1e300, -1e17])
    func exact(number: Double) {
        #expect(Resolution(0.01).cell(number) == .exact(number.bitPattern))
    }

    @Test("no bytes make the decoder trap")
    func fuzz() {
        var random = Seeded(42)
        for round in 0..<1500 {
            var decoder = TickDecoder()
            // Half of the rounds mutate what is well formed, since pure noise seldom gets far.
            var state = (0..<Int.random(in: 0..<60, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            var readings = (0..<Int.random(in: 0..<60, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            if round.isMultiple(of: 2) {
                var encoder = TickEncoder()
                let cells = (0..<8).map {
                    (series: $0 * 2, cell: Cell.steps(.random(in: -9999...9999, using: &random)))
                }
                _ = encoder.encode(cells, at: .at(0))
                let blobs = encoder.encode(cells, at: .at(61))
                (state, readings) = (blobs.state ?? [], blobs.readings)
                for _ in 0..<3 {
                    state[Int.random(in: 0..<state.count, using: &random)] = .random(in: 0...255, using: &random)
                    readings[Int.random(in: 0..<readings.count, using: &random)] = .random(in: 0...255, using: &random)
                }
            }
            try? state.withUnsafeBytes { try decoder.decode(state: $0) }
            try? readings.withUnsafeBytes { try decoder.decode(readings: $0) { _, _ in } }
        }
    }

    @Test("a truncated blob is an error")
    func truncated() throws {
        var encoder = TickEncoder()
        let blobs = encoder.encode([(series: 0, cell: .steps(70_000)), (series: 1, cell: .exact(1))], at: .at(0))
        for count in 0..<blobs.readings.count where count != 1 {
            var decoder = TickDecoder()
            #expect(throws: MalformedBytes.self) {
                try blobs.readings.prefix(count).withUnsafeBytes { try decoder.decode(readings: $0) { _, _ in } }
            }
        }
    }
}
