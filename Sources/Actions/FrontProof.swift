import Edge
import Launch

/// Proves by an edge's own front door what it serves: a rename, a reload's exit code or a folder's listing are no proof.
struct FrontProof: Sendable {
    /// New connections in a row that must answer alike: each of nginx's workers may answer one.
    static let answers = 3

    let answersPlan: AnswersPlan

    /// Asks until the front door serves `split` on ``answers`` new connections in a row, then asks the application itself.
    ///
    /// - Parameters:
    ///   - version: what the application must answer with, where all traffic goes to one colour.
    /// - Throws: what was answered instead, when the deadline has passed.
    func prove(
        _ split: Split, version: String?, on door: any EdgeDoor, within deadline: Duration
    ) async throws(EdgeError) {
        let end = ContinuousClock.now + deadline
        var run = 0
        while run < FrontProof.answers {
            let answer = try await door.front(within: left(until: end))
            if !answer.isBroken, answer.split == split.name {
                run += 1
                continue
            }
            run = 0
            let served = answer.isBroken ? "DOOR BROKEN" : answer.split
            try await pause(until: end, door, "the front door serves \(served), not \(split.name)")
        }
        guard let version, split.canary == nil else { return }
        while true {
            let question = EdgeQuestion(.traffic(key: nil), path: answersPlan.versionPath)
            let answer = try await door.ask(question, within: left(until: end))
            let found = answersPlan.version(in: answer)
            if found == version { return }
            try await pause(
                until: end, door, "the front door answers with \(found ?? "no version"), not \(version)")
        }
    }

    private func left(until end: ContinuousClock.Instant) -> Duration { max(end - .now, .milliseconds(1)) }

    /// A short wait before the next try; throws when there is no time for one.
    private func pause(
        until end: ContinuousClock.Instant, _ door: any EdgeDoor, _ reason: String
    ) async throws(EdgeError) {
        guard ContinuousClock.now + .milliseconds(10) < end else {
            throw EdgeError(.broken, "prove the switch", on: door.plan.name, because: reason)
        }
        do { try await Task.sleep(for: .milliseconds(10)) } catch {
            throw EdgeError(.cancelled, "prove the switch", on: door.plan.name, because: "called off")
        }
    }
}
