import Actions
import Edge
import Launch
import Testing

struct RollbackTests {
    private let journal = Recording()

    private func rollback(
        _ edges: [FakeEdge], _ deployment: Deployment = deployment(),
        _ change: (inout Rollback.Order) -> Void = { _ in }
    ) async -> ActionResult {
        var order = Rollback.Order(by: ana, command: ["guardia", "rollback"], pid: 1)
        change(&order)
        return await Rollback(
            order, of: deployment, on: EdgeGroup(edges),
            reporter: ActionReporter(ActionID("rollback-1"), journal: journal),
            followers: Followers(deployment) { _, _, _ in fatalError("nothing follows") }, pause: { _ in }
        ).run()
    }

    @Test func allTrafficGoesToTheStandbyAndTheLocksAreGivenBack() async {
        let edges = [FakeEdge("edge-1"), FakeEdge("edge-2")]
        let result = await rollback(edges)
        #expect(result.outcome == .done)
        #expect(result.split == Split(all: "green"))
        for edge in edges {
            #expect(edge.now.split == Split(all: "green"))
            #expect(edge.now.lock == nil)
        }
        #expect(journal.steps == ["lock done", "flip done", "prove done"])
        #expect(journal.record?.started.to == .init(colour: "green", version: "v1.3.9"))
    }

    @Test func fromACanaryItGoesToTheColourBesideIt() async {
        let edges = [FakeEdge("edge-1") { $0.split = Split(live: "blue", canary: "green", share: 75) }]
        #expect(await rollback(edges, deployment(edges: ["edge-1"])).split == Split(all: "blue"))
    }

    @Test func backAndForthAnyNumberOfTimes() async {
        let edges = [FakeEdge("edge-1"), FakeEdge("edge-2")]
        for turn in 0..<6 {
            let result = await rollback(edges)
            #expect(result.split == Split(all: turn.isMultiple(of: 2) ? "green" : "blue"))
        }
    }

    /// A journal in which green's v1.3.9 went back.
    private var wentBack: ActionLog {
        var log = ActionLog()
        let id = ActionID("deploy-1")
        let events: [ActionEvent] = [
            .started(
                .init(
                    id: id, kind: .deploy, by: ana, reason: "", command: [],
                    from: .init(colour: "blue", version: "v1.4.0"), to: .init(colour: "green", version: "v1.3.9"),
                    steps: [.init(name: "release", title: "")], pid: 1)),
            .stepStarted(.init(action: id, step: "release")),
            .stepEnded(.init(action: id, step: "release", outcome: .done, detail: "")),
            .ended(.init(action: id, outcome: .wentBack, summary: "errors 20.9 %", split: "blue")),
        ]
        for event in events { log.take(event, at: moment(0)) }
        return log
    }

    @Test func withoutAColourAStandbyThatWasLeftIsRefusedWithTheWayOn() async {
        let (edges, log) = ([FakeEdge("edge-1")], wentBack)
        let refused = await rollback(edges, deployment(edges: ["edge-1"])) { order in
            order.actions = { (log: log, now: moment(240_000)) }
        }
        #expect(refused.outcome == .refused && refused.outcome.exitCode == 3)
        #expect(refused.summary.contains("green v1.3.9 WENT BACK 4 min ago: errors 20.9 %"))
        #expect(refused.summary.hasSuffix("guardia rollback --to green"))
        #expect(edges[0].now.split == Split(all: "blue"))
        #expect(edges[0].now.log.allSatisfy { !$0.hasPrefix("take") })
    }

    @Test(
        "a colour that is named, and a force, are obeyed; a journal that cannot be read refuses nothing",
        arguments: 0..<3)
    func obeyed(way: Int) async {
        let (edges, log) = ([FakeEdge("edge-1")], wentBack)
        let result = await rollback(edges, deployment(edges: ["edge-1"])) { order in
            order.actions = { way == 2 ? nil : (log: log, now: moment(240_000)) }
            if way == 0 { order.to = "green" }
            if way == 1 { order.force = true }
        }
        #expect(result.outcome == .done && edges[0].now.split == Split(all: "green"))
    }

