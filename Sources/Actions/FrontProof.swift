import Edge
package import Launch

/// Proves by an edge's own front door what it serves: a rename, a reload's exit code or a folder's listing are no proof.
struct FrontProof: Sendable {
    /// New connections in a row that must answer alike: each of nginx's workers may answer one.
    static let answers = 3
    /// The same where nginx was reloaded, with the pause between them: a worker of before that has not yet been told to go still takes
    /// new customers, some milliseconds after the new ones do. Far away, where answers take longer, fewer span as much time.
    static let answersOfReload = 20
    private static let spanOfReload: Duration = .milliseconds(400)
    /// Between two tries.
    static let interval: Milliseconds = 10
    /// How often it is tried before the last trouble is told: three seconds' worth.
    static let tries = 300

    let answersPlan: AnswersPlan
    let pause: Pause

    /// Asks until the front door serves `split` on ``answers`` (``answersOfReload``) new connections in a row and the application
    /// answers with `version`, where all traffic goes to one colour.
    ///
    /// - Throws: what was answered instead, at the end.
    func prove(_ split: Split, version: String?, on door: any EdgeDoor, within deadline: Duration)
        async throws(EdgeError)
    {
        let end = ContinuousClock.now + deadline
        var trouble = EdgeError(.timedOut, "prove the switch", on: door.plan.name, because: "it was not asked")
        for _ in 0..<FrontProof.tries {
            do throws(EdgeError) {
                try await ask(split, version, door, within: max(end - .now, .milliseconds(100)))
                return
            } catch {
                // Another's switch by right is for the caller to find; an answer that is not there yet is asked for again.
                if case .cancelled = error.kind { throw error }
                trouble = error
            }
            guard ContinuousClock.now < end else { break }
            do { try await pause(FrontProof.interval) } catch {
                throw EdgeError(.cancelled, "prove the switch", on: door.plan.name, because: "called off")
            }
        }
        throw trouble
    }

    private func ask(
        _ split: Split, _ version: String?, _ door: any EdgeDoor, within deadline: Duration
    ) async throws(EdgeError) {
        func wrong(_ reason: String) -> EdgeError {
            EdgeError(.broken, "prove the switch", on: door.plan.name, because: reason)
        }
        let isReload = door.plan.backend != .door
        let began = ContinuousClock.now
        for number in 0..<(isReload ? FrontProof.answersOfReload : FrontProof.answers) {
            if number >= FrontProof.answers, began.duration(to: .now) > FrontProof.spanOfReload { break }
            if isReload, number > 0 {
                do { try await pause(FrontProof.interval) } catch {
                    throw EdgeError(.cancelled, "prove the switch", on: door.plan.name, because: "called off")
                }
            }
            let answer = try await door.front(within: deadline)
            guard !answer.isBroken, answer.split == split.name else {
                throw wrong(
                    "the front door serves \(answer.isBroken ? "DOOR BROKEN" : answer.split), not \(split.name)")
            }
        }
        guard let version, split.canary == nil else { return }
        let answer = try await door.ask(
            EdgeQuestion(.traffic(key: nil), path: answersPlan.versionPath), within: deadline)
        let found = answersPlan.version(in: answer)
        guard found == version else {
            throw wrong("the front door answers \(answer.status) with \(found ?? "no version"), not \(version)")
        }
    }
}

/// Waits; throws when its task is cancelled.
package typealias Pause = @Sendable (Milliseconds) async throws -> Void
