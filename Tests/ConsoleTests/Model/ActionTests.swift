import Console
import Launch
import Testing

/// From a key to a command, and what refuses it on the way.
@Suite struct ActionTests {
    private let calm = Deployed().model(120, 40)

    /// A rollback that is one Enter away.
    private func aboutToRollBack() -> Model {
        var model = calm.pressing("R")
        model.wait(1000, Deployed())
        model.type("v1.3.9")
        model.wait(1000, Deployed())
        model.press("tab")
        return model
    }

    @Test func aConfirmedRollbackIsOneCommandAndItsStepsTakeThePlaceOfTheQuestion() {
        var model = aboutToRollBack()
        let commands = model.press("enter")
        guard case .act(let request)? = commands.first else {
            Issue.record("\(commands)")
            return
        }
        #expect(commands.count == 1)
        #expect(request.arguments == ["rollback", "--to", "green", "--expect", "v1.3.9", "--from", "blue", "--yes"])
        guard case .action(let follow)? = model.overlays.last, model.overlays.count == 1 else {
            Issue.record("\(model.overlays.count) overlays")
            return
        }
        #expect(follow.request == request)
        #expect(model.press("enter").isEmpty)
    }

    @Test func twoActionsOfOneScreenBearDifferentNames() {
        func id() -> [ActionID] {
            var model = Model(
                board: Deployed().launch.board, now: BarberPro.now, size: Size(width: 80, height: 24),
                mode: .operator(name: "ana"),
                entropy: 42)
            return (0..<2).compactMap { _ in
                model.press("R")
                model.wait(1000, Deployed())
                model.type("v1.3.9")
                model.wait(1000, Deployed())
                model.press("tab")
                guard case .act(let request)? = model.press("enter").first else { return nil }
                return request.id
            }
        }
        let ids = id()
        #expect(ids.count == 2 && Set(ids.map { $0.text.suffix(4) }).count == 2)
        #expect(ids == id(), "the same entropy draws the same names")
    }

    @Test(
        "a person that is needed is called on every page, with what is left, and with what to press",
        arguments: [80, 120, 200])
    func personNeeded(width: Int) {
        for keys in [[], ["H"], ["e"], ["5", "z"], ["B"], ["S"]] {
            var model = Deployed.waiting.model(width, 24)
            for key in keys { model.press(key) }
            let screen = model.frame.rows.joined(separator: "\n")
            #expect(screen.contains("A PERSON IS NEEDED 28:00"), "\(keys): \(screen)")
            #expect(screen.contains("P on, X back") || screen.contains("P goes on, X goes back"), "\(keys): \(screen)")
        }
        let wall = Deployed.waiting.model(width, 24, mode: .kiosk(mayQuit: false)).frame.rows.joined()
        #expect(wall.contains("A PERSON IS NEEDED 28:00"))
    }

    @Test func whatWaitsIsCountedDown() {
        var model = Deployed.waiting.model(120, 40)
        model.wait(.seconds(61), .waiting)
        #expect(model.frame.rows.joined().contains("A PERSON IS NEEDED 26:59"))
    }

    @Test func theLightOverWhatWentBackIsAmberAndSaysWhatAndWhen() {
        let rows = Deployed.wentBack.model(200, 60).frame.rows.joined(separator: "\n")
        #expect(rows.contains("STANDBY v1.4.1 WENT BACK 4 min ago: errors 20.9 % against 0.1 %"))
        #expect(!rows.contains("ROLLBACK READY"))
        #expect(Deployed.wentBack.model(80, 24).frame.rows.joined().contains("STANDBY v1.4.1 WENT BACK 4 min ago"))
    }

    @Test func aScreenThatCannotStartAnActionSaysWhyBeforeAnythingIsTyped() {
        let why = "/etc/guardia/launch.yaml: there is no such file. Start it with: guardia --config FILE"
        var model = Model(
            board: Deployed().launch.board, now: BarberPro.now, size: Size(width: 120, height: 40),
            mode: .operator(name: "ana"), commands: CommandSetup(trouble: why))
        for key in ["R", "D"] {
            model.press(key)
            #expect(model.overlays.isEmpty)
            #expect(model.hint?.contains(why) == true, "\(model.hint ?? "")")
        }
        // What another user may see is not judged from here.
        var manifest = Deployed.manifest
        manifest.deployment?.actAs = ["sudo", "-n", "-u", "guardia"]
        var board = Deployed().launch.board
        board.apply(manifest)
        var delegated = Model(
            board: board, now: BarberPro.now, size: Size(width: 120, height: 40), mode: .operator(name: "ana"),
            commands: CommandSetup(trouble: why))
        delegated.press("R")
        #expect(delegated.overlays.count == 1)
    }

