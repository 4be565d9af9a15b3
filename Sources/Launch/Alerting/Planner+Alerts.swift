/// Plans of what is done about alerts.
extension Planner {
    /// How long an acknowledgement may last; nil: until the alert is over.
    static let ackSpans: [Milliseconds?] = [.minutes(15), .minutes(30), .hours(1), nil]
    /// How long a silence may last. Over an hour it is grave.
    static let silenceSpans: [Milliseconds] = [.minutes(15), .hours(1), .hours(4), .hours(8), .hours(24)]

    private var roster: Roster { board.manifest?.roster ?? Roster() }
    private var zone: Zone { board.manifest?.zone ?? .utc }

    private func card(_ kind: ActionKind, _ id: Fingerprint?, risk: Risk) -> PlanCard {
        var card = card(kind)
        card.versions = []
        card.alerting = AlertCard(alert: id.flatMap { board.alerts[$0] }, text: "", risk: risk)
        if let id, card.alerting?.alert == nil {
            return card.blocked("the journal has no alert \(id) any more")
        }
        if let alert = card.alerting?.alert {
            card.alerting?.chain = board.escalations.escalation(of: alert.id).flatMap { $0.isRunning ? $0 : nil }
            if alert.state == .resolved { card.blockers.append("it is over") }
        }
        if silent {
            card.cautions.append("the engine is silent: nobody is paged now, whatever is said here")
        }
        return card
    }

    // MARK: Acknowledging

    func ack(_ id: Fingerprint, for span: Milliseconds?) -> PlanCard {
        var card = card(.ack, id, risk: .routine)
        card.arguments = ["ack", id.text, "--for", span.map { SpanText.text($0) } ?? "resolved", "--way", "dashboard"]
        card.alerting?.until = span.map { now.utc + $0 }
        var options = Self.ackSpans.map { span in
            AlertCard.Knob.Option(
                label: span.map { .span($0) } ?? .untilResolved, intent: .ack(id, for: span))
        }
        if card.alerting?.alert?.acknowledged != nil {
            options.append(.init(label: .takeBack, intent: .unack(id)))
        }
        card.turn(.time, options, to: .ack(id, for: span))
        return card
    }

    func unack(_ id: Fingerprint) -> PlanCard {
        var card = ack(id, for: nil)
        card.arguments = ["unack", id.text]
        card.turn(.time, card.alerting?.knobs.first?.options ?? [], to: .unack(id))
        if card.alerting?.alert?.acknowledged == nil { card.blockers.append("nobody has acknowledged it") }
        return card
    }

    // MARK: Silencing

    func silence(_ order: SilenceOrder) -> PlanCard {
        var card = card(.silence, order.alert, risk: Silence.risk(for: order.span))
        guard let alert = card.alerting?.alert else { return card }
        let labels = alert.facts.labels
        let matchers: [LabelMatcher] =
            switch order.scope {
            case .alert: labels.pairs.map { LabelMatcher(name: $0.name, value: $0.value) }
            case .rule: [LabelMatcher(name: "alertname", value: labels["alertname"])]
            case .label(let name): [LabelMatcher(name: name, value: labels[name])]
            }
        let silence = Silence(
            id: "", matchers: matchers, from: now.utc, until: now.utc + order.span, by: "", comment: "")
        card.alerting?.matchers = matchers
        card.alerting?.until = silence.until
        card.alerting?.matching = board.alerts.alerts.values
            .filter { $0.state == .firing && silence.matches($0.facts.matchable) }.map(\.id).sorted()
        card.arguments =
            ["silence"]
            + (order.scope == .alert ? [order.alert.text] : matchers.flatMap { ["--match", $0.description] })
            + ["--for", SpanText.text(order.span)]
        if matchers.contains(where: { $0.value.isEmpty }) {
            card.blockers.append("it has no label to be told by: nothing would match")
        }
        if Silence.risk(for: order.span) == .grave {
            card.target = silence.target
            card.arguments += ["--expect", silence.target]
            // What a keyboard cannot write cannot be confirmed.
            if silence.target.isEmpty || silence.target.utf8.count > 100
                || !silence.target.allSatisfy({ $0.isLetter || $0.isNumber || " -._:/".contains($0) })
            {
                card.blockers.append("its name cannot be typed: silence it for at most an hour")
            }
            card.versions = Set(board.alerts.alerts.values.map(\.facts.rule)).sorted()
        }
        for id in alert.silences {
            guard let known = board.alerts.silences[id] else { continue }
            card.cautions.append("a silence by \(known.by) keeps it quiet already: this one is added")
        }
        turnSilence(&card, order, alert)
        return card
    }

