/// Which responses an event calls for, and whether they may be done now: a value, rebuilt from the journal.
package struct ResponseRules: Sendable {
    package let plans: [ResponsePlan]
    /// When each response was begun, in the last hour, oldest first.
    private var begun: [String: [Moment]] = [:]
    private var firing: Set<Fingerprint> = []
    /// The deploys whose watch was answered.
    private var answered: Set<ActionID> = []

    package init(_ plans: [ResponsePlan]) { self.plans = plans }

    /// Takes what the journal holds of the time before.
    package mutating func take(_ event: Event) {
        switch event.body {
        case .response(.started(let body)) where !body.isDryRun: begun[body.response, default: []].append(event.at)
        case .alert(.fired(let body)): firing.insert(body.alert.fingerprint)
        case .alert(.resolved(let body)): firing.remove(body.alert)
        case .action(.stepEnded(let body)) where body.step == "watch": answered.insert(body.action)
        default: break
        }
    }

    /// The responses that an alert's beginning calls for; what fires already, or fires again while it does, calls for none.
    package mutating func responses(to event: AlertEvent) -> [ResponsePlan] {
        switch event {
        case .fired(let body):
            guard firing.insert(body.alert.fingerprint).inserted else { return [] }
            return plans.filter { plan in
                guard case .alert(let matchers) = plan.on else { return false }
                return !matchers.isEmpty && matchers.allSatisfy { $0.matches(body.alert.labels) }
            }
        case .resolved(let body):
            firing.remove(body.alert)
            return []
        default: return []
        }
    }

    /// The responses that a deploy's own watch calls for.
    package mutating func responses(to event: ActionEvent) -> [ResponsePlan] {
        guard case .stepEnded(let body) = event, body.step == "watch",
            body.outcome == .failed || body.outcome == .undecided, answered.insert(body.action).inserted
        else { return [] }
        return plans.filter { $0.on == .watchFailed }
    }

    package func isFiring(_ alert: Fingerprint) -> Bool { firing.contains(alert) }

    /// Whether a response may be done now; it then counts.
    package mutating func begin(_ plan: ResponsePlan, at now: Moment) -> Bool {
        let recent = begun[plan.name, default: []].filter { $0.age(at: now) < .hours(1) }
        begun[plan.name] = recent
        guard recent.count < plan.perHour else { return false }
        if !plan.dryRun { begun[plan.name]?.append(now) }
        return true
    }
}

extension ResponsePlan {
    /// The words of a command with the alert's own in their places. There is no shell: what an alert says stays one word.
    package static func words(_ template: [String], for alert: AlertEvent.Facts?) -> [String] {
        template.map { word in
            guard let alert, word.contains("{") else { return word }
            var result = ""
            var rest = word[...]
            while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
                result += rest[..<open]
                let name = rest[rest.index(after: open)..<close]
                switch name {
                case "alert": result += alert.fingerprint.text
                case "rule": result += alert.rule
                case "severity": result += alert.severity.rawValue
                case "summary": result += alert.summary
                case _ where name.hasPrefix("label:"): result += alert.labels[String(name.dropFirst(6))]
                default: result += rest[open...close]
                }
                rest = rest[rest.index(after: close)...]
            }
            // What would be taken for an option by the program is none: it came from outside.
            let text = String((result + rest).filter { !$0.isNewline && $0 != "\0" }.prefix(1000))
            return text.hasPrefix("-") && !word.hasPrefix("-") ? "." + text : text
        }
    }
}
