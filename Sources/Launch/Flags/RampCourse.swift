/// Where a ramp is and what comes next: a pure state machine. It writes nothing and knows no clock; the runner does what
/// ``Move`` says and tells what came of it.
///
/// States: *waiting*, for the time of a share to be over; *writing* a share; *paused*; *over*. Time counts only while the guard
/// is ok, the flag is as the ramp left it, and Redis answers: a share that nobody watched has not done well.
package struct RampCourse: Hashable, Sendable {
    /// What the runner is to do now.
    package enum Move: Hashable, Sendable {
        /// Nothing: wait.
        case none
        /// Set the next share; `step` is its index.
        case write(Rollout, step: Int)
        /// Set the share before, because of the guard; then it is over.
        case stepBack(Rollout, why: String)
        /// Set the share from before the ramp, because somebody wants that; then it is over.
        case goBack(Rollout, why: String)
        case end(ActionOutcome, String)
    }

    /// What came of a write.
    package enum Written: Hashable, Sendable {
        case done
        /// Somebody else changed the flag: it is theirs now.
        case moved(String)
        /// It is known that nothing was written.
        case failed(String)
        /// It is not known whether it was.
        case unknown(String)
    }

    /// What the world looks like at a glance.
    package struct Sight: Hashable, Sendable {
        package var guarding: GuardVerdict
        /// Why the flag could not be looked at; nil where it was.
        package var trouble: String?
        /// How it is not as the ramp left it; nil where it is.
        package var moved: String?

        package init(guarding: GuardVerdict, trouble: String? = nil, moved: String? = nil) {
            self.guarding = guarding
            self.trouble = trouble
            self.moved = moved
        }
    }

    private enum State: Hashable {
        case waiting(left: Milliseconds)
        case writing(Purpose)
        case over
    }

    private enum Purpose: Hashable {
        case step
        case stepBack(String)
        case goBack(String)
    }

    package let plan: RampPlan
    /// How many steps are behind it.
    package private(set) var behind: Int
    package private(set) var isPaused = false
    /// Why the time stands still; nil while it runs.
    package private(set) var hold: String?
    private var state = State.waiting(left: 0)
    private var seenAt: Milliseconds?
    /// The last share that was surely in force.
    package private(set) var share: Rollout
    /// Whether a guard made it step back.
    package private(set) var hasSteppedBack = false
    /// When going back was first tried: it is not tried for ever.
    private var goingBackSince: Milliseconds?

    /// How long a share that must go back is tried to be set before a person is asked for.
    package static let patience: Milliseconds = .minutes(30)

    /// - Parameters:
    ///   - behind: how many steps an earlier run has behind it; its last is watched anew.
    ///   - share: what is in force now.
    package init(_ plan: RampPlan, behind: Int = 0, share: Rollout? = nil) {
        self.plan = plan
        self.behind = behind
        self.share = share ?? plan.share(before: behind)
        if behind > 0 { state = .waiting(left: plan.every) }
    }

    package var isOver: Bool { state == .over }

    /// How long until the next step, if nothing holds it up; nil while none is due.
    package var left: Milliseconds? {
        guard case .waiting(let left) = state, !isPaused, hold == nil else { return nil }
        return left
    }

    package var standing: FlagEvent.RampTurned.Standing {
        if case .writing(.stepBack) = state { return .steppedBack }
        if case .over = state { return .ended }
        return isPaused ? .paused : hold == nil ? .baking : .holding
    }

    /// Time has passed, and this is how the world looks.
    package mutating func pass(to now: Milliseconds, _ sight: Sight) -> Move {
        let elapsed = max(now - (seenAt ?? now), 0)
        seenAt = now
        switch state {
        case .over: return .none
        case .writing(let purpose): return again(purpose, at: now)
        case .waiting(var left):
            if let moved = sight.moved {
                state = .over
                return .end(.preempted, moved)
            }
            // A guard that alerts stops it whatever else is so: also paused, also while Redis is away.
            if sight.guarding.verdict == .critical { return guardAlerts(sight.guarding, at: now) }
            if let trouble = sight.trouble {
                hold = trouble
                return .none
            }
            guard sight.guarding.verdict == .ok else {
                hold = sight.guarding.words
                return .none
            }
            let wasHeld = hold != nil
            hold = nil
            if isPaused { return .none }
            // What passed since the last look counts only where it was well then, too.
            if !wasHeld { left = max(left - elapsed, 0) }
            state = .waiting(left: left)
            return left > 0 ? .none : next()
        }
    }

    private mutating func next() -> Move {
        guard behind < plan.steps.count else {
            state = .over
            return .end(.done, "\(share.words) did well for \(plan.every.count / 1000) s")
        }
        state = .writing(.step)
        return .write(plan.steps[behind], step: behind)
    }

    private mutating func guardAlerts(_ guarding: GuardVerdict, at now: Milliseconds) -> Move {
        guard behind > 0 else {
            state = .over
            return .end(.refused, "\(guarding.words): nothing was changed")
        }
        hold = nil
        goingBackSince = now
        state = .writing(.stepBack(guarding.words))
        return .stepBack(plan.share(before: behind - 1), why: guarding.words)
    }

    /// A write that goes back is tried until it is done: the runner calls again each second.
    private mutating func again(_ purpose: Purpose, at now: Milliseconds) -> Move {
        guard let since = goingBackSince else { return .none }
        if now - since > RampCourse.patience {
            state = .over
            return .end(.undecided, "the share could not be taken back: \(hold ?? "Redis does not answer")")
        }
        switch purpose {
        case .step: return .none
        case .stepBack(let why): return .stepBack(plan.share(before: behind - 1), why: why)
        case .goBack(let why): return .goBack(plan.from, why: why)
        }
    }

    /// Takes what came of the write that the last move asked for.
    package mutating func wrote(_ written: Written) -> Move {
        guard case .writing(let purpose) = state else { return .none }
        switch (purpose, written) {
        case (_, .moved(let how)):
            state = .over
            return .end(.preempted, how)
        case (.step, .done):
            share = plan.steps[behind]
            behind += 1
            hold = nil
            state = .waiting(left: plan.every)
            return .none
        case (.step, .failed(let why)):
            // Nothing was written: it is tried again when the world looks well.
            hold = why
            state = .waiting(left: 0)
            return .none
        case (.step, .unknown(let why)):
            state = .over
            return .end(.undecided, "whether \(plan.steps[behind].words) is in force is not known: \(why)")
        case (.stepBack(let why), .done):
            share = plan.share(before: behind - 1)
            hasSteppedBack = true
            state = .over
            return .end(
                .undecided,
                "stopped: \(why); stepped back from \(plan.steps[behind - 1].words) to \(share.words), read back")
        case (.goBack(let why), .done):
            share = plan.from
            state = .over
            return .end(.wentBack, "\(why); \(share.words) again, read back")
        case (.stepBack, .failed(let why)), (.stepBack, .unknown(let why)), (.goBack, .failed(let why)),
            (.goBack, .unknown(let why)):
            hold = why
            return .none
        }
    }

    /// Takes what an operator asks for.
    package mutating func asked(
        _ request: ActionEvent.Asked.Request, by name: String, reason: String, at now: Milliseconds
    ) -> Move {
        let why = reason.isEmpty ? "" : ": \(reason)"
        switch (state, request) {
        case (.over, _), (_, .approve): return .none
        case (.writing(.stepBack), _), (.writing(.goBack), _): return .none
        case (.writing(.step), .abort), (.waiting, .abort):
            let words = "aborted by \(name)\(why)"
            // A write that runs ends first: the runner asks one thing at a time.
            if behind == 0, case .waiting = state {
                state = .over
                return .end(.wentBack, "\(words); nothing was changed")
            }
            goingBackSince = now
            state = .writing(.goBack(words))
            return .goBack(plan.from, why: words)
        case (_, .pause):
            isPaused = true
            return .none
        case (.waiting, .promote):
            if isPaused {
                isPaused = false
                seenAt = now
                return .none
            }
            // Taken as good: the next look goes on, if the guard lets it.
            state = .waiting(left: 0)
            return .none
        case (.writing, .promote):
            isPaused = false
            return .none
        }
    }
}
