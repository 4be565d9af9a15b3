/// The probe of what the edges turn away: made from `security.defences`, not by the user.
package struct DefenceTarget: Hashable, Sendable {
    package var plan: DefencePlan
    package var deployment: Deployment

    package init(plan: DefencePlan, deployment: Deployment) {
        self.plan = plan
        self.deployment = deployment
    }

    /// Why an edge refuses, as its log has it (Config/nginx/hardening-http.conf).
    package static let reasons: KeyValuePairs<String, String> = [
        "waf": "by the firewall", "limit": "by a limit", "country": "by country",
        "identity": "identity number in a URL",
        "method": "by method", "malformed": "malformed", "slow": "too slow", "size": "too large", "type": "by type",
    ]
    /// What the figures are taken over.
    package static let window = Milliseconds.minutes(1)
}

extension DefencePlan {
    /// The name of the probe.
    package static let probe = "defence"
    package static let pace = Milliseconds.seconds(10)

    /// Whether a log tells of bans.
    package var countsBans: Bool { bans.contains { $0.log != nil } }

    /// What the probe brings. Nothing of it is judged: how much is too much, the launch's alert rules say.
    ///
    /// - Parameter edges: the names of the deployment's.
    package func measures(of edges: [String]) -> [Measure] {
        [Measure("requests", "requests", .perMinute), Measure("blocked", "blocked requests", .perMinute)]
            + (countsBans ? [Measure("bans", "bans", .perMinute)] : [])
            + DefenceTarget.reasons.map { Measure("blocked.\($0.key)", "blocked \($0.value)", .perMinute) }
            + edges.map { Measure("blocked_at.\($0)", "blocked at \($0)", .perMinute) }
            + bans.filter { $0.log != nil }.map { Measure("bans_at.\($0.name)", "bans at \($0.name)", .perMinute) }
            + [
                Measure("reasons", "top reasons", .text), Measure("countries", "top countries", .text),
            ]
    }

    /// The series, `up` among them.
    package func series(of deployment: Deployment) -> [Series] {
        probe(of: deployment).series.map { series in
            var series = series
            series.title =
                series.tellsWhetherUp ? "Edge logs up" : "Edge" + series.title.dropFirst(DefencePlan.probe.count)
            return series
        }
    }

    package func probe(of deployment: Deployment) -> Probe {
        Probe(
            name: DefencePlan.probe, interval: DefencePlan.pace, deadline: .seconds(8), retry: Probe.Retry(attempts: 0),
            target: .defence(DefenceTarget(plan: self, deployment: deployment)))
    }
}
