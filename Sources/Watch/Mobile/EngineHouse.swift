package import Launch
package import Mobile

/// What the mobile page is about, out of the running engine: its chains, its alerts, its rota. Acts go the way of every answer
/// from outside, through the ``Escalator``.
package struct EngineHouse: MobileHouse {
    private let launch: String
    private let zone: Zone
    private let roster: Roster
    private let runbook: Runbook?
    private let escalator: Escalator
    private let alerting: AlertEvaluator
    private let clock: any Clock

    /// How many other alerts the page lists.
    private static let listed = 20

    package init(
        _ configuration: LaunchConfiguration, zone: Zone, escalator: Escalator, alerting: AlertEvaluator,
        clock: any Clock
    ) {
        launch = "\(configuration.product.name) \(configuration.environment)"
        self.zone = zone
        roster = configuration.roster ?? Roster()
        runbook = configuration.runbook
        self.escalator = escalator
        self.alerting = alerting
        self.clock = clock
    }

    package func knows(_ person: String) -> Bool { roster.contact(person) != nil }

    package func state(for link: MobileLink) async -> MobileState {
        let outlook: ChainOutlook? = if let chain = link.chain { await escalator.outlook(of: chain) } else { nil }
        let (worst, count) = await alerting.worst(EngineHouse.listed + 10)
        let rota = await escalator.rota
        let turns = ["the alert rules": await alerting.canaryAt, "the escalation engine": await escalator.tickedAt]
        let now = clock.now()
        var state = MobileState(
            launch: launch, zone: zone, now: now, person: title(link.person), firingCount: count,
            onCall: roster.schedules.map { onCall($0, rota, now.utc) })
        let members = Set(outlook?.chain.alerts ?? [])
        state.others = worst.filter { !members.contains($0.id) }.prefix(EngineHouse.listed).map(line)
        state.chain = outlook.map { chain($0, now) }
        let ages = turns.values.map { $0?.age(at: now) }
        state.dataAge = ages.contains(nil) ? nil : ages.compactMap { $0 }.max()
        let health = Canary.Health(returned: nil, turns: turns)
        state.trouble = health.stall(at: now, limit: MobileState.staleAfter)
        return state
    }

    private func title(_ name: String) -> String { roster.contact(name)?.title ?? name }

    private func onCall(_ schedule: OnCallSchedule, _ rota: [String: String], _ now: Timestamp) -> MobileState.OnCall {
        // What another system says has no end that is known here.
        if let name = rota[schedule.name] { return .init(schedule: schedule.name, person: title(name), until: nil) }
        return MobileState.OnCall(
            schedule: schedule.name, person: schedule.onCall(at: now, in: zone).map(title),
            until: schedule.next(after: now, in: zone)?.from)
    }

    private func line(_ alert: Alert) -> MobileState.AlertLine {
        MobileState.AlertLine(
            severity: alert.facts.severity, summary: alert.facts.summary, since: alert.facts.since,
            taken: alert.acknowledged.map { title($0.body.by) })
    }

    private func chain(_ outlook: ChainOutlook, _ now: Moment) -> MobileState.Chain {
        let chain = outlook.chain
        let lines = outlook.subjects.map { subject in
            MobileState.AlertLine(
                severity: subject.facts.severity, summary: subject.facts.summary, since: subject.facts.since,
                isFiring: subject.isFiring, taken: subject.acknowledgedBy.map(title))
        }
        let runbook = outlook.subjects.lazy.compactMap(\.facts.runbook).first.map((self.runbook ?? Runbook()).place)
        let next = outlook.next.map { next in
            MobileState.Chain.Next(
                step: next.step, round: next.round,
                ways: next.ways.map { .init(contact: $0.contact, title: $0.contact.map(title), channel: $0.channel) },
                due: chain.due.map { due in
                    now.boot == due.boot ? max(due.uptime - now.uptime, 0) : max(due.utc - now.utc, 0)
                }, isWaiting: outlook.isWaiting)
        }
        return MobileState.Chain(
            id: chain.id, severity: chain.severity, summary: chain.started.summary,
            since: outlook.subjects.map(\.facts.since).min { $0.utc < $1.utc } ?? chain.at, alerts: lines,
            standing: standing(outlook), step: (chain.step?.step ?? -1) + 1, steps: chain.policy.steps.count,
            next: next,
            runbook: runbook)
    }

    private func standing(_ outlook: ChainOutlook) -> MobileState.Chain.Standing {
        let chain = outlook.chain
        if !outlook.subjects.isEmpty, !outlook.subjects.contains(where: \.isFiring) { return .over }
        if outlook.isUnanswered { return .exhausted }
        guard let stopped = chain.stopped else { return .open }
        switch stopped.why {
        case .acknowledged:
            return .taken(by: title(stopped.by ?? "?"), until: outlook.subjects.compactMap(\.acknowledgedUntil).min())
        case .resolved: return .over
        case .exhausted:
            // Taken after it was told to its end.
            guard let by = outlook.subjects.lazy.compactMap(\.acknowledgedBy).first else { return .exhausted }
            return .taken(by: title(by), until: outlook.subjects.compactMap(\.acknowledgedUntil).min())
        case .suppressed, .cancelled: return .quiet
        }
    }

    // MARK: Acts

    package func acknowledge(
        _ link: MobileLink, for span: Milliseconds, by way: AlertEvent.Acknowledged.Way = .mobile
    ) async -> MobileOutcome {
        guard let wanted = link.chain, let outlook = await escalator.outlook(of: wanted) else {
            return .refused("it is not known any more")
        }
        let id = outlook.chain.id
        let reply = Reply(
            way: way, reference: "\(way.rawValue).\(id).\(link.person).\(clock.now().utc.milliseconds)",
            sender: link.person,
            text: "", escalation: id, isAcknowledgement: true, holds: span, channel: link.channel)
        switch await escalator.hear(reply, from: link.person) {
        case .acknowledges: return .done
        case .refused(_, let reason): return .refused(reason)
        // They have it already.
        case .nothing: return .done
        }
    }

    package func escalate(_ link: MobileLink, to sign: String) async -> MobileOutcome {
        guard let wanted = link.chain, let outlook = await escalator.outlook(of: wanted), let next = outlook.next,
            MobileState.Chain.Next(step: next.step, round: next.round, ways: [], due: nil).sign == sign
        else { return .refused("it is at another step now") }
        let refusal = await escalator.push(
            outlook.chain.id, toStep: next.step, round: next.round, by: link.person, way: .mobile)
        return refusal.map { .refused($0) } ?? .done
    }
}
