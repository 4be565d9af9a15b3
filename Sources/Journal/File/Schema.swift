import GRDB

/// The tables of a journal and the marks by which its file is known.
enum Schema {
    /// `GRDA` in the file's header: what file(1) and a wrong path are told apart by.
    static let applicationID = 0x4752_4441
    /// Raised when an older guardia could no longer read the file, or when it has a view or a trigger more.
    static let version = 1

    /// A table, a trigger or an index, and the statement that makes it, as SQLite keeps it: it ends without a semicolon.
    struct Piece {
        let name: String
        let sql: String

        init(_ name: String, _ sql: String) { (self.name, self.sql) = (name, sql) }
    }

    /// All that a journal of this version has.
    static let pieces = tables + additions + openAlerts

    /// - `event`: one row an event, for ever; triggers keep an accident from changing it, the hash chain finds intent.
    /// - `series`: numbers for names; one name has another number after its unit changed, so that old ticks stay readable.
    /// - `text`: numbers for texts and reasons of misses; `used` (UTC, to the hour) tells when one may go.
    /// - `tick`: `level` 0 as recorded, 1 downsampled to the minute; `state` on key ticks alone.
    private static let tables = [
        Piece(
            "event",
            """
            CREATE TABLE event(
                sequence INTEGER PRIMARY KEY, origin TEXT NOT NULL, utc INTEGER NOT NULL, uptime INTEGER NOT NULL,
                boot INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, hash BLOB NOT NULL) STRICT
            """),
        Piece(
            "event_unchangeable",
            """
            CREATE TRIGGER event_unchangeable BEFORE UPDATE ON event
                BEGIN SELECT RAISE(ABORT, 'events are append-only'); END
            """),
        Piece(
            "event_undeletable",
            """
            CREATE TRIGGER event_undeletable BEFORE DELETE ON event
                BEGIN SELECT RAISE(ABORT, 'events are append-only'); END
            """),
        Piece(
            "event_verdict",
            "CREATE INDEX event_verdict ON event(\(verdictSeries), sequence) WHERE kind = 'verdict.changed'"),
        Piece(
            "event_presence", "CREATE INDEX event_presence ON event(sequence) WHERE kind = 'operator.presence'"),
        Piece("event_action", "CREATE INDEX event_action ON event(sequence) WHERE \(actionKinds)"),
        Piece(
            "manifest",
            """
            CREATE TABLE manifest(
                id INTEGER PRIMARY KEY, utc INTEGER NOT NULL, uptime INTEGER NOT NULL, boot INTEGER NOT NULL,
                body TEXT NOT NULL) STRICT
            """),
        Piece(
            "series",
            """
            CREATE TABLE series(
                number INTEGER PRIMARY KEY, name TEXT NOT NULL, resolution REAL NOT NULL, UNIQUE(name, resolution)) STRICT
            """),
        Piece(
            "text",
            "CREATE TABLE text(number INTEGER PRIMARY KEY, content TEXT NOT NULL UNIQUE, used INTEGER NOT NULL) STRICT"),
        Piece(
            "tick",
            """
            CREATE TABLE tick(
                id INTEGER PRIMARY KEY, utc INTEGER NOT NULL, level INTEGER NOT NULL, state BLOB,
                readings BLOB NOT NULL) STRICT
            """),
        Piece("tick_key", "CREATE INDEX tick_key ON tick(level, utc) WHERE state IS NOT NULL"),
    ]

    /// What journals of the first days lack.
    private static let additions = [
        Piece(
            "event_kind",
            """
            CREATE INDEX IF NOT EXISTS event_kind ON event(kind, sequence)
                WHERE kind <> 'verdict.changed' AND kind <> 'operator.presence'
            """),
        Piece(
            "event_alert",
            "CREATE INDEX IF NOT EXISTS event_alert ON event(\(alertSubject), sequence) WHERE \(alertKinds)"),
        Piece(
            "event_security",
            """
            CREATE INDEX IF NOT EXISTS event_security ON event(\(securityStation), sequence, utc)
                WHERE kind = 'security.checked'
            """),
    ]