    @Test func outOfACanaryNothingThatWasLeftIsInTheWay() async {
        let log = wentBack
        let edges = [FakeEdge("edge-1") { $0.split = Split(live: "blue", canary: "green", share: 25) }]
        let result = await rollback(edges, deployment(edges: ["edge-1"])) { order in
            order.actions = { (log: log, now: moment(0)) }
        }
        #expect(result.split == Split(all: "blue"))
    }

    @Test func aStandbyThatDoesNotLiveRefusesUnlessForced() async {
        let edges = [FakeEdge("edge-1"), FakeEdge("edge-2") { $0.dead = ["green"] }]
        let refused = await rollback(edges)
        #expect(refused.outcome == .refused)
        #expect(refused.summary.contains("green does not live through edge-2"))
        #expect(edges[0].now.split == Split(all: "blue"))
        #expect(edges[0].now.log.allSatisfy { !$0.hasPrefix("take") })

        let forced = await rollback(edges) { $0.force = true }
        // It is switched; that the application does not answer is said, not hidden.
        #expect(forced.outcome == .undecided)
        #expect(edges[0].now.split == Split(all: "green"))
    }

    @Test func whoServesAlreadyIsNotAskedWhetherItLivesWhereADeadDeployIsUndone() async {
        let edge = FakeEdge("edge-1") {
            $0.dead = ["blue"]
            $0.lock = EdgeLock(holder: "ana@bastion", action: "deploy-7", kind: "deploy", reason: "", left: 20)
        }
        let undone = await rollback([edge], deployment(edges: ["edge-1"])) {
            $0.to = "blue"
            $0.continues = ActionID("deploy-7")
        }
        #expect(undone.outcome == .done, "\(undone.summary)")
        #expect(edge.now.lock == nil && edge.now.split == Split(all: "blue"))
    }

    @Test func badHealthOnBothColoursRefusesNothing() async {
        let edges = [FakeEdge("edge-1") { $0.health = ["blue": 503, "green": 503] }]
        #expect(await rollback(edges, deployment(edges: ["edge-1"])).outcome == .done)
    }

    @Test func anotherVersionThanConfirmedRefuses() async {
        let edges = [FakeEdge("edge-1"), FakeEdge("edge-2")]
        let result = await rollback(edges) { $0.expect = "v1.3.8" }
        #expect(result.outcome == .refused)
        #expect(result.summary.contains("green answers v1.3.9 through edge-1, not v1.3.8"))
    }

    @Test func anEdgeOutOfReachIsNamedAndTheOthersAreSwitched() async {
        let edges = [FakeEdge("edge-1"), FakeEdge("edge-2") { $0.isCut = true }, FakeEdge("edge-3")]
        let result = await rollback(edges, deployment(edges: ["edge-1", "edge-2", "edge-3"])) { $0.to = "green" }
        #expect(result.outcome == .undecided)
        #expect(result.missing == ["edge-2"])
        #expect(edges[0].now.split == Split(all: "green"))
        #expect(edges[2].now.split == Split(all: "green"))
        #expect(journal.record?.ended?.body.missing == ["edge-2"])
        #expect(journal.record?.ended?.body.split == "green")
    }

    @Test func twelveEdgesTwoCutOffBeforeAndOneInTheMiddle() async {
        let edges = (1...12).map { FakeEdge("edge-\($0)") }
        edges[3].change { $0.isCut = true }
        edges[8].change { $0.isCut = true }
        edges[5].change { $0.before = { operation, state in if operation.hasPrefix("flip") { state.isCut = true } } }
        let result = await rollback(edges, deployment(edges: edges.map(\.plan.name))) { $0.to = "green" }
        #expect(result.outcome == .undecided)
        #expect(Set(result.missing) == ["edge-4", "edge-6", "edge-9"])
        for (index, edge) in edges.enumerated() where ![3, 5, 8].contains(index) {
            #expect(edge.now.split == Split(all: "green"))
        }
    }

