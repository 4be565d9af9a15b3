import Launch
import Testing

/// A board with two flags, as the engine's probe and the actions would tell of them.
private struct Stage {
    var board = Board()
    var watch = FlagWatch()

    init() {
        let names = ["checkout-v2", "refunds"]
        let target = FlagsTarget(redis: RedisTarget(), algorithm: .unleash, names: names)
        let plan = FlagsPlan(
            target: target, flags: names.map { KnownFlag(name: $0, guards: ["kpi.payments"]) }, users: "kpi.users")
        board.apply(
            Manifest(
                product: Product(name: "x"), zone: .utc, environment: "test",
                series: plan.probe.series + [
                    series("kpi.payments", thresholds: Thresholds(critical: .below(95))), series("kpi.users"),
                ], panes: Panes(), flags: plan.facts(actAs: [])))
    }

    mutating func read(_ flag: FeatureFlag, at second: Double) {
        read(.text(FlagGlance(flag).text), at: second, of: flag.name)
    }

    mutating func read(_ state: Measurement, at second: Double, of name: String = "checkout-v2") {
        board.heartbeat = Heartbeat(at: moment(second))
        board.apply(
            Tick(
                at: moment(second),
                readings: [
                    Reading(FlagSeries.state(name), state), Reading("kpi.payments", .number(99)),
                    Reading("kpi.users", .number(6200)),
                ]))
    }

    mutating func tell(_ event: FlagEvent, at second: Double) {
        board.apply(Event(origin: "b", at: moment(second), body: .flag(event)))
    }

    mutating func tell(_ event: ActionEvent, at second: Double) {
        board.apply(Event(origin: "b", at: moment(second), body: .action(event)))
    }

    mutating func changes(at second: Double) -> [FlagEvent.Changed] { watch.changes(on: board, now: moment(second)) }
}

private let ana = Operator(name: "ana", uid: 1000, host: "bastion")

private func flag(_ percent: Int, version: Int64 = 1, by: String = "ana@b") -> FeatureFlag {
    FeatureFlag(
        name: "checkout-v2", rollout: Rollout(percent: percent)!, algorithm: .unleash, version: version, updatedBy: by,
        updatedAt: Timestamp(seconds: 1_773_320_400 + version))
}

private func changed(_ from: FeatureFlag?, _ to: FeatureFlag) -> FlagEvent {
    .changed(
        .init(
            flag: to.name, from: from.map { FlagGlance($0) }, to: FlagGlance(to),
            words: FlagChange(from: from, to: to).words, by: to.updatedBy, source: .guardia, action: ActionID("a-1")))
}

struct FlagWatchTests {
    @Test func aFlagThatIsSeenForTheFirstTimeIsToldOnce() {
        var stage = Stage()
        stage.read(flag(5), at: 0)
        #expect(stage.changes(at: 0) == [])
        stage.read(flag(5), at: 2)
        #expect(stage.changes(at: 2) == [])
        stage.read(flag(5), at: 4)
        let told = stage.changes(at: 4)
        #expect(told.map(\.words) == ["first seen: 5 %"] && told.first?.source == .found)
        for change in told { stage.tell(.changed(change), at: 4) }
        for second in 5..<20 {
            stage.read(flag(5), at: Double(second))
            #expect(stage.changes(at: Double(second)) == [])
        }
        #expect(ChartMarks(on: stage.board, from: moment(0).utc, to: moment(99).utc).marks == [])
    }

    @Test func whatAnActionTellsItselfIsNotToldAgain() {
        var stage = Stage()
        stage.tell(changed(nil, flag(5)), at: 0)
        stage.read(flag(25, version: 2), at: 1)
        #expect(stage.changes(at: 1) == [])
        stage.tell(changed(flag(5), flag(25, version: 2)), at: 1.2)
        // What was read before it was told proves nothing.
        #expect(stage.changes(at: 5) == [])
        stage.read(flag(25, version: 2), at: 6)
        #expect(stage.changes(at: 6) == [] && stage.changes(at: 12) == [])
    }

    @Test func whatNobodyToldIsFoundWithItsAuthor() {
        var stage = Stage()
        stage.tell(changed(nil, flag(5)), at: 0)
        stage.read(flag(50, version: 2, by: "luis@other"), at: 1)
        #expect(stage.changes(at: 1) == [])
        stage.read(flag(50, version: 2, by: "luis@other"), at: 4)
        let told = stage.changes(at: 4.5)
        #expect(told.map(\.words) == ["5 % → 50 %"] && told.map(\.by) == ["luis@other"])
        #expect(told.first?.source == .found)
    }

