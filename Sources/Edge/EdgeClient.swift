package import Launch
package import Wire

/// One edge's door, over a session that is kept: on this machine, or by SSH.
package actor EdgeClient {
    package nonisolated let plan: EdgePlan
    package nonisolated let digest: String
    private let reactor: Reactor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    package init(_ plan: EdgePlan, of deployment: Deployment, on reactor: Reactor) {
        self.plan = plan
        self.reactor = reactor
        digest = ""
    }
}
