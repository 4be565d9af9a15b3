/// What keeps alerts quiet, as the machine knows it beside its log.
struct AlertSuppression: Sendable {
    /// Whether it must be looked at anew who keeps whom quiet.
    var isDirty = false
    /// The silences that counted at the last look.
    var active: Set<String> = []
    /// The ids of silences that have ended lately, oldest first.
    var endings: [String] = []
    /// What an Alertmanager says of its own alerts.
    var outside: [Fingerprint: (silences: [String], inhibitors: [Fingerprint])] = [:]
}

// MARK: What operators and other processes say

extension AlertMachine {
    /// Takes in an event of the journal: an acknowledgement, a silence. What is known already, and what is none of these, is
    /// passed over: the engine hears its own events too.
    ///
    /// - Returns: what follows from it; the event itself stands in the journal.
    package mutating func take(_ event: AlertEvent, at moment: Moment, now: Moment) -> [AlertEvent] {
        guard hear(event, at: moment) else { return [] }
        var events: [AlertEvent] = []
        lapse(at: now, &events)
        settle(at: now, &events)
        return events
    }

    /// Whether it was news.
    private mutating func hear(_ event: AlertEvent, at moment: Moment) -> Bool {
        switch event {
        case .acknowledged(let body):
            guard let alert = log[body.alert], alert.state != .resolved, alert.acknowledged?.body != body,
                !alert.hasWord(after: moment)
            else { return false }
            log.take(event, at: moment)
            taken.insert(body.alert)
            return true
        case .unacknowledged(let body):
            guard let alert = log[body.alert], alert.acknowledged != nil, !alert.hasWord(after: moment) else {
                return false
            }
            log.take(event, at: moment)
            taken.remove(body.alert)
            return true
        case .silenced(let silence):
            guard log.silences[silence.id] != silence, !suppression.ended.contains(silence.id) else { return false }
            log.take(event, at: moment)
        case .unsilenced(let body):
            suppression.end(body.silence)
            guard log.silences[body.silence] != nil else { return false }
            log.take(event, at: moment)
        case .pending, .cleared, .fired, .resolved, .suppressed, .recovering: return false
        }
        suppression.isDirty = true
        return true
    }

    /// Ends acknowledgements whose time is over: loudly, because the alert still fires. Their time is counted from when they
    /// were given, by a clock that no step touches.
    mutating func lapse(at now: Moment, _ events: inout [AlertEvent]) {
        for id in taken.sorted() {
            guard let alert = log[id], let given = alert.acknowledged else {
                taken.remove(id)
                continue
            }
            guard alert.state == .firing, let until = given.body.until, given.at.age(at: now) >= until - given.at.utc
            else { continue }
            taken.remove(id)
            tell(.unacknowledged(.init(alert: id)), at: now, &events)
        }
    }

    // MARK: Silences and inhibitions

    /// Finds anew who keeps whom quiet, where anything may have changed it.
    mutating func settle(at now: Moment, _ events: inout [AlertEvent]) {
        for silence in log.silences.values.sorted(by: { $0.id < $1.id }) where hasEnded(silence, at: now) {
            suppression.end(silence.id)
            tell(.unsilenced(.init(silence: silence.id)), at: now, &events)
        }
        let silences = log.silences.values.filter { log.isActive($0, at: now) }.sorted { $0.id < $1.id }
        let ids = Set(silences.map(\.id))
        guard suppression.isDirty || ids != suppression.active else { return }
        (suppression.isDirty, suppression.active) = (false, ids)

        let firing = log.alerts.values.filter { $0.state == .firing }.sorted { $0.id < $1.id }
        let labels = firing.map { (id: $0.id, labels: $0.facts.matchable) }
        let inhibitors = Inhibition.inhibitors(of: labels, by: plan.inhibitions)
        var quiet: [Fingerprint: [String]] = [:]
        for silence in silences {
            let matches = LabelMatcher.all(silence.matchers)
            for alert in labels where matches(alert.labels) { quiet[alert.id, default: []].append(silence.id) }
        }
        for alert in firing {
            let outside = suppression.outside[alert.id]
            let silences = Set((quiet[alert.id] ?? []) + (outside?.silences ?? [])).sorted()
            let standing = Set((inhibitors[alert.id] ?? []) + (outside?.inhibitors ?? [])).sorted()
            guard silences != alert.silences || standing != alert.inhibitors else { continue }
            tell(.suppressed(.init(alert: alert.id, silences: silences, inhibitors: standing)), at: now, &events)
        }
    }

    private func hasEnded(_ silence: Silence, at now: Moment) -> Bool {
        // Those of an Alertmanager end when it says so.
        guard silence.source == nil else { return false }
        guard let told = log.silencedAt[silence.id] else { return silence.until <= now.utc }
        return silence.until <= told.utc + told.age(at: now)
    }
}

extension AlertSuppression {
    /// The ids of silences that have ended lately: one that is told again (from a spool, from a journal that was begun anew)
    /// does not come back.
    var ended: Set<String> { Set(endings) }

    mutating func end(_ id: String) {
        endings.append(id)
        if endings.count > 256 { endings.removeFirst(endings.count - 256) }
    }
}

extension Alert {
    /// Whether an acknowledgement, or the end of one, is known that is younger than `moment`, or the alert itself is.
    fileprivate func hasWord(after moment: Moment) -> Bool {
        story.contains { entry in
            switch entry.event {
            case .acknowledged, .unacknowledged: entry.at.isAfter(moment)
            default: false
            }
        }
    }
}

extension AlertEvent {
    /// The alert, or the silence, that it is about: an order for those that have none.
    package var subject: String {
        switch self {
        case .pending(let body): body.alert.fingerprint.text
        case .cleared(let body): body.alert.text
        case .fired(let body): body.alert.fingerprint.text
        case .resolved(let body): body.alert.text
        case .acknowledged(let body): body.alert.text
        case .unacknowledged(let body): body.alert.text
        case .suppressed(let body): body.alert.text
        case .recovering(let body): body.alert.text
        case .silenced(let silence): silence.id
        case .unsilenced(let body): body.silence
        }
    }
}
