import Launch
import Testing

struct RampCourseTests {
    private static let shares = [1, 5, 25, 100].map { Rollout(percent: $0)! }
    private let plan = RampPlan(from: .none, steps: Self.shares, every: .seconds(10), guards: ["kpi.payments"])

    private func sight(
        _ verdict: Verdict = .ok, trouble: String? = nil, moved: String? = nil
    ) -> RampCourse.Sight {
        .init(guarding: GuardVerdict(verdict, "Payments"), trouble: trouble, moved: moved)
    }

    /// Lets seconds pass one by one; returns the first move that is any, and the second at which it came.
    private func pass(
        _ course: inout RampCourse, from second: Int64, until last: Int64, _ sight: RampCourse.Sight? = nil
    ) -> (move: RampCourse.Move, at: Int64) {
        for now in second...last {
            let move = course.pass(to: .seconds(now), sight ?? self.sight())
            if move != .none { return (move, now) }
        }
        return (.none, last)
    }

    /// Brings a course to its `step`th share, in force since second 0 of what follows.
    private func course(at step: Int) -> RampCourse {
        RampCourse(plan, behind: step)
    }

    @Test func aGoodRampSetsEachShareAfterItsTimeAndWatchesTheLast() {
        var course = RampCourse(plan)
        var now: Int64 = 0
        var writes: [(Rollout, Int64)] = []
        while true {
            let (move, at) = pass(&course, from: now, until: now + 100)
            now = at
            guard case .write(let share, _) = move else {
                #expect(move == .end(.done, "100 % did well for 10 s"))
                break
            }
            writes.append((share, at))
            #expect(course.wrote(.done) == .none)
        }
        #expect(writes.map(\.0) == Self.shares)
        #expect(writes.map(\.1) == [0, 10, 20, 30] && now == 40)
        #expect(course.isOver && course.share == .all)
    }

