/// One alert as the journal tells it.
package struct Alert: Hashable, Sendable, Identifiable {
    package enum State: Hashable, Sendable {
        case pending, firing, resolved
    }

    package var id: Fingerprint { facts.fingerprint }
    package var facts: AlertEvent.Facts
    package var state: State
    /// When it entered this state.
    package var at: Moment
    /// When it began to fire, this time; nil while it is pending.
    package var firedAt: Moment?
    /// How often it has fired; more than once: it comes and goes.
    package var firings: Int
    package var acknowledged: Acknowledgement?
    /// The ids of silences that keep it quiet.
    package var silences: [String] = []
    /// The firing alerts that stand for it.
    package var inhibitors: [Fingerprint] = []
    /// What was last told of how it does while it fires; nil: that it is not well.
    package var recovery: Recovery?
    /// Its newest transitions, oldest first, bounded: the story that its detail shows.
    package var story: [Entry] = []

    package struct Acknowledgement: Hashable, Sendable {
        package var body: AlertEvent.Acknowledged
        package var at: Moment
    }

    package struct Recovery: Hashable, Sendable {
        package var isWell: Bool
        package var at: Moment
    }

    package struct Entry: Hashable, Sendable {
        package var event: AlertEvent
        package var at: Moment
    }

    /// Since when it fires: when its rule fired, or what its Alertmanager tells, which may be long before it was heard of here.
    package var firesSince: Moment { facts.isForeign ? facts.since : firedAt ?? at }

    /// Whether it only fires on: what it is about is well again.
    package var isRecovering: Bool { state == .firing && recovery?.isWell == true }

    /// Whether it is kept quiet.
    package var isSuppressed: Bool { !silences.isEmpty || !inhibitors.isEmpty }

    /// Whether somebody should look at it: it fires, nobody has taken it, and nothing keeps it quiet.
    package var isOpen: Bool { state == .firing && acknowledged == nil && !isSuppressed }
}

