import Launch

extension Deploy {
    /// What a deploy would do and what speaks against it, with nothing changed.
    package struct Rehearsal: Hashable, Sendable, Encodable {
        package var from = ""
        package var to = ""
        package var steps: [String]
        /// The commands that put the version there, each as it would run.
        package var releases: [String] = []
        /// What a canary is compared with the serving colour by.
        package var compares: [String] = []
        package var facts: [String] = []
        package var cautions: [String] = []
        package var refusals: [String] = []
    }

    /// Looks at everything that the preflight looks at.
    package func rehearse() async -> Rehearsal {
        var rehearsal = Rehearsal(steps: steps.map(\.name))
        if !order.shares.isEmpty {
            rehearsal.compares = ["errors", "p95"] + deployment.canary.analysis.kpis.map(\.title)
        }
        switch await DeployGround.look(deployment, edges, resuming: nil) {
        case .failure(let refusal): rehearsal.refusals = [refusal.words]
        case .success(let ground):
            self.ground = ground
            let findings = await findings()
            rehearsal.from = "\(ground.live) \(ground.serving ?? "(version not known)")"
            rehearsal.to = ground.idle
            let release = deployment.release
            rehearsal.releases = release.hosts(of: deployment.colour(ground.idle)).map { host in
                release.command.line(version: order.version, colour: ground.idle, host: host)
            }
            (rehearsal.facts, rehearsal.cautions, rehearsal.refusals) = (
                findings.facts, findings.cautions, findings.refusals
            )
        }
        return rehearsal
    }
}
