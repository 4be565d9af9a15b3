import Actions
import Edge
import Launch
import Synchronization
import Testing
import Wire

struct DeployTests {
    let journal = Recording()
    let clock = PausedClock()

    func board(canaryErrors: Double = 0.1, canaryLatency: Double = 92, requests: Double = 20) -> Board {
        func series(_ name: String, _ unit: Unit, thresholds: Thresholds? = nil) -> Series {
            Series(id: SeriesID(name), title: name, unit: unit, interval: 1000, thresholds: thresholds)
        }
        var board = Board(span: .minutes(1))
        let colours = ["blue", "green"].map { name in
            Panes.Colour(
                name: name, latency: SeriesID("\(name).p95"), errors: SeriesID("\(name).errors"),
                requests: SeriesID("\(name).requests"))
        }
        let all = ["blue", "green"].flatMap { name in
            [
                series("\(name).p95", .milliseconds), series("\(name).errors", .percent),
                series("\(name).requests", .perSecond),
            ]
        }
        board.apply(
            Manifest(
                product: Product(name: "x"), zone: .utc, environment: "test",
                series: all + [series("disk", .percent, thresholds: Thresholds(critical: .above(90)))],
                panes: Panes(colours: colours)))
        let now = clock.now()
        board.heartbeat = Heartbeat(at: now)
        board.apply(
            Tick(
                at: now,
                readings: [
                    Reading("blue.p95", .number(90)), Reading("green.p95", .number(canaryLatency)),
                    Reading("blue.errors", .number(0.1)), Reading("green.errors", .number(canaryErrors)),
                    Reading("blue.requests", .number(requests)), Reading("green.requests", .number(requests)),
                    Reading("disk", .number(50)),
                ]))
        return board
    }

    struct Run {
        var result: ActionResult
        var commands: [[String]]
        /// How often it renewed its leases.
        var renewal: Milliseconds?
    }

    /// Runs a deploy; `script` hears each event as it is told, and may answer with a request.
    func deploy(
        _ edges: [FakeEdge], _ deployment: Deployment = deployment(), version: String = "v1.5.0",
        board: (@Sendable () async -> Board?)? = nil, release: CommandResult? = nil, schema: Int64 = 14,
        script: @escaping @Sendable (ActionEvent) -> [ActionEvent.Asked.Request] = { _ in [] },
        renewals: AsyncStream<Void> = AsyncStream { $0.finish() }, readiness: ReadinessPlan? = nil,
        by asker: Operator = ana,
        change: (inout DeployOrder) -> Void = { _ in }
    ) async -> Run {
        var order = DeployOrder(
            version: version, shares: [5, 50], bake: .seconds(30), confirmWithin: nil, by: ana,
            command: ["guardia", "deploy", version], pid: 1)
        change(&order)
        let (requests, ask) = AsyncStream.makeStream(of: ActionEvent.Asked.self)
        let commands = Mutex<[[String]]>([])
        let renewal = Mutex<Milliseconds?>(nil)
        let clock = clock
        let hasAsked = Mutex(false)
        let decision = order.decision
        let world = DeployWorld(
            board: board ?? { self.board() }, clock: clock,
            pause: { span in
                // Whoever answers at once is heard before the time to decide is over; it ends with the wait.
                if span == decision, hasAsked.withLock(\.self) {
                    let (never, end) = AsyncStream.makeStream(of: Void.self)
                    for await _ in never {}
                    end.finish()
                    throw CancellationError()
                }
                try await clock.pause(span)
            },
            run: { _, words, output throws(WireError) in
                commands.withLock { $0.append(words) }
                if words[0] == "range" {
                    return CommandResult(
                        ending: .exited(status: 0), standardOutput: .init(bytes: Array("12 15".utf8)),
                        standardError: .init())
                }
                output("releasing\n")
                // What the command does on the colour's host.
                if (release?.isSuccess ?? true), words.count == 3 {
                    for edge in edges { edge.change { $0.versions[words[1]] = words[2] } }
                }
                return release
                    ?? CommandResult(ending: .exited(status: 0), standardOutput: .init(), standardError: .init())
            },
            schema: { _ in schema }, secret: { _ in throw CancellationError() }, window: nil, zone: .utc,
            readiness: readiness,
            requests: requests,
            renewals: { span in
                renewal.withLock { $0 = span }
                return renewals
            })
        let id = ActionID("deploy-1")
        let reporter = ActionReporter(id, journal: journal) { event in
            for request in script(event) {
                hasAsked.withLock { $0 = true }
                ask.yield(.init(action: id, request: request, by: asker, reason: ""))
            }
        }
        let result = await Deploy(order, of: deployment, on: EdgeGroup(edges), world: world, reporter: reporter).run()
        return Run(result: result, commands: commands.withLock { $0 }, renewal: renewal.withLock { $0 })
    }

