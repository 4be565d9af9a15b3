import Launch

/// Turns ticks into blobs: each cell as its difference from the one before it; once a minute, and wherever the clocks
/// jump, a *key tick* carries the state of every series before it, so that reading can begin there.
struct TickEncoder {
    /// A tick as it is stored.
    struct Blobs: Hashable {
        /// The state of every series before this tick, on a key tick alone.
        var state: [UInt8]?
        var readings: [UInt8]
    }

    private(set) var states: [SeriesState]
    private let keyInterval: Milliseconds
    private var last: Moment?
    private var key: Moment?

    /// - Parameters:
    ///   - keyInterval: how far two key ticks are apart.
    ///   - states: what is known of each series already, at `last`.
    init(keyInterval: Milliseconds = .minutes(1), states: [SeriesState] = [], last: Moment? = nil) {
        self.keyInterval = keyInterval
        self.states = states
        self.last = last
    }

    /// The interned texts that a next key tick may name.
    var texts: Set<Int> {
        var texts: Set<Int> = []
        for state in states {
            if case .text(let number) = state.value { texts.insert(number) }
            if let miss = state.miss { texts.insert(miss) }
        }
        return texts
    }

    /// - Parameter cells: ascending by series number, each series once.
    mutating func encode(_ cells: [(series: Int, cell: Cell)], at moment: Moment) -> Blobs {
        var blobs = Blobs(readings: [])
        blobs.readings.reserveCapacity(16 + cells.count * 3)
        var previous = moment.uptime.count
        // Uptimes of another boot mean nothing: nothing is carried over a reboot.
        if let last, last.boot != moment.boot { states.removeAll() }
        if needsKey(at: moment) {
            blobs.state = snapshot(at: moment)
            key = moment
        } else if let last {
            previous = last.uptime.count
        }
        last = moment

        blobs.readings.append(varint: ZigZag.encode(moment.uptime.count &- previous))
        var expected = 0
        var start = 0
        while start < cells.count {
            var end = start + 1
            while end < cells.count, cells[end].series == cells[end - 1].series + 1 { end += 1 }
            blobs.readings.append(varint: UInt64(cells[start].series - expected))
            blobs.readings.append(varint: UInt64(end - start))
            for (series, cell) in cells[start..<end] {
                append(cell, of: series, to: &blobs.readings)
                states[series].take(cell, at: moment.uptime.count)
            }
            expected = cells[end - 1].series + 1
            start = end
        }
        return blobs
    }

    private func needsKey(at moment: Moment) -> Bool {
        guard let key, let last, moment.boot == last.boot else { return true }
        let walked = moment.utc - last.utc
        let passed = moment.uptime - last.uptime
        // A step of the wall clock begins a new group, so that the groups can be found by time.
        let step = (walked - passed).count
        return passed < 0 || walked < 0 || step.magnitude > 1000 || moment.uptime - key.uptime >= keyInterval
    }

    private mutating func append(_ cell: Cell, of series: Int, to bytes: inout [UInt8]) {
        if series >= states.count {
            states += repeatElement(SeriesState(), count: series + 1 - states.count)
        }
        let state = states[series]
        switch cell {
        case .steps(let steps):
            bytes.append(varint: Symbol.code(ofSteps: steps.saturating(minus: state.base)))
        case _ where cell == state.last:
            bytes.append(varint: Symbol.same)
        case .exact(let bits):
            bytes.append(varint: Symbol.exact)
            bytes.append(littleEndian: bits)
        case .text(let number):
            bytes.append(varint: Symbol.text)
            bytes.append(varint: UInt64(number))
        case .missed(let number):
            bytes.append(varint: Symbol.missed)
            bytes.append(varint: UInt64(number))
        }
    }

    /// boot 8 bytes, uptime 8 bytes; then, for each series that was ever looked at: varint gap, the value as in a tick
    /// but from zero (`same`: there is none) with its age, the age of the last look, and 1 + the miss or 0.
    private func snapshot(at moment: Moment) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: moment.boot.rawValue)
        bytes.append(littleEndian: UInt64(bitPattern: moment.uptime.count))
        var expected = 0
        for (series, state) in states.enumerated() where state.last != nil {
            bytes.append(varint: UInt64(series - expected))
            expected = series + 1
            switch state.value {
            case .steps(let steps): bytes.append(varint: Symbol.code(ofSteps: steps))
            case .exact(let bits):
                bytes.append(varint: Symbol.exact)
                bytes.append(littleEndian: bits)
            case .text(let number):
                bytes.append(varint: Symbol.text)
                bytes.append(varint: UInt64(number))
            case .missed, nil: bytes.append(varint: Symbol.same)
            }
            bytes.append(varint: ZigZag.encode(moment.uptime.count &- state.valueAt))
            bytes.append(varint: ZigZag.encode(moment.uptime.count &- state.lookedAt))
            bytes.append(varint: state.miss.map { UInt64($0) + 1 } ?? 0)
        }
        return bytes
    }
}
