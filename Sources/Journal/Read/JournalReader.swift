import GRDB
import Glibc
package import Launch

/// The reading end of a journal: it can change nothing, and holds no transaction longer than one call.
///
/// Synchronous, for one thread: the dashboard gives it a thread of its own.
package final class JournalReader {
    package let path: String
    /// Where the journal could not be opened in place (SQLite needs the log's index, and may not create it here), a copy
    /// of file and log as they were at the opening is read. It is not followed.
    package private(set) var isCopy = false

    private(set) var store: Store
    private var copy: PrivateCopy?
    /// Where the files are that were opened.
    private var place: JournalPlace
    private var version: Int64?
    /// Whether the disk was read-only when they were.
    private let isOfReadOnlyDisk: Bool
    /// Whether the last ``news()`` left some for the next.
    package private(set) var isBehind = false

    private var table = SeriesTable()
    private var texts = TextTable()
    private var cursor = TickCursor()
    private var lastEvent: Int64 = 0
    private var lastManifest: Int64 = 0

    /// How many ticks or events one call of ``news()`` brings: a reader that slept for a day catches up in short
    /// transactions.
    private static let newsLimit = 600

    package init(path: String) throws(JournalError) {
        self.path = path
        isOfReadOnlyDisk = JournalFiles(path: path).isOnReadOnlyDisk
        (store, copy, place) = try JournalReader.open(path)
        isCopy = copy != nil
    }

    private static func open(_ path: String) throws(JournalError) -> (Store, PrivateCopy?, JournalPlace) {
        guard let identity = FileIdentity(path: path), access(path, R_OK) == 0 else {
            throw errno == EACCES ? .denied(path: path) : .notThere(path: path)
        }
        guard identity.isRegular else { throw .notAJournal(path: path, reason: "it is not a regular file") }
        let files = JournalFiles(path: path)
        // SQLite opens these by their names: a pipe among them would hold it up for ever.
        for part in [files.log, files.index] where FileIdentity(path: part)?.isRegular == false {
            throw .notAJournal(path: path, reason: "\(part) is not a regular file")
        }
        do throws(JournalError) {
            let store = try checked(Store(path: path, readonly: true), path)
            return (store, nil, JournalPlace(files))
        } catch {
            switch error {
            case .failed, .ioError: break
            default: throw error
            }
            // SQLITE_CANTOPEN: "the WAL-index could not be opened or created".
            guard let copy = PrivateCopy(of: files) else { throw error }
            return (try checked(Store(path: copy.path, readonly: false), path), copy, JournalPlace(files))
        }
    }

    private static func checked(_ store: Store, _ path: String) throws(JournalError) -> Store {
        try store.read { db in
            // A writer that has just created the file has not written its first page yet.
            if try Schema.isEmpty(db) { throw JournalError.notThere(path: path) }
            try Schema.check(db, path: path)
        }
        return store
    }

    // MARK: The whole

    /// The board as it is now, with `span` of history; ``news()`` goes on from here.
    ///
    /// - Parameters:
    ///   - isWhole: reads every alert that is open. A flood of them takes its time; a screen shows the worst, and counts the
    ///     others.
    ///   - wanted: the series that the board is to have; nil: all.
    package func currentBoard(
        span: Milliseconds = .hours(1), isWhole: Bool = false, only wanted: ((Series) -> Bool)? = nil
    ) throws(JournalError) -> Board {
        // Asked before reading: what is committed in between is reported again, and there is nothing in it, rather than
        // never.
        version = try dataVersion()
        isBehind = false
        return try store.read { db in
            table = try SeriesTable(db)
            lastEvent = try Int64.fetchOne(db, sql: "SELECT max(sequence) FROM event") ?? 0
            lastManifest = try Int64.fetchOne(db, sql: "SELECT max(id) FROM manifest") ?? 0
            var (board, loader) = try load(db, span: span, end: nil, isWhole: isWhole, only: wanted)
            (cursor, texts) = (loader.cursor, loader.texts)
            board.heartbeat = heartbeat()
            return board
        }
    }

    /// The board as it was at `time`, with `span` of history before it. It has no heartbeat: only the last one is kept.
    package func board(at time: Timestamp, span: Milliseconds = .hours(1)) throws(JournalError) -> Board {
        try store.read { db in
            table = try SeriesTable(db)
            return try load(db, span: span, end: time).board
        }
    }

    /// The board as it was at `time`, and the instant by which it is to be judged. What the engine last recorded until then
    /// stands for its sign of life.
    package func past(at time: Timestamp, span: Milliseconds = .hours(1)) throws(JournalError) -> Past {
        try store.read { db in
            table = try SeriesTable(db)
            var (board, loader) = try load(db, span: span, end: time)
            guard let newest = loader.newest else {
                return Past(
                    board: board,
                    moment: Moment(utc: time, uptime: Milliseconds(time.milliseconds), boot: BootID(rawValue: 0)))
            }
            // Of what is downsampled a minute is one tick: it is shown as of that tick, and not as a minute of silence.
            let isCoarse =
                try Int.fetchOne(
                    db, sql: "SELECT level FROM tick WHERE id = ?", arguments: [loader.cursor.position]) == 1
            board.heartbeat = Heartbeat(at: newest)
            let passed = time - newest.utc
            return Past(
                board: board, moment: isCoarse && passed < .seconds(90) ? newest : newest.advanced(by: passed))
        }
    }

    /// From the first to the last that was recorded; nil where nothing was.
    package func extent() throws(JournalError) -> ClosedRange<Timestamp>? {
        try store.read { db in
            let bounds = try ["min", "max"].map { bound in
                try Int64.storedTime(
                    db,
                    sql: """
                        SELECT \(bound)(utc) FROM (
                            SELECT utc FROM tick WHERE id IN (SELECT \(bound)(id) FROM tick)
                            UNION ALL SELECT utc FROM event WHERE sequence IN (SELECT \(bound)(sequence) FROM event))
                        """)
            }
            guard let first = bounds[0], let last = bounds[1], first <= last else { return nil }
            return Timestamp(milliseconds: first)...Timestamp(milliseconds: last)
        }
    }

    /// The nearest event before or after `time` that is worth a stop: no step, no page, no coming and going.
    package func event(_ direction: Direction, _ time: Timestamp) throws(JournalError) -> Event? {
        let (sign, order) = direction == .before ? ("<", "DESC") : (">", "ASC")
        return try store.read { db in
            try EventRows.events(
                db, where: "utc \(sign) ? AND kind NOT IN (\(EventRows.small)) ORDER BY sequence \(order) LIMIT 1",
                [time.milliseconds]
            ).first
        }
    }

    package enum Direction: Hashable, Sendable {
        case before, after
    }

    private func load(
        _ db: Database, span: Milliseconds, end: Timestamp?, isWhole: Bool = false,
        only wanted: ((Series) -> Bool)? = nil
    ) throws -> (board: Board, loader: BoardLoader) {
        // On another thread, while the hour is read here: these two are most of what a screen waits for.
        let decoding = try StoredManifest(db, at: end).map(ManifestDecoding.init)
        let intervals =
            if let wanted { try decoding?.manifest().keeping(wanted).intervals } else { try decoding?.intervals(db) }
        var loader = BoardLoader(table: table, intervals: intervals, span: span)
        try loader.load(db, end: end)

        var board = Board(span: span)
        let manifest = try decoding?.manifest()
        if let manifest { board.apply(wanted.map(manifest.keeping) ?? manifest) }
        let limit = isWhole ? Int.max : AlertRows.usualLimit
        for event in try EventRows.deciding(db, manifest: manifest, until: end, alertLimit: limit) {
            board.apply(event)
        }
        if end == nil, !isWhole { board.note(alertsBeyond: try AlertRows.beyond(db, limit: limit)) }
        try loader.hand(to: &board, db)
        return (board, loader)
    }

    /// The engine's last sign of life.
    package func heartbeat() -> Heartbeat? { BeatFile.read(JournalFiles(path: path)) }

    // MARK: Following

    /// Whether anything was committed since the last look: to be asked every 100 ms, in a few microseconds.
    ///
    /// - Throws: `JournalError` also where it is to be opened anew: let it go.
    package func change() throws(JournalError) -> JournalChange {
        if isOfReadOnlyDisk, !JournalFiles(path: path).isOnReadOnlyDisk {
            throw .failed(path: path, reason: "its disk can be written again: it is opened anew")
        }
        if isCopy { return .nothing }
        let now = JournalPlace(JournalFiles(path: path))
        if now.database != nil, !place.isReadable(now: now) {
            (store, copy, place) = try JournalReader.open(path)
            isCopy = copy != nil
            version = nil
            return .replaced
        }
        let version = try dataVersion()
        defer { self.version = version }
        return version != self.version || isBehind ? .news : .nothing
    }

    /// "The integer values returned by two invocations of PRAGMA data_version from the same connection will be different
    /// if changes were committed to the database by any other connection in the interim."
    private func dataVersion() throws(JournalError) -> Int64? {
        try store.access { db in try Int64.fetchOne(db.cachedStatement(sql: "PRAGMA data_version")) }
    }

    /// What was recorded since the last call: the manifest, then ticks, then events, each in their order.
    ///
    /// - Parameter wantsReadings: otherwise ticks are passed over; where they are wanted again, they begin with the next key tick.
    package func news(readings wantsReadings: Bool = true) throws(JournalError) -> [JournalEntry] {
        try store.read { db in
            var news: [JournalEntry] = []
            if let row = try Row.fetchOne(
                db.cachedStatement(sql: "SELECT id, body FROM manifest WHERE id > ? ORDER BY id DESC LIMIT 1"),
                arguments: [lastManifest])
            {
                lastManifest = try row.stored(0)
                news.append(.manifest(try JournalJSON.decode(Manifest.self, from: try row.stored(1))))
            }
            let ticks = wantsReadings ? try newTicks(db) : []
            if !wantsReadings { cursor = try TickCursor(afterLastOf: db) }
            news += ticks.map(JournalEntry.tick)
            let events = try EventRows.events(
                db, where: "sequence > ? ORDER BY sequence LIMIT \(JournalReader.newsLimit)", [lastEvent])
            lastEvent = events.last?.sequence ?? lastEvent
            news += events.map(JournalEntry.event)
            isBehind = ticks.count == JournalReader.newsLimit || events.count == JournalReader.newsLimit
            return news
        }
    }

    private func newTicks(_ db: Database) throws -> [Tick] {
        var ticks: [Tick] = []
        try TickCursor.each(db, where: "id > ?", [cursor.position]) { row in
            guard cursor.enter(row) else { return true }
            var cells: [(series: Int, cell: Cell)] = []
            cursor.readings(of: row) { series, cell in cells.append((series, cell)) }
            if cells.contains(where: { !table.contains($0.series) }) { table = try SeriesTable(db) }
            let readings = try cells.compactMap { series, cell -> Reading? in
                guard table.contains(series), let id = table.ids[series] else { return nil }
                return Reading(id, try texts.measurement(cell, of: series, table, in: db))
            }
            ticks.append(Tick(at: cursor.moment(of: row), readings: readings))
            return ticks.count < JournalReader.newsLimit
        }
        return ticks
    }

    // MARK: Events

    /// Events from `sequence` on, oldest first.
    package func events(from sequence: Int64 = 1, limit: Int) throws(JournalError) -> [Event] {
        try store.read { db in
            try EventRows.events(db, where: "sequence >= ? ORDER BY sequence LIMIT ?", [sequence, limit])
        }
    }

    /// The sequence of the newest event; 0 where there is none.
    package func lastSequence() throws(JournalError) -> Int64 {
        try store.read { db in try Int64.fetchOne(db, sql: "SELECT max(sequence) FROM event") ?? 0 }
    }

    // MARK: Export

    /// Writes a compact copy of the whole journal to a new file, to be taken elsewhere; recording goes on meanwhile.
    package func export(to target: String) throws(JournalError) {
        // Also a symbolic link that leads nowhere: what it names is not ours to make.
        var status = stat()
        guard lstat(target, &status) != 0 else {
            throw .failed(path: target, reason: "there is a file already; give a new name")
        }
        do throws(JournalError) {
            try JournalFiles(path: target).create()
        } catch .notThere {
            throw .failed(path: target, reason: "its folder does not exist")
        }
        try store.access { db in try db.execute(sql: "VACUUM INTO ?", arguments: [target]) }
    }
}