    // MARK: What the release before left behind

    @Test func theErrorsOfTheReleaseBeforeAreNotHeldAgainstTheCanary() async {
        let edges = [FakeEdge("edge-1")]
        let start = clock.now()
        // For half a minute the window still has them; the new release makes none.
        let run = await deploy(
            edges, board: { [clock] in self.board(canaryErrors: start.age(at: clock.now()).seconds < 30 ? 8 : 0) })
        #expect(run.result.outcome == .done, "\(run.result.summary)")
        #expect(journal.notes.contains { $0.contains("still those of the release before") })
    }

    @Test func aSlowReleaseBeforeIsNotHeldAgainstTheCanaryEither() async {
        let start = clock.now()
        let run = await deploy(
            [FakeEdge("edge-1")],
            board: { [clock] in self.board(canaryLatency: start.age(at: clock.now()).seconds < 40 ? 900 : 92) })
        #expect(run.result.outcome == .done, "\(run.result.summary)")
        #expect(journal.notes.contains { $0.contains("still those of the release before") })
    }

    @Test func errorsThatDoNotLeaveAreTheCanarysOwn() async {
        let run = await deploy([FakeEdge("edge-1")], board: { self.board(canaryErrors: 8) })
        #expect(run.result.outcome == .wentBack && run.result.summary.contains("errors 8,0 %"), "\(run.result.summary)")
    }

    // MARK: Readiness

    /// A poll of one station that nobody has spoken for, and a board on which it stands so.
    func polled(_ rule: ReadinessPlan.DeployRule) -> (plan: ReadinessPlan, board: @Sendable () async -> Board?) {
        let plan = ReadinessPlan(
            stations: [.init(name: "procedures", title: "Procedures", checks: [.attested("walked through")])],
            deploy: rule)
        var manifest = board().manifest
        manifest?.readiness = plan
        let made = manifest
        return (
            plan,
            {
                var board = self.board()
                if let made { board.apply(made) }
                return board
            }
        )
    }

    @Test func aPollThatIsNotGoRefusesADeployAndTouchesNothing() async {
        let edges = [FakeEdge("edge-1")]
        let (plan, board) = polled(.refuse)
        let run = await deploy(edges, board: board, readiness: plan)
        #expect(run.result.outcome == .refused)
        #expect(run.result.summary.contains("the poll is HOLD 0/1"))
        #expect(run.commands.isEmpty && edges[0].now.log.allSatisfy { !$0.hasPrefix("flip") })
    }

    @Test func aForcedDeployGoesAheadAndIsToldAsForced() async {
        let (plan, board) = polled(.refuse)
        let run = await deploy(
            [FakeEdge("edge-1")], board: board, readiness: plan,
            change: {
                $0.force = true
                $0.reason = "the bank's window closes"
            })
        #expect(run.result.outcome == .done)
        #expect(journal.notes.contains { $0.contains("FORCED against the poll") })
    }

    @Test func aPollThatOnlyCautionsRefusesNothing() async {
        let (plan, board) = polled(.caution)
        let run = await deploy([FakeEdge("edge-1")], board: board, readiness: plan)
        #expect(run.result.outcome == .done)
        #expect(journal.notes.contains { $0.contains("the poll is HOLD") })
    }

