/// What /healthz says: each dependency by itself.
struct Health: Codable, Sendable, Hashable {
    struct Check: Codable, Sendable, Hashable {
        /// `ok` or `down`.
        var status: String
        var latency_ms: Double
        /// Why it is down.
        var error: String?
    }

    /// `ok`, or `down` where one dependency is.
    var status: String
    var version: String
    var colour: String
    var checks: [String: Check]

    init(version: String, colour: String, checks: [String: Check]) {
        self.version = version
        self.colour = colour
        self.checks = checks
        status = checks.values.allSatisfy { $0.status == "ok" } ? "ok" : "down"
    }

    var code: Int { status == "ok" ? 200 : 503 }
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
