import Edge
import Launch
import Wire

/// A smoke test as it is walked through one edge, by the colour that serves nobody yet.
struct SmokeWalk: Sendable {
    let test: SmokeTest
    let colour: String
    let door: any EdgeDoor
    let world: DeployWorld

    /// The largest body that is looked into.
    private static let bodyLimit = 1 << 20
    /// Of a step that has no deadline of its own.
    private static let patience: Milliseconds = .seconds(5)
    /// For the whole cleanup: who called the deploy off waits for it.
    private static let cleaning: Milliseconds = .seconds(5)

    /// Walks it to its end, and clears up whatever came of it.
    ///
    /// - Returns: what of the cleanup did not succeed; nil where all did. That is no reason to refuse a release.
    /// - Throws: which step failed, with what was expected and what came.
    func walk(run: String) async throws(EdgeError) -> String? {
        var walk: JourneyWalk
        do throws(JourneyWalk.Failure) {
            walk = try JourneyWalk(test.journey, run: run) { try world.secret($0) }
        } catch {
            throw fail("\(error)")
        }
        var failure: EdgeError?
        do throws(EdgeError) {
            let end = world.clock.now().advanced(by: test.deadline)
            for (index, step) in test.journey.steps.enumerated() { try await take(step, index, &walk, until: end) }
        } catch {
            failure = error
        }
        let left = await clean(walk)
        if let failure { throw failure }
        return left
    }

    private func take(
        _ step: JourneyStep, _ index: Int, _ walk: inout JourneyWalk, until end: Moment
    ) async throws(EdgeError) {
        let count = test.journey.steps.count
        // A journey of one is named by its test.
        let place = count > 1 ? "step \(index + 1)/\(count) '\(step.name)' (\(step.method) \(step.path)): " : ""
        let left = end.uptime - world.clock.now().uptime
        guard left.count > 0 else {
            throw fail("\(place)no time was left for it, the whole has \(test.deadline.count / 1000) s", .timedOut)
        }
        let request: JourneyWalk.Request
        do throws(JourneyWalk.Failure) { request = try walk.request(for: step) } catch {
            throw fail("\(place)\(error)")
        }
        let answer: EdgeAnswer
        do throws(EdgeError) {
            answer = try await send(request, within: min(step.deadline ?? Self.patience, left))
        } catch {
            throw fail(place + error.reason, error.kind)
        }
        do throws(JourneyWalk.Failure) {
            try walk.take(
                .init(
                    status: answer.status, headers: answer.headers, body: answer.body,
                    isBodyTruncated: answer.isBodyTruncated), of: step)
        } catch {
            guard let expected = error.expected, let came = error.came else { throw fail("\(place)\(error)") }
            throw fail("\(place)expected \(expected), came \(came)")
        }
    }

    private func send(_ request: JourneyWalk.Request, within limit: Milliseconds) async throws(EdgeError) -> EdgeAnswer
    {
        try await door.ask(
            EdgeQuestion(
                .colour(colour), method: request.method, path: request.path, headers: request.headers,
                body: request.body, limit: Self.bodyLimit), within: limit.duration)
    }

    /// What a journey made is removed even where the deploy was called off meanwhile.
    private func clean(_ walk: JourneyWalk) async -> String? {
        let steps = walk.known(test.journey.cleanup)
        guard !steps.isEmpty else { return nil }
        return await Task {
            var walk = walk
            let end = world.clock.now().advanced(by: Self.cleaning)
            for (index, step) in steps.enumerated() {
                do throws(EdgeError) { try await take(step, index, &walk, until: end) } catch { return error.reason }
            }
            return nil
        }.value
    }

    private func fail(_ why: String, _ kind: EdgeError.Kind = .broken) -> EdgeError {
        EdgeError(kind, "smoke test", on: door.plan.name, because: "smoke test '\(test.name)': \(why)")
    }
}
