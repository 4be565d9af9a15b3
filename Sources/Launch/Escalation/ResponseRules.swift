/// Which responses an event calls for, and whether they may be done now: a value, rebuilt from the journal.
package struct ResponseRules: Sendable {
    package let plans: [ResponsePlan]
    /// When each response was begun, in the last hour, oldest first.
    private var begun: [String: [Moment]] = [:]
    private var firing: [Fingerprint: Firing] = [:]
    private var acknowledged: Set<Fingerprint> = []
    /// The deploys whose watch was answered.
    private var answered: Set<ActionID> = []
    /// What the journal tells of runs that have not ended.
    private var unended: [String: (event: ResponseEvent, at: Moment)] = [:]
    /// When anything was last told of a response to an alert; without an alert: to a deploy's watch.
    private var touched: [Answer: Moment] = [:]
    /// The newest failed watch, and what moved traffic since.
    private var failedWatch: Moment?

    private struct Firing: Sendable {
        var facts: AlertEvent.Facts
        var at: Moment
    }

    private struct Answer: Hashable {
        var response: String
        var alert: Fingerprint?
    }

    package init(_ plans: [ResponsePlan]) { self.plans = plans }

    /// Takes what the journal holds of the time before.
    package mutating func take(_ event: Event) {
        switch event.body {
        case .response(let body):
            if case .started(let started) = body, !started.isDryRun {
                begun[started.response, default: []].append(event.at)
            }
            if case .ended = body { unended[body.id] = nil } else { unended[body.id] = (body, event.at) }
            touched[Answer(response: body.response, alert: body.alert)] = event.at
        case .alert(.fired(let body)):
            let at = firing[body.alert.fingerprint]?.at ?? event.at
            firing[body.alert.fingerprint] = Firing(facts: body.alert, at: at)
        case .alert(.resolved(let body)):
            firing[body.alert] = nil
            acknowledged.remove(body.alert)
        case .alert(.acknowledged(let body)): acknowledged.insert(body.alert)
        case .alert(.unacknowledged(let body)): acknowledged.remove(body.alert)
        case .action(.started(let body)) where body.kind.movesTraffic: failedWatch = nil
        case .action(.stepEnded(let body)) where body.step == "watch":
            if answered.insert(body.action).inserted, body.outcome.callsForResponse { failedWatch = event.at }
        default: break
        }
    }

    // MARK: After a restart

    /// What an engine that was killed had not come to the end of.
    package enum Unfinished: Hashable, Sendable {
        /// It waited before looking again, until then.
        case waiting(ResponsePlan, AlertEvent.Facts, ResponseEvent.Waiting)
        /// It had begun; whether it was done is not known.
        case begun(ResponseEvent.Started, ResponsePlan?, AlertEvent.Facts?)
        /// The alert, or the failed watch, was in the journal, and nothing was done yet.
        case missed(ResponsePlan, AlertEvent.Facts?)
        /// It waited, and the config does not have it any more, or the alert has ended meanwhile.
        case needless(ResponseEvent.Waiting)
    }

    /// How old may be what nobody has answered: beyond that people have it in hand.
    package static let fresh = Milliseconds.minutes(5)

    package func unfinished(at now: Moment) -> [Unfinished] {
        var found: [Unfinished] = []
        for (event, _) in unended.values.sorted(by: { $0.event.id < $1.event.id }) {
            let plan = plans.first { $0.name == event.response }
            let facts = event.alert.flatMap { firing[$0]?.facts }
            switch event {
            case .waiting(let body):
                if let plan, let facts {
                    found.append(.waiting(plan, facts, body))
                } else {
                    found.append(.needless(body))
                }
            case .started(let body): found.append(.begun(body, plan, facts))
            case .ended: break
            }
        }
        for plan in plans {
            for alert in firing.values.sorted(by: { $0.facts.fingerprint < $1.facts.fingerprint })
            where plan.answers(alert.facts) && alert.at.age(at: now) < ResponseRules.fresh {
                let last = touched[Answer(response: plan.name, alert: alert.facts.fingerprint)]
                if last.map({ $0.utc < alert.at.utc }) ?? true { found.append(.missed(plan, alert.facts)) }
            }
            guard plan.on == .watchFailed, let failedWatch, failedWatch.age(at: now) < ResponseRules.fresh else {
                continue
            }
            let last = touched[Answer(response: plan.name, alert: nil)]
            if last.map({ $0.utc < failedWatch.utc }) ?? true { found.append(.missed(plan, nil)) }
        }
        return found
    }

    // MARK: While it runs

    /// The responses that an alert's beginning calls for; what fires already, or fires again while it does, calls for none.
    package mutating func responses(to event: AlertEvent, at moment: Moment) -> [ResponsePlan] {
        switch event {
        case .fired(let body):
            let known = firing.updateValue(
                Firing(facts: body.alert, at: firing[body.alert.fingerprint]?.at ?? moment),
                forKey: body.alert.fingerprint)
            // A plan that wants another severity than it had calls for its response when it has it.
            return plans.filter { plan in
                plan.answers(body.alert) && !(known.map { plan.answers($0.facts) } ?? false)
            }
        case .resolved(let body):
            firing[body.alert] = nil
            acknowledged.remove(body.alert)
            return []
        case .acknowledged(let body): acknowledged.insert(body.alert)
        case .unacknowledged(let body): acknowledged.remove(body.alert)
        default: break
        }
        return []
    }

    /// The responses that a deploy's own watch calls for.
    package mutating func responses(to event: ActionEvent) -> [ResponsePlan] {
        guard case .stepEnded(let body) = event, body.step == "watch", body.outcome.callsForResponse,
            answered.insert(body.action).inserted
        else { return [] }
        return plans.filter { $0.on == .watchFailed }
    }

    /// Somebody in another process has taken an alert.
    package mutating func hear(acknowledged alert: Fingerprint) {
        if firing[alert] != nil { acknowledged.insert(alert) }
    }

    package func isFiring(_ alert: Fingerprint) -> Bool { firing[alert] != nil }

    package func isAcknowledged(_ alert: Fingerprint) -> Bool { acknowledged.contains(alert) }

    /// Whether a response may be done now; it then counts.
    package mutating func begin(_ plan: ResponsePlan, at now: Moment) -> Bool {
        let recent = begun[plan.name, default: []].filter { $0.age(at: now) < .hours(1) }
        begun[plan.name] = recent
        guard recent.count < plan.perHour else { return false }
        if !plan.dryRun { begun[plan.name]?.append(now) }
        return true
    }
}