    private func turnSilence(_ card: inout PlanCard, _ order: SilenceOrder, _ alert: Alert) {
        var spans = Self.silenceSpans.map { span in
            AlertCard.Knob.Option(
                label: .span(span), intent: .silence(.init(alert: order.alert, scope: order.scope, span: span)))
        }
        for id in alert.silences.prefix(2) where board.alerts.silences[id] != nil {
            spans.append(.init(label: .takeBack, intent: .endSilence(id, of: order.alert)))
        }
        card.turn(.time, spans, to: .silence(order))
        let labels = alert.facts.labels
        let others = labels.pairs.filter { $0.name != "alertname" && $0.name != "severity" }.prefix(3)
        let scopes: [SilenceOrder.Scope] =
            [.alert] + (labels["alertname"].isEmpty ? [] : [.rule]) + others.map { .label($0.name) }
        let options = scopes.map { scope in
            let text =
                switch scope {
                case .alert: ""
                case .rule: labels["alertname"]
                case .label(let name): "\(name)=\(labels[name])"
                }
            return AlertCard.Knob.Option(
                label: .scope(scope, text),
                intent: .silence(.init(alert: order.alert, scope: scope, span: order.span)))
        }
        card.turn(.scope, options, to: .silence(order))
    }

    func endSilence(_ id: String, of alert: Fingerprint) -> PlanCard {
        var card = silence(SilenceOrder(alert: alert, span: .hours(1)))
        card.arguments = ["silence", "end", id]
        card.cautions = []
        card.alerting?.until = nil
        let knobs = card.alerting?.knobs ?? []
        card.alerting?.knobs = []
        if let times = knobs.first { card.turn(.time, times.options, to: .endSilence(id, of: alert)) }
        if let silence = board.alerts.silences[id] {
            card.alerting?.matchers = silence.matchers
            card.alerting?.matching = board.alerts.alerts.values
                .filter { $0.state == .firing && silence.matches($0.facts.matchable) }.map(\.id).sorted()
        } else {
            card.blockers.append("the silence is over")
        }
        return card
    }

    // MARK: Escalating

    func escalate(_ order: EscalationOrder) -> PlanCard {
        var card = card(.escalate, order.alert, risk: .grave)
        card.alerting?.text = order.text
        if order.alert != nil, card.alerting?.alert == nil { return card }
        let chain = card.alerting?.chain
        guard
            let policy = chain?.started.policy ?? (order.policy ?? card.alerting?.alert?.facts.policy).flatMap(named)
                ?? roster.policies.first
        else { return card.blocked("the launch config has no escalation policy: nobody would be told") }
        card.alerting?.policy = policy.name
        let first = chain.map { ($0.step?.step ?? -1) + 1 } ?? 0
        let step = max(order.step ?? first, first)
        card.arguments =
            ["escalate"]
            + (order.alert.map { [$0.text] } ?? ["--text=" + order.text, "--severity", "critical"])
            + ["--policy", policy.name, "--to-step", String(step + 1)]
        if order.alert == nil, order.text.allSatisfy(\.isWhitespace) {
            card.blockers.append("nothing says what is wrong")
        }
        guard policy.steps.indices.contains(step) else {
            return card.blocked("the chain is at its last step, \(policy.steps.count): nobody comes after it")
        }
        let severity = card.alerting?.alert?.facts.severity ?? .critical
        card.alerting?.calls = calls(of: policy, from: step, severity)
        // Only the first step wakes nobody who need not be.
        if step == 0, chain == nil {
            card.alerting?.risk = .routine
        } else {
            let who = card.alerting?.calls.first?.ways.lazy.compactMap(\.contact).first
            card.target = who ?? policy.name
            card.versions = roster.contacts.map(\.name)
        }
        if card.alerting?.calls.first?.isEmpty ?? true {
            card.cautions.append("step \(step + 1) reaches nobody now: the chain goes on to the next")
        }
        turnEscalation(&card, order, policy, first: first, step: step)
        return card
    }

