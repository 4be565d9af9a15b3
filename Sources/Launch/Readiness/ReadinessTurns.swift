/// Which verdicts of the poll have changed for good, and are to be told to the journal: one that comes and goes within seconds
/// is no news.
package struct ReadinessTurns: Sendable {
    /// How long a verdict must stand before it is told.
    package static let settling: Milliseconds = .seconds(5)

    /// Since when a station has stood differently from what was last told; the whole poll under the empty name.
    private var pending: [String: (to: ReadinessVerdict, since: Moment)] = [:]

    package init() {}

    /// - Parameter log: what was told so far.
    package mutating func take(_ poll: ReadinessPoll, told log: ReadinessLog, at now: Moment) -> [ReadinessEvent] {
        var events: [ReadinessEvent] = []
        for station in poll.stations {
            let told = log.turned[station.name]?.body.to
            if settles(station.name, station.verdict, told, at: now) {
                events.append(
                    .turned(.init(station: station.name, from: told, to: station.verdict, why: station.why)))
            }
        }
        let told = log.pollTurned?.body.to
        if settles("", poll.verdict, told, at: now) {
            let why = poll.reasons.first ?? "\(poll.goCount) of \(poll.stations.count) stations"
            events.append(.turned(.init(station: nil, from: told, to: poll.verdict, why: why)))
        }
        return events
    }

    private mutating func settles(
        _ name: String, _ verdict: ReadinessVerdict, _ told: ReadinessVerdict?, at now: Moment
    ) -> Bool {
        guard verdict != told else {
            pending[name] = nil
            return false
        }
        guard let entry = pending[name], entry.to == verdict else {
            pending[name] = (verdict, now)
            return false
        }
        guard entry.since.age(at: now) >= ReadinessTurns.settling else { return false }
        pending[name] = nil
        return true
    }
}
