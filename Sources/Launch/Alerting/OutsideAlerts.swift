/// What an Alertmanager knows, as one answer of it says: all of its alerts and silences.
package struct OutsideAlerts: Hashable, Sendable {
    /// Its name in the config.
    package var source: String
    package var alerts: [OutsideAlert]
    package var silences: [Silence]

    package init(source: String, alerts: [OutsideAlert], silences: [Silence]) {
        self.source = source
        self.alerts = alerts
        self.silences = silences
    }
}

/// One alert of an Alertmanager, and what keeps it quiet there.
package struct OutsideAlert: Hashable, Sendable {
    package var facts: AlertEvent.Facts
    package var silences: [String]
    package var inhibitors: [Fingerprint]

    package init(facts: AlertEvent.Facts, silences: [String] = [], inhibitors: [Fingerprint] = []) {
        self.facts = facts
        self.silences = silences
        self.inhibitors = inhibitors
    }
}

extension AlertMachine {
    /// Takes in an answer of an Alertmanager: what is new fires, what is no longer among its alerts is resolved, its silences
    /// are ours. No answer resolves nothing: it is not taken in at all.
    package mutating func take(_ answer: OutsideAlerts, now: Moment) -> [AlertEvent] {
        var events: [AlertEvent] = []
        let silences = Dictionary(answer.silences.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for known in log.silences.values.sorted(by: { $0.id < $1.id })
        where known.source == answer.source && silences[known.id] == nil {
            tell(.unsilenced(.init(silence: known.id)), at: now, &events)
            suppression.isDirty = true
        }
        for silence in answer.silences.sorted(by: { $0.id < $1.id }) where log.silences[silence.id] != silence {
            tell(.silenced(silence), at: now, &events)
            suppression.isDirty = true
        }
        var present: Set<Fingerprint> = []
        for alert in answer.alerts.sorted(by: { $0.facts.fingerprint < $1.facts.fingerprint }) {
            let id = alert.facts.fingerprint
            // One that guardia fires itself comes back from the Alertmanager that it is posted to: it is one alert.
            if let known = log[id], known.state != .resolved, known.facts.source != answer.source { continue }
            guard present.insert(id).inserted else { continue }
            let (quiet, standing) = (alert.silences.sorted(), alert.inhibitors.sorted())
            if suppression.outside[id].map({ $0.silences != quiet || $0.inhibitors != standing }) ?? true {
                suppression.outside[id] = quiet.isEmpty && standing.isEmpty ? nil : (quiet, standing)
                suppression.isDirty = true
            }
            if let known = log[id], known.state == .firing, known.facts.isTheSame(as: alert.facts) { continue }
            tell(.fired(.init(alert: alert.facts)), at: now, &events)
        }
        for alert in log.alerts.values.sorted(by: { $0.id < $1.id })
        where alert.facts.source == answer.source && alert.state == .firing && !present.contains(alert.id) {
            tell(.resolved(.init(alert: alert.id)), at: now, &events)
        }
        settle(at: now, &events)
        return events
    }
}

extension AlertEvent.Facts {
    /// Whether nothing has changed that people are told.
    fileprivate func isTheSame(as other: AlertEvent.Facts) -> Bool {
        severity == other.severity && summary == other.summary && runbook == other.runbook && policy == other.policy
    }
}
