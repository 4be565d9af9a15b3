import Foundation
import GRDB
package import Launch

/// What was collected of the launch's audit: a SQLite file beside the journal, searchable, each class kept for its own time.
///
/// Not in the journal's chain: that keeps everything for ever, and personal data may not be kept for ever.
package final class AuditStore {
    package let path: String
    private let queue: DatabaseQueue

    /// Of a journal.
    package static func path(of journal: String) -> String { "\(journal).audit" }

    /// Opens the file, and makes it where it is to be written.
    package init(path: String, readonly: Bool = false) throws(JournalError) {
        self.path = path
        var configuration = Configuration()
        configuration.readonly = readonly
        configuration.busyMode = .timeout(5)
        configuration.label = "audit"
        if !readonly {
            configuration.prepareDatabase { db in
                try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
            }
        }
        do {
            if !readonly { try JournalFiles(path: path).create() }
            queue = try DatabaseQueue(path: path, configuration: configuration)
            guard !readonly else { return }
            try queue.write { db in
                try db.execute(
                    sql: """
                        CREATE TABLE IF NOT EXISTS entry(
                            id INTEGER PRIMARY KEY, utc INTEGER NOT NULL, source TEXT NOT NULL, class TEXT NOT NULL,
                            user TEXT NOT NULL, database TEXT NOT NULL, origin TEXT NOT NULL, action TEXT NOT NULL,
                            object TEXT NOT NULL, text TEXT NOT NULL, succeeded INTEGER NOT NULL) STRICT;
                        CREATE INDEX IF NOT EXISTS entry_utc ON entry(utc);
                        CREATE INDEX IF NOT EXISTS entry_class ON entry(class, utc);
                        CREATE TABLE IF NOT EXISTS position(
                            file TEXT PRIMARY KEY, inode INTEGER NOT NULL, offset INTEGER NOT NULL) STRICT;
                        CREATE TABLE IF NOT EXISTS digest(file TEXT PRIMARY KEY, digest TEXT NOT NULL) STRICT;
                        """)
            }
        } catch {
            throw JournalError(error, path: path)
        }
    }

    /// How far a file was read.
    package struct Position: Hashable, Sendable {
        package var inode: UInt64
        package var offset: Int64

        package init(inode: UInt64, offset: Int64) {
            self.inode = inode
            self.offset = offset
        }
    }

    package func position(of file: String) throws(JournalError) -> Position? {
        try access { db in
            try Row.fetchOne(db, sql: "SELECT inode, offset FROM position WHERE file = ?", arguments: [file]).map {
                Position(inode: UInt64(bitPattern: try $0.stored(0) as Int64), offset: try $0.stored(1))
            }
        }
    }

    /// Keeps entries and how far their file was read in one transaction: none is lost and none comes twice.
    package func keep(_ entries: [AuditEntry], of file: String, at position: Position) throws(JournalError) {
        try write { db in
            for entry in entries { try AuditStore.insert(entry, db) }
            try db.execute(
                sql: "INSERT OR REPLACE INTO position VALUES (?, ?, ?)",
                arguments: [file, Int64(bitPattern: position.inode), position.offset])
        }
    }

    package func digest(of file: String) throws(JournalError) -> String? {
        try access { try String.fetchOne($0, sql: "SELECT digest FROM digest WHERE file = ?", arguments: [file]) }
    }

    /// Keeps the entry of a file that changed with its new digest.
    package func keep(_ entry: AuditEntry, digest: String, of file: String) throws(JournalError) {
        try write { db in
            try AuditStore.insert(entry, db)
            try db.execute(sql: "INSERT OR REPLACE INTO digest VALUES (?, ?)", arguments: [file, digest])
        }
    }

    private static func insert(_ entry: AuditEntry, _ db: Database) throws {
        func cut(_ text: String) -> String { text.cut(toBytes: 4096) }
        try db.cachedStatement(sql: "INSERT INTO entry VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)").execute(
            arguments: [
                entry.at.milliseconds, cut(entry.source), entry.kind.rawValue, cut(entry.user), cut(entry.database),
                cut(entry.origin), cut(entry.action), cut(entry.object), cut(entry.text), entry.succeeded ? 1 : 0,
            ])
    }

    /// What is looked for; nil is anything.
    package struct Query: Hashable, Sendable {
        package var text: String
        package var kind: AuditClass?
        package var user: String?
        package var from: Timestamp
        package var to: Timestamp
        package var limit: Int

        package init(
            text: String = "", kind: AuditClass? = nil, user: String? = nil, from: Timestamp, to: Timestamp, limit: Int
        ) {
            self.text = text
            self.kind = kind
            self.user = user
            self.from = from
            self.to = to
            self.limit = limit
        }
    }

    /// Oldest first.
    package func search(_ query: Query) throws(JournalError) -> [AuditEntry] {
        try access { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT utc, source, class, user, database, origin, action, object, text, succeeded FROM entry
                    WHERE utc >= ? AND utc <= ? AND (? IS NULL OR class = ?) AND (? IS NULL OR user = ?)
                    AND (? = '' OR instr(lower(source || ' ' || user || ' ' || database || ' ' || origin || ' ' || action
                        || ' ' || object || ' ' || text), lower(?)) > 0)
                    ORDER BY utc, id LIMIT ?
                    """,
                arguments: [
                    query.from.milliseconds, query.to.milliseconds, query.kind?.rawValue, query.kind?.rawValue,
                    query.user, query.user, query.text, query.text, query.limit,
                ])
            return try rows.compactMap { row in
                try AuditClass(rawValue: try row.stored(2)).map { kind in
                    AuditEntry(
                        at: Timestamp(milliseconds: try row.storedTime(0)), source: try row.stored(1), kind: kind,
                        user: try row.stored(3), database: try row.stored(4), origin: try row.stored(5),
                        action: try row.stored(6), object: try row.stored(7), text: try row.stored(8),
                        succeeded: try row.stored(9) as Int64 == 1)
                }
            }
        }
    }

    /// How many entries of each class, user and action there are between two times; the most frequent first.
    package func tally(
        from start: Timestamp, to end: Timestamp
    ) throws(JournalError) -> [(kind: String, user: String, action: String, failed: Bool, count: Int)] {
        try access { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT class, user, action, succeeded, count(*) FROM entry WHERE utc >= ? AND utc <= ?
                    GROUP BY class, user, action, succeeded ORDER BY class, count(*) DESC LIMIT 500
                    """, arguments: [start.milliseconds, end.milliseconds]
            ).map { row in
                (
                    try row.stored(0), try row.stored(1), try row.stored(2), (try row.stored(3) as Int) == 0,
                    try row.stored(4)
                )
            }
        }
    }

    /// Removes what is older than its class is kept.
    ///
    /// - Returns: how many entries.
    @discardableResult
    package func prune(keep: [AuditClass: Milliseconds], now: Timestamp) throws(JournalError) -> Int {
        try write { db in
            var removed = 0
            for kind in AuditClass.allCases {
                let kept = keep[kind] ?? kind.usualRetention
                try db.execute(
                    sql: "DELETE FROM entry WHERE class = ? AND utc < ?",
                    arguments: [kind.rawValue, now.milliseconds - kept.count])
                removed += db.changesCount
            }
            return removed
        }
    }

    private func access<Value>(_ body: (Database) throws -> Value) throws(JournalError) -> Value {
        do { return try queue.read(body) } catch { throw JournalError(error, path: path) }
    }

    private func write<Value>(_ body: (Database) throws -> Value) throws(JournalError) -> Value {
        do { return try queue.write(body) } catch { throw JournalError(error, path: path) }
    }
}
