import Launch

/// Reads back what ``TickEncoder`` wrote. Any bytes may come: what is not ours is an error, never a trap.
struct TickDecoder {
    private(set) var states: [SeriesState] = []
    private(set) var boot = BootID(rawValue: 0)
    /// The uptime of the tick that was decoded last.
    private(set) var uptime: Int64 = 0

    /// Takes over the state that a key tick carries.
    mutating func decode(state bytes: UnsafeRawBufferPointer) throws(MalformedBytes) {
        var reader = ByteReader(bytes)
        boot = BootID(rawValue: try reader.word())
        uptime = Int64(bitPattern: try reader.word())
        for index in states.indices { states[index] = SeriesState() }
        var series = 0
        while !reader.isAtEnd {
            series += try reader.count(below: CodecLimit.series)
            try makeRoom(for: series)
            var state = SeriesState()
            let symbol = try reader.varint()
            if symbol != Symbol.same { state.value = try TickDecoder.cell(symbol, &reader, state) }
            state.valueAt = uptime &- ZigZag.decode(try reader.varint())
            state.lookedAt = uptime &- ZigZag.decode(try reader.varint())
            let miss = try reader.count(below: CodecLimit.texts)
            state.miss = miss == 0 ? nil : miss - 1
            states[series] = state
            series += 1
        }
    }

    /// Decodes the readings of one tick, in the order of the series' numbers.
    @inline(__always)
    mutating func decode(
        readings bytes: UnsafeRawBufferPointer, visit: (_ series: Int, _ cell: Cell) -> Void
    ) throws(MalformedBytes) {
        var reader = ByteReader(bytes)
        uptime = uptime &+ ZigZag.decode(try reader.varint())
        let uptime = uptime
        var series = 0
        while !reader.isAtEnd {
            series += try reader.count(below: CodecLimit.series)
            let end = series + (try reader.count(below: CodecLimit.series))
            guard end > series else { throw MalformedBytes() }
            try makeRoom(for: end - 1)
            // The buffer spares the innermost loop of the program a uniqueness check a reading.
            try states.withUnsafeMutableBufferPointer { states throws(MalformedBytes) in
                while series < end {
                    let symbol = try reader.varint()
                    if symbol >= Symbol.number {
                        let cell = Cell.steps(states[series].base &+ ZigZag.decode(symbol - Symbol.number))
                        states[series].take(cell, at: uptime)
                        visit(series, cell)
                    } else {
                        // A copy: a reader whose address is taken has its place in memory, for all the others too.
                        var rest = reader
                        let cell = try TickDecoder.cell(symbol, &rest, states[series])
                        reader = rest
                        states[series].take(cell, at: uptime)
                        visit(series, cell)
                    }
                    series += 1
                }
            }
        }
    }

    private static func cell(
        _ symbol: UInt64, _ reader: inout ByteReader, _ state: SeriesState
    ) throws(MalformedBytes) -> Cell {
        switch symbol {
        case Symbol.exact: return .exact(try reader.word())
        case Symbol.text: return .text(try reader.count(below: CodecLimit.texts))
        case Symbol.missed: return .missed(try reader.count(below: CodecLimit.texts))
        case Symbol.same:
            guard let last = state.last else { throw MalformedBytes() }
            return last
        default: return .steps(state.base &+ ZigZag.decode(symbol - Symbol.number))
        }
    }

    @inline(__always)
    private mutating func makeRoom(for series: Int) throws(MalformedBytes) {
        guard series >= states.count else { return }
        guard series < CodecLimit.series else { throw MalformedBytes() }
        states += repeatElement(SeriesState(), count: series + 1 - states.count)
    }
}
