/// An edge that is looked at: made from `deployment:`, not by the user.
package struct EdgeTarget: Hashable, Sendable {
    package var edge: EdgePlan
    package var deployment: Deployment

    package init(edge: EdgePlan, deployment: Deployment) {
        self.edge = edge
        self.deployment = deployment
    }

    /// How often the helper is asked; the front door is asked with each look.
    package static let helperInterval = Milliseconds.seconds(2)

    var measures: [Measure] {
        let colours = deployment.colours.map(\.name)
        return [
            Measure("split", "split", .text),
            Measure("fence", "fence", .count, interval: Self.helperInterval),
            Measure("lock", "lock", .text, interval: Self.helperInterval),
            Measure("notice", "notice", .text, interval: Self.helperInterval),
            Measure(
                "helper", "helper", .count, thresholds: Thresholds(critical: .below(1)), interval: Self.helperInterval),
        ]
            + colours.map { Measure("share.\($0)", "share of \($0)", .percent) }
            + colours.map { Measure("version.\($0)", "version of \($0)", .text, absence: .normal) }
            + colours.map { Measure("live.\($0)", "\($0) live", .milliseconds, absence: .alarmingOnceSeen) }
    }
}

extension Deployment {
    /// What looks at each edge.
    package var probes: [Probe] {
        edges.map { edge in
            Probe(
                name: "edge.\(edge.name)", interval: .seconds(1), deadline: 900, retry: Probe.Retry(attempts: 0),
                target: .edge(EdgeTarget(edge: edge, deployment: self)))
        }
    }
}
