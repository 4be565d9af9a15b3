/// A worse alert stands for others: while one fires that the source matchers match, those are kept quiet that the target
/// matchers match and that have the same values of `equal` (Alertmanager's `inhibit_rules`).
package struct Inhibition: Hashable, Sendable {
    package var source: [LabelMatcher]
    package var target: [LabelMatcher]
    /// A label that neither of them bears is the same in both, as in Alertmanager.
    package var equal: [String]

    package init(source: [LabelMatcher], target: [LabelMatcher], equal: [String]) {
        self.source = source
        self.target = target
        self.equal = equal
    }

    /// A measure of a probe that is known to be down needs no alert of its own.
    package static let standard = [
        Inhibition(
            source: [LabelMatcher(name: "measure", value: "up")],
            target: [LabelMatcher(name: "alertname", value: AlertPlan.absenceName)], equal: ["probe"])
    ]

    /// Of each alert that is kept quiet, the alerts that stand for it: one look over all of them, not one for each pair.
    ///
    /// An alert never stands for itself, and one that matches both sides is not kept quiet by others that do.
    package static func inhibitors(
        of alerts: [(id: Fingerprint, labels: Labels)], by rules: [Inhibition]
    ) -> [Fingerprint: [Fingerprint]] {
        var found: [Fingerprint: Set<Fingerprint>] = [:]
        for rule in rules {
            let (isSource, isTarget) = (LabelMatcher.all(rule.source), LabelMatcher.all(rule.target))
            var sources: [Labels: [(id: Fingerprint, isTarget: Bool)]] = [:]
            for alert in alerts where isSource(alert.labels) {
                sources[AlertGroup.key(of: alert.labels, by: rule.equal), default: []]
                    .append((alert.id, isTarget(alert.labels)))
            }
            if sources.isEmpty { continue }
            for alert in alerts where isTarget(alert.labels) {
                let isAlsoSource = isSource(alert.labels)
                let standing = (sources[AlertGroup.key(of: alert.labels, by: rule.equal)] ?? [])
                    .lazy.filter { $0.id != alert.id && !(isAlsoSource && $0.isTarget) }
                // One that stands for it is enough to be told; a flood is not listed for each of a flood.
                if let first = standing.map(\.id).min() { found[alert.id, default: []].insert(first) }
            }
        }
        return found.mapValues { $0.sorted() }
    }
}
