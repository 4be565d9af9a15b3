import Launch

extension Model {
    // MARK: What comes

    /// Takes in events; what has become critical by them is rung for.
    mutating func take(_ events: [Event]) {
        var concernsFeed = false
        for event in events {
            switch event.body {
            case .alert(let body):
                let id = body.fingerprint
                let before = id.flatMap { live.alerts[$0] }
                live.apply(event)
                alarms.hear(body, before: before, after: id.flatMap { live.alerts[$0] }, at: event.at, now: present)
                concernsFeed = true
            case .verdictChanged, .escalation:
                live.apply(event)
                concernsFeed = true
            default: live.apply(event)
            }
        }
        renew()
        // While the past is looked at, its feed stands still.
        if concernsFeed, rewind == nil { renewFeed() }
    }

    /// What is to be rung for now.
    mutating func ring() -> [Command] {
        let due = alarms.due(presentBoard?.board.alerts ?? board.alerts, at: present)
        guard let worst = due.first else { return [] }
        let product = Text.sanitised(board.manifest?.product.name ?? "guardia", limit: 40)
        let more = due.count > 1 ? " " + words(.more, String(due.count - 1)) : ""
        return [
            .ring(
                Alarm(
                    title: words(.alarmTitle, product),
                    body: Text.sanitised(summary(of: worst), limit: 160) + more))
        ]
    }

    // MARK: Asking

    /// What `a`, `s` and `E` are about: the alert that is open on the screen, else the one under the cursor, else the one that the
    /// headline tells of; of a feed that is filtered the worst that it shows. The dialog says which.
    var subjectAlert: Fingerprint? {
        for overlay in overlays.reversed() {
            switch overlay {
            case .alert(let id, _): return board.alerts[id] == nil ? nil : id
            case .detail(let series):
                let firing = board.alerts.alerts.values.filter { $0.facts.series == series && $0.state == .firing }
                if let id = firing.map(\.id).min() { return id }
            default: break
            }
        }
        if overlays.isEmpty, focus == .alerts, let selected = lists[.alerts]?.selected {
            return selected.alert.flatMap { board.alerts[$0] == nil ? nil : $0 }
        }
        let isFiltered = !filter.isEmpty
        let shown = isFiltered ? Set(feed.fresh) : []
        if let gravest = feed.live.gravest, !isFiltered || shown.contains(.alert(gravest)) { return gravest }
        let first = feed.live.items.first { $0.id.alert != nil && (!isFiltered || shown.contains($0.id)) }
        return first.flatMap { $0.standing == .over ? nil : $0.id.alert }
    }

    mutating func askAck() {
        guard let id = subjectAlert else { return }
        ask(.ack(id, for: .minutes(30)))
    }

    mutating func askSilence() {
        guard let id = subjectAlert else { return }
        ask(.silence(SilenceOrder(alert: id, span: .hours(1))))
    }

    /// Of an alert that fires at once; else what is wrong is asked for.
    mutating func askEscalation() {
        if let id = subjectAlert, board.alerts[id]?.state == .firing {
            ask(.escalate(EscalationOrder(alert: id)))
        } else {
            overlays.append(.choice(Choice(.trouble, options: [])))
        }
    }

    /// What became of a command that was fired here and that has no steps to follow.
    func title(of plan: AlertCard, _ intent: ActionIntent) -> String {
        let what = Text.sanitised(plan.alert.map { title(of: $0) } ?? plan.text, limit: 60)
        return switch intent {
        case .unack: words(.unackTitle, what)
        case .silence: words(.silenceTitle, what)
        case .endSilence: words(.endSilenceTitle, what)
        case .escalate: words(.escalateTitle, what)
        default: words(.ackTitle, what)
        }
    }
}

extension AlertEvent {
    /// The alert that it is about; nil: it is about a silence.
    var fingerprint: Fingerprint? {
        switch self {
        case .pending(let body): body.alert.fingerprint
        case .fired(let body): body.alert.fingerprint
        case .cleared(let body): body.alert
        case .resolved(let body): body.alert
        case .acknowledged(let body): body.alert
        case .unacknowledged(let body): body.alert
        case .suppressed(let body): body.alert
        case .recovering(let body): body.alert
        case .silenced, .unsilenced: nil
        }
    }
}
