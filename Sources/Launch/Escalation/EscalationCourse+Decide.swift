extension EscalationCourse {
    /// What is to be done: the events first, in their order, then the pages.
    package struct Deeds: Hashable, Sendable {
        package var events: [EscalationEvent] = []
        package var orders: [PageOrder] = []
        package init() {}
    }

    /// Decides everything that is due at `now`. The events are folded already.
    package mutating func decide(at now: Moment) -> Deeds {
        var deeds = Deeds()
        for id in order { settle(id, at: now, &deeds) }
        gather(at: now, &deeds)
        for id in order { advance(id, at: now, &deeds) }
        prune()
        return deeds
    }

    private mutating func tell(_ event: EscalationEvent, at now: Moment, _ deeds: inout Deeds) {
        take(event, at: now)
        deeds.events.append(event)
    }

    // MARK: Chains that end

    /// Ends a chain whose alerts are over, taken or kept quiet.
    private mutating func settle(_ id: EscalationID, at now: Moment, _ deeds: inout Deeds) {
        guard let chain = chains[id] else { return }
        let members = chain.alerts.compactMap { subjects[$0] }
        guard !members.isEmpty, !chain.hasHeir else { return }
        let firing = members.filter(\.isFiring)
        if firing.isEmpty {
            guard chain.isRunning || chain.stopped?.why != .resolved && chain.stopped?.why != .cancelled else { return }
            return end(id, .resolved, at: now, &deeds)
        }
        guard chain.isRunning else { return }
        let open = firing.filter(\.isOpen)
        let worstOpen = open.map(\.facts.severity).max()
        let taken = chain.acknowledgements.compactMap { alert, by in
            subjects[alert].flatMap { $0.isFiring ? (severity: $0.facts.severity, by: by) : nil }
        }
        // Somebody has taken the worst of it: they are awake. What is left open waits for ``regroup``.
        if let worst = taken.max(by: { ($0.severity, $1.by) < ($1.severity, $0.by) }),
            worstOpen.map({ $0 <= worst.severity }) ?? true
        {
            return end(id, .acknowledged, by: worst.by, at: now, &deeds)
        }
        guard !chain.isManual else { return }
        if open.isEmpty {
            let holder = firing.lazy.compactMap(\.acknowledgedBy).first
            return end(id, holder == nil ? .suppressed : .acknowledged, by: holder, at: now, &deeds)
        }
        if let worstOpen, worstOpen > chain.severity { supersede(chain, by: worstOpen, adding: [], at: now, &deeds) }
    }

    private mutating func end(
        _ id: EscalationID, _ why: EscalationEvent.Stopped.Why, by: String? = nil, at now: Moment, _ deeds: inout Deeds
    ) {
        tell(.stopped(.init(escalation: id, why: why, by: by)), at: now, &deeds)
        deeds.orders += chains[id]?.orders ?? []
    }

    /// What became worse is told anew, from the first step: who was told of a warning does not know that it is critical now.
    private mutating func supersede(
        _ chain: EscalationChain, by severity: Severity, adding alerts: [Fingerprint], at now: Moment,
        _ deeds: inout Deeds
    ) {
        tell(.stopped(.init(escalation: chain.id, why: .cancelled)), at: now, &deeds)
        let all = chain.alerts.filter { subjects[$0]?.isFiring == true } + alerts
        begin(all, chain.policy, chain.started.group, severity, continues: chain.id, at: now, &deeds)
    }

    // MARK: Alerts without a chain

    private struct Group: Hashable {
        var policy: String
        var labels: Labels
    }

    /// Puts open alerts that no chain is about into the chain of their group, or begins one.
    private mutating func gather(at now: Moment, _ deeds: inout Deeds) {
        var groups: [Group: (policy: EscalationPolicy, alerts: [Fingerprint])] = [:]
        for id in waiting {
            guard let subject = subjects[id], subject.isOpen, let name = subject.facts.policy,
                let policy = roster.policy(name)
            else { continue }
            let key = Group(policy: policy.name, labels: policy.group(of: subject.facts))
            groups[key, default: (policy, [])].alerts.append(id)
        }
        guard !groups.isEmpty else { return }
        // The newest chain of each group, and how many run.
        var newest: [Group: EscalationID] = [:]
        var count: [String: Int] = [:]
        for id in order {
            guard let chain = chains[id], !chain.isManual || !chain.alerts.isEmpty else { continue }
            newest[Group(policy: chain.policy.name, labels: chain.started.group)] = id
            if chain.isRunning { count[chain.policy.name, default: 0] += 1 }
        }
        func runs(_ key: Group) -> Bool { newest[key].map { chains[$0]?.isRunning == true } ?? false }
        for (key, group) in Self.sorted(groups) where !runs(key) {
            count[key.policy, default: 0] += 1
            guard count[key.policy, default: 0] > EscalationCourse.runningLimit, !key.labels.values.isEmpty else {
                continue
            }
            // A flood of labels is one page more, not ten thousand.
            groups[key] = nil
            groups[Group(policy: key.policy, labels: Labels()), default: (group.policy, [])].alerts += group.alerts
        }
        for (key, group) in Self.sorted(groups) {
            let alerts = group.alerts.sorted {
                let (left, right) = (subjects[$0]?.facts, subjects[$1]?.facts)
                if left?.severity != right?.severity { return left?.severity ?? .info > right?.severity ?? .info }
                return (left?.since.utc.milliseconds ?? 0, $0) < (right?.since.utc.milliseconds ?? 0, $1)
            }
            place(alerts, of: key, group.policy, before: newest[key].flatMap { chains[$0] }, at: now, &deeds)
        }
    }

    private static func sorted<Value>(_ groups: [Group: Value]) -> [(key: Group, value: Value)] {
        groups.map { (sign: $0.key.labels.description, entry: $0) }
            .sorted { ($0.entry.key.policy, $0.sign) < ($1.entry.key.policy, $1.sign) }
            .map { ($0.entry.key, $0.entry.value) }
    }

    private mutating func place(
        _ alerts: [Fingerprint], of group: Group, _ policy: EscalationPolicy, before: EscalationChain?, at now: Moment,
        _ deeds: inout Deeds
    ) {
        let severity = alerts.compactMap { subjects[$0]?.facts.severity }.max() ?? .info
        if let before, before.isRunning {
            if severity > before.severity, !before.isManual {
                return supersede(
                    before, by: severity, adding: alerts.filter { !before.alerts.contains($0) }, at: now, &deeds)
            }
            let known = Set(before.alerts)
            for alert in alerts where known.contains(alert) { waiting.remove(alert) }
            let room = max(0, EscalationCourse.memberLimit - before.alerts.count)
            for alert in alerts.lazy.filter({ !known.contains($0) }).prefix(room) {
                tell(.joined(.init(escalation: before.id, alert: alert)), at: now, &deeds)
            }
            return
        }
        let returns = alerts.compactMap { subjects[$0]?.returned }
        if let before, returns.isEmpty, before.stopped?.why == .acknowledged, severity <= before.severity,
            let stoppedAt = before.stoppedAt, stoppedAt.age(at: now) < EscalationCourse.regroup
        {
            return
        }
        guard !keepsHours || policy.hours?.allow(severity, at: now.utc, in: zone) ?? true,
            policy.steps.contains(where: { $0.severity <= severity })
        else { return }
        let goesOn = before.flatMap { $0.stopped?.why == .resolved || $0.hasHeir ? nil : $0 }
        let lapsed = returns.contains { if case .lapsed = $0 { true } else { false } }
        begin(
            alerts, policy, group.labels, severity, continues: goesOn?.id,
            firstStep: returns.isEmpty || lapsed ? nil : goesOn?.step?.step, at: now, &deeds)
    }

    private mutating func begin(
        _ alerts: [Fingerprint], _ policy: EscalationPolicy, _ group: Labels, _ severity: Severity,
        continues: EscalationID?, firstStep: Int? = nil, at now: Moment, _ deeds: inout Deeds
    ) {
        let known = chains
        let id = EscalationID(policy: policy.name, group: group, at: now.utc) { known[$0] != nil }
        let worst = alerts.compactMap { subjects[$0] }.first { $0.facts.severity == severity }
        var summary = worst?.facts.summary ?? ""
        switch alerts.compactMap({ subjects[$0]?.returned }).first {
        case .lapsed(let by): summary = "\(by)'s acknowledgement has lapsed: \(summary)"
        case .takenBack(let by): summary = "given back by \(by): \(summary)"
        case nil: break
        }
        if alerts.count > 1 { summary += " (and \(alerts.count - 1) more)" }
        tell(
            .started(
                .init(
                    escalation: id, policy: policy, alerts: Array(alerts.prefix(EscalationCourse.memberLimit)),
                    group: group, severity: severity, summary: summary, continues: continues, firstStep: firstStep)),
            at: now, &deeds)
    }

    // MARK: Steps

    /// Takes a chain to its next step, where that is due, asked for, or nobody of this one can be reached.
    private mutating func advance(_ id: EscalationID, at now: Moment, _ deeds: inout Deeds) {
        // A step that tells nobody is passed over at once; there are no more than the chain has.
        for _ in 0...((chains[id]?.policy.steps.count ?? 0)) {
            guard let chain = chains[id], chain.isRunning else { return }
            if let asked = chain.asked { if push(chain, asked, at: now, &deeds) { continue } else { return } }
            guard
                chain.isManual || !keepsHours
                    || chain.policy.hours?.allow(chain.severity, at: now.utc, in: zone) ?? true
            else {
                return
            }
            guard chain.step != nil else {
                guard let first = chain.next() else { return end(id, .exhausted, at: now, &deeds) }
                go(chain, to: first, at: now, &deeds)
                continue
            }
            // Nobody further is called for what is well again and only not yet over. Once it is not, the step is overdue.
            guard !isWaiting(chain) else { return }
            if chain.due?.hasPassed(at: now) ?? true {
                guard let next = chain.next() else { return exhaust(chain, at: now, &deeds) }
                go(chain, to: next, at: now, &deeds)
            } else if chain.reachedNobody, let next = chain.next(onlyInRound: true) {
                go(chain, to: next, reason: "nobody of the step before could be reached", at: now, &deeds)
            } else {
                return
            }
        }
    }

    /// Whether its next step waits, because all that is open of it is well again.
    package func isWaiting(_ chain: EscalationChain) -> Bool {
        let open = chain.alerts.compactMap { subjects[$0] }.filter(\.isOpen)
        return !chain.isManual && !open.isEmpty && open.allSatisfy(\.isRecovering)
    }

    /// Does what somebody asked; whether it did anything.
    private mutating func push(
        _ chain: EscalationChain, _ asked: EscalationEvent.Asked, at now: Moment, _ deeds: inout Deeds
    ) -> Bool {
        let wanted = asked.toStep.map { max(0, min($0, chain.policy.steps.count - 1)) }
        let next: (step: Int, round: Int)?
        if let wanted {
            let round = chain.step?.round ?? 0
            next = chain.step.map { wanted > $0.step } ?? true ? (wanted, round) : chain.next()
        } else {
            next = chain.next()
        }
        guard let next else {
            chains[chain.id]?.asked = nil
            exhaust(chain, at: now, &deeds)
            return false
        }
        go(chain, to: next, by: asked.by, at: now, &deeds)
        return true
    }

    private mutating func go(
        _ chain: EscalationChain, to next: (step: Int, round: Int), by: String? = nil, reason: String? = nil,
        at now: Moment, _ deeds: inout Deeds
    ) {
        let step = chain.policy.steps[next.step]
        let ways = roster.ways(of: step, at: now.utc, in: zone, rota: rota)
        var contacts: [String] = []
        for way in ways { if let contact = way.contact, !contacts.contains(contact) { contacts.append(contact) } }
        tell(
            .stepped(
                .init(
                    escalation: chain.id, step: next.step, round: next.round, due: now.advanced(by: step.wait),
                    contacts: contacts, by: by, ways: ways, reason: reason)), at: now, &deeds)
        deeds.orders += chains[chain.id]?.orders ?? []
    }

    /// Nobody has answered, to the end: all who were told are told that.
    private mutating func exhaust(_ chain: EscalationChain, at now: Moment, _ deeds: inout Deeds) {
        end(chain.id, .exhausted, at: now, &deeds)
    }
}

