/// The silences of a drill: what its own doing sets off wakes nobody, and all else speaks as ever.
///
/// They are ordinary silences, so that screen, Alertmanager and escalation know of them, and they end by themselves where the
/// drill died.
package enum DrillSilence {
    /// How long after it is well again what it set off may still be on its way to being resolved.
    package static let settling: Milliseconds = .minutes(2)

    /// What matches the alerts of some probes: those that no rule describes by their probe, those of rules by their names.
    ///
    /// - Parameter probes: names of probes, or of what is derived: `kpi` stands for `kpi.payments_ok`.
    package static func matchers(of probes: [String], in plan: AlertPlan) -> [[LabelMatcher]] {
        guard !probes.isEmpty else { return [] }
        func isOwn(_ id: SeriesID) -> Bool { probes.contains { id.name == $0 || id.name.hasPrefix($0 + ".") } }
        // What a rule watches, by the rule: all of it, and what of it is the drill's own doing.
        var watched: [Int: (all: Int, own: [AlertPlan.Target])] = [:]
        for target in plan.targets where !probes.contains(target.labels["probe"]) {
            watched[target.rule, default: (0, [])].all += 1
            if target.condition.inputs.contains(where: isOwn) { watched[target.rule]?.own.append(target) }
        }
        var whole: [String] = []
        var parts: [[LabelMatcher]] = []
        for (rule, (all, own)) in watched.sorted(by: { $0.key < $1.key }) where !own.isEmpty {
            if own.count == all {
                whole.append(plan.rules[rule].name)
                continue
            }
            // A rule over many series: only those that it touches.
            let label = plan.rules[rule].fanLabel ?? "series"
            parts.append([
                LabelMatcher(name: "alertname", value: plan.rules[rule].name),
                any(of: own.map { $0.labels[label] }, as: label),
            ])
        }
        return [[any(of: probes, as: "probe")]] + (whole.isEmpty ? [] : [[any(of: whole, as: "alertname")]]) + parts
    }

    private static func any(of values: [String], as label: String) -> LabelMatcher {
        var seen: Set<String> = []
        let distinct = values.filter { seen.insert($0).inserted }
        if distinct.count == 1 { return LabelMatcher(name: label, value: distinct[0]) }
        return LabelMatcher(name: label, value: distinct.map(escaped).joined(separator: "|"), isRegex: true)
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            if #".^$*+?()[]{}|\"#.contains(character) { escaped += "\\" }
            escaped.append(character)
        }
    }
}
