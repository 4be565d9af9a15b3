/// What /healthz says: each dependency by itself.
struct Health: Codable, Sendable, Hashable {
    struct Check: Codable, Sendable, Hashable {
        /// `ok` or `down`.
        var status: String
        var latency_ms: Double
        /// Why it is down.
        var error: String?
    }

    /// `ok`; `down` where something is that no request can do without; `degraded` where only something else is.
    var status: String
    var version: String
    var colour: String
    var checks: [String: Check]

    init(version: String, colour: String, checks: [String: Check]) {
        self.version = version
        self.colour = colour
        self.checks = checks
        let down = checks.filter { $0.value.status != "ok" }
        status = down.isEmpty ? "ok" : down.keys.contains(where: Health.essential.contains) ? "down" : "degraded"
    }

    /// Without these nobody is served; without the gateway only those who pay are not. A colour that said `down` for the
    /// gateway's sake would be taken from the door, though the other one could do no better.
    private static let essential: Set<String> = ["database", "redis"]

    var code: Int { status == "down" ? 503 : 200 }
}

extension Health.Check {
    /// Asks a dependency and times it.
    static func run(_ ask: @Sendable () async throws -> Void) async -> Health.Check {
        let start = ContinuousClock.now
        func elapsed() -> Double { ((ContinuousClock.now - start) / .milliseconds(1) * 10).rounded() / 10 }
        do {
            try await ask()
            return .init(status: "ok", latency_ms: elapsed())
        } catch {
            return .init(status: "down", latency_ms: elapsed(), error: "\(error)")
        }
    }
}
