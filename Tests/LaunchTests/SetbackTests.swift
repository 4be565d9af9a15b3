import Launch
import Testing

struct SetbackTests {
    private static let ana = Operator(name: "ana", uid: 1000, host: "bastion")

    private func record(_ kind: ActionKind, _ outcome: ActionOutcome, split: String? = nil, isAborted: Bool = false)
        -> ActionRecord?
    {
        var log = ActionLog()
        let id = ActionID("\(kind.rawValue)-1")
        log.take(
            .started(.init(id: id, kind: kind, by: Self.ana, reason: "", command: [], steps: [], pid: 1)), at: moment(0)
        )
        if isAborted {
            log.take(.asked(.init(action: id, request: .abort, by: Self.ana, reason: "")), at: moment(1))
        }
        log.take(.ended(.init(action: id, outcome: outcome, summary: "", split: split)), at: moment(2))
        return log[id]
    }

    @Test func onlyWhatHadMovedSomethingWentBack() {
        #expect(record(.deploy, .wentBack, split: "blue")?.outcomeTitle == "went back")
        #expect(record(.deploy, .wentBack, split: "blue", isAborted: true)?.outcomeTitle == "went back")
        #expect(record(.deploy, .wentBack)?.outcomeTitle == "failed")
        #expect(record(.deploy, .wentBack, isAborted: true)?.outcomeTitle == "called off")
        #expect(record(.flagRamp, .wentBack)?.outcomeTitle == "went back")
        #expect(record(.backup, .wentBack)?.outcomeTitle == "failed")
        #expect(record(.deploy, .done, split: "green")?.outcomeTitle == "done")
    }

    @Test func theEventAloneSaysAsMuchAsItKnows() {
        func title(_ id: String, split: String?) -> String {
            ActionEvent.Ended(action: ActionID(id), outcome: .wentBack, summary: "", split: split).title
        }
        #expect(title("deploy-1", split: nil) == "failed" && title("deploy-1", split: "blue") == "went back")
        #expect(title("flag-ramp-1", split: nil) == "went back")
    }
}