extension ActionEvent.StepEnded.Outcome {
    fileprivate var callsForResponse: Bool { self == .failed || self == .undecided }
}

extension ResponsePlan {
    /// Whether an alert is one that it answers; its severity is matched as a label is.
    package func answers(_ alert: AlertEvent.Facts) -> Bool {
        guard case .alert(let matchers) = on else { return false }
        return !matchers.isEmpty && matchers.allSatisfy { $0.matches(alert.matchable) }
    }

    // MARK: Placeholders

    /// What stands for something of the alert in a word of a command.
    package enum Placeholder: Hashable, Sendable {
        case alert, rule, severity, summary
        case label(String)
        /// The address that is turned away most at the alert's edge.
        case address

        package init?(_ name: some StringProtocol) {
            switch name {
            case "alert": self = .alert
            case "rule": self = .rule
            case "severity": self = .severity
            case "summary": self = .summary
            case "address": self = .address
            case _ where name.hasPrefix("label:"): self = .label(String(name.dropFirst(6)))
            default: return nil
            }
        }

        /// As it is written in the config.
        package var text: String {
            switch self {
            case .alert: "{alert}"
            case .rule: "{rule}"
            case .severity: "{severity}"
            case .summary: "{summary}"
            case .address: "{address}"
            case .label(let name): "{label:\(name)}"
            }
        }

        fileprivate func value(_ alert: AlertEvent.Facts?, address: String?) -> String {
            switch self {
            case .alert: alert?.fingerprint.text ?? ""
            case .rule: alert?.rule ?? ""
            case .severity: alert?.severity.rawValue ?? ""
            case .summary: alert?.summary ?? ""
            case .label(let name): alert?.matchable[name] ?? ""
            case .address: address ?? ""
            }
        }
    }

    /// The placeholders of its command, in the order of the words.
    package var placeholders: [Placeholder] {
        guard case .run(let words) = deed else { return [] }
        return words.flatMap { word in
            ResponsePlan.pieces(word).compactMap { if case .field(let placeholder) = $0 { placeholder } else { nil } }
        }
    }

    /// Those of its placeholders that stand for nothing: with a hole in it no command is run.
    package func holes(for alert: AlertEvent.Facts?, address: String?) -> [Placeholder] {
        placeholders.filter { $0.value(alert, address: address).isEmpty }
    }

    private enum Piece {
        case text(Substring)
        case field(Placeholder)
    }

    private static func pieces(_ word: String) -> [Piece] {
        var pieces: [Piece] = []
        var rest = word[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            pieces.append(.text(rest[..<open]))
            let end = rest.index(after: close)
            let placeholder = Placeholder(rest[rest.index(after: open)..<close])
            pieces.append(placeholder.map { .field($0) } ?? .text(rest[open..<end]))
            rest = rest[end...]
        }
        return pieces + [.text(rest)]
    }

    /// The words of a command with the alert's own in their places. There is no shell: what an alert says stays one word.
    package static func words(_ template: [String], for alert: AlertEvent.Facts?, address: String? = nil) -> [String] {
        template.map { word in
            guard word.contains("{") else { return word }
            let filled = pieces(word).map { piece in
                switch piece {
                case .text(let text): String(text)
                case .field(let placeholder): placeholder.value(alert, address: address)
                }
            }.joined()
            // What would be taken for an option by the program is none: it came from outside.
            let text = String(filled.filter { !$0.isNewline && $0 != "\0" }.prefix(1000))
            return text.hasPrefix("-") && !word.hasPrefix("-") ? "." + text : text
        }
    }
}