    @Test func aHandThatLeftNoNameIsNotCalledByTheNameBefore() {
        var stage = Stage()
        stage.tell(changed(nil, flag(5)), at: 0)
        stage.read(flag(42), at: 1)
        _ = stage.changes(at: 1)
        stage.read(flag(42), at: 5)
        let told = stage.changes(at: 5)
        #expect(told.map(\.words) == ["5 % → 42 %"] && told.map(\.by) == [""])
    }

    @Test func aFlagThatIsGoneOrBrokenIsToldAndOneThatCannotBeReadIsNot() {
        var stage = Stage()
        stage.tell(changed(nil, flag(5)), at: 0)
        stage.read(.missed("no answer within 2 s"), at: 1)
        #expect(stage.changes(at: 1) == [] && stage.changes(at: 30) == [])
        stage.read(.text(FlagSeries.faultMark + "there is none in Redis"), at: 31)
        _ = stage.changes(at: 31)
        stage.read(.text(FlagSeries.faultMark + "there is none in Redis"), at: 35)
        let told = stage.changes(at: 35)
        #expect(told.map(\.to) == [nil] && told.map(\.words) == ["there is none in Redis"])
        for change in told { stage.tell(.changed(change), at: 35) }
        stage.read(.text(FlagSeries.faultMark + "there is none in Redis"), at: 40)
        #expect(stage.changes(at: 40) == [] && stage.changes(at: 45) == [])
    }
}

struct FlagBoardTests {
    private func plan(_ action: String = "ramp-1") -> FlagEvent {
        .rampPlanned(
            .init(
                action: ActionID(action), flag: "checkout-v2",
                plan: RampPlan(from: .none, steps: [.half, .all], every: .seconds(10), guards: ["kpi.payments"])))
    }

    @Test func aRampIsFoldedFromItsEvents() {
        var stage = Stage()
        stage.tell(plan(), at: 0)
        stage.tell(
            .rampTurned(
                .init(action: ActionID("ramp-1"), flag: "checkout-v2", standing: .baking, step: 1, share: .half)),
            at: 1)
        stage.tell(
            .rampTurned(
                .init(action: ActionID("ramp-9"), flag: "checkout-v2", standing: .baking, step: 1, share: .half)),
            at: 2)
        let ramp = stage.board.flags.ramp(of: "checkout-v2")
        #expect(ramp?.turned?.standing == .baking && ramp?.plan.steps == [.half, .all])
        #expect(stage.board.flags.ramps.count == 1)
    }

    @Test func whatIsKeptIsBounded() {
        var board = FlagBoard()
        for index in 0..<(FlagBoard.changeLimit + 50) {
            board.take(changed(nil, flag(5, version: Int64(index))), at: moment(Double(index)))
            board.take(plan("ramp-\(index)"), at: moment(Double(index)))
        }
        #expect(board.changes.count == FlagBoard.changeLimit && board.ramps.count == FlagBoard.rampLimit)
        #expect(board.lastChange(of: "checkout-v2")?.body.to?.flag.version == Int64(FlagBoard.changeLimit + 49))
    }

    @Test func aSightThatIsOldClaimsNothing() {
        var stage = Stage()
        stage.read(flag(5), at: 0)
        func sight(_ second: Double, silent: Bool = false) -> FlagSight {
            FlagSight(of: "checkout-v2", on: stage.board, now: moment(second), engineSilent: silent)
        }
        #expect(sight(1).isCurrent && sight(8).isCurrent)
        #expect(!sight(11).isCurrent && !sight(1, silent: true).isCurrent)
        // What it was is known all the same.
        #expect(sight(11).flag?.share.basisPoints == 500)
        stage.read(.missed("connection refused"), at: 12)
        #expect(sight(12).miss == "connection refused" && sight(12).flag != nil)
        #expect(FlagSight(of: "nosuch", on: stage.board, now: moment(1), engineSilent: false).state == .never)
    }

