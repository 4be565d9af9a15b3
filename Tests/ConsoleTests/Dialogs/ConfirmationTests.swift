import Console
import Launch
import Testing

@Suite struct ConfirmationTests {
    /// Testing has one too.
    private typealias Confirmation = Console.Confirmation

    private static let opener = Key("R")
    private let start = BarberPro.now

    /// A rollback to v1.3.9, opened a second ago, so that its keys count.
    private struct Scene {
        var confirmation: Confirmation
        var now: Moment
        var outcome = Confirmation.Outcome.stay

        init(_ deployed: Deployed = Deployed(), _ intent: ActionIntent = .rollback(to: "green"), opener: Key = opener) {
            now = BarberPro.now
            confirmation = Confirmation(
                Planner(board: deployed.launch.board, now: now).card(for: intent), intent: intent, openedAt: now,
                opener: opener,
                actAs: ["sudo", "-n", "-u", "guardia"], random: 0x3f9a)
            now = now.advanced(by: 1000)
        }

        mutating func press(_ keys: String...) {
            for key in keys { if let key = Key(name: key) { outcome = confirmation.take(key, at: now) } }
        }

        mutating func type(_ text: String) {
            for scalar in text.unicodeScalars { outcome = confirmation.take(Key(scalar), at: now) }
        }

        mutating func wait(_ span: Milliseconds = 1000) { now = now.advanced(by: span) }

        mutating func refresh(_ deployed: Deployed) {
            confirmation.refresh(
                Planner(board: deployed.launch.board, now: BarberPro.now).card(for: confirmation.intent), at: now)
        }

        var fired: ActionRequest? { if case .fire(let request) = outcome { request } else { nil } }
    }

    // MARK: Firing

