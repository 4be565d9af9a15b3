import Console
import Launch
import Testing

/// Between a change of traffic and the next look at the edges nobody says who serves: what was read before is over.
@Suite struct CheckingTests {
    private static let id = ActionID("rollback-20261023T174217Z-0009")

    /// Blue served; a rollback to green has just ended, and the edges were asked before it.
    private static let moved: Deployed = {
        var deployed = Deployed()
        deployed.happened(
            [
                .started(
                    .init(
                        id: id, kind: .rollback, by: Deployed.ana, reason: "payments fail",
                        command: ["guardia", "rollback"], from: .init(colour: "blue", version: "v1.4.0"),
                        to: .init(colour: "green", version: "v1.3.9"), edges: ["edge-1", "edge-2"],
                        steps: [.init(name: "switch", title: "Switch")], pid: 4713)),
                .stepStarted(.init(action: id, step: "switch")),
                .stepEnded(.init(action: id, step: "switch", outcome: .done, detail: "", split: "green")),
                .ended(.init(action: id, outcome: .done, summary: "all traffic goes to green", split: "green")),
            ], ago: 0)
        return deployed
    }()

    private func text(_ model: Model) -> String { model.frame.rows.joined(separator: "\n") }

    @Test("until the edges were asked again, the light and the colours say checking", arguments: [(80, 24), (200, 60)])
    func checking(width: Int, height: Int) {
        let shown = text(Self.moved.model(width, height))
        #expect(shown.contains("CHECKING THE WAY BACK"), "\(shown)")
        #expect(shown.contains("BLUE   v1.4.0     checking") || shown.contains("checking"), "\(shown)")
        for wrong in ["LIVE", "ROLLBACK READY", "WENT BACK BY ITSELF", "would bring", "brings", "WAY BACK UNKNOWN"] {
            #expect(!shown.contains(wrong), "\(wrong): \(shown)")
        }
    }

    @Test func theDigestAndTheWallSayItToo() {
        let small = text(Self.moved.model(60, 20))
        #expect(small.contains("checking") && !small.contains("LIVE"), "\(small)")
        #expect(!text(Self.moved.model(120, 40, mode: .kiosk(mayQuit: false))).contains("LIVE"))
    }

    @Test func theNextLookTellsWhoServes() {
        var deployed = Self.moved
        deployed.setSplit("green")
        var model = Self.moved.model(120, 40)
        model.wait(1000, deployed)
        let shown = text(model)
        #expect(!shown.contains("hecking") && !shown.contains("CHECKING"), "\(shown)")
        #expect(shown.contains("GREEN  v1.3.9           LIVE") || shown.contains("LIVE"), "\(shown)")
        #expect(shown.contains("WAS ROLLED BACK"), "\(shown)")
    }

    @Test func aRollbackBegunInThatSecondGoesBackFromWhatTheActionSaid() throws {
        let board = Self.moved.launch.board
        let traffic = try #require(Traffic(board: board, now: BarberPro.now))
        #expect(traffic.isChecking && traffic.split == nil && traffic.live == nil)
        #expect(traffic.rollbackTarget == "blue")
        let card = Planner(board: board, now: BarberPro.now).rollback()
        #expect(card.blockers.isEmpty, "\(card.blockers)")
        #expect(card.to?.colour == "blue")
    }

    @Test func anActionThatMovedNothingElsewhereLeavesTheReadingsStanding() throws {
        // Deployed an hour ago, and read since.
        let traffic = try #require(Traffic(board: Deployed().launch.board, now: BarberPro.now))
        #expect(!traffic.isChecking && traffic.split == Split(name: "blue"))
    }
}
