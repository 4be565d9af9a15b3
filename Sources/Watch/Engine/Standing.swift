import Journal
package import Launch

/// What a journal holds when an engine takes it over: all that it goes on from, so that nothing is forgotten, and nothing
/// told twice.
package struct Standing: Sendable {
    /// The verdicts with which its feed ended.
    package var verdicts: [SeriesID: Verdict]
    package var alerts: AlertLog
    package var escalations: EscalationLog
    /// The last that is known of each series.
    package var last: [SeriesID: Track.Recollection]
    /// The sequence of the newest event that these are made of; the ``EngineFollower`` goes on after it.
    package var sequence: Int64
    /// What was said of the poll and the launch clock.
    package var readiness = ReadinessLog()
    /// The newest events of alerts, chains and responses, oldest first: what the escalation engine starts again from.
    package var history: [Event] = []

    package init(
        verdicts: [SeriesID: Verdict] = [:], alerts: AlertLog = AlertLog(),
        escalations: EscalationLog = EscalationLog(),
        last: [SeriesID: Track.Recollection] = [:], sequence: Int64 = 0
    ) {
        self.verdicts = verdicts
        self.alerts = alerts
        self.escalations = escalations
        self.last = last
        self.sequence = sequence
    }

    /// Reads it from a journal. It blocks on the disk.
    package static func read(from path: String) throws -> Standing {
        let reader = try JournalReader(path: path)
        // Asked first: an event that comes in between is in both, which is no harm.
        let sequence = try reader.lastSequence()
        let board = try reader.currentBoard(span: .minutes(1), isWhole: true)
        var last: [SeriesID: Track.Recollection] = [:]
        for track in board.tracks {
            guard let lookedAt = track.lookedAt else { continue }
            last[track.series.id] = Track.Recollection(
                value: track.value, valueAt: track.valueAt, miss: track.miss, lookedAt: lookedAt)
        }
        var standing = Standing(
            verdicts: board.feed.verdicts, alerts: board.alerts, escalations: board.escalations, last: last,
            sequence: sequence)
        standing.readiness = board.readiness
        standing.history = try reader.newest(of: EscalationService.kinds, limit: 2000)
        return standing
    }
}
