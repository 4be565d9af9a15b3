import Launch
import Testing

struct DeployCourseTests {
    private let steps = DeployStep.course(shares: [5, 50], approvals: 0, confirms: true, follows: true, watches: true)

    /// Performs every step as done; returns what was performed, and the end.
    private func run(_ course: inout DeployCourse, from move: DeployCourse.Move) -> ([DeployStep], DeployCourse.Move) {
        var performed: [DeployStep] = []
        var move = move
        while case .perform(let step) = move {
            performed.append(step)
            move = course.ended(.done)
        }
        return (performed, move)
    }

    @Test func everyStepIsPerformedOnceInOrder() {
        var course = DeployCourse(steps: steps)
        let start = course.start()
        let (performed, end) = run(&course, from: start)
        #expect(performed == steps)
        #expect(end == .end(.done, ""))
        #expect(
            performed.map(\.name) == [
                "preflight", "lock", "release", "gate", "arm", "shift-5", "analyse-5", "shift-50", "analyse-50",
                "promote",
                "follow", "watch", "confirm", "unlock",
            ])
    }

    @Test func aFailureBeforeTrafficMovedEndsWithoutGoingBack() {
        var course = DeployCourse(steps: steps)
        _ = course.start()
        _ = course.ended(.done)  // preflight
        _ = course.ended(.done)  // lock
        #expect(
            course.ended(.failed("the release command exited 1"))
                == .end(.wentBack, "the release command exited 1; no traffic was moved"))
    }

    @Test func aFailureAfterTrafficMovedGoesBack() {
        var course = DeployCourse(steps: steps)
        _ = course.start()
        for _ in 0..<5 { _ = course.ended(.done) }
        #expect(course.current == .shift(5))
        #expect(course.ended(.failed("edge-1 refused")) == .goBack("edge-1 refused"))
        #expect(course.ended(.done) == .end(.wentBack, "edge-1 refused"))
    }

    @Test func goingBackThatFailsNeedsAPerson() {
        var course = DeployCourse(steps: steps)
        _ = course.start()
        for _ in 0..<5 { _ = course.ended(.done) }
        _ = course.ended(.failed("edge-1 refused"))
        guard case .end(.undecided, let words) = course.ended(.failed("edge-2 is out of reach")) else {
            Issue.record("it did not end undecided")
            return
        }
        #expect(words.contains("edge-2 is out of reach"))
    }

    @Test func whoeverWasPreemptedTouchesNothing() {
        for done in 0..<steps.count {
            var course = DeployCourse(steps: steps)
            _ = course.start()
            for _ in 0..<done { _ = course.ended(.done) }
            #expect(course.ended(.preempted("ana rolls back")) == .end(.preempted, "ana rolls back"))
            #expect(course.asked(.abort, by: "luis", reason: "") == .none)
        }
    }

    @Test func whoeverIsPreemptedWhileAPersonIsAwaitedEnds() {
        var course = DeployCourse(steps: steps)
        _ = course.start()
        for _ in 0..<6 { _ = course.ended(.done) }
        _ = course.ended(.undecided("too few requests"))
        #expect(course.preempted("luis took over") == .end(.preempted, "luis took over"))
        #expect(course.waitedTooLong() == .none)
    }

    @Test func aPauseHoldsBeforeTheNextStepUntilSomebodyGoesOn() {
        var course = DeployCourse(steps: steps)
        _ = course.start()
        #expect(course.asked(.pause, by: "ana", reason: "") == .none)
        #expect(course.ended(.done) == .wait("paused"))
        #expect(course.asked(.pause, by: "ana", reason: "") == .none)
        #expect(course.asked(.promote, by: "ana", reason: "") == .perform(.lock))
    }

    @Test func anInconclusiveAnalysisIsSettledByAPerson() {
        var course = DeployCourse(steps: steps)
        _ = course.start()
        for _ in 0..<6 { _ = course.ended(.done) }
        #expect(course.current == .analyse(5))
        #expect(course.ended(.undecided("too few requests")) == .wait("too few requests"))
        #expect(course.asked(.promote, by: "ana", reason: "") == .perform(.shift(50)))
    }

    @Test func nobodyDecidingInTimeGoesBack() {
        var course = DeployCourse(steps: steps)
        _ = course.start()
        for _ in 0..<6 { _ = course.ended(.done) }
        _ = course.ended(.undecided("too few requests"))
        #expect(course.waitedTooLong() == .goBack("nobody decided in time"))
    }

    @Test func goingOnWhileItLooksEndsTheLook() {
        var course = DeployCourse(steps: steps)
        _ = course.start()
        for _ in 0..<6 { _ = course.ended(.done) }
        #expect(
            course.asked(.promote, by: "ana", reason: "looks good") == .finishStep("taken as good by ana: looks good"))
        #expect(course.ended(.done) == .perform(.shift(50)))
    }

    @Test func goingOnWhileItActsChangesNothing() {
        var course = DeployCourse(steps: steps)
        _ = course.start()
        for _ in 0..<2 { _ = course.ended(.done) }
        #expect(course.current == .release)
        #expect(course.asked(.promote, by: "ana", reason: "") == .none)
    }

    @Test func anAbortEndsWhereNothingMovedAndGoesBackWhereSomethingDid() {
        for done in 0..<(steps.count - 1) {
            var course = DeployCourse(steps: steps)
            _ = course.start()
            for _ in 0..<done { _ = course.ended(.done) }
            let move = course.asked(.abort, by: "ana", reason: "wrong version")
            if steps[0...done].contains(where: { $0.share != nil }) {
                #expect(move == .goBack("aborted by ana: wrong version"))
            } else {
                #expect(move == .end(.wentBack, "aborted by ana: wrong version; no traffic was moved"))
            }
        }
    }

    @Test func aResumedDeployLocksAgainAndGoesOnAfterTheLastShare() {
        var course = DeployCourse(
            steps: steps, completed: ["preflight", "lock", "release", "gate", "arm", "shift-5", "analyse-5"],
            hasMoved: true)
        #expect(course.settled == [.preflight, .release, .gate, .shift(5)])
        // What was not done is not told as done.
        #expect(DeployCourse(steps: steps, completed: ["lock", "gate", "shift-5"]).settled == [.gate, .shift(5)])
        let start = course.start()
        #expect(start == .perform(.lock))
        let (performed, end) = run(&course, from: start)
        #expect(performed.prefix(4) == [.lock, .arm, .analyse(5), .shift(50)])
        #expect(end == .end(.done, ""))
    }

    @Test func whatIsRefusedWithoutALockIsNotTakenBack() {
        var course = DeployCourse(steps: steps, completed: ["shift-5"], hasMoved: true)
        _ = course.start()
        #expect(course.ended(.refused("the world moved")) == .end(.refused, "the world moved"))
    }

    @Test func everyStepIsKnownByItsName() {
        for step in steps + [.approve] { #expect(DeployStep(name: step.name) == step) }
        for name in ["", "shift-", "shift-0", "shift-100", "analyse-x", "go-back"] {
            #expect(DeployStep(name: name) == nil)
        }
    }

    @Test func aDeployThatDiedBeforeAnyShareBeginsAnew() {
        var course = DeployCourse(steps: steps, completed: ["preflight", "lock", "release"], hasMoved: false)
        #expect(course.start() == .perform(.preflight))
    }

    /// Over random histories: once traffic moved, every end is all-new (done), all-old (went back), a person's, or another's.
    @Test func noHistoryEndsWithTrafficInBetween() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var course = DeployCourse(steps: steps)
            var move = course.start()
            var promoted = false
            var wentBack = false
            for _ in 0..<60 {
                if case .end = move { break }
                if case .perform(.promote) = move { promoted = true }
                switch Int.random(in: 0..<12, using: &random) {
                case 0: move = keep(move, course.asked(.pause, by: "a", reason: ""))
                case 1: move = keep(move, course.asked(.promote, by: "a", reason: ""))
                case 2: move = keep(move, course.asked(.abort, by: "a", reason: ""))
                case 3: move = keep(move, course.waitedTooLong())
                case 4: move = keep(move, course.ended(.failed("x")))
                case 5: move = keep(move, course.ended(.undecided("x")))
                default:
                    if case .goBack = move { wentBack = true }
                    move = keep(move, course.ended(.done))
                }
            }
            guard case .end(let outcome, _) = move else { continue }
            if outcome == .done { #expect(promoted) }
            if outcome == .wentBack, course.hasMoved { #expect(wentBack) }
        }
    }

    private func keep(_ old: DeployCourse.Move, _ new: DeployCourse.Move) -> DeployCourse.Move {
        new == .none ? old : new
    }
}
