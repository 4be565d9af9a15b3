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

    // MARK: Readiness

    private func polled(_ more: [(ReadinessEvent, Double)]) -> Board {
        var board = Board()
        var manifest = Manifest(
            product: Product(name: "x"), zone: .utc, environment: "test", series: [], panes: Panes())
        manifest.launchAt = moment(9000).utc
        manifest.readiness = ReadinessPlan(
            stations: [
                .init(name: "payments", title: "Payment gateway", checks: []),
                .init(name: "security", title: "Security systems", checks: []),
            ], deploy: .ignore)
        board.apply(manifest)
        for (event, at) in more { board.apply(Event(origin: "b", at: moment(at), body: .readiness(event))) }
        return board
    }

    @Test func turnsOfThePollSinceThenAreToldAndItsFirstVerdictIsNone() {
        let board = polled([
            (.turned(.init(station: "payments", from: nil, to: .go, why: "")), 5),
            (.turned(.init(station: "security", from: .go, to: .noGo, why: "scan failed")), 20),
            (.turned(.init(station: nil, from: .go, to: .noGo, why: "security")), 21),
            (.turned(.init(station: "gone", from: .go, to: .noGo, why: "")), 22),
        ])
        let turns = Handover(board, for: nil, since: moment(10).utc, at: moment(400)).turns
        #expect(turns.map(\.station) == ["Security systems", nil])
        #expect(turns.map(\.body.to) == [.noGo, .noGo] && turns.first?.body.why == "scan failed")
        #expect(Handover(board, for: nil, since: moment(21).utc, at: moment(400)).turns.map(\.station) == [nil])
    }

    @Test func whatOfThePollLapsesWithinTheShiftIsNamedTheNextFirst() {
        let soon = moment(3000).utc
        let board = polled([
            (.attested(.init(station: "security", by: "ana", isGo: true, reason: "looked", until: soon)), 5),
            (.waived(.init(station: "payments", by: "beto", reason: "sandbox", until: moment(2000).utc)), 6),
        ])
        let vows = Handover(board, for: nil, at: moment(400)).vows
        #expect(vows.map(\.kind) == [.waiver, .attestation])
        #expect(vows.map(\.station) == ["Payment gateway", "Security systems"] && vows.map(\.by) == ["beto", "ana"])
        // What is over already is no news of the poll's end, and what a whole shift is left for is the next one's.
        #expect(Handover(board, for: nil, at: moment(2500)).vows.map(\.kind) == [.attestation])
        let far = moment(3000).utc + Handover.shift
        let others = polled([
            (.attested(.init(station: "security", by: "ana", isGo: true, reason: "", until: far)), 5),
            (.attested(.init(station: "payments", by: "ana", isGo: false, reason: "", until: soon)), 5),
        ])
        #expect(Handover(others, for: nil, at: moment(400)).vows.isEmpty)
    }

    @Test func whatIsOnHoldIsNamedTheClockOnlyWhereItIsThisLaunchs() {
        let base = moment(9000).utc
        let board = polled([
            (.clockHeld(.init(by: "ana", reason: "weather", base: base)), 30),
            (.held(.init(station: "payments", by: "beto", reason: "sandbox")), 20),
            (.held(.init(station: nil, by: "carla", reason: "")), 40),
        ])
        let holds = Handover(board, for: nil, at: moment(400)).holds
        #expect(holds.map(\.subject) == [.station("Payment gateway"), .clock, .poll])
        #expect(holds[1].by == "ana" && holds[1].reason == "weather" && holds[1].since == moment(30).utc)
        let released = polled([
            (.clockHeld(.init(by: "ana", reason: "weather", base: base)), 30),
            (.clockResumed(.init(by: "ana", reason: "", base: base)), 31),
            (.held(.init(station: "payments", by: "beto", reason: "")), 20),
            (.released(.init(station: "payments", by: "beto", reason: "")), 21),
        ])
        #expect(Handover(released, for: nil, at: moment(400)).holds.isEmpty)
        let other = polled([(.clockHeld(.init(by: "ana", reason: "", base: moment(1).utc)), 30)])
        #expect(Handover(other, for: nil, at: moment(400)).holds.isEmpty)
    }

    @Test func changesOfTheConfigSinceThenAreTold() throws {
        var board = polled([])
        let old = try #require(board.manifest)
        var new = old
        new.launchAt = moment(10_000).utc
        board.note([try #require(ManifestChange(from: old, to: new, at: moment(50).utc))])
        #expect(
            Handover(board, for: nil, since: moment(40).utc, at: moment(400)).configChanges.map(\.words)
                == ["another launch time"])
        #expect(Handover(board, for: nil, since: moment(60).utc, at: moment(400)).configChanges.isEmpty)
        for second in 0..<100 {
            board.note([try #require(ManifestChange(from: old, to: new, at: moment(Double(second)).utc))])
        }
        #expect(board.configChanges.count == Board.configChangeLimit)
    }

    @Test func anAcknowledgementThatEndsSoonAndASilenceAreNamed() {
        let handover = Handover(board, for: nil, since: moment(0).utc, at: moment(400))
        #expect(handover.lapsing.map(\.facts.rule) == ["payments"])
        #expect(handover.silences.map(\.id) == ["s1"])
        #expect(Handover(board, for: nil, at: moment(6000)).silences.isEmpty)
    }
}
