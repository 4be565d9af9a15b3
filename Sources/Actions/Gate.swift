import Edge
import Launch

/// What one host must show through one edge before it takes traffic.
struct Gate: Sendable {
    let door: any EdgeDoor
    let colour: String
    let host: Int
    let version: String
    let plan: GatePlan
    let answers: AnswersPlan

    private static let patience: Duration = .seconds(5)

    /// Asks until enough answers in a row are healthy and of the right version.
    ///
    /// - Throws: the last answer that was not, when the deadline has passed.
    func pass(until end: Moment, _ world: DeployWorld) async throws(EdgeError) {
        var run = 0
        while run < plan.healthy {
            let trouble = await trouble()
            run = trouble == nil ? run + 1 : 0
            if run == plan.healthy { return }
            let now = world.clock.now()
            if let trouble, now.uptime >= end.uptime { throw error(trouble) }
            do { try await world.pause(plan.every) } catch {
                throw EdgeError(.cancelled, "pass the gate", on: door.plan.name, because: "called off")
            }
        }
    }

    /// Why the host is not fit; nil where it is.
    private func trouble() async -> String? {
        do throws(EdgeError) {
            let named = try await ask(answers.versionPath)
            guard let found = answers.version(in: named) else { return "it answers \(named.status) without a version" }
            guard found == version else { return "it answers \(found), not \(version)" }
            let health = try await ask(answers.healthPath)
            guard (200..<300).contains(health.status) else { return "its health answers \(health.status)" }
            return nil
        } catch {
            return error.reason
        }
    }

    private func ask(_ path: String) async throws(EdgeError) -> EdgeAnswer {
        try await door.ask(EdgeQuestion(.host(colour: colour, index: host), path: path), within: Gate.patience)
    }

    private func error(_ reason: String) -> EdgeError {
        EdgeError(.broken, "pass the gate", on: door.plan.name, because: "\(colour) host \(host + 1): \(reason)")
    }

    /// Fills caches and pools; how it goes decides nothing.
    func warmUp() async throws(EdgeError) {
        for path in plan.warmUp {
            for _ in 0..<plan.warmUpTimes { _ = try await ask(path) }
        }
    }
}
