import GRDB

/// The tables of a journal and the marks by which its file is known.
enum Schema {
    /// `GRDA` in the file's header: what file(1) and a wrong path are told apart by.
    static let applicationID = 0x4752_4441
    /// Raised when an older guardia could no longer read the file.
    static let version = 1

    /// - `event`: one row an event, for ever; triggers keep an accident from changing it, the hash chain finds intent.
    /// - `series`: numbers for names; one name has another number after its unit changed, so that old ticks stay readable.
    /// - `text`: numbers for texts and reasons of misses; `used` (UTC, to the hour) tells when one may go.
    /// - `tick`: `level` 0 as recorded, 1 downsampled to the minute; `state` on key ticks alone.
    private static let tables = """
        CREATE TABLE event(
            sequence INTEGER PRIMARY KEY, origin TEXT NOT NULL, utc INTEGER NOT NULL, uptime INTEGER NOT NULL,
            boot INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, hash BLOB NOT NULL) STRICT;
        CREATE TRIGGER event_unchangeable BEFORE UPDATE ON event
            BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
        CREATE TRIGGER event_undeletable BEFORE DELETE ON event
            BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
        CREATE INDEX event_verdict ON event(\(verdictSeries), sequence) WHERE kind = 'verdict.changed';
        CREATE INDEX event_presence ON event(sequence) WHERE kind = 'operator.presence';
        CREATE INDEX event_action ON event(sequence) WHERE \(actionKinds);

        CREATE TABLE manifest(
            id INTEGER PRIMARY KEY, utc INTEGER NOT NULL, uptime INTEGER NOT NULL, boot INTEGER NOT NULL,
            body TEXT NOT NULL) STRICT;

        CREATE TABLE series(
            number INTEGER PRIMARY KEY, name TEXT NOT NULL, resolution REAL NOT NULL, UNIQUE(name, resolution)) STRICT;
        CREATE TABLE text(number INTEGER PRIMARY KEY, content TEXT NOT NULL UNIQUE, used INTEGER NOT NULL) STRICT;
        CREATE TABLE tick(
            id INTEGER PRIMARY KEY, utc INTEGER NOT NULL, level INTEGER NOT NULL, state BLOB,
            readings BLOB NOT NULL) STRICT;
        CREATE INDEX tick_key ON tick(level, utc) WHERE state IS NOT NULL;
        """

    /// What journals of the first days lack.
    private static let additions = """
        CREATE INDEX IF NOT EXISTS event_kind ON event(kind, sequence)
            WHERE kind <> 'verdict.changed' AND kind <> 'operator.presence';
        """

    /// The series of a verdict event, as its index spells it: a query must repeat it letter by letter to use the index.
    static let verdictSeries = "CASE WHEN json_valid(body) THEN json_extract(body, '$.series') END"

    /// The kinds of an action's events, as their index spells it.
    static let actionKinds = "kind >= 'action.' AND kind < 'action/'"

    /// Creates the tables of a new file; checks that an old one is ours.
    static func prepare(_ db: Database, path: String) throws {
        try db.inTransaction(.immediate) {
            if try isEmpty(db) {
                try db.execute(sql: tables)
                try db.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version)")
            }
            return .commit
        }
        try check(db, path: path)
        try db.execute(sql: additions)
    }

    /// Whether the file holds nothing at all: it is new, or its writer died before the first transaction.
    static func isEmpty(_ db: Database) throws -> Bool {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0 && number(db, "application_id") == 0
    }

    static func check(_ db: Database, path: String) throws {
        let application = try number(db, "application_id")
        guard application == applicationID else {
            throw JournalError.notAJournal(path: path, reason: "a database of another program")
        }
        let found = try number(db, "user_version")
        guard found <= version else { throw JournalError.newerFormat(path: path, found: found, known: version) }
    }

    private static func number(_ db: Database, _ pragma: String) throws -> Int {
        try Int.fetchOne(db, sql: "PRAGMA \(pragma)") ?? 0
    }
}