    private func named(_ name: String) -> EscalationPolicy? { roster.policies.first { $0.name == name } }

    private func turnEscalation(
        _ card: inout PlanCard, _ order: EscalationOrder, _ policy: EscalationPolicy, first: Int, step: Int
    ) {
        func changed(_ change: (inout EscalationOrder) -> Void) -> ActionIntent {
            var copy = order
            change(&copy)
            return .escalate(copy)
        }
        let steps = policy.steps.indices.filter { $0 >= first }.map { index in
            AlertCard.Knob.Option(
                label: .step(index, of: policy.steps.count, who: who(policy.steps[index])),
                intent: changed { $0.step = index })
        }
        card.alerting?.knobs.append(
            .init(name: .step, options: steps, selected: max(0, step - first)))
        // A chain that runs keeps to its policy.
        guard card.alerting?.chain == nil, roster.policies.count > 1 else { return }
        let policies = roster.policies.map { policy in
            AlertCard.Knob.Option(
                label: .name(policy.name),
                intent: changed {
                    $0.policy = policy.name
                    $0.step = nil
                })
        }
        card.alerting?.knobs.append(
            .init(
                name: .policy, options: policies,
                selected: roster.policies.firstIndex { $0.name == policy.name } ?? 0))
    }

    private func who(_ step: EscalationPolicy.Step) -> String {
        let ways = roster.ways(of: step, at: now.utc, in: zone)
        let names = ways.compactMap(\.contact)
        var seen: Set<String> = []
        let people = names.filter { seen.insert($0).inserted }
        return people.isEmpty ? ways.map(\.channel).joined(separator: ", ") : people.joined(separator: ", ")
    }

    /// Who is told when, from a step on, unless somebody acknowledges.
    private func calls(of policy: EscalationPolicy, from step: Int, _ severity: Severity) -> [AlertCard.Call] {
        var after: Milliseconds = 0
        // A lesser alert passes over the steps that are for worse ones; but not over the one that is asked for.
        let steps = policy.steps.indices.filter {
            $0 == step || $0 > step && policy.steps[$0].severity <= severity
        }
        return steps.map { index in
            defer { after = after + policy.steps[index].wait }
            return AlertCard.Call(
                step: index, after: after,
                ways: roster.ways(of: policy.steps[index], at: now.utc + after, in: zone))
        }
    }
}

extension PlanCard {
    fileprivate mutating func turn(
        _ name: AlertCard.Knob.Name, _ options: [AlertCard.Knob.Option], to intent: ActionIntent
    ) {
        let knob = AlertCard.Knob(
            name: name, options: options, selected: options.firstIndex { $0.intent == intent } ?? 0)
        if let index = alerting?.knobs.firstIndex(where: { $0.name == name }) {
            alerting?.knobs[index] = knob
        } else {
            alerting?.knobs.append(knob)
        }
    }
}

/// A span as a command line takes it: `30m`, `1h`, `90s`.
package enum SpanText {
    package static func text(_ span: Milliseconds) -> String {
        let seconds = span.count / 1000
        if seconds >= 3600, seconds % 3600 == 0 { return "\(seconds / 3600)h" }
        if seconds >= 60, seconds % 60 == 0 { return "\(seconds / 60)m" }
        return "\(seconds)s"
    }
}
