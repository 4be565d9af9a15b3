/// Where a deploy is and what comes next: a pure state machine. It performs nothing, and knows no clock; the runner does what
/// ``Move`` says and tells what came of it.
///
/// States: a step runs; or a person is waited for; or the traffic goes back; or it is over. Whatever happens after the first
/// step that moves traffic was begun ends at a known split: all to the new version, or all to the old one.
package struct DeployCourse: Hashable, Sendable {
    /// What the runner is to do now.
    package enum Move: Hashable, Sendable {
        case perform(DeployStep)
        /// Nothing, until an operator asks for something; why.
        case wait(String)
        /// End the running step, then take all traffic back to the colour that served; why.
        case goBack(String)
        /// End the running step as done; then tell.
        case finishStep(String)
        case end(ActionOutcome, String)
        /// Go on with what runs.
        case none
    }

    /// What came of a step.
    package enum Result: Hashable, Sendable {
        case done
        /// It is known to be wrong.
        case failed(String)
        /// It cannot be told: too few samples, facts too old.
        case undecided(String)
        /// Somebody else has the lock by right: nothing may be touched any more.
        case preempted(String)
        /// The launch refuses it, before anything was changed.
        case refused(String)
    }

    private enum State: Hashable {
        case running
        case waiting
        case goingBack(String)
        case ended
    }

    package let steps: [DeployStep]
    /// The step that runs, is waited before, or comes first.
    private var index: Int
    private var state = State.running
    private var isPaused = false
    /// Whether traffic may have been moved.
    package private(set) var hasMoved: Bool

    /// - Parameters:
    ///   - completed: names of the steps that an interrupted run has behind it. What only checks is done anew all the same.
    ///   - hasMoved: whether traffic is not, or not surely, where it was.
    package init(steps: [DeployStep], completed: Set<String> = [], hasMoved: Bool = false) {
        self.steps = steps
        self.hasMoved = hasMoved
        // A resumed deploy looks and locks again, but does not shrink a canary: it begins after the last step that moved traffic.
        let last = steps.lastIndex { $0.share != nil && completed.contains($0.name) }
        resumeAfter = last
        settled = steps.prefix((last ?? -1) + 1).filter { DeployCourse.staysDone($0) && completed.contains($0.name) }
        index = 0
    }

    /// Steps up to here that move or judge traffic are behind us.
    private let resumeAfter: Int?

    /// What an interrupted run has behind it, and is not done anew.
    package let settled: [DeployStep]

    /// The step that runs or comes next.
    package var current: DeployStep? { steps.indices.contains(index) ? steps[index] : nil }

    package mutating func start() -> Move { next(from: 0) }

    /// Takes the result of the step that ran; of ``Move/goBack`` too: done means that traffic is back.
    package mutating func ended(_ result: Result) -> Move {
        switch state {
        case .goingBack(let reason):
            state = .ended
            switch result {
            case .done: return .end(.wentBack, reason)
            case .preempted(let by): return .end(.preempted, by)
            case .failed(let why), .undecided(let why), .refused(let why):
                return .end(.undecided, "\(reason); going back did not succeed everywhere: \(why)")
            }
        case .running:
            switch result {
            case .done: return next(from: index + 1)
            case .preempted(let by):
                state = .ended
                return .end(.preempted, by)
            case .refused(let why):
                // Without a lock nothing can be moved, not even back: what an interrupted run moved stays as it was found.
                state = .ended
                return .end(.refused, why)
            case .failed(let why):
                if hasMoved { return goBack(why) }
                state = .ended
                return .end(.wentBack, "\(why); no traffic was moved")
            case .undecided(let why):
                state = .waiting
                // What is undecided is settled by a person: the step counts as done when they say so.
                return .wait(why)
            }
        case .waiting, .ended: return .none
        }
    }

    /// Somebody else has the lock by right, whatever was going on here.
    package mutating func preempted(_ by: String) -> Move {
        guard state != .ended else { return .none }
        state = .ended
        return .end(.preempted, by)
    }

    /// Takes what an operator asks for.
    package mutating func asked(_ request: ActionEvent.Asked.Request, by name: String, reason: String) -> Move {
        let why = reason.isEmpty ? "" : ": \(reason)"
        switch (state, request) {
        case (.ended, _), (.goingBack, _), (_, .approve): return .none
        case (_, .abort):
            if hasMoved { return goBack("aborted by \(name)\(why)") }
            state = .ended
            return .end(.wentBack, "aborted by \(name)\(why); no traffic was moved")
        case (.running, .pause):
            isPaused = true
            return .none
        case (.waiting, .pause): return .none
        case (.waiting, .promote):
            isPaused = false
            state = .running
            return next(from: index + 1)
        case (.running, .promote):
            isPaused = false
            return current?.isWaiting == true ? .finishStep("taken as good by \(name)\(why)") : .none
        }
    }

    /// Nobody decided in time: the safe side is where it came from.
    package mutating func waitedTooLong() -> Move {
        guard case .waiting = state else { return .none }
        if hasMoved { return goBack("nobody decided in time") }
        state = .ended
        return .end(.wentBack, "nobody decided in time; no traffic was moved")
    }

    private mutating func goBack(_ reason: String) -> Move {
        state = .goingBack(reason)
        return .goBack(reason)
    }

    private mutating func next(from start: Int) -> Move {
        index = start
        while let step = current, isBehind(step) { index += 1 }
        guard let step = current else {
            state = .ended
            return .end(.done, "")
        }
        // A pause holds before the next step, and never before the one that only gives locks back.
        if isPaused, step != .unlock {
            state = .waiting
            index -= 1
            return .wait("paused")
        }
        if step.share != nil { hasMoved = true }
        return .perform(step)
    }

    private func isBehind(_ step: DeployStep) -> Bool {
        guard let resumeAfter, index <= resumeAfter else { return false }
        return DeployCourse.staysDone(step)
    }

    /// The lock is taken anew, and the way back armed by it; the rest is settled.
    private static func staysDone(_ step: DeployStep) -> Bool { step != .lock && step != .arm }
}