/// The alerts of a launch and its silences: a fold of ``AlertEvent``s.
package struct AlertLog: Hashable, Sendable {
    /// How many resolved alerts are kept.
    package static let resolvedLimit = 200
    /// How many entries the story of an alert keeps.
    package static let storyLimit = 40

    package private(set) var alerts: [Fingerprint: Alert] = [:]
    package private(set) var silences: [String: Silence] = [:]
    /// When each silence was told: its time runs from then by a clock that no step touches.
    package private(set) var silencedAt: [String: Moment] = [:]
    /// How many alerts more are open, by severity: in a flood the worst are here, and the others are counted.
    package internal(set) var beyond: [Severity: Int] = [:]
    /// The resolved ones, in the order of their end.
    private var resolved: [Fingerprint] = []

    package init() {}

    package subscript(id: Fingerprint) -> Alert? { alerts[id] }

    /// Whether a silence counts now. Its span is measured from when it was told, so that a step of the wall clock neither ends
    /// it nor makes it longer.
    package func isActive(_ silence: Silence, at now: Moment) -> Bool {
        guard let told = silencedAt[silence.id] else { return silence.isActive(at: now.utc) }
        return silence.isActive(at: told.utc + told.age(at: now))
    }

    /// The silences that hold, the first to end first; then those that are planned, the first to begin first.
    package func listedSilences(at now: Moment) -> [Silence] {
        let active = silences.values.filter { isActive($0, at: now) }.sorted { ($0.until, $0.id) < ($1.until, $1.id) }
        return active + plannedSilences(at: now)
    }

    /// The silences that begin later, the first first.
    package func plannedSilences(at now: Moment) -> [Silence] {
        silences.values.filter { $0.from > now.utc && !isActive($0, at: now) }
            .sorted { ($0.from, $0.id) < ($1.from, $1.id) }
    }

    package var firing: [Alert] { alerts.values.filter { $0.state == .firing } }

    /// Whether all of these alerts that are open are well again and only not yet over: their chain's next step waits for that.
    package func areRecovering(_ ids: [Fingerprint]) -> Bool {
        let open = ids.compactMap { alerts[$0] }.filter(\.isOpen)
        return !open.isEmpty && open.allSatisfy(\.isRecovering)
    }

    /// How many alerts of a severity fire, and nobody has taken them.
    package func openCount(_ severity: Severity) -> Int {
        alerts.values.count { $0.facts.severity == severity && $0.isOpen } + (beyond[severity] ?? 0)
    }

    /// What a feed shows: what fires and is open before what somebody has taken or what is kept quiet, then what is
    /// resolved; worst first, then newest; ties by fingerprint, so that the order never flickers. Pending ones are left out.
    package var sorted: [Alert] {
        func rank(_ alert: Alert) -> Int { alert.state == .resolved ? 2 : alert.isOpen ? 0 : 1 }
        return alerts.values.filter { $0.state != .pending }.sorted { left, right in
            if rank(left) != rank(right) { return rank(left) < rank(right) }
            if left.state == .firing, left.facts.severity != right.facts.severity {
                return left.facts.severity > right.facts.severity
            }
            if left.at.utc != right.at.utc { return left.at.utc > right.at.utc }
            return left.id < right.id
        }
    }

    // MARK: Mobile
    /// The worst of what fires and is not kept quiet, newest first among equals, and how many there are: in one pass, also in
    /// a flood.
    package func worst(_ limit: Int) -> (alerts: [Alert], count: Int) {
        var worst: [Alert] = []
        var count = 0
        func isWorse(_ left: Alert, than right: Alert) -> Bool {
            if left.isOpen != right.isOpen { return left.isOpen }
            if left.facts.severity != right.facts.severity { return left.facts.severity > right.facts.severity }
            if left.at.utc != right.at.utc { return left.at.utc > right.at.utc }
            return left.id < right.id
        }
        for alert in alerts.values where alert.state == .firing && !alert.isSuppressed {
            count += 1
            if worst.count == limit, let last = worst.last, !isWorse(alert, than: last) { continue }
            worst.insert(alert, at: worst.firstIndex { isWorse(alert, than: $0) } ?? worst.endIndex)
            if worst.count > limit { worst.removeLast() }
        }
        return (worst, count + beyond.values.reduce(0, +))
    }

    package mutating func take(_ event: AlertEvent, at moment: Moment) {
        switch event {
        case .pending(let body): begin(body.alert, .pending, event, at: moment)
        case .fired(let body): begin(body.alert, .firing, event, at: moment)
        case .cleared(let body):
            guard alerts[body.alert]?.state == .pending else { return }
            // What had fired before goes back to where it was; what never did leaves no trace.
            if alerts[body.alert]?.firings == 0 { alerts[body.alert] = nil } else { end(body.alert, event, at: moment) }
        case .resolved(let body): end(body.alert, event, at: moment)
        case .acknowledged(let body):
            change(body.alert, event, at: moment) { $0.acknowledged = Alert.Acknowledgement(body: body, at: moment) }
        case .unacknowledged(let body): change(body.alert, event, at: moment) { $0.acknowledged = nil }
        case .suppressed(let body):
            change(body.alert, event, at: moment) {
                $0.silences = body.silences
                $0.inhibitors = body.inhibitors
            }
        case .recovering(let body):
            guard var alert = alerts[body.alert], alert.state == .firing else { return }
            alert.recovery = Alert.Recovery(isWell: body.isWell, at: moment)
            // It may come and go each second: the last word of it is the story.
            if case .recovering? = alert.story.last?.event { alert.story.removeLast() }
            alert.tell(event, at: moment)
            alerts[body.alert] = alert
        case .silenced(let silence):
            silences[silence.id] = silence
            silencedAt[silence.id] = moment
        case .unsilenced(let body):
            silences[body.silence] = nil
            silencedAt[body.silence] = nil
        }
    }

    private mutating func begin(
        _ facts: AlertEvent.Facts, _ state: Alert.State, _ event: AlertEvent, at moment: Moment
    ) {
        let id = facts.fingerprint
        var alert = alerts[id] ?? Alert(facts: facts, state: state, at: moment, firings: 0)
        resolved.removeAll { $0 == id }
        if alert.state == .resolved { alert.acknowledged = nil }
        if alert.state != state { alert.at = moment }
        if state == .firing, alert.firedAt == nil || alert.state != .firing {
            alert.firedAt = moment
            alert.at = moment
            alert.recovery = nil
            alert.firings += 1
        }
        if state == .pending { alert.firedAt = nil }
        (alert.facts, alert.state) = (facts, state)
        alert.tell(event, at: moment)
        alerts[id] = alert
    }

    private mutating func end(_ id: Fingerprint, _ event: AlertEvent, at moment: Moment) {
        guard let known = alerts[id] else {
            // One of those that were only counted: the least severe are.
            if let severity = beyond.filter({ $0.value > 0 }).keys.min() { beyond[severity, default: 1] -= 1 }
            return
        }
        guard known.state != .resolved else { return }
        change(id, event, at: moment) {
            $0.state = .resolved
            $0.recovery = nil
            $0.at = moment
            $0.silences = []
            $0.inhibitors = []
        }
        resolved.append(id)
        while resolved.count > AlertLog.resolvedLimit { alerts[resolved.removeFirst()] = nil }
    }

    private mutating func change(
        _ id: Fingerprint, _ event: AlertEvent, at moment: Moment, _ body: (inout Alert) -> Void
    ) {
        guard var alert = alerts[id] else { return }
        body(&alert)
        alert.tell(event, at: moment)
        alerts[id] = alert
    }
}

extension Alert {
    fileprivate mutating func tell(_ event: AlertEvent, at moment: Moment) {
        story.append(Entry(event: event, at: moment))
        if story.count > AlertLog.storyLimit { story.removeFirst(story.count - AlertLog.storyLimit) }
    }
}