    @Test(arguments: [["edge-1"], ["edge-2"], ["edge-1", "edge-2"]])
    func edgesThatAreLostBetweenTheLookAndTheLockKeepTheOthersFromNothing(lost: [String]) async {
        let edges = (1...4).map { FakeEdge("edge-\($0)") }
        for edge in edges where lost.contains(edge.plan.name) {
            edge.change { $0.before = { operation, state in if operation.hasPrefix("take") { state.isCut = true } } }
        }
        let result = await rollback(edges, deployment(edges: edges.map(\.plan.name)))
        #expect(result.outcome == .undecided)
        #expect(result.missing == lost)
        #expect(result.summary.contains("not on \(lost[0]) (out of reach)"))
        for edge in edges where !lost.contains(edge.plan.name) {
            #expect(edge.now.split == Split(all: "green") && edge.now.lock == nil)
        }
        // Where a rival has the lock of one that is left, nothing is switched, whoever else is lost.
        edges[3].change {
            $0.lock = EdgeLock(holder: "luis@bastion", action: "rollback-7", kind: "rollback", reason: "", left: 20)
        }
        let beaten = await rollback(edges, deployment(edges: edges.map(\.plan.name))) { $0.to = "blue" }
        #expect(beaten.outcome == .refused)
        #expect(edges[2].now.split == Split(all: "green") && edges[2].now.lock == nil)
    }

    @Test func noEdgeThatCanBeLockedSwitchesNothingAndNeedsAPerson() async {
        let edges = ["edge-1", "edge-2"].map { name in
            FakeEdge(name) {
                $0.before = { operation, state in if operation.hasPrefix("take") { state.isCut = true } }
            }
        }
        let result = await rollback(edges)
        #expect(result.outcome == .undecided && result.split == nil)
        #expect(result.missing == ["edge-1", "edge-2"])
    }

    @Test func noEdgeReachedSwitchesNothingAndNeedsAPerson() async {
        let edges = [FakeEdge("edge-1") { $0.isCut = true }]
        let result = await rollback(edges, deployment(edges: ["edge-1"]))
        #expect(result.outcome == .undecided)
        #expect(result.split == nil)
    }

    @Test func aRunningDeployIsPreempted() async {
        let edges = [FakeEdge("edge-1"), FakeEdge("edge-2")]
        for edge in edges {
            edge.change {
                $0.split = Split(live: "blue", canary: "green", share: 5)
                $0.lock = EdgeLock(holder: "luis@bastion", action: "deploy-1", kind: "deploy", reason: "", left: 20)
            }
        }
        #expect(await rollback(edges).split == Split(all: "blue"))
        #expect(edges.allSatisfy { $0.now.fence == 11 })
    }

    @Test func theDeployThatMovesOnBetweenLookAndLockIsPreemptedAllTheSame() async {
        let edge = FakeEdge("edge-1") {
            $0.split = Split(live: "blue", canary: "green", share: 5)
            $0.lock = EdgeLock(holder: "luis@bastion", action: "deploy-1", kind: "deploy", reason: "", left: 20)
            $0.before = { operation, state in
                if operation == "take rollback" { state.split = Split(live: "blue", canary: "green", share: 50) }
            }
        }
        let result = await rollback([edge], deployment(edges: ["edge-1"])) { $0.from = "green-5.blue" }
        #expect(result.outcome == .done)
        #expect(edge.now.split == Split(all: "blue"))
    }

    @Test func ofTwoRollbacksOneActsAndTheOtherIsShownIt() async {
        let edges = [FakeEdge("edge-1"), FakeEdge("edge-2")]
        edges[0].change {
            $0.lock = EdgeLock(holder: "luis@bastion", action: "rollback-7", kind: "rollback", reason: "", left: 20)
        }
        let result = await rollback(edges)
        #expect(result.outcome == .refused)
        #expect(result.summary == "luis@bastion has the lock of edge-1: rollback rollback-7")
        #expect(edges[1].now.lock == nil)
    }

    @Test func whereADeadRollbackSwitchedEverythingItsLocksAreGivenBack() async {
        let edge = FakeEdge("edge-1") {
            $0.split = Split(all: "green")
            $0.lock = EdgeLock(holder: "luis@bastion", action: "rollback-7", kind: "rollback", reason: "", left: 20)
        }
        let result = await rollback([edge], deployment(edges: ["edge-1"])) {
            $0.to = "green"
            $0.isDead = { $0.action == "rollback-7" }
        }
        #expect(result.outcome == .done)
        #expect(edge.now.lock == nil)
    }