extension JournalReader {
    /// The newest events of some kinds, oldest first, by the index of kinds: what a state machine starts again from.
    ///
    /// - Parameter limit: how many of each kind.
    package func newest(of kinds: [String], limit: Int) throws(JournalError) -> [Event] {
        try store.read { db in
            try kinds.flatMap { try EventRows.newest(db, $0, limit, until: .max) }.sorted { $0.sequence < $1.sequence }
        }
    }
}

/// An event with its place in the hash chain.
package struct ChainedEvent: Sendable {
    package let event: Event
    /// The body as the journal keeps it.
    package let json: String
    /// Hexadecimal.
    package let hash: String
}

extension JournalReader {
    /// Events from `sequence` on with their hashes, oldest first.
    package func chained(from sequence: Int64 = 1, limit: Int) throws(JournalError) -> [ChainedEvent] {
        try store.read { db in
            try EventRows.links(db, where: "sequence >= ? ORDER BY sequence LIMIT ?", [sequence, limit]).map {
                ChainedEvent(
                    event: try EventRows.event($0.link), json: $0.link.json, hash: EventChain.hexadecimal($0.hash))
            }
        }
    }

    /// The newest event with its hash; nil where there is none.
    package func head() throws(JournalError) -> ChainedEvent? {
        let last = try lastSequence()
        return last == 0 ? nil : try chained(from: last, limit: 1).first
    }

    /// Events whose body or kind holds a text, or all where it is empty, between two times; oldest first.
    package func search(
        _ text: String, from start: Timestamp, to end: Timestamp, limit: Int
    ) throws(JournalError) -> [Event] {
        // LIKE without wildcards of the user's: what is looked for is a text, not a pattern.
        let pattern =
            "%" + text.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_") + "%"
        return try store.read { db in
            try EventRows.events(
                db,
                where: """
                    utc >= ? AND utc <= ? AND (body LIKE ? ESCAPE '\\' OR kind LIKE ? ESCAPE '\\')
                    ORDER BY sequence LIMIT ?
                    """, [start.milliseconds, end.milliseconds, pattern, pattern, limit])
        }
    }
}