    @Test func aGuardThatAlertsStepsBackOneShareAndStops() {
        var course = course(at: 3)
        _ = course.pass(to: .seconds(0), sight())
        #expect(
            course.pass(to: .seconds(1), sight(.critical)) == .stepBack(Self.shares[1], why: "Payments is critical"))
        #expect(course.standing == .steppedBack)
        guard case .end(.undecided, let words) = course.wrote(.done) else {
            Issue.record("it went on")
            return
        }
        #expect(words == "stopped: Payments is critical; stepped back from 25 % to 5 %, read back")
        #expect(course.share == Self.shares[1] && course.isOver)
        #expect(course.pass(to: .seconds(99), sight()) == .none)
    }

    @Test func theFirstShareStepsBackToWhatWasBefore() {
        var course = RampCourse(
            RampPlan(from: Rollout(percent: 3)!, steps: [.half], every: .seconds(10), guards: ["g"]), behind: 1)
        #expect(course.pass(to: 0, sight(.critical)) == .stepBack(Rollout(percent: 3)!, why: "Payments is critical"))
    }

    @Test func aGuardThatAlertsBeforeTheFirstShareRefusesIt() {
        var course = RampCourse(plan)
        #expect(course.pass(to: 0, sight(.critical)) == .end(.refused, "Payments is critical: nothing was changed"))
    }

    @Test(arguments: [Verdict.unknown, .warning])
    func whatIsNotOkHoldsAndItsTimeDoesNotCount(verdict: Verdict) {
        var course = course(at: 1)
        _ = pass(&course, from: 0, until: 6)
        #expect(course.left == .seconds(4))
        #expect(pass(&course, from: 7, until: 500, sight(verdict)).move == .none)
        #expect(course.standing == .holding && course.left == nil)
        #expect(course.hold == GuardVerdict(verdict, "Payments").words)
        // The first look at which it is ok again only begins to count.
        #expect(pass(&course, from: 501, until: 600) == (.write(Self.shares[1], step: 1), 505))
    }

    @Test func aStoreThatDoesNotAnswerHolds() {
        var course = course(at: 1)
        #expect(pass(&course, from: 0, until: 100, sight(trouble: "no answer")).move == .none)
        #expect(course.hold == "no answer")
        // And a guard that alerts meanwhile is heard all the same.
        #expect(
            course.pass(to: .seconds(101), sight(.critical, trouble: "no answer"))
                == .stepBack(.none, why: "Payments is critical"))
    }

    @Test func aStepBackIsTriedUntilItIsDone() {
        var course = course(at: 2)
        let back = RampCourse.Move.stepBack(Self.shares[0], why: "Payments is critical")
        #expect(course.pass(to: .seconds(1), sight(.critical)) == back)
        #expect(course.wrote(.failed("no answer")) == .none)
        #expect(course.pass(to: .seconds(2), sight(.ok)) == back)
        #expect(course.wrote(.unknown("no answer")) == .none)
        #expect(course.pass(to: .seconds(3), sight(trouble: "no answer")) == back)
        if case .end(.undecided, _) = course.wrote(.done) {} else { Issue.record("it did not end") }
    }

    @Test func aStepBackIsNotTriedForEver() {
        var course = course(at: 2)
        _ = course.pass(to: 0, sight(.critical))
        _ = course.wrote(.failed("no answer"))
        let late = RampCourse.patience + 1
        #expect(course.pass(to: late, sight()) == .end(.undecided, "the share could not be taken back: no answer"))
    }

    @Test func somebodyElsesChangeEndsItAndIsLeftAlone() {
        var course = course(at: 2)
        #expect(course.pass(to: 0, sight(.critical, moved: "luis set it")) == .end(.preempted, "luis set it"))
        course = self.course(at: 2)
        _ = pass(&course, from: 0, until: 10)
        #expect(course.wrote(.moved("luis set it")) == .end(.preempted, "luis set it"))
    }

    @Test func aWriteThatFailedIsTriedAgainAndOneThatIsNotKnownNeedsAPerson() {
        var course = RampCourse(plan)
        #expect(course.pass(to: 0, sight()) == .write(Self.shares[0], step: 0))
        #expect(course.wrote(.failed("OOM")) == .none)
        #expect(course.hold == "OOM" && course.behind == 0)
        #expect(course.pass(to: .seconds(1), sight()) == .write(Self.shares[0], step: 0))
        if case .end(.undecided, _) = course.wrote(.unknown("no answer")) {} else { Issue.record("it went on") }
    }

    // MARK: Operators

    @Test func aPauseHoldsAtItsShareAndTheGuardIsHeard() {
        var course = course(at: 1)
        _ = course.pass(to: 0, sight())
        #expect(course.asked(.pause, by: "ana", reason: "", at: 0) == .none)
        #expect(pass(&course, from: 1, until: 1000).move == .none)
        #expect(course.standing == .paused)
        #expect(course.asked(.promote, by: "ana", reason: "", at: .seconds(1000)) == .none)
        #expect(pass(&course, from: 1001, until: 2000) == (.write(Self.shares[1], step: 1), 1010))
        course = self.course(at: 1)
        _ = course.asked(.pause, by: "ana", reason: "", at: 0)
        #expect(course.pass(to: .seconds(1), sight(.critical)) == .stepBack(.none, why: "Payments is critical"))
    }

    @Test func whoTakesAShareAsGoodNeedsTheGuardToAgree() {
        var course = course(at: 1)
        _ = course.pass(to: 0, sight())
        _ = course.asked(.promote, by: "ana", reason: "", at: 0)
        #expect(course.pass(to: .seconds(1), sight(.unknown)) == .none)
        #expect(course.pass(to: .seconds(2), sight()) == .write(Self.shares[1], step: 1))
    }

    @Test func anAbortGoesBackToWhereItBegan() {
        var course = course(at: 3)
        #expect(course.asked(.abort, by: "ana", reason: "lunch", at: 0) == .goBack(.none, why: "aborted by ana: lunch"))
        #expect(course.asked(.abort, by: "luis", reason: "", at: 0) == .none)
        #expect(course.wrote(.done) == .end(.wentBack, "aborted by ana: lunch; 0 % again, read back"))
        course = RampCourse(plan)
        #expect(
            course.asked(.abort, by: "ana", reason: "", at: 0)
                == .end(.wentBack, "aborted by ana; nothing was changed"))
    }

    /// Whatever comes in whatever order, no share is ever set that is not of the plan, none is skipped on the way up, and after
    /// the end nothing is asked for.
    @Test func noOrderOfEventsLeavesThePlan() {
        for seed in 0..<400 {
            var random = SplitMix(state: UInt64(seed))
            var course = RampCourse(plan)
            var inForce = Rollout.none
            var isOver = false
            for second in 0..<200 {
                var move: RampCourse.Move =
                    switch random.next() % 12 {
                    case 0: course.asked(.pause, by: "a", reason: "", at: .seconds(Int64(second)))
                    case 1: course.asked(.promote, by: "a", reason: "", at: .seconds(Int64(second)))
                    case 2 where random.next() % 8 == 0:
                        course.asked(.abort, by: "a", reason: "", at: .seconds(Int64(second)))
                    case 3 where random.next() % 8 == 0: course.pass(to: .seconds(Int64(second)), sight(.critical))
                    case 4: course.pass(to: .seconds(Int64(second)), sight(.unknown))
                    case 5: course.pass(to: .seconds(Int64(second)), sight(trouble: "no answer"))
                    default: course.pass(to: .seconds(Int64(second)), sight())
                    }
                while move != .none {
                    if isOver { Issue.record("seed \(seed): \(move) after its end") }
                    let fails = random.next() % 5 == 0
                    switch move {
                    case .none: break
                    case .end: isOver = true
                    case .write(let share, let step):
                        #expect(share == plan.steps[step] && inForce == plan.share(before: step))
                        if !fails { inForce = share }
                    case .stepBack(let share, _):
                        #expect(share == plan.share(before: course.behind - 1))
                        if !fails { inForce = share }
                    case .goBack(let share, _):
                        #expect(share == plan.from)
                        if !fails { inForce = share }
                    }
                    if case .end = move { break }
                    move = course.wrote(fails ? .failed("x") : .done)
                }
                #expect(course.share == inForce)
            }
        }
    }

    // MARK: Plans

    @Test func aPlanOnlyGrows() {
        func trouble(_ from: Int, _ steps: [Int]) -> String? {
            RampPlan(
                from: Rollout(percent: from)!, steps: steps.map { Rollout(percent: $0)! }, every: .seconds(1),
                guards: []
            ).trouble
        }
        #expect(trouble(0, [1, 5]) == nil && trouble(0, [100]) == nil)
        #expect(trouble(0, []) != nil && trouble(5, [5, 25]) != nil && trouble(0, [5, 5]) != nil)
        #expect(trouble(0, [25, 5]) != nil)
        #expect(RampPlan(from: .none, steps: [.all], every: 10, guards: []).trouble != nil)
        #expect(plan.rest(above: Rollout(percent: 5)!).steps.map(\.description) == ["25", "100"])
        #expect(RampPlan.steps("1, 5,25,100") == Self.shares && RampPlan.steps("1,,5") == nil)
        #expect(RampPlan.steps("") == nil && RampPlan.steps("1,101") == nil)
    }

    @Test func anAlertRuleThatFiresIsCriticalToARampHoweverSevereItIs() {
        var board = Board()
        let known = series("kpi.payments", thresholds: Thresholds(warning: .below(97)))
        board.apply(
            Manifest(
                product: Product(name: "x"), zone: .utc, environment: "test", series: [known], panes: Panes()))
        let rule = AlertRule(
            name: "payment_success", condition: .bound("kpi.payments", .below(95), clear: nil), severity: .warning)
        let alerts = AlertSettings(rules: [rule])
        guard let guarding = RampGuard(named: "payment_success", series: [known], alerts: alerts) else {
            Issue.record("the rule is no guard")
            return
        }
        #expect(guarding.inputs == ["kpi.payments"] && guarding.isAlert)
        #expect(RampGuard(named: "kpi.payments", series: [known], alerts: alerts) == "kpi.payments")
        #expect(RampGuard(named: "nosuch", series: [known], alerts: alerts) == nil)
        func verdict(_ second: Double = 0) -> Verdict {
            GuardVerdict(of: [guarding], on: board, at: moment(second)).verdict
        }
        board.heartbeat = Heartbeat(at: moment(0))
        // That it does not fire says nothing where its series was never read.
        #expect(verdict() == .unknown)
        board.apply(Tick(at: moment(0), readings: [Reading("kpi.payments", .number(99))]))
        #expect(verdict() == .ok)
        let facts = AlertEvent.Facts(
            rule: "payment_success", labels: ["alertname": "payment_success"], severity: .warning, summary: "low",
            series: "kpi.payments", since: moment(0))
        board.apply(Event(origin: "b", at: moment(0), body: .alert(.pending(.init(alert: facts)))))
        #expect(verdict() == .warning)
        board.apply(Event(origin: "b", at: moment(0), body: .alert(.fired(.init(alert: facts)))))
        #expect(verdict() == .critical)
        board.apply(Event(origin: "b", at: moment(0), body: .alert(.resolved(.init(alert: facts.fingerprint)))))
        #expect(verdict() == .ok)
        // A figure on too few events was judged by nobody, by the rule or by its own thresholds.
        board.apply(Tick(at: moment(0.5), readings: [Reading("kpi.payments", .text("too few (7)"))]))
        #expect(verdict(0.5) == .unknown)
        #expect(GuardVerdict(of: ["kpi.payments"], on: board, at: moment(0.5)).words == "kpi.payments is not known")
        board.heartbeat = Heartbeat(at: moment(60))
        #expect(verdict(60) == .unknown)
    }

    @Test func theWorstGuardDecidesAndNoWatcherIsUnknown() {
        var board = Board()
        let bounds = Thresholds(critical: .above(10))
        board.apply(
            Manifest(
                product: Product(name: "x"), zone: .utc, environment: "test",
                series: [series("a", thresholds: bounds), series("b", thresholds: bounds)], panes: Panes()))
        let now = moment(0)
        board.apply(Tick(at: now, readings: [Reading("a", .number(1)), Reading("b", .number(11))]))
        #expect(GuardVerdict(of: ["a"], on: board, at: now).words == "the engine is not known")
        board.heartbeat = Heartbeat(at: now)
        #expect(GuardVerdict(of: ["a"], on: board, at: now).verdict == .ok)
        #expect(GuardVerdict(of: ["a", "b"], on: board, at: now).words == "b is critical")
        #expect(GuardVerdict(of: ["a", "gone"], on: board, at: now).verdict == .unknown)
        #expect(GuardVerdict(of: ["a"], on: board, at: moment(4)).verdict == .ok)
        board.heartbeat = Heartbeat(at: moment(60))
        #expect(GuardVerdict(of: ["a"], on: board, at: moment(60)).verdict == .unknown)
        #expect(GuardVerdict(of: ["a"], on: nil, at: now).words == "the journal is not known")
        #expect(GuardVerdict(of: [], on: nil, at: now).verdict == .ok)
    }
}