    @Test func aDeadRampIsUnfinishedUntilSomebodyGoesOnOrTakesItBack() {
        var stage = Stage()
        let id = ActionID("ramp-1")
        stage.tell(
            ActionEvent.started(.init(id: id, kind: .flagRamp, by: ana, reason: "", command: [], steps: [], pid: 1)),
            at: 0)
        stage.tell(plan(), at: 0)
        #expect(stage.board.unfinishedRamp(of: "checkout-v2")?.ended == nil)
        guard let record = stage.board.actions[id] else { return }
        stage.tell(ActionEvent.ended(.died(record)), at: 1)
        #expect(stage.board.unfinishedRamp(of: "checkout-v2")?.id == id)
        #expect(stage.board.unfinishedRamp(of: "refunds") == nil)
        let undo = ActionID("set-1")
        stage.tell(
            ActionEvent.started(
                .init(
                    id: undo, kind: .flagSet, by: ana, reason: "", command: [], steps: [], continues: id, pid: 2)),
            at: 2)
        stage.tell(ActionEvent.ended(.init(action: undo, outcome: .refused, summary: "")), at: 3)
        #expect(stage.board.unfinishedRamp(of: "checkout-v2")?.id == id)
        stage.tell(
            ActionEvent.started(
                .init(
                    id: ActionID("set-2"), kind: .flagSet, by: ana, reason: "", command: [], steps: [], continues: id,
                    pid: 3)), at: 4)
        #expect(stage.board.unfinishedRamp(of: "checkout-v2") == nil)
    }

    @Test func marksAreFlagsDeploysAndRollbacksInTheirTime() {
        var stage = Stage()
        stage.tell(changed(flag(5), flag(25, version: 2)), at: 10)
        var allowed = flag(25, version: 3)
        allowed.allowed = ["u"]
        stage.tell(changed(flag(25, version: 2), allowed), at: 11)
        let id = ActionID("deploy-1")
        stage.tell(
            ActionEvent.started(
                .init(
                    id: id, kind: .deploy, by: ana, reason: "", command: [], from: .init(colour: "blue", version: "v1"),
                    to: .init(colour: "green", version: "v2"), steps: [], pid: 1)), at: 12)
        for (step, split, second) in [
            ("shift-5", "green-5.blue", 13.0), ("promote", "green", 14), ("go-back", "blue", 15),
        ] {
            stage.tell(ActionEvent.stepStarted(.init(action: id, step: step)), at: second)
            stage.tell(
                ActionEvent.stepEnded(.init(action: id, step: step, outcome: .done, detail: "", split: split)),
                at: second)
        }
        func marks(_ from: Double, _ to: Double) -> [String] {
            ChartMarks(on: stage.board, from: moment(from).utc, to: moment(to).utc).marks.map {
                "\($0.kind) \($0.label)"
            }
        }
        #expect(marks(0, 99) == ["flag checkout-v2 5 % → 25 %", "deploy v2", "rollback v1"])
        #expect(marks(11, 14) == ["deploy v2"] && marks(50, 60) == [])
        #expect(marks(99, 0) == [])
    }
}

struct FlagPlannerTests {
    private func card(_ order: FlagOrder, _ stage: Stage, at second: Double = 1) -> PlanCard {
        Planner(board: stage.board, now: moment(second)).card(for: .flag("checkout-v2", order))
    }

    private func stage(_ percent: Int = 5) -> Stage {
        var stage = Stage()
        stage.read(flag(percent, version: 7), at: 0)
        return stage
    }

    @Test func aRoutineChangeHasNoTargetAndNamesTheVersionThatWasSeen() {
        let card = card(.edit(FlagEdit(rollout: Rollout(percent: 25)!)), stage())
        #expect(card.arguments == ["flag", "set", "checkout-v2", "--rollout", "25", "--expect", "7"])
        #expect(card.kind == .flagSet && card.risk == .routine && card.target == nil && card.blockers == [])
        #expect(card.flag?.affected == 20 && card.flag?.users == 6200)
    }

    @Test func aShareOfAFlagThatIsOffSwitchesItOn() {
        var stage = Stage()
        var off = flag(25, version: 7)
        off.isEnabled = false
        stage.read(off, at: 0)
        guard let order = FlagOrder("60", usual: []) else { return }
        let card = card(order, stage)
        #expect(card.arguments == ["flag", "set", "checkout-v2", "--rollout", "60", "--on", "--expect", "7"])
        #expect(card.target == "checkout-v2 60%" && card.flag?.affected == 60)
    }

