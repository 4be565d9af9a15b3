import Launch

extension Deploy {
    /// What a deploy would do and what speaks against it, with nothing changed.
    package struct Rehearsal: Hashable, Sendable, Encodable {
        package var from = ""
        package var to = ""
        package var steps: [String]
        package var facts: [String] = []
        package var cautions: [String] = []
        package var refusals: [String] = []
    }

    /// Looks at everything that the preflight looks at.
    package func rehearse() async -> Rehearsal {
        var rehearsal = Rehearsal(steps: steps.map(\.name))
        switch await DeployGround.look(deployment, edges, resuming: nil) {
        case .failure(let refusal): rehearsal.refusals = [refusal.words]
        case .success(let ground):
            self.ground = ground
            let findings = await findings()
            rehearsal.from = "\(ground.live) \(ground.serving ?? "(version not known)")"
            rehearsal.to = ground.idle
            (rehearsal.facts, rehearsal.cautions, rehearsal.refusals) = (
                findings.facts, findings.cautions, findings.refusals
            )
        }
        return rehearsal
    }
}
