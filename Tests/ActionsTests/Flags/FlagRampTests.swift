import Actions
import Launch
import Synchronization
import Testing

struct FlagRampTests {
    private let journal = Recording()
    private let clock = PausedClock()
    private static let shares = [1, 5, 25, 100].map { Rollout(percent: $0)! }

    private var second: Int64 { clock.now().uptime.count / 1000 }

    private func board(_ verdict: Verdict) -> Board {
        var board = Board(span: .minutes(1))
        board.apply(
            Manifest(
                product: Product(name: "x"), zone: .utc, environment: "test",
                series: [Series(id: "kpi", title: "Payments", unit: .verdict, interval: 1000)], panes: Panes()))
        board.heartbeat = Heartbeat(at: clock.now())
        board.apply(Tick(at: clock.now(), readings: [Reading("kpi", .number(Double(verdict.nagiosCode)))]))
        return board
    }

    /// Runs a ramp; `guarding` says what the guard is at a second, `each` is called at each look, with the second.
    private func ramp(
        _ store: FakeFlagStore, from: Rollout = .none, steps: [Rollout] = FlagRampTests.shares,
        guarding: @escaping @Sendable (Int64) -> Verdict? = { _ in .ok },
        asking: [Int64: ActionEvent.Asked.Request] = [:], continues: ActionID? = nil, owners: Set<String> = [],
        each: @escaping @Sendable (Int64) -> Void = { _ in }
    ) async -> ActionResult {
        let id = ActionID("flag-ramp-1")
        let open = Mutex(asking)
        let world = FlagRamp.World(
            board: { guarding(second).map { board($0) } }, clock: clock,
            pause: { [clock] in try await clock.pause($0) },
            requests: {
                each(second)
                return open.withLock { open in
                    defer { open = open.filter { $0.key > second } }
                    return open.filter { $0.key <= second }.map {
                        .init(action: id, request: $0.value, by: luis, reason: "")
                    }
                }
            })
        return await FlagRamp(
            .init(
                name: "checkout-v2",
                plan: RampPlan(from: from, steps: steps, every: .seconds(10), guards: ["kpi"]), reason: "", by: ana,
                command: ["guardia"], pid: 1, continues: continues, owners: owners), of: FlagSetTests.plan, in: store,
            world: world, reporter: ActionReporter(id, journal: journal)
        ).run()
    }

    private func store(_ percent: Int = 0) -> FakeFlagStore {
        FakeFlagStore([FlagSetTests.flag(percent)], clock: clock)
    }

    private var standings: [String] {
        journal.flagEvents.compactMap { event in
            if case .rampTurned(let turned) = event { "\(turned.standing.rawValue) \(turned.share)" } else { nil }
        }
    }