    @Test func halfIsConfirmedByFlagAndShareAndNoBeginningOfIt() {
        let card = card(.edit(FlagEdit(rollout: .half)), stage())
        #expect(card.risk == .grave && card.target == "checkout-v2 50%")
        #expect(card.isConfirmed(by: "checkout-v2 50%"))
        for typed in ["checkout-v2", "checkout-v2 5", "chec", "50", "checkout-v2 50"] {
            #expect(!card.isConfirmed(by: typed), "\(typed)")
        }
    }

    @Test func theKillSwitchIsRoutineAndNothingUnknownHoldsItUp() {
        let now = card(.edit(.off), stage(100))
        #expect(now.kind == .flagOff && now.risk == .routine && now.blockers == [])
        #expect(now.arguments == ["flag", "off", "checkout-v2"])
        let stale = card(.edit(.off), stage(100), at: 300)
        #expect(stale.blockers == [] && stale.cautions.contains { $0.contains("not known") })
    }

    @Test func whatIsNotKnownNowCannotBePlannedOn() {
        let card = card(.edit(FlagEdit(rollout: .half)), stage(), at: 300)
        #expect(card.blockers.first?.contains("not known") == true)
    }

    @Test func whatUnleashCannotSayIsBlocked() {
        let card = card(.edit(FlagEdit(rollout: Rollout("12.5")!)), stage())
        #expect(card.blockers.contains { $0.contains("whole per cents") })
    }

    @Test func aRampGoesOnFromWhereTheFlagIs() {
        let card = card(.ramp([1, 5, 25, 100].map { Rollout(percent: $0)! }), stage())
        #expect(card.arguments == ["flag", "ramp", "checkout-v2", "25,100", "--expect", "7"])
        #expect(card.kind == .flagRamp && card.target == "checkout-v2 100%" && card.blockers == [])
        #expect(card.flag?.affected == 95)
    }

    @Test func aGuardThatIsCriticalBlocksARampAndASecondRampToo() {
        var stage = stage()
        stage.board.apply(Tick(at: moment(1), readings: [Reading("kpi.payments", .number(80))]))
        #expect(card(.ramp([.half]), stage).blockers == ["kpi.payments is critical"])
        stage = self.stage()
        let id = ActionID("ramp-1")
        stage.tell(
            ActionEvent.started(.init(id: id, kind: .flagRamp, by: ana, reason: "", command: [], steps: [], pid: 1)),
            at: 0)
        stage.tell(
            .rampPlanned(
                .init(
                    action: id, flag: "checkout-v2",
                    plan: RampPlan(from: .none, steps: [.half], every: .seconds(9), guards: []))), at: 0)
        #expect(card(.ramp([.all]), stage).blockers == ["its ramp to 50 % runs: abort that first"])
        #expect(
            card(.edit(FlagEdit(rollout: Rollout(percent: 9)!)), stage).cautions == ["its ramp to 50 % ends by this"])
        let steering = Planner(board: stage.board, now: moment(1))
        #expect(steering.card(for: .abort(id)).arguments == ["flag", "abort", "checkout-v2"])
        #expect(steering.card(for: .promote(id)).target == "checkout-v2 50%")
        #expect(steering.card(for: .pause(id)).risk == .routine)
        // It is no deploy: the keys of deploys do not find it.
        #expect(stage.board.actions.unfinished == nil)
    }

    @Test func somebodyElsesChangeMovesThePlan() {
        let earlier = card(.edit(FlagEdit(rollout: .half)), stage())
        var moved = stage()
        moved.read(flag(10, version: 8, by: "luis@b"), at: 1)
        let now = card(.edit(FlagEdit(rollout: .half)), moved)
        #expect(now.changes(since: earlier) == ["checkout-v2 was changed by luis@b: 5 % → 10 %"])
        #expect(card(.edit(FlagEdit(rollout: .half)), stage()).changes(since: earlier) == [])
    }

    @Test func aDeadActionOfAFlagIsNoInterruptedDeploy() {
        var log = ActionLog()
        let id = ActionID("flag-set-1")
        log.take(
            .started(.init(id: id, kind: .flagSet, by: ana, reason: "", command: [], steps: [], pid: 1)), at: moment(0))
        guard let record = log[id] else { return }
        log.take(.ended(.died(record)), at: moment(1))
        #expect(log.interrupted == nil && log[id]?.ended?.body.summary.contains("guardia flag get") == true)
    }
}