extension EscalationCourse {
    /// A chain that somebody, or something, begins by hand.
    package func manual(
        _ policy: EscalationPolicy, about alerts: [Fingerprint], group: Labels, severity: Severity, summary: String,
        by: String, firstStep: Int? = nil, at now: Timestamp
    ) -> EscalationEvent.Started {
        let id = EscalationID(policy: policy.name, group: group, at: now) { chains[$0] != nil }
        return EscalationEvent.Started(
            escalation: id, policy: policy, alerts: alerts, group: group, severity: severity, summary: summary, by: by,
            firstStep: firstStep)
    }
}

extension EscalationID {
    /// `esc-20261127T040301Z-3f9a`: it sorts by time, and follows from what it is about.
    init(policy: String, group: Labels, at time: Timestamp, isTaken: (EscalationID) -> Bool) {
        var salt = 0
        repeat {
            let print = Fingerprint(
                of: group.merging(["policy": policy, "at": "\(time.milliseconds)", "n": "\(salt)"]))
            let stamp = ActionID(.deploy, at: time, random: UInt16(print.text.suffix(4), radix: 16) ?? 0).text
            self.init("esc" + stamp.drop { $0 != "-" })
            salt += 1
        } while isTaken(self)
    }
}

extension Labels {
    /// `{job="api", zone="a"}`
    package var description: String {
        "{" + pairs.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ", ") + "}"
    }
}
