import GRDB
import Launch

/// Builds a board from the recorder, as it was at a time or is now: an hour of two hundred series in a few milliseconds.
struct BoardLoader {
    private(set) var cursor = TickCursor()
    private(set) var texts = TextTable()
    private let table: SeriesTable
    private var runs: Runs
    /// When the tick that was taken last was recorded.
    private(set) var newest: Moment?
    /// What was last known of series that a later engine no longer reads.
    private var carried: [Int: (state: SeriesState, now: Moment)] = [:]

    init(_ board: Board, table: SeriesTable) {
        self.table = table
        runs = Runs(board, table: table)
    }

    var board: Board { runs.board }

    /// - Parameters:
    ///   - span: how much history is wanted.
    ///   - end: stops before the first tick after it; nil: everything there is.
    mutating func load(_ db: Database, span: Milliseconds, end: Timestamp?) throws {
        let newest = try Int64.storedTime(db, sql: "SELECT utc FROM tick ORDER BY id DESC LIMIT 1")
        guard let last = end?.milliseconds ?? newest else { return }
        if end == nil, !board.wantsReadings {
            cursor = try TickCursor(afterLastOf: db)
            return
        }
        let start = try BoardLoader.key(db, before: last.saturating(minus: span.count))
        try TickCursor.each(db, where: "id >= ?", [start]) { row in
            if let end, row.utc > end { return false }
            take(row)
            return true
        }
        runs.flush()
        try restore(db)
    }

    /// The last key tick not after `time`, or the first of all.
    static func key(_ db: Database, before time: Int64) throws -> Int64 {
        for level in [0, 1] {
            let id = try Int64.fetchOne(
                db,
                sql: """
                    SELECT id FROM tick WHERE state IS NOT NULL AND level = ? AND utc <= ? ORDER BY utc DESC LIMIT 1
                    """, arguments: [level, time])
            if let id { return id }
        }
        return 0
    }

    private mutating func take(_ row: TickCursor.Row) {
        let before = row.state == nil ? [] : cursor.decoder.states
        guard cursor.enter(row) else { return }
        for (series, state) in before.enumerated() where state.last != nil {
            if cursor.decoder.states[series].last == nil, let newest { carried[series] = (state, newest) }
        }
        runs.take(row, from: &cursor)
        newest = cursor.moment(of: row)
    }

    /// Hands the board what is known of each series at the end.
    private mutating func restore(_ db: Database) throws {
        for (series, (state, now)) in carried { try restore(state, of: series, now: now, db) }
        guard let newest else { return }
        // Ascending, because a series whose unit changed has two numbers.
        for (series, state) in cursor.decoder.states.enumerated() {
            try restore(state, of: series, now: newest, db)
        }
    }

    private mutating func restore(_ state: SeriesState, of series: Int, now: Moment, _ db: Database) throws {
        guard state.last != nil, table.contains(series), let id = table.ids[series], let index = board.index(of: id)
        else { return }
        func moment(_ uptime: Int64) -> Moment { now.advanced(by: Milliseconds(uptime &- now.uptime.count)) }
        runs.board.restore(
            Track.Recollection(
                value: try state.value.map { try texts.measurement($0, of: series, table, in: db) },
                valueAt: state.value == nil ? nil : moment(state.valueAt),
                miss: try state.miss.map { try texts.text($0, in: db) }, lookedAt: moment(state.lookedAt)),
            at: index)
    }
}

/// Collects readings by series into short runs, which the board takes over whole: through `Board.apply(Tick)`, an hour
/// would be 720,000 values with a name each.
private struct Runs {
    /// As many as a word has bits: one of them says which rows a series has a value in.
    private static let capacity = UInt64.bitWidth

    var board: Board
    private var columns: [Column]
    /// The runs of all columns, one after the other.
    private var values: [Float]
    /// When the rows since the last ``flush()`` were recorded.
    private var times: [Timestamp] = []

    private struct Column {
        /// The series' place on the board; nil: it is not in the manifest.
        let track: Int?
        let step: Double
        /// A bit a row.
        var present: UInt64 = 0
    }

    init(_ board: Board, table: SeriesTable) {
        self.board = board
        columns = table.ids.indices.map { number in
            Column(track: table.ids[number].flatMap { board.index(of: $0) }, step: table.resolutions[number].step)
        }
        values = Array(repeating: .nan, count: columns.count * Runs.capacity)
        times.reserveCapacity(Runs.capacity)
    }

    mutating func take(_ row: TickCursor.Row, from cursor: inout TickCursor) {
        if times.count == Runs.capacity { flush() }
        let position = times.count
        let bit = UInt64(1) << UInt64(position)
        times.append(row.utc)
        columns.withUnsafeMutableBufferPointer { columns in
            values.withUnsafeMutableBufferPointer { values in
                cursor.readings(of: row) { series, cell in
                    guard series < columns.count else { return }
                    let value: Float
                    switch cell {
                    case .steps(let steps): value = Float(Double(steps) * columns[series].step)
                    case .exact(let bits): value = Float(Double(bitPattern: bits))
                    case .missed: value = .nan
                    case .text: return
                    }
                    values[series * Runs.capacity + position] = value
                    columns[series].present |= bit
                }
            }
        }
    }

    mutating func flush() {
        for column in columns.indices {
            let present = columns[column].present
            columns[column].present = 0
            guard let track = columns[column].track, present != 0 else { continue }
            let start = column * Runs.capacity
            board.backfill(values[start..<start + times.count], at: times, present: present, series: track)
        }
        times.removeAll(keepingCapacity: true)
    }
}
