import Launch
import Testing

struct ApprovalTests {
    private let ana = Operator(name: "ana", uid: 1000, host: "bastion")
    private let luis = Operator(name: "luis", uid: 1001, host: "bastion")
    private let id = ActionID("flag-set-1")

    private func asked(_ request: ActionEvent.Asked.Request, by who: Operator) -> ActionEvent.Asked {
        .init(action: id, request: request, by: who, reason: "")
    }

    private func log(_ events: [ActionEvent] = []) -> ActionLog {
        var log = ActionLog()
        log.take(
            .started(
                .init(
                    id: id, kind: .flagSet, by: ana, reason: "", command: [], subject: "checkout-v2 5 % → 25 %",
                    steps: [.init(name: "look", title: "Look"), .approval(within: .minutes(15))], pid: 1)),
            at: moment(0))
        for event in events { log.take(event, at: moment(1)) }
        return log
    }

    @Test func nobodyApprovesTheirOwnAndWhoSaysYesTwiceIsOne() {
        var tally = ApprovalTally(needed: 2, asker: ana)
        tally.take(asked(.approve, by: ana))
        tally.take(asked(.approve, by: luis))
        tally.take(asked(.approve, by: luis))
        tally.take(asked(.pause, by: Operator(name: "eva", uid: 1002, host: "bastion")))
        #expect(!tally.isGiven)
        tally.take(asked(.approve, by: Operator(name: "eva", uid: 1002, host: "bastion")))
        #expect(tally.isGiven && tally.words == "approved by eva@bastion, luis@bastion")
    }

    @Test func whatNobodyMayBeWaitedForIsNeverAskedWhateverTheConfigSays() {
        let all = Dictionary(uniqueKeysWithValues: ActionKind.allCases.map { ($0, 1) })
        let rules = ApprovalRules(needed: all)
        for kind in [ActionKind.rollback, .abort, .flagOff, .pause, .escalate] {
            #expect(rules.count(for: kind) == 0 && kind.refusalOfApproval != nil)
        }
        #expect(rules.count(for: .flagSet) == 1 && rules.words(for: .flagSet).contains("guardia approve"))
    }

    @Test func whatWaitsIsFoundUntilSomebodyHasApprovedIt() {
        let waiting = log([.stepStarted(.init(action: id, step: "approve"))])
        #expect(waiting.awaitingApproval.map(\.id) == [id])
        #expect(waiting.awaitingApproval[0].objection(toApprovalBy: luis) == nil)
        #expect(waiting.awaitingApproval[0].objection(toApprovalBy: ana)?.contains("another operator") == true)
        let approved = log([
            .stepStarted(.init(action: id, step: "approve")),
            .stepEnded(.init(action: id, step: "approve", outcome: .done, detail: "approved by luis@bastion")),
        ])
        #expect(approved.awaitingApproval.isEmpty && approved[id]?.isPastApproval == true)
        #expect(approved[id]?.objection(toApprovalBy: luis)?.contains("waits for no approval") == true)
    }
}
