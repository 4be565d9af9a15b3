import Foundation
import GRDB
package import Launch

/// The writing end of a journal.
///
/// Every call blocks on the disk and none may be made from two threads at once: the engine reaches it through
/// ``JournalRecorder``, an action from its own main thread.
package final class JournalWriter {
    /// What the writer may write.
    package enum Role: Sendable {
        /// Everything; there is one engine a journal, and the lock says so.
        case engine
        /// Events alone, beside a running engine: the steps of an action, a presence.
        case action
    }

    /// To what the log is cut back when nobody reads it.
    package static let logTarget: Int64 = 4 << 20
    /// How long the log may get under a stalled reader before readings are refused.
    package static let logLimit: Int64 = 256 << 20

    package let path: String
    let store: Store
    private let origin: String
    private let logLimit: Int64
    private let lock: JournalLock?
    private let isEngine: Bool
    /// Whether the file that was found was truncated, and has been moved out of the way.
    let hasSetAside: Bool
    private var beatFile: BeatFile.Writer?
    /// Nil beside a journal in which no engine ever ran: nobody waits for it there.
    private var bell: CommitBell?
    /// Where the files are that were opened.
    private var place: JournalPlace
    var encoder = TickEncoder()
    private var catalog = Catalog()
    /// The log's length when it was last looked at.
    private var logSize: Int64 = 0

    /// Opens the journal at `path`, creating it where there is none.
    ///
    /// - Parameters:
    ///   - origin: the name of this bastion, in every event.
    ///   - logLimit: how many bytes of log a stalled reader may cost.
    package init(
        path: String, origin: String, role: Role = .engine, logLimit: Int64 = JournalWriter.logLimit
    ) throws(JournalError) {
        let files = JournalFiles(path: path)
        self.path = path
        self.origin = origin.cut(toBytes: TextLimit.bytes)
        self.logLimit = logLimit
        isEngine = role == .engine
        lock = isEngine ? try JournalLock(files) : nil
        // SQLite would open a pipe by its name, and wait for ever.
        for part in [path, files.log, files.index] where FileIdentity(path: part)?.isRegular == false {
            throw .notAJournal(path: path, reason: "\(part == path ? "it" : part) is not a regular file")
        }
        // Readers hold its index: they would be asked to let go of a file that is no journal any more.
        hasSetAside = isEngine && files.isEmptiedUnderItsLog
        if hasSetAside { try files.setAside(at: SystemClock().now().utc) }
        try files.create()
        store = try Store(path: path, readonly: false)
        try store.access { db in try Schema.prepare(db, path: path) }
        beatFile = isEngine ? try BeatFile.Writer(files) : nil
        bell = CommitBell(files, toRing: true)
        place = JournalPlace(files)
    }

    /// One transaction, of which the readers are told.
    func commit<Value>(_ body: (Database) throws -> Value) throws(JournalError) -> Value {
        let value = try store.write(body)
        bell?.ring()
        return value
    }

    // MARK: Its place

    /// What has become of the files since they were opened; nil while all is well. To be asked once a second.
    package func loss() -> JournalLoss? {
        let now = JournalPlace(JournalFiles(path: path))
        let loss = place.loss(now: now)
        // VACUUM makes a file smaller too, and leaves it whole.
        if loss == .truncated, now.size > 0, isWhole {
            place.size = now.size
            return nil
        }
        place.size = max(place.size, now.size)
        return loss
    }

    /// By a connection of its own: ours still has the lost pages in its cache.
    private var isWhole: Bool {
        let finding = try? Store(path: path, readonly: true).access { db in
            try String.fetchOne(db, sql: "PRAGMA quick_check(1)")
        }
        return finding == "ok"
    }

    /// How long a new engine looks for damage before it begins to watch, in milliseconds.
    private static let inspectionLimit: Int64 = 5000

    /// Whether the journal can be read as every screen will read it.
    ///
    /// - Throws: `damaged` where it cannot. In a huge file only so much is looked at as a start may take.
    func inspect() throws(JournalError) {
        do throws(JournalError) {
            let finding = try store.access(within: JournalWriter.inspectionLimit) { db in
                try String.fetchOne(db, sql: "PRAGMA quick_check(1)")
            }
            guard finding == "ok" else { throw .damaged(path: path, reason: finding ?? "it cannot be checked") }
        } catch {
            // Given up for the time it takes: it may well be whole.
            guard case .failed = error else { throw error }
        }
        _ = try store.read { db in try JournalWriter.head(db) }
        _ = try JournalReader(path: path).currentBoard(span: .hours(1), isWhole: true)
    }

    /// Brings what the log holds into the file, as far as that can be done: before the files are let go.
    func rescueLog() {
        try? store.access { db in _ = try db.checkpoint(.passive) }
    }

    /// The events on which the verdicts rest that stand in the file.
    func standing() throws(JournalError) -> [Event] {
        try store.read { db in
            let json = try String.fetchOne(db, sql: "SELECT body FROM manifest ORDER BY id DESC LIMIT 1")
            return try EventRows.deciding(
                db, manifest: json.map { try JournalJSON.decode(Manifest.self, from: $0) }, until: nil, alertLimit: .max
            )
        }
    }

    // MARK: Events

    /// Appends events in one transaction; when this returns they are on the disk.
    ///
    /// - Returns: the events as they stand in the journal, with their sequences.
    @discardableResult
    package func append(_ bodies: [Event.Body], at moment: Moment) throws(JournalError) -> [Event] {
        try append(bodies.map { Event(origin: origin, at: moment, body: $0) })
    }

    /// Appends events that waited, each with its own time and origin; their sequences are given now.
    @discardableResult
    package func append(_ events: [Event]) throws(JournalError) -> [Event] {
        guard !events.isEmpty else { return [] }
        // With synchronous = FULL, a commit in WAL mode ends with an fsync of the log. It cannot be set inside a transaction.
        try store.access { db in try db.execute(sql: "PRAGMA synchronous = FULL") }
        defer { try? store.access { db in try db.execute(sql: "PRAGMA synchronous = NORMAL") } }
        return try commit { db in
            var (sequence, hash) = try JournalWriter.head(db)
            return try events.map { event in
                sequence += 1
                var event = event
                event.sequence = sequence
                event.body = event.body.bounded()
                let link = EventChain.Link(
                    sequence: sequence, origin: event.origin, at: event.at, kind: event.body.kind,
                    json: try event.body.json())
                hash = EventChain.hash(link, after: hash)
                try db.cachedStatement(sql: "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)").execute(arguments: [
                    sequence, link.origin, link.at.utc.milliseconds, link.at.uptime.count,
                    Int64(bitPattern: link.at.boot.rawValue), link.kind, link.json, Data(hash),
                ])
                return event
            }
        }
    }

    /// The last event's place and hash; read anew each time, because actions append too.
    private static func head(_ db: Database) throws -> (sequence: Int64, hash: [UInt8]) {
        let row = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT sequence, hash FROM event ORDER BY sequence DESC LIMIT 1"))
        guard let row else { return (0, EventChain.genesis) }
        let sequence: Int64 = try row.stored(0)
        guard EventRows.sequences.contains(sequence) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "event \(sequence) cannot be")
        }
        return (sequence, [UInt8](try row.stored(1) as Data))
    }

    // MARK: Readings

    /// Records a manifest, from `moment` on in force; the same one again is not written again.
    package func record(_ manifest: Manifest, at moment: Moment) throws(JournalError) {
        try commit { db in
            let json = try JournalJSON.encode(manifest)
            let newest = try String.fetchOne(db, sql: "SELECT body FROM manifest ORDER BY id DESC LIMIT 1")
            guard json != newest else { return }
            try db.execute(
                sql: "INSERT INTO manifest(utc, uptime, boot, body) VALUES (?, ?, ?, ?)",
                arguments: [
                    moment.utc.milliseconds, moment.uptime.count, Int64(bitPattern: moment.boot.rawValue), json,
                ])
        }
        catalog.adopt(manifest)
    }

    package func record(_ tick: Tick) throws(JournalError) { try record([tick]) }

    /// Records ticks in one transaction. After a power cut the last ones may be missing, never half there: the log is not
    /// flushed for readings, which come again in a second.
    package func record(_ ticks: [Tick]) throws(JournalError) {
        if logSize > logLimit {
            checkpoint()
            guard logSize <= logLimit else {
                throw .logHeld(path: path, bytes: logSize, pid: LogHolder.pid(of: JournalFiles(path: path)))
            }
        }
        var (catalog, encoder) = (self.catalog, self.encoder)
        try commit { db in
            for tick in ticks {
                let cells = try JournalWriter.cells(of: tick, catalog: &catalog, in: db)
                let blobs = encoder.encode(cells, at: tick.at)
                try db.cachedStatement(sql: "INSERT INTO tick(utc, level, state, readings) VALUES (?, 0, ?, ?)")
                    .execute(arguments: [tick.at.utc.milliseconds, blobs.state.map { Data($0) }, Data(blobs.readings)])
            }
        }
        (self.catalog, self.encoder) = (catalog, encoder)
    }

    private static func cells(
        of tick: Tick, catalog: inout Catalog, in db: Database
    ) throws -> [(series: Int, cell: Cell)] {
        var cells: [(series: Int, cell: Cell)] = []
        cells.reserveCapacity(tick.readings.count)
        var isAscending = true
        for reading in tick.readings {
            let entry = try catalog.entry(of: reading.series, in: db)
            let cell: Cell =
                switch reading.measurement {
                case .number(let number): entry.resolution.cell(number)
                case .text(let text): .text(try catalog.number(of: text, at: tick.at.utc, in: db))
                case .missed(let reason): .missed(try catalog.number(of: reason, at: tick.at.utc, in: db))
                }
            if let last = cells.last, last.series >= entry.number { isAscending = false }
            cells.append((entry.number, cell))
        }
        return isAscending ? cells : sorted(cells)
    }

    /// By number; of several readings of one series in a tick, the last stands.
    private static func sorted(_ cells: [(series: Int, cell: Cell)]) -> [(series: Int, cell: Cell)] {
        let unique = Dictionary(cells.map { ($0.series, $0.cell) }, uniquingKeysWith: { _, last in last })
        return unique.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    // MARK: The heartbeat

    /// Overwrites the heartbeat; it needs no free space.
    package func beat(_ beat: Heartbeat) throws(JournalError) {
        // An action has none: it beats for nobody.
        guard isEngine else { return }
        let files = JournalFiles(path: path)
        // The file was deleted or replaced: readers look under its name.
        if beatFile?.isIn(place: files) != true {
            beatFile = try BeatFile.Writer(files)
            bell = CommitBell(files, toRing: true)
        }
        try beatFile?.write(beat)
    }

    // MARK: The log

    /// Brings the log into the file and cuts it back; never waits for a reader. To be called every few seconds.
    ///
    /// SQLite itself checkpoints each 1,000 pages and begins the log anew when no reader needs it. Where one reader
    /// always does, the log would grow: TRUNCATE succeeds in the first gap between two readers.
    package func checkpoint() {
        logSize = JournalFiles(path: path).logSize
        guard logSize > JournalWriter.logTarget else { return }
        try? store.access { db in
            try db.execute(sql: "PRAGMA busy_timeout = 0")
            defer { try? db.execute(sql: "PRAGMA busy_timeout = 5000") }
            try db.checkpoint(.truncate)
        }
        logSize = JournalFiles(path: path).logSize
    }
}
