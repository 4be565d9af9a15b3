package import Launch

/// Waits, before anything is changed, until others have approved an action as it was planned.
package struct ApprovalWait: Sendable {
    /// How many others must approve it; 0: nobody is waited for.
    package var needed: Int
    package var limit: Milliseconds
    /// It goes ahead without; loudly.
    package var breaksGlass: Bool
    package var clock: any Clock
    package var pause: Pause
    /// What operators have asked of this action since the last call.
    package var requests: @Sendable () async -> [ActionEvent.Asked]

    package init(
        needed: Int, limit: Milliseconds, breaksGlass: Bool = false, clock: any Clock, pause: @escaping Pause,
        requests: @escaping @Sendable () async -> [ActionEvent.Asked]
    ) {
        self.needed = needed
        self.limit = limit
        self.breaksGlass = breaksGlass && needed > 0
        self.clock = clock
        self.pause = pause
        self.requests = requests
    }

    /// What the journal is told of it: nil where nobody need be waited for.
    package var isBroken: Bool? { breaksGlass ? true : nil }

    /// The step of the plan in which it waits; none where nobody is waited for.
    package var steps: [ActionEvent.Step] { needed > 0 && !breaksGlass ? [.approval(within: limit)] : [] }

    /// Waits, told before and after as every step.
    ///
    /// - Returns: why it is not to go on; nil where it may.
    package func wait(for who: Operator, reason: String, telling reporter: ActionReporter) async -> String? {
        if breaksGlass {
            await reporter.note(DeployStep.approve.name, Self.broken(by: who, reason))
            return nil
        }
        guard needed > 0 else { return nil }
        let name = DeployStep.approve.name
        await reporter.begin(name)
        await reporter.note(name, Self.invitation(reporter.id))
        await reporter.journal.settle(within: .seconds(2))
        let refusal: String?
        var tally = ApprovalTally(needed: needed, asker: who)
        let end = clock.now().advanced(by: limit)
        waiting: while true {
            for asked in await requests() {
                tally.take(asked)
                if asked.request == .abort {
                    refusal = "\(asked.by.name) called it off\(asked.reason.isEmpty ? "" : ": \(asked.reason)")"
                    break waiting
                }
            }
            if tally.isGiven {
                refusal = nil
                break
            }
            if end.uptime < clock.now().uptime {
                refusal = Self.lateness(limit)
                break
            }
            do { try await pause(200) } catch {
                refusal = "it was called off before anybody approved it"
                break
            }
        }
        await reporter.end(name, refusal == nil ? .done : .failed, refusal ?? tally.words)
        return refusal
    }

    static func invitation(_ id: ActionID) -> String { "another operator approves by: guardia approve \(id)" }

    static func lateness(_ limit: Milliseconds) -> String { "nobody approved within \(limit.count / 60_000) min" }

    static func broken(by who: Operator, _ reason: String) -> String {
        "BREAK GLASS: \(who.signature) goes ahead without approval: \(reason)"
    }
}