    @Test func aDeployOverAReleaseThatWasLeftDoesNotCallItTheWayBack() {
        func plan(_ deployed: Deployed) -> String {
            var model = deployed.model(120, 40).pressing("D")
            model.type("v1.4.2")
            model.press("enter")
            model.wait(1000)
            return model.frame.rows.joined(separator: " ")
        }
        let left = plan(.wentBack)
        #expect(left.contains("v1.4.1, which is no way back (went back), is replaced"), "\(left)")
        #expect(plan(Deployed()).contains("the way back of now, is replaced"))
    }

    @Test func escSaysThatNothingWasDone() {
        let model = aboutToRollBack().pressing("esc")
        #expect(model.overlays.isEmpty && model.hint == "nothing was done")
        // Beside what is done a minute later it would be wrong.
        var later = model
        later.wait(9000)
        #expect(later.hint == "nothing was done")
        later.wait(2000)
        #expect(later.hint == nil)
        // What is told meanwhile stays until it was read.
        var told = model
        told.wait(5000)
        _ = told.update(.hint("war-room.svg was written"))
        told.wait(8000)
        #expect(told.hint == "war-room.svg was written")
    }

    @Test func keysOfTheSameReadAsTheOpeningOneFireNothing() {
        var model = calm
        for key in ["R"] + "v1.3.9".map(String.init) + ["tab", "enter", "enter"] { #expect(model.press(key).isEmpty) }
        model.wait(1000, Deployed())
        #expect(model.press("enter").isEmpty)
    }

    @Test("a paste with a line end fires nothing, wherever it lands", arguments: [["R"], ["D"], ["X"], ["P"], []])
    func paste(keys: [String]) {
        var model = Deployed.canary.model(120, 40)
        for key in keys { model.press(key) }
        for _ in 0..<3 {
            model.wait(1000, Deployed.canary)
            #expect(model.update(.paste("v1.4.0\t\r\n\r\n")).isEmpty)
        }
    }

    @Test func nothingIsTypedIntoADialogThatCannotBeSeen() {
        var model = aboutToRollBack()
        _ = model.update(.resize(Size(width: 30, height: 8)))
        #expect(model.press("enter").isEmpty)
        _ = model.update(.resize(Size(width: 80, height: 24)))
        #expect(!model.press("enter").isEmpty)
    }

    @Test func theWorldIsLookedAtOnceMoreWithTheLastKey() {
        var model = aboutToRollBack()
        var moved = Deployed()
        moved.setSplit("green")
        // No tick between the news and the key.
        _ = model.update(.readings([moved.tick(at: model.now)]))
        #expect(model.press("enter").isEmpty)
        #expect(model.frame.rows.joined().contains("the world moved"))
    }

    // MARK: Choosing

    @Test func aDeployAsksForAVersionFirst() {
        var model = calm.pressing("D", "down")
        guard case .choice(let choice)? = model.overlays.last else {
            Issue.record("no choice")
            return
        }
        #expect(choice.options.map(\.text) == ["v1.4.0", "v1.3.9"])
        #expect(choice.text == "v1.4.0")
        model.press("down", "enter")
        guard case .confirmation(let question)? = model.overlays.last else {
            Issue.record("no question")
            return
        }
        #expect(question.intent == .deploy(version: "v1.3.9"))
    }

    @Test(
        "what is no version is refused with the reason",
        arguments: [
            ("", "a version is missing"), ("--help", "begins with"), ("v1 2", "only letters"),
            ("v1;reboot", "only letters"),
            (String(repeating: "9", count: 129), "at most 128"), ("ñ", "begins with"),
        ])
    func badVersion(text: String, reason: String) {
        var model = calm.pressing("D")
        model.type(text)
        model.press("enter")
        guard case .choice(let choice)? = model.overlays.last else {
            Issue.record("taken: \(text)")
            return
        }
        #expect(choice.trouble?.contains(reason) == true)
    }

    @Test func whereTheEdgesDisagreeARollbackAsksWhereTo() {
        var model = Deployed.splitBrain.model(120, 40).pressing("R")
        model.type("GREEN")
        model.press("enter")
        guard case .confirmation(let question)? = model.overlays.last else {
            Issue.record("no question")
            return
        }
        #expect(question.intent == .rollback(to: "green"))
        #expect(question.facts.blockers.isEmpty)
    }

    @Test func withoutAnEngineTheVersionsThatWereKnownAreShownWithTheirAgeAndMayBeTyped() {
        var model = Deployed().model(80, 24)
        _ = model.update(.tick(model.now.advanced(by: 60_000)))
        model.press("R")
        let text = model.frame.rows.joined(separator: "\n")
        #expect(text.contains("v1.4.0 1 min") && text.contains("v1.3.9 1 min"), "\(text)")
        model.type("v1.3.9")
        model.press("enter")
        guard case .confirmation(let question)? = model.overlays.last else {
            Issue.record("no question")
            return
        }
        #expect(question.intent == .rollback(to: "green"))
    }

    @Test func aRollbackNeedsNoEngine() {
        var model = Deployed().model(120, 40)
        _ = model.update(.tick(model.now.advanced(by: 60_000)))
        #expect(model.isSilent)
        model.press("R")
        model.type("green")
        model.press("enter")
        _ = model.update(.tick(model.now.advanced(by: 1000)))
        model.type("green")
        _ = model.update(.tick(model.now.advanced(by: 1000)))
        model.press("tab")
        guard case .act(let request)? = model.press("enter").first else {
            Issue.record("refused")
            return
        }
        #expect(request.arguments == ["rollback", "--to", "green", "--yes"])
    }

    @Test func anEdgeOutOfReachNeedsNoForce() {
        var model = Deployed.edgeGone.model(120, 40).pressing("R")
        model.wait(1000, .edgeGone)
        model.type("v1.3.9")
        model.wait(1000, .edgeGone)
        model.press("tab")
        guard case .act(let request)? = model.press("enter").first else {
            Issue.record("refused")
            return
        }
        #expect(request.arguments == ["rollback", "--to", "green", "--expect", "v1.3.9", "--from", "blue", "--yes"])
    }

    // MARK: Refused

    @Test(
        "keys that can do nothing say why",
        arguments: [
            ("P", "promote: no deploy runs, and none was interrupted"),
            ("X", "abort: no deploy runs, and none was interrupted"),
            ("W", "hold: no deploy runs, and none was interrupted"),
        ])
    func nothingRuns(key: String, hint: String) {
        #expect(calm.pressing(key).hint == hint)
    }

    @Test("without a deployment no key acts", arguments: ["D", "R", "P", "X", "W", "H"])
    func noDeployment(key: String) {
        let model = BarberPro.calm.model(120, 40).pressing(key)
        #expect(model.overlays.isEmpty)
        #expect(model.hint?.hasSuffix("no deployment is configured for this launch") == true)
    }

    @Test func nobodyActsOnAScreenThatIsPaused() {
        let model = calm.pressing("space", "R")
        #expect(model.overlays.isEmpty)
        #expect(model.hint == "rollback: the screen is paused and shows the past")
    }

    @Test func whereActingIsLockedTheReasonIsTheConfigs() {
        var manifest = Deployed.manifest
        manifest.deployment?.locked = "only ops may act\u{1b}[2J"
        var model = calm
        _ = model.update(.manifest(manifest))
        #expect(model.pressing("R").hint == "rollback: only ops may act␛[2J")
    }

    @Test("the wall takes no orders", arguments: ["D", "R", "P", "X", "W"])
    func wall(key: String) {
        var model = Deployed.canary.model(120, 40, mode: .kiosk(mayQuit: true))
        #expect(model.press(key).isEmpty)
        #expect(model.overlays.isEmpty)
    }

    @Test func aDeployThatDoesNotWaitIsNotPushed() {
        var deployed = Deployed.canary
        deployed.happened(
            [
                .stepEnded(
                    .init(
                        action: ActionID("deploy-20261023T173500Z-0002"), step: "analyse-25", outcome: .done, detail: ""
                    )),
                .stepStarted(.init(action: ActionID("deploy-20261023T173500Z-0002"), step: "shift-50")),
            ], ago: 1)
        let model = deployed.model(120, 40).pressing("P")
        #expect(model.frame.rows.joined().contains("nothing waits for you: “Canary 50 %” goes on by itself"))
    }

    // MARK: Afterwards

    @Test func leavingAnActionThatGoesOnSaysSo() {
        var model = aboutToRollBack()
        model.press("enter")
        #expect(model.pressing("esc").hint == "rollback goes on without you: H shows it")
    }

    @Test func aFailureOfAWindowThatWasLeftIsSaidAllTheSame() {
        var model = aboutToRollBack()
        guard case .act(let request)? = model.press("enter").first else { return }
        model.press("esc")
        _ = model.update(.actionEnded(request.id, hasFailed: true, words: "sudo: a password is required"))
        #expect(model.hint == "\(request.id) could not be started: sudo: a password is required")
    }

    @Test func anEndThatTheJournalTellsOfIsNoFailureToStart() {
        var model = Deployed.canary.model(120, 40)
        _ = model.update(
            .actionEnded(ActionID("deploy-20261023T173500Z-0002"), hasFailed: true, words: "it ended with exit code 1"))
        #expect(model.hint == nil)
    }

    @Test func somethingAskedOfADeployIsAnsweredAboveItsSteps() {
        var model = Deployed.canary.model(120, 40).pressing("X")
        model.wait(1000, .canary)
        model.press("tab")
        guard case .act(let request)? = model.press("enter").first else {
            Issue.record("nothing was fired")
            return
        }
        #expect(model.frame.rows.joined().contains("abort: asked, 0 s"))
        #expect(model.frame.rows.joined().contains("Analysis at 25 %"))
        _ = model.update(.actionEnded(request.id, hasFailed: false, words: "abort was told to deploy-1"))
        #expect(model.frame.rows.joined().contains("✓ abort was told to deploy-1"))
        _ = model.update(.actionEnded(request.id, hasFailed: true, words: "no such deploy (it ended with exit code 3)"))
        #expect(model.frame.rows.joined().contains("✗ no such deploy"))
    }

    @Test func aDeployThatWaitsForApprovalIsApprovedByTheKeyThatGoesOn() {
        var deployed = Deployed()
        let id = ActionID("deploy-x")
        deployed.happened(
            [
                .started(
                    .init(
                        id: id, kind: .deploy, by: Operator(name: "luis", uid: 1001, host: "bastion-1"), reason: "",
                        command: [], from: .init(colour: "blue", version: "v1.4.0"),
                        to: .init(colour: "green", version: "v1.4.1"),
                        steps: [.init(name: "approve", title: "Approval")], pid: 1)),
                .stepStarted(.init(action: id, step: "approve")),
            ], ago: 3)
        var model = deployed.model(120, 40).pressing("P")
        model.wait(1000, deployed)
        model.press("tab")
        guard case .act(let request)? = model.press("enter").first else {
            Issue.record("refused: \(model.frame.rows)")
            return
        }
        #expect(request.kind == .approve && request.arguments == ["approve", "deploy-x", "--yes"])
    }

    @Test("hostile words in every place of an action are shown safely", arguments: ViewTests.hostile.indices)
    func hostile(index: Int) {
        _ = charset
        // The journal keeps no text that is longer by far.
        let text = String(ViewTests.hostile[index].prefix(10_000))
        var deployed = Deployed()
        let id = ActionID(String(text.prefix(1000)))
        deployed.happened(
            [
                .started(
                    .init(
                        id: id, kind: .deploy, by: .init(name: text, uid: 1, host: text, client: text), reason: text,
                        command: [text, text], from: .init(colour: text, version: text),
                        to: .init(colour: "green", version: text),
                        edges: [text], steps: [.init(name: text, title: text)], pid: 1)),
                .stepStarted(.init(action: id, step: text)), .noted(.init(action: id, step: text, text: text)),
                .asked(.init(action: id, request: .pause, by: .init(name: text, uid: 1, host: text), reason: text)),
            ], ago: 10)
        let edge = Deployed.edges[0]
        var states = [deployed]
        deployed.happened(
            [
                .stepEnded(.init(action: id, step: text, outcome: .failed, detail: text, split: "green")),
                .ended(.init(action: id, outcome: .died, summary: text, missing: [text], split: text)),
            ], ago: 5)
        states.append(
            deployed.reading {
                for series in [edge.version("green"), edge.lock, edge.notice] { $0.set(series, text) }
                $0.miss(edge.live("green"), text)
            })
        for deployed in states {
            for (width, height) in [(40, 12), (80, 24)] {
                for keys in [
                    [], ["D"], ["R"], ["P"], ["X"], ["H"], ["H", "enter"], ["5", "z"], ["H", "enter", "end"],
                ] {
                    var model = deployed.model(width, height)
                    for key in keys { model.press(key) }
                    ViewTests.expectSafe(model.frame)
                }
                ViewTests.expectSafe(deployed.model(width, height, mode: .kiosk(mayQuit: false)).frame)
            }
        }
    }

    @Test("every size draws with every window open")
    func sizes() {
        for keys in [["R"], ["D"], ["H"], ["H", "enter"], ["X"]] {
            var model = Deployed.canary.model(80, 24)
            for key in keys { model.press(key) }
            for width in stride(from: 0, through: 130, by: 9) {
                for height in stride(from: 0, through: 45, by: 5) {
                    _ = model.update(.resize(Size(width: width, height: height)))
                    #expect(model.frame.size == Size(width: width, height: height))
                }
            }
        }
    }
}