    @Test func theVersionATabAndEnterFireIt() {
        var scene = Scene()
        scene.type("v1.3.9")
        scene.wait(500)
        scene.press("tab", "enter")
        #expect(scene.fired?.kind == .rollback)
        #expect(scene.fired?.actAs == ["sudo", "-n", "-u", "guardia"])
        #expect(
            scene.fired?.arguments == ["rollback", "--to", "green", "--expect", "v1.3.9", "--from", "blue", "--yes"])
        #expect(scene.fired?.id.text == "rollback-20261023T174218Z-3f9a")
    }

    @Test func anotherTextIsSaidToBeAnotherAndABeginningIsNot() {
        var scene = Scene()
        #expect(!scene.confirmation.isMistyped)
        scene.type("v1.3")
        #expect(!scene.confirmation.isMistyped)
        scene.type("x")
        #expect(scene.confirmation.isMistyped)
        scene.press("ctrl-u")
        #expect(scene.confirmation.target.text.isEmpty)
        scene.type("FORCE v1.3")
        #expect(!scene.confirmation.isMistyped)
    }

    @Test func aUniqueBeginningOfFourCharactersWillDo() {
        var scene = Scene()
        scene.type("v1.")
        scene.wait()
        #expect(scene.confirmation.lock(at: scene.now) == .untyped)
        scene.type("3")
        scene.wait()
        #expect(scene.confirmation.lock(at: scene.now) == nil)
    }

    @Test func aBeginningThatTwoVersionsShareWillNotDo() {
        var scene = Scene(.canary, .rollback(to: "blue"))
        scene.type("v1.4")
        scene.wait()
        #expect(scene.confirmation.lock(at: scene.now) == .untyped)
        scene.type(".0")
        scene.wait()
        #expect(scene.confirmation.lock(at: scene.now) == nil)
    }

    @Test func enterWithinHalfASecondOfTheLastLetterFiresNothing() {
        var scene = Scene()
        scene.type("v1.3.9")
        scene.wait(499)
        scene.press("tab", "enter")
        #expect(scene.outcome == .stay)
        #expect(scene.confirmation.note == .locked)
        #expect(scene.confirmation.discarded == 1)
        scene.wait(1)
        scene.press("enter")
        #expect(scene.fired != nil)
    }

    @Test func enterInAFieldFiresNothingHoweverRightTheTarget() {
        var scene = Scene()
        scene.type("v1.3.9")
        scene.wait()
        for _ in 0..<20 { scene.press("enter") }
        #expect(scene.outcome == .stay)
        #expect(scene.confirmation.discarded == 20)
    }

    @Test func enterOnTheButtonWithTheWrongTargetFiresNothing() {
        var scene = Scene()
        scene.type("v1.4.0")
        scene.wait()
        scene.press("tab", "enter")
        #expect(scene.outcome == .stay)
        #expect(scene.confirmation.note == .locked)
    }

    @Test func itOpensOnNo() {
        var scene = Scene()
        #expect(scene.confirmation.focus == .target)
        scene.press("tab", "tab")
        #expect(scene.confirmation.focus == .no)
        scene.press("enter")
        #expect(scene.outcome == .cancel)
    }

    @Test func escIsNoFromTheFirstInstant() {
        var scene = Scene()
        scene.now = start
        scene.press("esc")
        #expect(scene.outcome == .cancel)
    }

    // MARK: Keys that must not count

    @Test func keysFromBeforeItOpenedAreDiscardedAndCounted() {
        var scene = Scene()
        scene.now = start.advanced(by: Confirmation.blindness)
        scene.type("v1.3.9")
        scene.press("tab", "enter")
        #expect(scene.confirmation.target.text.isEmpty)
        #expect(scene.confirmation.focus == .target)
        #expect(scene.confirmation.discarded == 8)
    }

    @Test func theKeyThatOpenedItIsDiscardedUntilAnotherHasCome() {
        var scene = Scene()
        scene.press("R", "R", "R")
        #expect(scene.confirmation.target.text.isEmpty)
        #expect(scene.confirmation.discarded == 3)
        scene.type("vR")
        #expect(scene.confirmation.target.text == "vR")
    }

    @Test func enterThatOpenedItAnswersNothingUntilAnotherKeyHasCome() {
        var scene = Scene(.canary, .abort(ActionID("deploy-20261023T173500Z-0002")), opener: Key(.enter))
        scene.press("enter", "enter")
        #expect(scene.outcome == .stay)
        scene.press("left", "enter")
        #expect(scene.fired != nil)
    }

    @Test func aPasteIsNotTaken() {
        var scene = Scene()
        scene.confirmation.paste()
        #expect(scene.confirmation.target.text.isEmpty)
        #expect(scene.confirmation.discarded == 1)
        #expect(scene.confirmation.note == .pasteIgnored)
    }

    @Test func aPasteThatComesAsKeysFiresNothing() {
        var scene = Scene()
        for key in "v1.3.9\t\r\r\r".unicodeScalars.map({ $0 == "\t" ? Key(.tab) : $0 == "\r" ? Key(.enter) : Key($0) })
        {
            scene.outcome = scene.confirmation.take(key, at: scene.now)
            #expect(scene.outcome == .stay)
        }
    }

    // MARK: The world

    @Test func aWorldThatMovedIsSaidAndTheTargetTypedAnew() {
        var scene = Scene()
        scene.type("v1.3.9")
        scene.wait()
        scene.press("tab")
        scene.refresh(Deployed().reading { for edge in Deployed.edges { $0.set(edge.version("green"), "v1.3.8") } })
        #expect(scene.confirmation.moved == ["green is v1.3.8 now, it was v1.3.9"])
        #expect(scene.confirmation.target.text.isEmpty)
        #expect(scene.confirmation.focus == .target)
        scene.wait()
        scene.type("v1.3.9")
        scene.wait()
        scene.press("tab", "enter")
        #expect(scene.outcome == .stay)
        scene.press("shift-tab", "ctrl-u")
        scene.type("v1.3.8")
        scene.wait()
        scene.press("tab", "enter")
        #expect(scene.fired?.arguments.contains("v1.3.8") == true)
    }

    @Test func anotherOperatorsActionIsAWorldThatMoved() {
        var scene = Scene()
        scene.type("v1.3.9")
        scene.wait()
        var moved = Deployed()
        moved.happened(
            [
                .started(
                    .init(
                        id: ActionID("rollback-x"), kind: .rollback,
                        by: .init(name: "leo", uid: 1001, host: "bastion-1"), reason: "",
                        command: [], from: .init(colour: "blue"), to: .init(colour: "green", version: "v1.3.9"),
                        steps: [], pid: 1))
            ], ago: 0)
        scene.refresh(moved)
        #expect(scene.confirmation.moved == ["rollback v1.3.9 by leo has begun"])
        #expect(scene.confirmation.target.text.isEmpty)
    }

    @Test func aProbeThatMissesForASecondDoesNotThrowTheTargetAway() {
        var scene = Scene()
        scene.type("v1.3.9")
        scene.wait()
        scene.press("tab")
        let gone = Deployed().reading { deployed in
            for edge in Deployed.edges {
                for id in [edge.split, edge.version("green"), edge.version("blue")] {
                    deployed.miss(id, "no answer within 1 s")
                }
            }
        }
        scene.refresh(gone)
        #expect(scene.confirmation.moved.isEmpty)
        #expect(scene.confirmation.target.text == "v1.3.9")
        scene.refresh(Deployed())
        scene.wait()
        scene.press("enter")
        // What was confirmed is what was shown.
        #expect(
            scene.fired?.arguments == ["rollback", "--to", "green", "--expect", "v1.3.9", "--from", "blue", "--yes"])
    }

    @Test func whatWasNotBegunToBeConfirmedFollowsTheWorldInSilence() {
        var scene = Scene()
        scene.refresh(Deployed().reading { for edge in Deployed.edges { $0.set(edge.version("green"), "v1.3.8") } })
        #expect(scene.confirmation.moved.isEmpty)
        #expect(scene.confirmation.wanted == "v1.3.8")
    }

    @Test func aDeployThatTheRollbackEndsMayGoOnMeanwhile() {
        var scene = Scene(.canary, .rollback(to: "blue"))
        scene.type("v1.4.0")
        scene.wait()
        scene.refresh(Deployed.canary.reading { $0.setSplit("green-50.blue") })
        #expect(scene.confirmation.moved.isEmpty)
        #expect(scene.confirmation.lock(at: scene.now) == nil)
    }

    @Test func aBlockerThatAppearsLocksTheButtonAndItsEndDoesNotFireAtOnce() {
        var scene = Scene(Deployed(), .deploy(version: "v1.5.0"))
        scene.type("v1.5.0")
        scene.wait()
        scene.press("tab")
        scene.refresh(.edgeGone)
        guard case .blocked(let reason)? = scene.confirmation.lock(at: scene.now) else {
            Issue.record("not blocked")
            return
        }
        #expect(reason == "who serves is not known (edge-2: no answer within 1 s)")
        scene.press("enter")
        #expect(scene.outcome == .stay)
        scene.refresh(Deployed())
        scene.press("enter")
        #expect(scene.outcome == .stay)
        scene.wait(500)
        scene.press("enter")
        #expect(scene.fired != nil)
    }

    // MARK: Force

    @Test func aStandbyThatDoesNotLiveNeedsTheWordAndTheWholeTarget() {
        var scene = Scene(.standbyDown)
        scene.type("green")
        scene.wait()
        #expect(
            scene.confirmation.lock(at: scene.now) == .overridable("green does not live: edge-1: connection refused"))
        scene.press("tab", "enter")
        #expect(scene.outcome == .stay)
        scene.press("shift-tab", "ctrl-u")
        scene.type("FORCE green")
        scene.wait()
        scene.press("tab", "enter")
        #expect(scene.fired?.arguments == ["rollback", "--to", "green", "--from", "blue", "--force", "--yes"])
    }

    @Test(
        "what is nearly the word forces nothing",
        arguments: ["force green", "FORCE", "FORCE  green", "FORCE gree", "FORCEgreen", "green FORCE"])
    func nearlyForce(text: String) {
        var scene = Scene(.standbyDown)
        scene.type(text)
        scene.wait()
        #expect(scene.confirmation.lock(at: scene.now) != nil)
    }

    @Test func nothingButARollbackCanBeForced() {
        var scene = Scene(.edgeGone, .deploy(version: "v1.5.0"))
        scene.type("FORCE v1.5.0")
        scene.wait()
        #expect(
            scene.confirmation.lock(at: scene.now) == .blocked("who serves is not known (edge-2: no answer within 1 s)")
        )
    }

    // MARK: What was left

    @Test func aRollbackToWhatWentBackIsLockedUntilForceIsTyped() {
        var scene = Scene(.wentBack)
        scene.type("v1.4.1")
        scene.wait()
        guard case .overridable(let danger)? = scene.confirmation.lock(at: scene.now) else {
            Issue.record("it was not locked")
            return
        }
        #expect(danger.contains("green v1.4.1 WENT BACK"))
        scene.press("ctrl-u")
        scene.type("FORCE v1.4.1")
        scene.wait()
        scene.press("tab", "enter")
        #expect(scene.fired?.arguments.contains("--force") == true)
    }

    // MARK: What can be copied

    @Test func theCommandLineThatIsShownIsWholeAndQuoted() {
        let commands = CommandSetup(
            program: "/opt/a b/guardia", options: ["--journal", "/var/x.journal", "--config", "/etc/it's.yaml"],
            delegatedOptions: ["--config", "/etc/l.yaml"])
        let card = Planner(board: Deployed().launch.board, now: start).card(for: .rollback(to: "green"))
        func line(_ actAs: [String]) -> String {
            Confirmation(
                card, intent: .rollback(to: "green"), openedAt: start, opener: Self.opener, actAs: actAs,
                commands: commands
            ).commandLine
        }
        #expect(
            line([]) == "'/opt/a b/guardia' rollback --to green --expect v1.3.9 --from blue --yes --journal "
                + #"/var/x.journal --config '/etc/it'\''s.yaml'"#)
        #expect(
            line(["sudo", "-n", "-u", "guardia"])
                == "sudo -n -u guardia guardia rollback --to green --expect v1.3.9 --from blue --yes --config /etc/l.yaml"
        )
    }

    // MARK: Routine actions

    @Test func anAbortIsTabAndEnterButNeverOneKey() {
        var scene = Scene(.canary, .abort(ActionID("deploy-20261023T173500Z-0002")), opener: Key("X"))
        #expect(scene.confirmation.focus == .no)
        scene.press("y")
        #expect(scene.outcome == .stay)
        scene.press("tab", "enter")
        #expect(scene.fired?.arguments == ["abort", "deploy-20261023T173500Z-0002", "--yes"])
        var other = Scene(.canary, .abort(ActionID("deploy-20261023T173500Z-0002")), opener: Key("X"))
        other.press("enter")
        #expect(other.outcome == .cancel)
    }

    @Test func anAbortTypedAheadFiresNothing() {
        var scene = Scene(.canary, .abort(ActionID("deploy-20261023T173500Z-0002")), opener: Key("X"))
        scene.now = start.advanced(by: 300)
        scene.press("tab", "enter")
        #expect(scene.outcome == .stay)
    }

    // MARK: The command line

    @Test func theGravestAlertIsOfferedAsARollbacksReasonAndGivenOnlyWhereItIsTaken() {
        // One province is over its bound too, and newer: what tells of all customers is the reason.
        let worst = "Payment p95"
        var scene = Scene(Deployed(.trouble))
        #expect(scene.confirmation.reason.text.isEmpty && scene.confirmation.suggestion == worst)
        #expect(!scene.confirmation.arguments.contains("--reason"))
        scene.press("shift-tab", "right")
        #expect(scene.confirmation.reason.text == worst && scene.confirmation.suggestion == nil)
        #expect(scene.confirmation.arguments.contains(worst))
    }

    @Test(
        "of anything but a rollback the worst alert is no reason",
        arguments: [ActionIntent.deploy(version: "v1.5.0"), .promote(ActionID("x")), .abort(ActionID("x"))])
    func noReason(intent: ActionIntent) {
        let scene = Scene(Deployed(.trouble), intent)
        #expect(scene.confirmation.suggestion == nil && scene.confirmation.reason.text.isEmpty)
    }

    @Test func theReasonThatIsTypedIsTheOneThatIsGiven() {
        var scene = Scene(Deployed(.trouble))
        scene.press("shift-tab")
        scene.type("it's slow; rm -rf /")
        scene.press("tab")
        scene.type("v1.3.9")
        #expect(scene.confirmation.commandLine.hasSuffix(#"--reason 'it'\''s slow; rm -rf /' --yes"#))
    }

    @Test func aReasonThatLooksLikeAnOptionIsNone() {
        var scene = Scene()
        scene.press("shift-tab")
        scene.type("--force")
        #expect(scene.confirmation.focus == .reason)
        #expect(scene.confirmation.arguments.contains("--reason=--force"))
        #expect(!scene.confirmation.arguments.contains("--force"))
    }

    @Test(
        "a version that is none is neither typed nor put on the command line",
        arguments: [
            "\u{1b}[2Jv9", "--help", "v1;reboot", "\u{202e}9.3.1v", String(repeating: "9", count: 10_000), "",
        ])
    func hostileVersion(version: String) {
        let scene = Scene(Deployed().reading { for edge in Deployed.edges { $0.set(edge.version("green"), version) } })
        #expect(scene.confirmation.wanted == "green")
        #expect(scene.confirmation.arguments == ["rollback", "--to", "green", "--from", "blue", "--yes"])
    }

    // MARK: Every history

    /// SplitMix64, so that a failure can be played again by its seed.
    private struct Dice {
        var state: UInt64
        mutating func roll(_ count: Int) -> Int {
            state = state &+ 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return Int((mixed ^ (mixed >> 31)) % UInt64(count))
        }
    }

    /// Watches a dialog from outside, by what it shows alone: the text, the focus, the clock.
    @Test("no history of keys fires without the target, half a second and the yes button")
    func noHistoryFiresByAccident() {
        let fired = (0..<400).reduce(0) { $0 + play(seed: $1) }
        // A dialog that never fired would prove nothing.
        #expect(fired > 15)
    }

    /// One history of 300 keys and events; how often it fired.
    private func play(seed: Int) -> Int {
        var dice = Dice(state: UInt64(seed))
        let keys =
            "v1.39 4RyFORCE".unicodeScalars.map { Key($0) }
            + [Key(.enter), Key(.enter), Key(.tab), Key(.tab, .shift), Key(.up), Key(.down), Key(.left), Key(.right)]
            + [Key(.backspace), Key(.delete), Key(.home), Key(.end), Key("u", .control), Key("w", .control)]
        let worlds: [Deployed] = [Deployed(), Deployed(), .standbyDown, .edgeGone, .splitBrain, .canary]
        var scene = Scene()
        scene.now = start
        var changedAt = start
        var fired = 0
        for _ in 0..<300 {
            switch dice.roll(20) {
            case 0:
                scene.refresh(worlds[dice.roll(worlds.count)])
                if scene.confirmation.target.text.isEmpty { changedAt = scene.now }
            case 1: scene.confirmation.paste()
            case 2...4: scene.wait(Milliseconds(Int64(dice.roll(900))))
            case 5:
                // What a person does who means it; without these no history would ever fire.
                while scene.confirmation.focus != .target { scene.press("tab") }
                scene.press("ctrl-u")
                scene.type(scene.confirmation.wanted ?? "")
                changedAt = scene.now
            default:
                let key = keys[dice.roll(keys.count)]
                let before = scene.confirmation
                scene.outcome = scene.confirmation.take(key, at: scene.now)
                if scene.confirmation.target.text != before.target.text { changedAt = scene.now }
                guard case .fire(let request) = scene.outcome else { continue }
                fired += 1
                let (typed, wanted) = (before.target.text, before.wanted ?? "")
                let isForced = typed == "FORCE " + wanted
                #expect(key == Key(.enter) && before.focus == .yes, "seed \(seed)")
                #expect(isForced || typed.count >= 4 && wanted.hasPrefix(typed) || typed == wanted, "seed \(seed)")
                #expect(changedAt.age(at: scene.now) >= 500 && start.age(at: scene.now) > 200, "seed \(seed)")
                #expect(before.facts.blockers.isEmpty, "seed \(seed)")
                #expect(before.facts.overridable.isEmpty || isForced, "seed \(seed)")
                #expect(request.arguments.contains("--force") == isForced, "seed \(seed)")
                #expect(request.arguments.starts(with: before.plan.arguments), "seed \(seed)")
            }
        }
        return fired
    }

    @Test func anAlertThatSomebodyHasIsTheReasonBeforeALesserOneThatNobodyHas() {
        let night = Firing(.calm).saying {
            $0.say(.fired(.init(alert: Firing.redis)), ago: 20)
            $0.say(.fired(.init(alert: Firing.rejected)), ago: 300)
            $0.say(
                .acknowledged(.init(alert: Firing.rejected.fingerprint, by: "ana", way: .dashboard, until: nil)),
                ago: 100)
        }
        let card = Planner(board: night.launch.board, now: BarberPro.now).card(for: .rollback(to: "green"))
        #expect(card.suggestion == "Payments accepted")
        #expect(card.firing.map(\.weight) == [.critical, .warning])
    }

    @Test func ofATargetThatIsDownTheReasonSaysSo() {
        let down = Firing(.calm).saying {
            let facts = Firing.facts("pg", "pg.up", .critical, "pg down", value: 0, .below(1), ago: 20)
            $0.say(.fired(.init(alert: facts)), ago: 20)
        }
        let card = Planner(board: down.launch.board, now: BarberPro.now).card(for: .rollback(to: "green"))
        #expect(card.suggestion == "pg down")
    }

    @Test("what must be minded is whole, on a narrow screen too", arguments: [(40, 40), (80, 24)])
    func cautions(width: Int, height: Int) {
        let model = Deployed.edgeGone.model(width, height).pressing("R")
        let said = model.frame.rows.flatMap { $0.split { "┃│ ".contains($0) } }.joined(separator: " ")
        #expect(said.contains("not reached; changed as soon as it returns"), "\(said)")
    }
}
