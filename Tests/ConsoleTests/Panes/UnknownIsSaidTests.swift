import Launch
import Testing

@testable import Console

/// What the panes and the wall say where little is known, or where only one thing is so.
@Suite struct UnknownIsSaidTests {
    private func text(_ model: Model) -> String { model.frame.rows.joined(separator: "\n") }

    // MARK: Alerts

    @Test func beforeTheRecordingNothingIsSaidToHaveStayedWell() {
        var launch = BarberPro.calm
        launch.board = Board()
        launch.board.apply(BarberPro.manifest)
        launch.board.heartbeat = Heartbeat(at: BarberPro.now)
        let text = text(launch.model(120, 40))
        #expect(text.contains("? no alert is known of"))
        #expect(!text.contains("nothing has left ok"))
    }

    @Test func whereAllIsReadNothingHasLeftOk() {
        let text = text(BarberPro.calm.model(120, 40))
        #expect(text.contains("nothing has left ok") && !text.contains("no alert is known of"))
    }

    // MARK: Colours

    @Test func whileTheFirstDeployRunsNobodySaysThatNothingMoved() {
        let none = "no action in this journal has moved traffic"
        var night = Firing(.calm)
        #expect(text(night.model(200, 60)).contains(none))
        night.launch.say(
            .action(
                .started(
                    .init(
                        id: ActionID("deploy-1"), kind: .deploy, by: Deployed.ana, reason: "", command: [],
                        from: .init(colour: "blue", version: "v1.4.0"), to: .init(colour: "green", version: "v1.4.1"),
                        edges: ["edge-1", "edge-2"], steps: Deployed.steps, pid: 4711))), ago: 30)
        #expect(night.launch.board.actions.mover != nil)
        #expect(!text(night.model(200, 60)).contains(none))
    }

    // MARK: The version picker

    /// What may be deployed, after a deploy that ended so ten minutes ago.
    private func versions(
        after outcome: ActionOutcome, from: (String, String), to: (String, String), split: String? = nil
    ) -> [String] {
        var deployed = Deployed()
        let id = ActionID("deploy-9")
        deployed.happened(
            [
                .started(
                    .init(
                        id: id, kind: .deploy, by: Deployed.ana, reason: "", command: [],
                        from: .init(colour: from.0, version: from.1), to: .init(colour: to.0, version: to.1),
                        edges: ["edge-1", "edge-2"], steps: Deployed.steps, pid: 4711)),
                .ended(.init(action: id, outcome: outcome, summary: "", split: split)),
            ], ago: 600)
        return Planner(board: deployed.launch.board, now: BarberPro.now).versions
    }

    @Test(
        "what a deploy was refused for or went back from is not offered",
        arguments: [ActionOutcome.refused, ActionOutcome.wentBack])
    func versions(outcome: ActionOutcome) {
        let versions = versions(after: outcome, from: ("blue", "v1.4.0"), to: ("green", "v9.9.9"))
        #expect(versions.contains("v1.4.0") && versions.contains("v1.3.9"))
        #expect(!versions.contains("v9.9.9"))
    }

    @Test func whatWasDeployedIsOfferedAfterItLeftItsColour() {
        let versions = versions(after: .done, from: ("green", "v1.3.9"), to: ("blue", "v1.3.8"), split: "blue")
        #expect(versions.contains("v1.3.8"))
    }

    // MARK: The wall

    @Test func theBandOfTheWallCountsAsItsHeaderDoes() {
        let model = Firing.night.model(200, 60, mode: .kiosk(mayQuit: false))
        let open = model.feed.live.openCount(.critical)
        #expect(open > 0)
        #expect(WallStanding(model).text == "\(open) critical")
    }

    @Test func underAPollThatDoesNotSayGoTheWallIsNotGreen() {
        let polled = Polled()
        let standing = WallStanding(polled.launch.model(200, 60, mode: .kiosk(mayQuit: false)))
        #expect(standing.verdict == .critical && standing.text == "NO-GO 4/8" && standing.name != nil)
        let ready = WallStanding(polled.ready.model(200, 60, mode: .kiosk(mayQuit: false)))
        #expect(ready.verdict == .ok && ready.text == "all well")
    }

    @Test func whatSomebodyHasIsCountedWhereNothingElseIsCritical() {
        let taken = Firing(.calm).saying {
            $0.say(.fired(.init(alert: Firing.rejected)), ago: 60)
            $0.say(
                .acknowledged(
                    .init(alert: Firing.rejected.fingerprint, by: "ana", way: .dashboard, until: nil, comment: "mine")),
                ago: 30)
        }
        let model = taken.model(200, 60, mode: .kiosk(mayQuit: false))
        #expect(model.feed.live.openCount(.critical) == 0)
        #expect(WallStanding(model).text == "1 critical")
    }
}
