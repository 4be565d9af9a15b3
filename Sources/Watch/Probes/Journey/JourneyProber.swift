package import Launch
package import Wire

/// Walks a journey once a look: step by step, with cookies as a browser keeps them, each timed; and cleans up after itself.
///
/// A step that fails ends the journey: what follows cannot succeed. The cleanup runs all the same, in time that is kept
/// for it.
package actor JourneyProber: Prober, PinnedActor {
    package nonisolated let reactor: Reactor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    /// The largest body that is looked into.
    private static let bodyLimit = 1 << 20
    /// How much of the look's time is kept for the cleanup.
    private static let cleanupShare = 0.25

    private let target: JourneyTarget
    private let client: HTTPClient
    private let secret: @Sendable (Secret) throws -> String
    private let clock: any Clock
    private var runs = 0

    package init(_ target: JourneyTarget, in context: ProbeContext) {
        self.target = target
        reactor = context.reactor
        clock = context.clock
        secret = context.secret
        client = HTTPClient(on: context.reactor, maximumOfIdle: 8)
    }

    package func look(deadline: Duration) async throws -> [Finding] {
        runs += 1
        let plan = target.plan
        let random = String(UInt32.random(in: 0 ... .max), radix: 36)
        var trip = Trip(
            walk: try JourneyWalk(plan, run: "\(clock.now().utc.seconds)-\(runs)-\(random)", secret: secret))
        let share = plan.cleanup.isEmpty ? 1 : 1 - Self.cleanupShare
        let failure = await perform(plan.steps, &trip, Budget(deadline * share))
        let total = trip.times.reduce(0) { $0 + $1.milliseconds }
        var findings = trip.times.map { Finding("step.\($0.step)", $0.milliseconds) }
        findings.append(Finding("passed", Double(trip.times.count)))
        if let failure {
            findings.append(Finding("up", .missed(failure)))
            findings.append(Finding("total", .missed(failure)))
            for step in plan.steps.dropFirst(trip.times.count) {
                findings.append(Finding("step.\(step.name)", .missed(failure)))
            }
        } else {
            findings.append(Finding("total", total))
        }
        if !plan.cleanup.isEmpty {
            let left = await perform(trip.walk.known(plan.cleanup), &trip, Budget(deadline * Self.cleanupShare))
            let verdict: Verdict = left == nil ? .ok : .warning
            findings.append(Finding("cleanup", Double(verdict.nagiosCode)))
        }
        return findings
    }

    package func close() async {}

    /// How far a look is, and how long it took.
    private struct Trip {
        var walk: JourneyWalk
        var times: [(step: String, milliseconds: Double)] = []
    }

    /// Takes steps until one fails, and says why that did; nil where all are done.
    private func perform(_ steps: [JourneyStep], _ trip: inout Trip, _ budget: Budget) async -> String? {
        for step in steps {
            guard !budget.isSpent else { return "\(step.name): no time was left for it" }
            do {
                let request = try trip.walk.request(for: step)
                let limit = min(step.deadline?.duration ?? budget.remaining, budget.remaining)
                let response = try await client.send(sent(request), deadline: limit)
                try trip.walk.take(JourneyWalk.Answer(response), of: step)
                trip.times.append((step.name, response.phases.total.inMilliseconds))
            } catch {
                return "\(step.name): \(error.inWords)".bounded()
            }
        }
        return nil
    }

    private func sent(_ request: JourneyWalk.Request) -> HTTPRequest {
        let base = target.base.hasSuffix("/") ? String(target.base.dropLast()) : target.base
        return HTTPRequest(
            base + request.path, method: request.method, headers: request.headers, body: request.body,
            tls: TLSSettings(target.tls), maxBodyBytes: Self.bodyLimit)
    }
}