    @Test func aJournalThatCannotBeReadIsNoGo() async {
        let (plan, _) = polled(.refuse)
        let run = await deploy([FakeEdge("edge-1")], board: { nil }, readiness: plan)
        #expect(run.result.outcome == .refused)
        #expect(journal.notes.contains { $0.contains("the poll is UNKNOWN") })
    }

    @Test func aGoodReleaseGetsAllTrafficStepByStep() async {
        let edges = [FakeEdge("edge-1"), FakeEdge("edge-2")]
        let run = await deploy(edges)
        #expect(run.result.outcome == .done)
        #expect(run.result.split == Split(all: "green"))
        #expect(run.commands == [["release", "green", "v1.5.0"]])
        #expect(
            journal.steps == [
                "preflight done", "lock done", "release done", "gate done", "shift-5 done", "analyse-5 done",
                "shift-50 done",
                "analyse-50 done", "promote done", "watch done", "unlock done",
            ])
        for edge in edges {
            #expect(
                edge.now.log.filter { $0.hasPrefix("flip") } == [
                    "flip green-5.blue", "flip green-50.blue", "flip green",
                ])
            #expect(edge.now.lock == nil)
        }
    }

    @Test func aCanaryWithErrorsGoesBackByItself() async {
        let edges = [FakeEdge("edge-1"), FakeEdge("edge-2")]
        let run = await deploy(edges, board: { self.board(canaryErrors: 40) })
        #expect(run.result.outcome == .wentBack)
        #expect(run.result.summary.contains("errors 40,0 % against 0,1 %"))
        #expect(edges.allSatisfy { $0.now.split == Split(all: "blue") && $0.now.lock == nil })
        #expect(journal.steps.suffix(2) == ["analyse-5 failed", "go-back done"])
    }

    @Test func tooLittleTrafficWaitsForAPersonWhoMayGoOn() async {
        let edges = [FakeEdge("edge-1")]
        let run = await deploy(
            edges, deployment(edges: ["edge-1"]), board: { self.board(requests: 0.1) },
            script: { event in
                if case .noted(let note) = event, note.text.hasPrefix("a person is needed") { [.promote] } else { [] }
            })
        #expect(run.result.outcome == .done)
        #expect(journal.steps.contains("analyse-5 undecided"))
    }

    @Test func tooLittleTrafficAndNobodyDecidesGoesBack() async {
        let edges = [FakeEdge("edge-1")]
        let run = await deploy(edges, deployment(edges: ["edge-1"]), board: { self.board(requests: 0.1) })
        #expect(run.result.outcome == .wentBack)
        #expect(run.result.summary == "nobody decided in time")
        #expect(edges[0].now.split == Split(all: "blue"))
    }

    @Test func anUnreadableJournalNeverPassesForAGoodCanary() async {
        let edges = [FakeEdge("edge-1")]
        let run = await deploy(edges, deployment(edges: ["edge-1"]), board: { nil })
        #expect(run.result.outcome == .wentBack)
        #expect(journal.steps.contains("analyse-5 undecided"))
    }

    @Test func aReleaseThatFailsMovesNoTraffic() async {
        let edges = [FakeEdge("edge-1")]
        let failed = CommandResult(
            ending: .exited(status: 3), standardOutput: .init(),
            standardError: .init(bytes: Array("no such image\n".utf8)))
        let run = await deploy(edges, deployment(edges: ["edge-1"]), release: failed)
        #expect(run.result.outcome == .wentBack)
        #expect(
            run.result.summary == "the release command failed: it exited with 3: no such image; no traffic was moved")
        #expect(edges[0].now.log.allSatisfy { !$0.hasPrefix("flip") })
    }

    @Test func aReleaseThatStartsNothingOrTheWrongVersionIsCaughtByTheGate() async {
        for outcome in ["dead", "wrong"] {
            let edge = FakeEdge("edge-1") { state in
                state.before = { operation, state in
                    if operation == "ask /version", state.lock != nil {
                        if outcome == "dead" { state.dead = ["green"] } else { state.versions["green"] = "v0.9" }
                    }
                }
            }
            let run = await deploy([edge], deployment(edges: ["edge-1"]))
            #expect(run.result.outcome == .wentBack)
            #expect(
                run.result.summary.contains(outcome == "dead" ? "connection refused" : "it answers v0.9, not v1.5.0"))
            #expect(edge.now.log.allSatisfy { !$0.hasPrefix("flip") })
        }
    }

    @Test func unhealthyHostsDoNotPassTheGate() async {
        let edge = FakeEdge("edge-1") { $0.health = ["green": 503] }
        let run = await deploy([edge], deployment(edges: ["edge-1"]))
        #expect(run.result.summary.contains("green host 1: its health answers 503"))
    }

    @Test func whatServesAlreadyIsRefused() async {
        let run = await deploy([FakeEdge("edge-1")], deployment(edges: ["edge-1"]), version: "v1.4.0")
        #expect(run.result == ActionResult(.refused, "v1.4.0 serves already"))
    }

    @Test(arguments: ["", "--help", "v1;rm -rf", "v 1", "\u{1b}[31m", "$(id)", String(repeating: "9", count: 10_000)])
    func hostileVersionsAreRefusedAndNothingRuns(_ version: String) async {
        let run = await deploy([FakeEdge("edge-1")], deployment(edges: ["edge-1"]), version: version)
        #expect(run.result.outcome == .refused)
        #expect(run.commands.isEmpty)
    }

    @Test func aFrozenLaunchRefusesADeploy() async {
        let edge = FakeEdge("edge-1") { $0.freeze = EdgeFreeze(by: "luis", since: 1, reason: "black friday") }
        let run = await deploy([edge], deployment(edges: ["edge-1"]))
        #expect(run.result == ActionResult(.refused, "luis froze edge-1: black friday"))
    }

    @Test func whereAFrontDoorCouldProveNothingTheStandbyIsNotReplaced() async {
        let down = FakeEdge("edge-1") { $0.isDoorDown = true }
        let run = await deploy([down], deployment(edges: ["edge-1"]))
        #expect(run.result.outcome == .refused && run.commands.isEmpty)
        #expect(
            run.result.summary
                == "the front door of edge-1 does not answer (connection refused): guardia edge check edge-1 says what is wrong"
        )
        let lagging = FakeEdge("edge-1") { $0.served = Split(all: "green") }
        let other = await deploy([lagging], deployment(edges: ["edge-1"]))
        #expect(other.result.outcome == .refused && other.commands.isEmpty)
        #expect(other.result.summary.hasPrefix("the front door of edge-1 serves green, and its link says"))
    }

    @Test func anUnreachableEdgeRefusesUnlessItIsLeftOutByName() async {
        let edges = [FakeEdge("edge-1"), FakeEdge("edge-2") { $0.isCut = true }]
        let refused = await deploy(edges)
        #expect(refused.result.outcome == .refused)
        let run = await deploy(edges, change: { $0.without = ["edge-2"] })
        #expect(run.result.outcome == .done)
        #expect(edges[0].now.split == Split(all: "green"))
    }

    @Test func anEdgeThatIsLostInTheMiddleTakesTheOthersBackAndIsNamed() async {
        let edges = (1...12).map { FakeEdge("edge-\($0)") }
        for index in [2, 7] {
            edges[index].change {
                $0.before = { operation, state in if operation == "flip green-50.blue" { state.isCut = true } }
            }
        }
        let run = await deploy(edges, deployment(edges: edges.map(\.plan.name)))
        #expect(run.result.outcome == .undecided)
        #expect(run.result.missing == ["edge-3", "edge-8"])
        #expect(run.result.split == Split(all: "blue"))
        for (index, edge) in edges.enumerated() where ![2, 7].contains(index) {
            #expect(edge.now.split == Split(all: "blue"))
        }
    }

    @Test func whatIsRequiredMustBeWellAndKnown() async {
        let deployment = deployment(edges: ["edge-1"]) { $0.requires = ["disk", "nothing"] }
        let run = await deploy([FakeEdge("edge-1")], deployment)
        #expect(run.result == ActionResult(.refused, "nothing is not known"))
    }

    @Test func theMigrationFenceRefusesAndIsKeptOnTheEdge() async {
        let fenced = deployment(edges: ["edge-1"]) {
            $0.schema = SchemaPlan(probe: "db", query: "SELECT 1", range: CommandPlan(words: ["range", "{version}"]))
        }
        let edge = FakeEdge("edge-1")
        let refused = await deploy([edge], fenced, schema: 11)
        #expect(
            refused.result
                == ActionResult(.refused, "v1.5.0 lives with the schema 12 to 15, and it is at 11: migrate it first"))
        let run = await deploy([edge], fenced, schema: 14)
        #expect(run.result.outcome == .done)
        #expect(edge.now.notes == ["schema.current": "14", "schema.v1.5.0": "12:15"])
    }

    @Test func whoPreemptsItIsLeftAlone() async {
        let edge = FakeEdge("edge-1")
        edge.change { state in
            state.before = { operation, state in
                guard operation == "flip green-50.blue" else { return }
                // A rollback took the lock and went back.
                state.fence += 1
                state.lock = EdgeLock(
                    holder: "luis@bastion", action: "rollback-9", kind: "rollback", reason: "", left: 30)
                state.split = Split(all: "blue")
                state.before = nil
            }
        }
        let run = await deploy([edge], deployment(edges: ["edge-1"]))
        #expect(run.result == ActionResult(.preempted, "luis@bastion took over with rollback rollback-9"))
        #expect(edge.now.split == Split(all: "blue"))
        #expect(edge.now.lock?.action == "rollback-9")
    }

    @Test func unlessSomebodyConfirmsItGoesBack() async {
        let edges = [FakeEdge("edge-1"), FakeEdge("edge-2")]
        let run = await deploy(edges, change: { $0.confirmWithin = .minutes(15) })
        #expect(run.result.outcome == .wentBack)
        #expect(run.result.summary == "nobody confirmed within 900 s")
        #expect(edges.allSatisfy { $0.now.split == Split(all: "blue") && $0.now.armed == nil })
        #expect(journal.steps.contains("arm done"))
        // Armed before the switch, so that a bastion that dies in between changes nothing.
        let order = edges[0].now.log.filter { $0 == "arm blue" || $0.hasPrefix("flip") }
        #expect(
            order == ["arm blue", "flip green-5.blue", "flip green-50.blue", "arm blue", "flip green", "flip blue"])
    }

    @Test func aConfirmationDisarmsTheEdges() async {
        let edges = [FakeEdge("edge-1"), FakeEdge("edge-2")]
        let run = await deploy(
            edges,
            script: { event in
                if case .stepStarted(let step) = event, step.step == "confirm" { [.promote] } else { [] }
            }, change: { $0.confirmWithin = .minutes(15) })
        #expect(run.result.outcome == .done)
        #expect(edges.allSatisfy { $0.now.split == Split(all: "green") && $0.now.armed == nil })
    }

    @Test func edgesThatWentBackByThemselvesAreWhereTheyShouldBe() async {
        let edges = [FakeEdge("edge-1"), FakeEdge("edge-2")]
        let run = await deploy(
            edges,
            script: { event in
                if case .stepStarted(let step) = event, step.step == "confirm" { for edge in edges { edge.fire() } }
                return []
            }, change: { $0.confirmWithin = .minutes(15) })
        // Either the lock keeper sees that the fence rose, or the wait ends: both leave traffic where the edges put it.
        #expect([.wentBack, .preempted].contains(run.result.outcome))
        #expect(edges.allSatisfy { $0.now.split == Split(all: "blue") })
    }

    @Test func aLockThatWasTakenIsNoticedAtTheNextRenewal() async {
        let edge = FakeEdge("edge-1")
        let (renewals, renew) = AsyncStream.makeStream(of: Void.self)
        let run = await deploy(
            [edge], deployment(edges: ["edge-1"]), board: { self.board(requests: 0.1) },
            script: { event in
                if case .noted(let note) = event, note.text.hasPrefix("a person is needed") {
                    edge.change { state in
                        state.fence += 1
                        state.lock = EdgeLock(
                            holder: "luis@bastion", action: "lock-3", kind: "lock", reason: "", left: 30)
                    }
                    renew.yield()
                }
                return []
            }, renewals: renewals, change: { $0.decision = .hours(1) })
        // Whichever comes first: the renewal that finds it, or the way back that is refused.
        #expect(run.result == ActionResult(.preempted, "luis@bastion took over with lock lock-3"))
        #expect(edge.now.split == Split(live: "blue", canary: "green", share: 5))
    }

    @Test func theLeasesAreRenewedOftenEnoughForTheWayBackToo() async {
        // Half of the time to confirm must not pass before it is wound up again.
        for (confirm, pause) in [(nil, 20), (.minutes(15), 20), (.seconds(12), 4)] as [(Milliseconds?, Int64)] {
            let strict = deployment(edges: ["edge-1"]) { $0.lease = .minutes(1) }
            let run = await deploy([FakeEdge("edge-1")], strict, change: { $0.confirmWithin = confirm })
            #expect(run.renewal == .seconds(pause))
        }
    }

    @Test func anAbortTakesTheTrafficBack() async {
        let edges = [FakeEdge("edge-1")]
        let run = await deploy(
            edges, deployment(edges: ["edge-1"]),
            script: { event in
                if case .stepEnded(let step) = event, step.step == "shift-50" { [.abort] } else { [] }
            })
        #expect(run.result.outcome == .wentBack)
        #expect(run.result.summary == "aborted by ana")
        #expect(edges[0].now.split == Split(all: "blue"))
    }

    @Test func anotherOperatorMustApproveWhereTheConfigSaysSo() async {
        let strict = deployment(edges: ["edge-1"]) { $0.approvals = 1 }
        let asking: @Sendable (ActionEvent) -> [ActionEvent.Asked.Request] = { event in
            if case .stepStarted(let step) = event, step.step == "approve" { [.approve] } else { [] }
        }
        let own = await deploy([FakeEdge("edge-1")], strict, script: asking, by: ana)
        #expect(own.result.outcome == .refused)
        let other = await deploy([FakeEdge("edge-1")], strict, script: asking, by: luis)
        #expect(other.result.outcome == .done)
        let broken = await deploy([FakeEdge("edge-1")], strict, change: { $0.breakGlass = true })
        #expect(broken.result.outcome == .done)
    }

    @Test(arguments: [0, 1]) func whoGoesAheadAloneIsToldWhereTheConfigAsksForAnother(approvals: Int) async {
        let strict = deployment(edges: ["edge-1"]) { $0.approvals = approvals }
        _ = await deploy([FakeEdge("edge-1")], strict, change: { $0.breakGlass = true })
        let isTold = journal.notes.contains { $0.hasPrefix("BREAK GLASS: ") }
        // Where nobody is asked for an approval there is no glass to break.
        #expect(isTold == (approvals > 0) && journal.record?.started.breaksGlass == (approvals > 0 ? true : nil))
    }

    @Test func aFloodOfOutputIsBoundedAndCounted() async {
        let edge = FakeEdge("edge-1")
        let failed = CommandResult(ending: .exited(status: 0), standardOutput: .init(), standardError: .init())
        _ = await deploy([edge], deployment(edges: ["edge-1"]), release: failed)
        let notes = journal.record?.steps.first { $0.step.name == "release" }?.notes ?? []
        #expect(notes == ["releasing"])
    }
}