    @Test func theLockOfADeadRollbackIsNotWaitedFor() async {
        let edge = FakeEdge("edge-1") {
            $0.lock = EdgeLock(holder: "luis@bastion", action: "rollback-7", kind: "rollback", reason: "", left: 20)
        }
        let result = await rollback([edge], deployment(edges: ["edge-1"])) { $0.isDead = { $0.action == "rollback-7" } }
        #expect(result.outcome == .done)
        #expect(edge.now.lock == nil)
    }

    /// A journal that knows a rollback of Luis's.
    private func lefts(isOver: Bool) -> ActionLog {
        var log = ActionLog()
        let id = ActionID("rollback-7")
        log.take(
            .started(
                .init(
                    id: id, kind: .rollback, by: Operator(name: "luis", uid: 1001, host: "bastion"), reason: "",
                    command: [], steps: [], pid: 2)), at: moment(0))
        if isOver { log.take(.ended(.init(action: id, outcome: .done, summary: "", split: "blue")), at: moment(100)) }
        return log
    }

    @Test("a lock is taken over where the journal knows that its rollback is over, and only there", arguments: 0..<3)
    func theLockOfAnEndedRollback(way: Int) async {
        let edges = [
            FakeEdge("edge-1"),
            FakeEdge("edge-2") {
                $0.lock = EdgeLock(holder: "luis@bastion", action: "rollback-7", kind: "rollback", reason: "", left: 20)
            },
        ]
        let log = [lefts(isOver: true), lefts(isOver: false), nil][way]
        let result = await rollback(edges) { order in
            order.to = "green"
            order.actions = { log.map { (log: $0, now: moment(200)) } }
        }
        #expect(result.outcome == (way == 0 ? .done : .refused), "\(result)")
        #expect((edges[1].now.lock == nil) == (way == 0))
        #expect(edges.allSatisfy { $0.now.split == Split(all: way == 0 ? "green" : "blue") })
    }

    /// Cuts an edge off when it is asked for something the first time, until it is asked what it serves.
    private static func cutOnce(at place: String) -> @Sendable (String, inout FakeEdge.State) -> Void {
        { operation, state in
            if operation.hasPrefix(place), !state.log.contains(where: { $0.hasPrefix(place) }) {
                state.isCut = true
            } else if operation == "status" {
                state.isCut = false
            }
        }
    }

    @Test("after a reload one answer of a worker of before begins the proof anew")
    func aWorkerOfBefore() async {
        let edge = FakeEdge("edge-1", backend: .reload(test: ["true"], reload: ["true"])) {
            $0.before = { operation, state in
                guard operation == "front" else { return }
                // The sixth customer after the switch meets it.
                let asked = state.log.reversed().prefix { !$0.hasPrefix("flip") }.count { $0 == "front" }
                state.served = state.split == Split(all: "green") && asked == 5 ? Split(all: "blue") : nil
            }
        }
        let result = await rollback([edge])
        #expect(result.outcome == .done)
        let asked = edge.now.log.reversed().prefix { !$0.hasPrefix("flip") }.count { $0 == "front" }
        #expect(asked == 6 + 20)
    }