    /// What is open now: one row an alert that is pending or fires, and a silence that has not ended, with the event that
    /// began it. Triggers keep it, whoever writes: an alert that has fired for a year is found without reading a year.
    private static let openAlerts = [
        Piece(
            "alert_open",
            """
            CREATE TABLE alert_open(
                subject TEXT PRIMARY KEY, since INTEGER NOT NULL, rank INTEGER NOT NULL, kind TEXT NOT NULL) STRICT
            """),
        Piece(
            "alert_opened",
            """
            CREATE TRIGGER alert_opened AFTER INSERT ON event
                WHEN NEW.kind IN ('alert.pending', 'alert.fired') AND json_valid(NEW.body)
                    AND json_extract(NEW.body, '$.alert.fingerprint') IS NOT NULL
                BEGIN
                    INSERT INTO alert_open VALUES (
                        json_extract(NEW.body, '$.alert.fingerprint'), NEW.sequence,
                        CASE json_extract(NEW.body, '$.alert.severity') WHEN 'critical' THEN 2 WHEN 'warning' THEN 1 ELSE 0 END,
                        NEW.kind)
                    ON CONFLICT(subject) DO UPDATE SET rank = excluded.rank, kind = excluded.kind;
                END
            """),
        Piece(
            "silence_opened",
            """
            CREATE TRIGGER silence_opened AFTER INSERT ON event
                WHEN NEW.kind = 'silence.set' AND json_valid(NEW.body) AND json_extract(NEW.body, '$.id') IS NOT NULL
                BEGIN
                    INSERT INTO alert_open VALUES (json_extract(NEW.body, '$.id'), NEW.sequence, 3, NEW.kind)
                    ON CONFLICT(subject) DO UPDATE SET since = excluded.since;
                END
            """),
        Piece(
            "alert_closed",
            """
            CREATE TRIGGER alert_closed AFTER INSERT ON event
                WHEN NEW.kind IN ('alert.resolved', 'alert.cleared', 'silence.ended') AND json_valid(NEW.body)
                BEGIN
                    DELETE FROM alert_open
                    WHERE subject = coalesce(json_extract(NEW.body, '$.alert'), json_extract(NEW.body, '$.silence'));
                END
            """),
    ]

    /// What was open before ``openAlerts`` was there.
    private static let openBefore = """
        INSERT INTO alert_open
            SELECT subject, since, rank, kind FROM (
                SELECT \(alertSubject) AS subject, min(sequence) AS since,
                    max(CASE json_extract(body, '$.alert.severity') WHEN 'critical' THEN 2 WHEN 'warning' THEN 1 ELSE 0 END)
                        AS rank
                FROM event WHERE \(alertKinds) GROUP BY 1 HAVING subject IS NOT NULL)
            JOIN (
                SELECT \(alertSubject) AS last, kind, max(sequence) FROM event
                WHERE kind IN (
                    'alert.pending', 'alert.fired', 'alert.resolved', 'alert.cleared', 'silence.set', 'silence.ended')
                GROUP BY 1) ON last = subject
            WHERE kind IN ('alert.pending', 'alert.fired', 'silence.set')
        """

    /// The alert or the silence of an event, as its index spells it.
    static let alertSubject = """
        CASE WHEN json_valid(body) THEN coalesce(json_extract(body, '$.alert.fingerprint'), json_extract(body, '$.alert'), \
        json_extract(body, '$.silence'), json_extract(body, '$.id')) END
        """

    /// The kinds of the events of alerts and silences, as their index spells it.
    static let alertKinds = "(kind >= 'alert.' AND kind < 'alert/' OR kind >= 'silence.' AND kind < 'silence/')"

    /// Whether a journal keeps what is open: those of the first days get it from their next writer.
    static func keepsOpenAlerts(_ db: Database) throws -> Bool { try db.tableExists("alert_open") }

    /// The station of a security event, as its index spells it.
    static let securityStation = "CASE WHEN json_valid(body) THEN json_extract(body, '$.station') END"

    /// The series of a verdict event, as its index spells it: a query must repeat it letter by letter to use the index.
    static let verdictSeries = "CASE WHEN json_valid(body) THEN json_extract(body, '$.series') END"

    /// The kinds of an action's events, as their index spells it.
    static let actionKinds = "kind >= 'action.' AND kind < 'action/'"

    /// Without these nothing can be read.
    static let requiredTables = ["event", "manifest", "series", "text", "tick"]
    static let tableNames = Set(requiredTables + ["alert_open"])

    /// Creates the tables of a new file; checks that an old one is ours.
    static func prepare(_ db: Database, path: String) throws {
        try db.inTransaction(.immediate) {
            if try isEmpty(db) {
                for piece in tables { try db.execute(sql: piece.sql) }
                try db.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version)")
            }
            return .commit
        }
        try check(db, path: path)
        for piece in additions { try db.execute(sql: piece.sql) }
        if try !keepsOpenAlerts(db) {
            try db.inTransaction(.immediate) {
                // Another process may have been first.
                if try !keepsOpenAlerts(db) {
                    for piece in openAlerts { try db.execute(sql: piece.sql) }
                    try db.execute(sql: openBefore)
                }
                return .commit
            }
        }
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
        if let trouble = try SchemaCheck.current.trouble(in: db) {
            throw JournalError.damaged(path: path, reason: trouble)
        }
    }

    private static func number(_ db: Database, _ pragma: String) throws -> Int {
        try Int.fetchOne(db, sql: "PRAGMA \(pragma)") ?? 0
    }
}
