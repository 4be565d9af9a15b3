import GRDB
import Launch

/// Reads from the recorder what a board knows of its series, as it was at a time or is now: an hour of two hundred of them in a few
/// milliseconds. It needs no manifest but for the intervals, so that the manifest is decoded meanwhile.
struct BoardLoader {
    private(set) var cursor = TickCursor()
    private(set) var texts = TextTable()
    private let table: SeriesTable
    private let span: Milliseconds
    /// Whether any reading will ever be of use: before a manifest has come it may be.
    private let wantsReadings: Bool
    private var runs: Runs
    /// When the tick that was taken last was recorded.
    private(set) var newest: Moment?
    /// What was last known of series that a later engine no longer reads.
    private var carried: [Int: (state: SeriesState, now: Moment)] = [:]

    /// - Parameters:
    ///   - intervals: of the series that are wanted; nil where there is no manifest.
    ///   - span: how much history is wanted.
    init(table: SeriesTable, intervals: [SeriesID: Milliseconds]?, span: Milliseconds) {
        (self.table, self.span) = (table, span)
        wantsReadings = intervals?.isEmpty != true
        runs = Runs(table: table, intervals: intervals ?? [:], span: span)
    }

    /// - Parameter end: stops before the first tick after it; nil: everything there is.
    mutating func load(_ db: Database, end: Timestamp?) throws {
        let newest = try Int64.storedTime(db, sql: "SELECT utc FROM tick ORDER BY id DESC LIMIT 1")
        guard let last = end?.milliseconds ?? newest else { return }
        if end == nil, !wantsReadings {
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
    }

    /// Hands a board that has its manifest what was read of each series: its history, and what is known of it at the end.
    mutating func hand(to board: inout Board, _ db: Database) throws {
        for (id, history) in runs.histories.taken() { board.adopt(history, of: id) }
        for (series, (state, now)) in carried { try restore(state, of: series, now: now, on: &board, db) }
        guard let newest else { return }
        // Ascending, because a series whose unit changed has two numbers.
        for (series, state) in cursor.decoder.states.enumerated() {
            try restore(state, of: series, now: newest, on: &board, db)
        }
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

    private mutating func restore(
        _ state: SeriesState, of series: Int, now: Moment, on board: inout Board, _ db: Database
    ) throws {
        guard state.last != nil, table.contains(series), let id = table.ids[series], let index = board.index(of: id)
        else { return }
        func moment(_ uptime: Int64) -> Moment { now.advanced(by: Milliseconds(uptime &- now.uptime.count)) }
        board.restore(
            Track.Recollection(
                value: try state.value.map { try texts.measurement($0, of: series, table, in: db) },
                valueAt: state.value == nil ? nil : moment(state.valueAt),
                miss: try state.miss.map { try texts.text($0, in: db) }, lookedAt: moment(state.lookedAt)),
            at: index)
    }
}

/// Collects readings into short runs, which histories take over whole: through `Board.apply(Tick)`, an hour would be 720,000
/// values with a name each.
private struct Runs {
    let histories: HistoryFiller
    private let steps: [Double]
    private var run: HistoryFiller.Run

    init(table: SeriesTable, intervals: [SeriesID: Milliseconds], span: Milliseconds) {
        histories = HistoryFiller(table.ids, intervals, span: span)
        steps = table.resolutions.map(\.step)
        run = HistoryFiller.Run(columns: steps.count)
    }

    mutating func take(_ row: TickCursor.Row, from cursor: inout TickCursor) {
        if run.times.count == HistoryFiller.Run.capacity { flush() }
        let start = run.times.count * steps.count
        let bit = UInt64(1) << UInt64(run.times.count)
        run.times.append(row.utc)
        steps.withUnsafeBufferPointer { steps in
            run.present.withUnsafeMutableBufferPointer { present in
                run.values.withUnsafeMutableBufferPointer { values in
                    let values = UnsafeMutableBufferPointer(rebasing: values[start..<start + steps.count])
                    cursor.readings(of: row) { series, cell in
                        guard series < steps.count else { return }
                        switch cell {
                        case .steps(let count): values[series] = Float(Double(count) * steps[series])
                        case .exact(let bits): values[series] = Float(Double(bitPattern: bits))
                        case .missed: values[series] = .nan
                        case .text: return
                        }
                        present[series] |= bit
                    }
                }
            }
        }
    }

    mutating func flush() {
        guard !run.times.isEmpty else { return }
        histories.fill(run)
        run = HistoryFiller.Run(columns: steps.count)
    }
}
