import Foundation
import GRDB
import Launch

/// Events as they stand in the file.
enum EventRows {
    private static let columns = "sequence, origin, utc, uptime, boot, kind, body, hash"

    /// - Parameter condition: what follows WHERE, up to ORDER BY and LIMIT.
    static func links(
        _ db: Database, where condition: String, _ arguments: StatementArguments
    ) throws -> [(link: EventChain.Link, hash: [UInt8])] {
        try Row.fetchAll(
            db.cachedStatement(sql: "SELECT \(columns) FROM event WHERE \(condition)"), arguments: arguments
        ).map { row in
            let moment = Moment(
                utc: Timestamp(milliseconds: try row.stored(2)), uptime: Milliseconds(try row.stored(3)),
                boot: BootID(rawValue: UInt64(bitPattern: try row.stored(4) as Int64)))
            return (
                EventChain.Link(
                    sequence: try row.stored(0), origin: try row.stored(1), at: moment, kind: try row.stored(5),
                    json: try row.stored(6)),
                [UInt8](try row.stored(7) as Data)
            )
        }
    }

    static func events(_ db: Database, where condition: String, _ arguments: StatementArguments) throws -> [Event] {
        try links(db, where: condition, arguments).map { try event($0.link) }
    }

    /// Events are numbered from one on: more than this no journal will ever hold.
    static let sequences: ClosedRange<Int64> = 1...(1 << 52)

    /// - Throws: where the event has a number that none of ours has.
    static func event(_ link: EventChain.Link) throws -> Event {
        guard sequences.contains(link.sequence) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "event \(link.sequence) cannot be")
        }
        return Event(link)
    }

    /// The events that a board at `end` is made of, oldest first: of each series the changes since it was last ok before
    /// its newest trouble, what the newest actions did, how flags changed, and who came and went lately.
    ///
    /// - Parameter alertLimit: how many of the alerts that are open are read.
    static func deciding(
        _ db: Database, manifest: Manifest?, until end: Timestamp?, alertLimit: Int = AlertRows.usualLimit
    ) throws -> [Event] {
        let time = end?.milliseconds ?? .max
        var events = try self.events(
            db, where: "\(Schema.actionKinds) AND utc <= ? ORDER BY sequence DESC LIMIT \(actionLimit)", [time])
        events += try AlertRows.deciding(db, until: end, limit: alertLimit)
        for (kind, limit) in newest { events += try self.newest(db, kind, limit, until: time) }
        // MARK: Security: the newest look at each station
        events += try self.events(
            db,
            where: """
                sequence IN (SELECT max(sequence) FROM event WHERE kind = 'security.checked' AND utc <= ?
                GROUP BY \(Schema.securityStation)) LIMIT 100
                """, [time])
        let changed = try changed(db)
        for series in manifest?.series ?? [] where changed.contains(series.id.name) {
            events += try story(db, of: series.id, until: time)
        }
        return events.sorted { $0.sequence < $1.sequence }
    }

    /// Kinds of which the newest decide, and how many of them: one index look each.
    private static let newest: [(kind: String, limit: Int)] =
        [
            "escalation.started", "escalation.stepped", "escalation.joined", "escalation.stopped", "page.queued",
            "page.attempted", "contact.verified", "escalation.asked", "escalation.refused",
            "response.started", "response.ended", "presence.opened", "presence.seen", "presence.closed",
        ].map { ($0, 400) }
        // Each change of an item counts on those before it: all are read.
        + ["checklist.ticked", "checklist.unticked"].map { ($0, 20_000) }
        // More than a year of daily backups; of removals and failures the newest suffice.
        + [
            "backup.taken", "backup.verified", "backup.failed", "backup.copied", "backup.pruned", "drill.started",
            "drill.ended",
        ].map { ($0, 400) }
        + [("flag.changed", 1000), ("flag.ramp.planned", 100), ("flag.ramp.turned", 400)]
        + ReadinessEvent.kinds.map { ($0, 400) }

    static func newest(_ db: Database, _ kind: String, _ limit: Int, until time: Int64) throws -> [Event] {
        try events(
            db,
            where: """
                kind = ? AND kind <> 'verdict.changed' AND kind <> 'operator.presence' AND utc <= ?
                ORDER BY sequence DESC LIMIT ?
                """, [kind, time, limit])
    }

    /// The series whose verdict ever changed: one look into the index each, instead of one for every series that there is.
    private static func changed(_ db: Database) throws -> Set<String> {
        try String.fetchSet(
            db,
            sql: """
                WITH RECURSIVE changed(name) AS (
                    SELECT ''
                    UNION ALL
                    SELECT (
                        SELECT \(Schema.verdictSeries) FROM event
                        WHERE kind = 'verdict.changed' AND \(Schema.verdictSeries) > changed.name ORDER BY 1 LIMIT 1)
                    FROM changed WHERE changed.name IS NOT NULL)
                SELECT name FROM changed WHERE name <> ''
                """)
    }

    /// Newest first, back to the change that brought the series to ok before its newest trouble: the feed's `since` is
    /// then right. Almost always one to four rows.
    private static func story(_ db: Database, of series: SeriesID, until time: Int64) throws -> [Event] {
        var story: [Event] = []
        var sequence = Int64.max
        var hasTrouble = false
        while story.count < storyLimit {
            let page = try events(
                db,
                where: """
                    kind = 'verdict.changed' AND \(Schema.verdictSeries) = ? AND sequence < ? AND utc <= ?
                    ORDER BY sequence DESC LIMIT 4
                    """, [series.name, sequence, time])
            for event in page {
                guard case .verdictChanged(let change) = event.body else { continue }
                if change.to == .ok, hasTrouble { return story }
                hasTrouble = hasTrouble || change.to != .ok
                story.append(event)
            }
            guard let last = page.last, page.count == 4 else { break }
            sequence = last.sequence
        }
        return story
    }

    /// Kinds that are no stop for one who goes through the past event by event, as a list of SQL.
    static let small = [
        "operator.presence", "presence.opened", "presence.seen", "presence.closed", "action.step.started",
        "action.step.ended", "action.noted", "alert.pending", "alert.cleared",
        "alert.suppressed", "alert.recovering", "escalation.joined", "escalation.stepped", "page.queued",
        "page.attempted",
        "flag.ramp.planned", "flag.ramp.turned",
    ].map { "'\($0)'" }.joined(separator: ", ")

    /// Some hundred deploys with all their steps.
    private static let actionLimit = 4000
    /// A series that has flapped between warning and critical for longer than this is shown since the oldest of these.
    private static let storyLimit = 400
}

extension Event {
    init(_ link: EventChain.Link) {
        self.init(
            sequence: link.sequence, origin: link.origin, at: link.at.withinRecordedTime,
            body: Event.Body(kind: link.kind, json: link.json))
    }
}
