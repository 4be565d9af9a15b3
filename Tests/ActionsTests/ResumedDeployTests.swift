import Actions
import Edge
import Launch
import Testing

/// A deploy that goes on with one whose process died.
extension DeployTests {
    /// The record of a deploy from blue to green that died: with these steps done, and these begun and not ended.
    private func died(
        done: [String], begun: [String] = [], approvals: Int = 0, breaksGlass: Bool? = nil, continues: ActionID? = nil
    ) -> ActionRecord? {
        let course = DeployStep.course(
            shares: [5, 50], approvals: approvals, confirms: false, follows: false, watches: true)
        let id = ActionID("deploy-0")
        var log = ActionLog()
        log.take(
            .started(
                .init(
                    id: id, kind: .deploy, by: ana, reason: "", command: ["guardia", "deploy", "v1.5.0"],
                    from: .init(colour: "blue", version: "v1.4.0"), to: .init(colour: "green", version: "v1.5.0"),
                    edges: ["edge-1"], steps: course.map { .init(name: $0.name, title: $0.title) },
                    continues: continues, pid: 1, breaksGlass: breaksGlass)), at: moment(0))
        for step in done + begun { log.take(.stepStarted(.init(action: id, step: step)), at: moment(0)) }
        for step in done {
            log.take(.stepEnded(.init(action: id, step: step, outcome: .done, detail: "")), at: moment(0))
        }
        if let record = log.records.last { log.take(.ended(.died(record)), at: moment(0)) }
        return log.records.last
    }

    private static let beforeTraffic = ["preflight", "lock", "release", "gate"]

    private func edge(_ split: Split) -> FakeEdge {
        FakeEdge("edge-1") {
            $0.split = split
            $0.staged = [split.name]
            $0.versions["green"] = "v1.5.0"
        }
    }

    private static let canary = Split(live: "blue", canary: "green", share: 50)

    // MARK: Approvals and the poll

