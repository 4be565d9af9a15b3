import Launch
import Testing

@Suite struct HandoverTests {
    private let ana = Operator(name: "ana", uid: 1000, host: "b")
    private var board: Board {
        var board = Board()
        func tell(_ body: Event.Body, at seconds: Double) {
            board.apply(Event(origin: "b", at: moment(seconds), body: body))
        }
        tell(.presence(.opened(.init(session: "a", by: ana))), at: 0)
        tell(.presence(.closed(.init(session: "a", why: .left, keyAt: moment(90)))), at: 100)
        tell(.action(.started(started("deploy-1", .deploy))), at: 50)
        tell(
            .action(.ended(.init(action: ActionID("deploy-1"), outcome: .done, summary: "v1 serves"))), at: 60)
        tell(.action(.started(started("rollback-2", .rollback))), at: 200)
        tell(.action(.started(started("silence-3", .silence))), at: 210)
        tell(.alert(.fired(.init(alert: facts))), at: 300)
        tell(
            .alert(
                .acknowledged(
                    .init(alert: facts.fingerprint, by: "ana", way: .command, until: moment(900).utc))), at: 310)
        tell(
            .alert(
                .silenced(
                    Silence(
                        id: "s1", matchers: [LabelMatcher(name: "alertname", value: "x")], from: moment(300).utc,
                        until: moment(5000).utc, by: "ana", comment: "known"))), at: 320)
        return board
    }

    private var facts: AlertEvent.Facts {
        .init(
            rule: "payments", labels: Labels(["alertname": "payments"]), severity: .critical, summary: "payments fail",
            since: moment(280))
    }

    private func started(_ id: String, _ kind: ActionKind) -> ActionEvent.Started {
        .init(id: ActionID(id), kind: kind, by: ana, reason: "", command: [], steps: [], pid: 1)
    }

    @Test func itTellsOfWhatCameAfterTheLastLook() {
        let handover = Handover(board, for: "ana", at: moment(400))
        #expect(handover.since == .lastLook(moment(100).utc))
        #expect(handover.actions.map(\.id.text) == ["rollback-2"])
        #expect(handover.fired.map(\.facts.rule) == ["payments"])
        #expect(handover.running.map(\.kind) == [.rollback, .silence])
    }

    @Test func whoeverNeverLookedIsToldOfAShift() {
        let handover = Handover(board, for: "carla", at: moment(400))
        #expect(handover.since == .shift(moment(400).utc + Milliseconds(-Handover.shift.count)))
        #expect(handover.actions.map(\.id.text) == ["deploy-1", "rollback-2"])
    }

    @Test func anAcknowledgementThatEndsSoonAndASilenceAreNamed() {
        let handover = Handover(board, for: nil, since: moment(0).utc, at: moment(400))
        #expect(handover.lapsing.map(\.facts.rule) == ["payments"])
        #expect(handover.silences.map(\.id) == ["s1"])
        #expect(Handover(board, for: nil, at: moment(6000)).silences.isEmpty)
    }
}
