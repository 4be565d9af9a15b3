import GRDB
import Launch

/// The events of alerts and silences that a board is made of.
enum AlertRows {
    /// How many open alerts a screen loads, the worst first; the others are counted.
    static let usualLimit = 1000
    /// How many alerts that have ended are told.
    private static let endedLimit = 200
    /// How many of the newest events of one alert are read, beside the one that began it.
    private static let storyLimit = 12

    /// What is open at `end` with all that decides how it stands, and what ended last; in no order.
    static func deciding(_ db: Database, until end: Timestamp?, limit: Int) throws -> [Event] {
        guard try Schema.keepsOpenAlerts(db) else { return try newest(db, until: end) }
        let time = end?.milliseconds ?? .max
        let ended = try String?.fetchAll(
            db,
            sql: """
                SELECT json_extract(body, '$.alert') FROM event
                WHERE kind = 'alert.resolved' AND kind <> 'verdict.changed' AND kind <> 'operator.presence' AND utc <= ?
                ORDER BY sequence DESC LIMIT \(endedLimit)
                """, arguments: [time])
        var subjects = Set(ended.compactMap(\.self))
        if end != nil {
            // What ended after that time may have been open then.
            subjects.formUnion(
                try String?.fetchAll(
                    db,
                    sql: """
                        SELECT DISTINCT \(Schema.alertSubject) FROM event
                        WHERE kind IN ('alert.resolved', 'silence.ended') AND kind <> 'verdict.changed'
                        AND kind <> 'operator.presence' AND utc > ? ORDER BY sequence LIMIT \(usualLimit)
                        """, arguments: [time]
                ).compactMap(\.self))
            subjects.formUnion(
                try String.fetchAll(
                    db, sql: "SELECT subject FROM alert_open ORDER BY rank DESC, since DESC LIMIT \(usualLimit)"))
            return try subjects.flatMap { try story(db, of: $0, since: 0, until: time) }
        }
        var events: [Event] = []
        let open = try Row.fetchAll(
            db, sql: "SELECT subject, since, kind FROM alert_open ORDER BY rank DESC, since DESC LIMIT ?",
            arguments: [limit])
        for row in open {
            let subject: String = try row.stored(0)
            subjects.remove(subject)
            events += try story(db, of: subject, since: try row.stored(1), until: time)
        }
        for subject in subjects { events += try story(db, of: subject, since: 0, until: time) }
        return events
    }

    /// How many open alerts ``deciding(_:until:limit:)`` leaves out, by severity.
    static func beyond(_ db: Database, limit: Int) throws -> [Severity: Int] {
        guard try Schema.keepsOpenAlerts(db) else { return [:] }
        // All of them, less those that are loaded: to put a flood in order only to leave out its head costs more than to read it.
        let all = try Row.fetchOne(
            db,
            sql: """
                SELECT sum(rank = 0), sum(rank = 1), sum(rank = 2), count(*) FROM alert_open WHERE kind = 'alert.fired'
                """)
        guard let all, try all.stored(3) as Int > 0 else { return [:] }
        var counts: [Severity: Int] = [:]
        for (place, severity) in Severity.allCases.enumerated() { counts[severity] = try all.stored(place) }
        let loaded = try Row.fetchAll(
            db,
            sql: """
                SELECT rank, count(*) FROM (
                    SELECT rank, kind FROM alert_open ORDER BY rank DESC, since DESC LIMIT ?)
                WHERE kind = 'alert.fired' GROUP BY rank
                """, arguments: [limit])
        for row in loaded {
            let (rank, count): (Int, Int) = (try row.stored(0), try row.stored(1))
            if Severity.allCases.indices.contains(rank) { counts[Severity.allCases[rank], default: 0] -= count }
        }
        return counts.filter { $0.value > 0 }
    }

    /// The event that began it, and the newest.
    private static func story(_ db: Database, of subject: String, since: Int64, until time: Int64) throws -> [Event] {
        let found = try EventRows.events(
            db,
            where: """
                \(Schema.alertSubject) = ? AND \(Schema.alertKinds) AND sequence >= ? AND utc <= ?
                ORDER BY sequence DESC LIMIT \(storyLimit)
                """, [subject, since, time])
        guard since > 0, let oldest = found.last, oldest.sequence > since else { return found }
        return found + (try EventRows.events(db, where: "sequence = ?", [since]))
    }

    /// Of a journal that does not keep what is open.
    private static func newest(_ db: Database, until end: Timestamp?) throws -> [Event] {
        try EventRows.events(
            db, where: "\(Schema.alertKinds) AND utc <= ? ORDER BY sequence DESC LIMIT 4000",
            [end?.milliseconds ?? .max])
    }
}
