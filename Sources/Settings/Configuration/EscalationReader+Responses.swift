import Launch

extension EscalationReader {
    /// What a response answers must be there, and what its command is filled with.
    func checkResponses(of launch: LaunchConfiguration, _ field: Field) {
        let plan = launch.alertPlan(zone: .utc)
        // What another system's alerts are called and have for labels is not known here.
        let isOpen = launch.alertmanagers.contains(where: \.receives)
        for response in launch.responses {
            if response.placeholders.contains(.address), launch.security?.defences == nil {
                field.error(
                    "the response '\(response.name)': {address} is known only with 'security: {defences: …}'",
                    hint: "it is whom the edges turn away most; without their logs nobody knows")
            }
            switch response.on {
            case .watchFailed:
                for placeholder in response.placeholders where placeholder != .address {
                    field.error(
                        "the response '\(response.name)': a failed watch is no alert, it has no \(placeholder.text)")
                }
            case .alert(let matchers):
                let found = plan.labels(of: matchers) + EscalationReader.ownLabels(of: matchers, launch)
                if found.isEmpty, !isOpen {
                    let name = matchers.first { $0.name == "alertname" }?.value
                    field.source.findings.warn(
                        field.place, "the response '\(response.name)' answers no alert of this config",
                        hint: name.flatMap { Nearest.hint(for: $0, among: plan.rules.map(\.name)) }
                            ?? "guardia rules list --all shows them")
                }
                for case .label(let name) in response.placeholders
                where !isOpen && !found.isEmpty && !found.contains(where: { $0.contains(name) }) {
                    let known = Set(found.flatMap(\.self)).sorted()
                    field.error(
                        "the response '\(response.name)': what it answers has no label '\(name)'",
                        hint: Nearest.hint(for: name, among: known) ?? "known: \(known.joined(separator: ", "))")
                }
            }
        }
    }

    /// The names of the labels of what the engine finds itself, of each that some matchers can match.
    private static func ownLabels(of matchers: [LabelMatcher], _ launch: LaunchConfiguration) -> [Set<String>] {
        EngineAlerts.labels.compactMap { name, labels in
            let labels = labels.union(["alertname", "severity"])
            let fits = matchers.allSatisfy { matcher in
                matcher.name == "alertname" ? matcher.matches(["alertname": name]) : labels.contains(matcher.name)
            }
            return fits ? labels : nil
        }
    }
}

extension AlertPlan {
    /// The names of the labels of each alert that some matchers can match. A severity that follows a verdict can be any.
    fileprivate func labels(of matchers: [LabelMatcher]) -> [Set<String>] {
        targets.compactMap { target in
            let fits = matchers.allSatisfy { matcher in
                guard matcher.name == "severity" else { return matcher.matches(target.labels) }
                return rules[target.rule].severity.map { matcher.matches(["severity": $0.rawValue]) } ?? true
            }
            return fits ? Set(target.labels.values.keys).union(["severity"]) : nil
        }
    }
}