    @Test func aDeployThatDiedBeforeItWasApprovedIsNotFinishedWithoutAnApproval() async {
        let strict = deployment(edges: ["edge-1"]) { $0.approvals = 1 }
        let record = died(done: ["preflight"], begun: ["approve"], approvals: 1)
        let edge = FakeEdge("edge-1")
        let run = await deploy([edge], strict, change: { $0.continues = record })
        #expect(
            run.result.outcome == .refused && run.result.summary.contains("nobody approved"), "\(run.result.summary)")
        #expect(edge.now.split == Split(all: "blue"))
    }

    @Test func whatWasApprovedNeedsNoSecondApproval() async {
        let strict = deployment(edges: ["edge-1"]) { $0.approvals = 1 }
        let approved = died(done: ["preflight", "approve", "lock"], approvals: 1)
        #expect(await deploy([FakeEdge("edge-1")], strict, change: { $0.continues = approved }).result.outcome == .done)
    }

    @Test func whatBrokeTheGlassIsAsLoudAsItWas() async {
        let strict = deployment(edges: ["edge-1"]) { $0.approvals = 1 }
        let alone = died(done: ["preflight", "lock"], breaksGlass: true)
        #expect(await deploy([FakeEdge("edge-1")], strict, change: { $0.continues = alone }).result.outcome == .done)
        #expect(journal.record?.started.breaksGlass == true)
    }

    @Test func untilTrafficMovedTheWholePreflightIsAskedAnew() async {
        let poll = polled(.refuse)
        let early = died(done: Self.beforeTraffic)
        let refused = await deploy(
            [FakeEdge("edge-1")], deployment(edges: ["edge-1"]), board: poll.board, readiness: poll.plan,
            change: { $0.continues = early })
        #expect(refused.result.outcome == .refused && refused.result.summary.contains("guardia deploy --force"))
        let frozen = FakeEdge("edge-1") { $0.freeze = EdgeFreeze(by: "luis", since: 0, reason: "incident") }
        let run = await deploy([frozen], deployment(edges: ["edge-1"]), change: { $0.continues = early })
        #expect(run.result.outcome == .refused && run.result.summary.contains("luis froze"))
        // What has traffic is finished, whatever the poll says by now.
        let late = died(done: Self.beforeTraffic + ["shift-5", "analyse-5", "shift-50"])
        let finished = await deploy(
            [edge(Self.canary)], deployment(edges: ["edge-1"]), board: poll.board, readiness: poll.plan,
            change: { $0.continues = late })
        #expect(finished.result.outcome == .done, "\(finished.result.summary)")
    }

    @Test func whatTurnsBadWhileAnApprovalIsAwaitedRefusesIt() async {
        let strict = deployment(edges: ["edge-1"]) {
            $0.approvals = 1
            $0.requires = ["disk"]
        }
        let edge = FakeEdge("edge-1")
        let start = clock.now()
        let run = await deploy(
            [edge], strict,
            board: { [clock] in
                var board = self.board()
                if start.age(at: clock.now()) > 0 {
                    board.apply(Tick(at: clock.now(), readings: [Reading("disk", .number(99))]))
                }
                return board
            },
            script: { [clock] event in
                if case .stepStarted(let step) = event, step.step == "approve" {
                    clock.move(by: .seconds(60))
                    return [.approve]
                }
                return []
            }, by: luis)
        #expect(
            run.result.outcome == .refused && run.result.summary.contains("disk is critical"), "\(run.result.summary)")
        #expect(edge.now.split == Split(all: "blue") && edge.now.lock == nil)
    }

    // MARK: The world has moved

    @Test func aCanaryThatWasTakenBackMeanwhileIsNotGoneOnWith() async {
        let record = died(done: Self.beforeTraffic + ["shift-5", "analyse-5", "shift-50"], begun: ["analyse-50"])
        for split in [Split(all: "blue"), Split(all: "green"), Split(live: "blue", canary: "green", share: 5)] {
            let edge = edge(split)
            let run = await deploy([edge], deployment(edges: ["edge-1"]), change: { $0.continues = record })
            #expect(run.result.outcome == .refused && run.result.summary.hasPrefix("the world moved"), "\(run.result)")
            #expect(edge.now.split == split && edge.now.fence == 10)
        }
    }

    @Test func aStepThatDiedHalfWayMayHaveMovedItsEdgesOrNot() async {
        let record = died(done: Self.beforeTraffic + ["shift-5", "analyse-5"], begun: ["shift-50"])
        for split in [Split(live: "blue", canary: "green", share: 5), Self.canary] {
            let edge = edge(split)
            let run = await deploy([edge], deployment(edges: ["edge-1"]), change: { $0.continues = record })
            #expect(run.result.outcome == .done, "\(run.result.summary)")
            #expect(edge.now.split == Split(all: "green"))
        }
    }

    @Test func whoGoesOnSaysWhatWasDoneBefore() async {
        let record = died(done: Self.beforeTraffic + ["shift-5", "analyse-5", "shift-50"], begun: ["analyse-50"])
        #expect(record?.resumption?.name == "analyse-50")
        _ = await deploy([edge(Self.canary)], deployment(edges: ["edge-1"]), change: { $0.continues = record })
        // So that a third run begins where this one stopped.
        #expect(journal.record?.splitsLeft == [Split(all: "green")])
        #expect(journal.record?.steps.first { $0.step.name == "shift-50" }?.detail == "by deploy-0")
        #expect(
            journal.steps.prefix(5) == [
                "preflight done", "release done", "gate done", "shift-5 done", "analyse-5 done",
            ])
    }

    // MARK: The way back that needs nobody

    @Test func whoIsKilledInTheCanaryLeavesTheWayBackArmed() async {
        let edge = FakeEdge("edge-1")
        let run = await deploy(
            [edge], deployment(edges: ["edge-1"]),
            script: { event in
                // Whatever happens to the deploy here, the edge would go back from this share by itself.
                if case .stepStarted(let step) = event, step.step.hasPrefix("analyse-") {
                    #expect(edge.now.armed == ArmedRevert(from: "", to: "blue", action: "deploy-1", left: 900))
                }
                return []
            }, change: { $0.confirmWithin = .minutes(15) })
        #expect(run.result.outcome == .wentBack)
    }

    @Test func anEdgeThatCannotBeTakenBackKeepsItsWayBackArmed() async {
        let stuck = FakeEdge("edge-2") {
            // Reachable, and it will not switch.
            $0.before = { operation, state in if operation == "flip blue" { state.staged.remove("blue") } }
        }
        let edges = [FakeEdge("edge-1"), stuck]
        let run = await deploy(
            edges,
            script: { event in if case .stepEnded(let step) = event, step.step == "shift-5" { [.abort] } else { [] } },
            change: { $0.confirmWithin = .minutes(15) })
        #expect(run.result.outcome == .undecided && run.result.missing == ["edge-2"], "\(run.result)")
        #expect(edges[0].now.armed == nil && edges[0].now.split == Split(all: "blue"))
        #expect(stuck.now.armed?.to == "blue" && stuck.now.split == Split(live: "blue", canary: "green", share: 5))
        stuck.fire()
        #expect(stuck.now.split == Split(all: "blue"))
    }

    @Test func aDeployThatGoesBackBeforeItMovedAnythingLeavesNothingArmed() async {
        let edge = FakeEdge("edge-1")
        _ = await deploy(
            [edge], deployment(edges: ["edge-1"]),
            script: { event in if case .stepEnded(let step) = event, step.step == "arm" { [.abort] } else { [] } },
            change: { $0.confirmWithin = .minutes(15) })
        #expect(edge.now.armed == nil && edge.now.split == Split(all: "blue"))
    }
}
