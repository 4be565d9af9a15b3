/// What the recorder's codec remembers of one series: the base of the next delta, and what a key tick must carry.
struct SeriesState: Hashable {
    /// The last cell that was not a miss.
    var value: Cell?
    /// When ``value`` was read, by the uptime of the recording machine.
    var valueAt: Int64 = 0
    /// Why the last look brought nothing: an interned text.
    var miss: Int?
    /// When the last look was.
    var lookedAt: Int64 = 0

    /// What deltas start from.
    @inline(__always)
    var base: Int64 {
        if case .steps(let steps) = value { steps } else { 0 }
    }

    /// The last look as a cell; nil before the first.
    var last: Cell? { miss.map(Cell.missed) ?? value }

    @inline(__always)
    mutating func take(_ cell: Cell, at uptime: Int64) {
        lookedAt = uptime
        if case .missed(let reason) = cell {
            miss = reason
        } else {
            (value, valueAt, miss) = (cell, uptime, nil)
        }
    }
}

/// How a cell is written: a small number first, so that the usual change of a figure is one or two bytes.
///
///     0            8 bytes: an exact number
///     1            varint: a text
///     2            varint: a miss
///     3            the same cell as at the last look
///     4 + zigzag   a number of steps, as the difference from the last number
enum Symbol {
    static let exact: UInt64 = 0
    static let text: UInt64 = 1
    static let missed: UInt64 = 2
    static let same: UInt64 = 3
    static let number: UInt64 = 4

    /// A number of steps as it is written; the last few that a word could hold have no room beside the other symbols.
    static func code(ofSteps steps: Int64) -> UInt64 { min(ZigZag.encode(steps), .max - number) + number }
}

/// How many series and texts a journal may number; any more is a fault, and bytes that claim more are not ours.
enum CodecLimit {
    static let series = 1 << 16
    static let texts = 1 << 40
}