    @Test(
        "an edge that is late, or lost on the way, is brought to the others as soon as it answers",
        arguments: ["status", "take", "stage", "flip", "front"])
    func late(place: String) async {
        let edges = [FakeEdge("edge-1"), FakeEdge("edge-2") { $0.before = Self.cutOnce(at: place) }]
        let result = await rollback(edges)
        #expect(
            result
                == ActionResult(
                    .done, "all traffic goes to green v1.3.9, proved on 2 edges", split: .init(all: "green")))
        #expect(edges.allSatisfy { $0.now.split == Split(all: "green") && $0.now.lock == nil })
        #expect(journal.steps.last == "late done")
        #expect(journal.record?.steps.last?.step.title == "Bring in who was late")
    }

    @Test func theOnlyEdgeIsTriedAgainToo() async {
        let edge = FakeEdge("edge-1") { $0.before = Self.cutOnce(at: "take") }
        let result = await rollback([edge], deployment(edges: ["edge-1"]))
        #expect(result.outcome == .done && edge.now.split == Split(all: "green") && edge.now.lock == nil)
        #expect(journal.steps == ["lock failed", "late done"])
    }

    @Test func anEdgeThatIsLateIsNotSentToAColourThatDoesNotLiveThere() async {
        let edges = [
            FakeEdge("edge-1"),
            FakeEdge("edge-2") {
                $0.before = Self.cutOnce(at: "status")
                $0.dead = ["green"]
            },
        ]
        let result = await rollback(edges) { $0.to = "green" }
        #expect(result.outcome == .undecided && result.missing == ["edge-2"])
        #expect(result.summary.contains("green does not live through edge-2"))
        #expect(edges[0].now.split == Split(all: "green") && edges[1].now.split == Split(all: "blue"))
        #expect(edges.allSatisfy { $0.now.lock == nil })
    }

    @Test func anotherRollbackOnAnEdgeThatIsLateKeepsTheOthersWhereTheyAre() async {
        let edges = [
            FakeEdge("edge-1"),
            FakeEdge("edge-2") {
                $0.before = Self.cutOnce(at: "status")
                $0.lock = EdgeLock(holder: "luis@bastion", action: "rollback-7", kind: "rollback", reason: "", left: 20)
            },
        ]
        let result = await rollback(edges)
        #expect(result.outcome == .undecided && result.missing == ["edge-2"])
        #expect(edges[0].now.split == Split(all: "green") && edges[0].now.lock == nil)
        #expect(edges[1].now.lock?.action == "rollback-7")
    }

    @Test func aDoorChangedByHandSinceThePlanRefuses() async {
        let edges = [
            FakeEdge("edge-1"), FakeEdge("edge-2") { $0.split = Split(live: "blue", canary: "green", share: 50) },
        ]
        let result = await rollback(edges) {
            $0.from = "blue"
            $0.to = "green"
        }
        #expect(result.outcome == .refused)
        #expect(result.summary.contains("the world moved: edge-2 serves"))
    }

    @Test func aStandbyThatDiesAfterTheCheckIsSaid() async {
        let edge = FakeEdge("edge-1") {
            $0.before = { operation, state in if operation.hasPrefix("flip") { state.dead = ["green"] } }
        }
        let result = await rollback([edge], deployment(edges: ["edge-1"]))
        #expect(result.outcome == .undecided)
        #expect(result.missing == ["edge-1"])
    }

    @Test func nothingIsDoneWhereEverythingIsDone() async {
        let edges = [FakeEdge("edge-1"), FakeEdge("edge-2")]
        let result = await rollback(edges) { $0.to = "blue" }
        #expect(result == ActionResult(.done, "blue has all traffic already, on 2 edges"))
        #expect(edges.allSatisfy { $0.now.fence == 10 })
    }

    @Test func aSchemaThatIsKnownNotToFitRefusesAnUnknownOneDoesNot() async {
        let edges = [FakeEdge("edge-1") { $0.notes = ["schema.current": "16", "schema.v1.3.9": "12:15"] }]
        let result = await rollback(edges, deployment(edges: ["edge-1"]))
        #expect(result.outcome == .refused)
        #expect(result.summary.contains("v1.3.9 lives with the schema 12 to 15, and it is at 16"))
        edges[0].change { $0.notes = ["schema.current": "16"] }
        #expect(await rollback(edges, deployment(edges: ["edge-1"])).outcome == .done)
    }

    @Test func edgesThatDisagreeNeedATarget() async {
        let edges = [FakeEdge("edge-1"), FakeEdge("edge-2") { $0.split = Split(all: "green") }]
        #expect(await rollback(edges).outcome == .refused)
        #expect(await rollback(edges) { $0.to = "green" }.outcome == .done)
        #expect(edges.allSatisfy { $0.now.split == Split(all: "green") })
    }
}
