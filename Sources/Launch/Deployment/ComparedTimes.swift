/// Which times a change of traffic is judged by.
///
/// A deploy is compared with the minutes before it. A rollback is not: those minutes hold good ones of the release before, and a
/// median of both calls the end of an incident "same". It is compared with the incident: the time since what it takes back
/// took the traffic, and of that what the alerts say was ill. Whether all is again as it was tells the time before that release.
package struct ComparedTimes: Hashable, Sendable {
    /// When the traffic first moved, and when for the last time: a canary's minutes belong to neither side.
    package let began: Moment
    package let settled: Moment
    /// What the time after is compared with.
    package let before: Range<Timestamp>
    /// When the traffic was moved again: what comes then is not its doing; nil while it was not.
    package let end: Timestamp?
    /// The incident, where that is what it is compared with; its release by its version, where that is known.
    package let incident: Incident?
    /// Of a rollback: the time before what it takes back; nil where the journal tells of none.
    package let healthy: Range<Timestamp>?

    /// What a rollback ends.
    package struct Incident: Hashable, Sendable {
        /// The release that is taken back.
        package var version: String?
    }

    /// How far each time reaches.
    package static let span: Milliseconds = .minutes(15)

    /// The figures of the whole launch are of the last minute: until it is over they are in part of the time before. Those of the
    /// colour that took over are its own.
    package static let memory: Milliseconds = .minutes(1)

    /// The second of the switch belongs to neither side.
    private static let instant: Milliseconds = 1000

    /// Nil for an action that moved no traffic.
    package init?(of record: ActionRecord, in board: Board) {
        guard let began = record.firstMovedAt, let settled = record.movedAt else { return nil }
        (self.began, self.settled) = (began, settled)
        let last = began.utc + ComparedTimes.instant * -1
        let earliest = last + ComparedTimes.span * -1
        let moves = board.actions.records.filter { [.deploy, .rollback].contains($0.kind) && $0.split != nil }
        let previous = moves.last { $0.id != record.id && $0.at.utc <= record.at.utc && $0.movedAt != nil }
        end = moves.first { $0.id != record.id && $0.at.utc > record.at.utc && $0.firstMovedAt != nil }?.firstMovedAt
            .map {
                $0.utc + ComparedTimes.instant * -1
            }
        // What served before the traffic last moved was another release: it says nothing of this change.
        var start = previous?.movedAt.map { $0.utc + ComparedTimes.instant } ?? earliest
        guard record.kind == .rollback else {
            before = ComparedTimes.range(max(start, earliest), last)
            (incident, healthy) = (nil, nil)
            return
        }
        // A release that was rolled back at once did what it did as a canary too.
        if let first = previous?.firstMovedAt, last - start < ComparedTimes.memory { start = min(start, first.utc) }
        if let ill = board.alerts.illSince(at: began, notBefore: start) { start = max(start, ill) }
        before = ComparedTimes.range(max(start, earliest), last)
        incident = Incident(version: record.started.from?.version ?? previous?.started.to?.version)
        healthy = previous?.firstMovedAt.map { first in
            let until = first.utc + ComparedTimes.instant * -1
            let earlier = moves.last { $0.id != previous?.id && $0.id != record.id && $0.at.utc <= first.utc }
            let from = earlier?.movedAt.map { $0.utc + ComparedTimes.instant } ?? until + ComparedTimes.span * -1
            return ComparedTimes.range(max(from, until + ComparedTimes.span * -1), until)
        }
    }

    /// How long of the time after there is to look at.
    package func after(at now: Moment) -> Milliseconds {
        let known = min(ComparedTimes.span, settled.age(at: now))
        return end.map { min(known, max($0 - settled.utc, 0)) } ?? known
    }

    /// What is left of a time for figures that remember a minute: its beginning is in part of the time before. Of a short one its
    /// second half.
    static func settledPart(of range: Range<Timestamp>) -> Range<Timestamp> {
        let span = range.upperBound - range.lowerBound
        return ComparedTimes.range(
            range.lowerBound + min(ComparedTimes.memory, Milliseconds(span.count / 2)), range.upperBound)
    }

    private static func range(_ start: Timestamp, _ end: Timestamp) -> Range<Timestamp> { min(start, end)..<end }
}

extension AlertLog {
    /// Since when the launch was ill at a moment: the earliest that an alert's condition held, of the worst that fired then and
    /// began after `start`; nil where none did.
    fileprivate func illSince(at moment: Moment, notBefore start: Timestamp) -> Timestamp? {
        let fired = alerts.values.filter { alert in
            guard let firedAt = alert.firedAt, alert.facts.severity != .info else { return false }
            let hasEnded = alert.state == .resolved && alert.at.utc < moment.utc
            return firedAt.utc <= moment.utc && firedAt.utc >= start && !hasEnded
        }
        let worst = fired.map(\.facts.severity).max()
        return fired.filter { $0.facts.severity == worst }.map(\.facts.since.utc)
            .filter { $0 >= start }.min()
    }
}