    @Test func aGoodRampSetsEveryShareAndTellsEachTurn() async {
        let store = store()
        let result = await ramp(store)
        #expect(result == ActionResult(.done, "checkout-v2: 100 % did well for 10 s"))
        #expect(store.now.log == ["1 v8", "5 v9", "25 v10", "100 v11"])
        #expect(second == 40)
        #expect(
            journal.steps == [
                "share-1 done", "bake-1 done", "share-5 done", "bake-5 done", "share-25 done", "bake-25 done",
                "share-100 done", "bake-100 done",
            ])
        #expect(standings == ["baking 1", "baking 5", "baking 25", "baking 100", "ended 100"])
        #expect(journal.flagEvents.count { if case .changed = $0 { true } else { false } } == 4)
        #expect(journal.record?.started.subject == "checkout-v2 0 % → 1 % → 5 % → 25 % → 100 %")
    }

    @Test func aGuardThatAlertsStopsItAndStepsBack() async {
        let store = store()
        let result = await ramp(store, guarding: { $0 < 24 ? .ok : .critical })
        #expect(result.outcome == .undecided)
        #expect(
            result.summary == "stopped: Payments is critical; stepped back from 25 % to 5 %, read back")
        #expect(store.now.log == ["1 v8", "5 v9", "25 v10", "5 v11"] && second == 24)
        #expect(journal.steps.suffix(2) == ["bake-25 undecided", "step-back done"])
        #expect(standings.last == "stepped-back 5")
    }

    @Test func aGuardThatIsCriticalAtTheStartRefusesIt() async {
        let store = store(3)
        let result = await ramp(store, from: Rollout(percent: 3)!, steps: [.half], guarding: { _ in .critical })
        #expect(result.outcome == .refused && store.now.log == [])
    }

    @Test(arguments: [Verdict.unknown, .warning, nil])
    func whatIsNotOkHoldsIt(verdict: Verdict?) async {
        let store = store()
        let result = await ramp(store, steps: [.half], guarding: { (5..<100).contains($0) ? verdict : .ok })
        #expect(result.outcome == .done && second == 106)
        #expect(standings == ["baking 50", "holding 50", "baking 50", "ended 50"])
    }

    @Test func aStoreThatIsAwayHoldsItAndItGoesOnAfterwards() async {
        let store = store()
        let result = await ramp(
            store, steps: [.half, .all],
            each: { second in
                store.change { $0.isSilent = (3..<60).contains(second) }
            })
        #expect(result.outcome == .done && store.now.log == ["50 v8", "100 v9"])
        #expect(standings.contains("holding 50"))
    }

    @Test func aGuardThatAlertsWhileTheStoreIsAwayStepsBackWhenItReturns() async {
        let store = store()
        let result = await ramp(
            store, steps: [.half, .all], guarding: { $0 < 5 ? .ok : .critical },
            each: { second in
                store.change { $0.isSilent = (3..<60).contains(second) }
            })
        #expect(result.outcome == .undecided && store.now.log == ["50 v8", "0 v9"])
        #expect(journal.steps == ["share-50 done", "bake-50 undecided", "step-back failed", "step-back done"])
    }

    @Test func aStepBackWhoseAnswerWasLostIsKnownForOnesOwn() async {
        let store = store()
        let result = await ramp(
            store, steps: [.half], guarding: { $0 < 5 ? .ok : .critical },
            each: { second in
                if second == 5 { store.change { $0.writes = [.unheard] } }
            })
        #expect(result.outcome == .undecided && store.now.log == ["50 v8", "0 v9"])
    }

    @Test func somebodyElsesChangeEndsItAndStays() async {
        let store = store()
        let result = await ramp(
            store,
            each: { second in
                if second == 4 { store.put(FlagSetTests.flag(77, version: 20)) }
            })
        #expect(result.outcome == .preempted && result.summary.contains("luis@b2"))
        #expect(store.flag()?.rollout.percent == 77)
    }

    @Test func theKillSwitchEndsIt() async {
        let store = store()
        let result = await ramp(
            store,
            each: { second in
                if second == 4 { store.put(FlagSetTests.flag(1, version: 20, on: false)) }
            })
        #expect(result.outcome == .preempted && store.flag()?.share == Rollout.none)
    }

    @Test func aStoreThatRefusesAStepIsTriedAgainAndToldOnce() async {
        let store = store()
        let result = await ramp(
            store, steps: [.half],
            each: { second in
                if second == 0 { store.change { $0.writes = Array(repeating: .refused("OOM"), count: 20) } }
            })
        #expect(result.outcome == .done && second == 30)
        #expect(journal.steps == ["share-50 failed", "share-50 done", "bake-50 done"])
    }

    @Test func operatorsHoldItLetItGoOnAndTakeItBack() async {
        var store = store()
        #expect(await ramp(store, steps: [.half], asking: [3: .pause, 60: .promote]).outcome == .done)
        #expect(second > 60 && standings.contains("paused 50"))
        store = self.store(2)
        let result = await ramp(store, from: Rollout(percent: 2)!, steps: [.half, .all], asking: [second + 4: .abort])
        #expect(result.outcome == .wentBack)
        #expect(result.summary == "aborted by luis; 2 % again, read back")
        #expect(store.now.log == ["50 v8", "2 v9"])
    }

    @Test func aDeadRampGoesOnFromTheShareInForce() async {
        let store = store()
        var flag = FlagSetTests.flag(5, version: 9)
        flag.change = "flag-ramp-0"
        store.put(flag)
        let result = await ramp(store, continues: ActionID("flag-ramp-0"), owners: ["flag-ramp-0"])
        #expect(result.outcome == .done && store.now.log == ["25 v10", "100 v11"])
        // The share that it stood at is watched anew.
        #expect(journal.steps.first == "bake-5 done" && second == 30)
    }

    @Test func aDeadRampDoesNotGoOnOverSomebodyElsesChange() async {
        let store = store(7)
        let result = await ramp(store, continues: ActionID("flag-ramp-0"), owners: ["flag-ramp-0"])
        #expect(result.outcome == .refused && result.summary.contains("luis@b2") && store.now.log == [])
    }

    @Test func aPlanThatTheWorldHasLeftIsRefused() async {
        let store = store(10)
        #expect(await ramp(store).outcome == .refused)
        #expect(await ramp(store, from: Rollout(percent: 10)!, steps: Self.shares).outcome == .refused)
        store.change { $0.hashes["checkout-v2"]?["rollout"] = "101" }
        #expect(await ramp(store).outcome == .refused)
        #expect(store.now.log == [])
    }
}

struct FlagFindingsTests {
    @Test func whatIsWrongWithTheFlagsIsSaidOneByOne() {
        func look(_ name: String, _ fields: [String: String]) -> FlagLook {
            FlagLook(name: name, fields: fields, clock: Timestamp(seconds: 0))
        }
        let well = ["enabled": "1", "rollout": "5", "algorithm": "unleash", "version": "3"]
        let findings = FlagFindings(
            [
                look("checkout-v2", well), look("refunds", [:]), look("a", well.merging(["rollout": "101"]) { $1 }),
                look("b", well.merging(["algorithm": "dice"]) { $1 }),
                look("c", well.merging(["algorithm": "flagd"]) { $1 }), look("d e", well), look("f\u{1b}[31m", well),
                look("g", ["enabled": "1", "rollout": "0.5"]),
            ], FlagSetTests.plan)
        #expect(
            findings.errors == [
                "refunds: it is in the launch config, and not in Redis",
                "a: rollout '101': it is from 0 to 100, with at most two decimals",
                "b: algorithm 'dice': known are unleash, flagd, flagd-legacy",
                "c: its algorithm is flagd, the launch config says unleash: the applications would deal users otherwise "
                    + "than guardia says",
                "a flag named 'd e': a name has only letters, digits and . _ -",
                "a flag named 'f\u{1b}[31m': a name has only letters, digits and . _ -",
                "g: unleash knows whole per cents only: its SDKs would take 0.5 % for 0 %",
            ])
        #expect(findings.warnings.contains("g: it names no algorithm: whoever reads it must guess"))
        #expect(findings.warnings.contains("c: it is in Redis, and the launch config does not name it"))
    }
}
