import Console
import Launch
import Testing

/// What is asked before something is done about an alert, and that nothing is done by accident.
@Suite struct AlertDialogTests {
    /// Testing has one too.
    private typealias Confirmation = Console.Confirmation
    private static let payment = Firing.payment.fingerprint

    private struct Scene {
        var confirmation: Confirmation
        var now = BarberPro.now
        var outcome = Confirmation.Outcome.stay
        var board: Board

        init(_ firing: Firing = .night, _ intent: ActionIntent, opener: Key = Key("a")) {
            board = firing.launch.board
            board.heartbeat = Heartbeat(at: now)
            confirmation = Confirmation(
                Planner(board: board, now: now).card(for: intent), intent: intent, openedAt: now, opener: opener,
                actAs: [], random: 0x3f9a)
            now = now.advanced(by: 1000)
        }

        mutating func take(_ key: Key) {
            outcome = confirmation.take(key, at: now)
            if outcome == .replan {
                confirmation.replan(Planner(board: board, now: now).card(for: confirmation.intent), at: now)
            }
        }

        mutating func press(_ keys: String...) { for key in keys { if let key = Key(name: key) { take(key) } } }
        mutating func type(_ text: String) { for scalar in text.unicodeScalars { take(Key(scalar)) } }
        mutating func wait(_ span: Milliseconds = 1000) { now = now.advanced(by: span) }

        mutating func refresh(_ firing: Firing) {
            board = firing.launch.board
            board.heartbeat = Heartbeat(at: now)
            confirmation.refresh(Planner(board: board, now: now).card(for: confirmation.intent), at: now)
        }

        var fired: ActionRequest? { if case .fire(let request) = outcome { request } else { nil } }
    }

    // MARK: Acknowledging

    @Test func anAckIsTabAndEnterForHalfAnHour() {
        var scene = Scene(.night, .ack(Self.payment, for: .minutes(30)))
        scene.press("enter")
        #expect(scene.outcome == .cancel, "it opens on No")
        scene = Scene(.night, .ack(Self.payment, for: .minutes(30)))
        scene.press("tab", "enter")
        #expect(scene.fired?.kind == .ack)
        #expect(scene.fired?.arguments == ["ack", Self.payment.text, "--for", "30m", "--way", "dashboard", "--yes"])
    }

    @Test("the time is chosen and a comment is optional")
    func ackChoices() {
        var scene = Scene(.night, .ack(Self.payment, for: .minutes(30)))
        scene.press("tab", "tab", "right", "right", "right")
        scene.press("tab")
        scene.type("on it; rm -rf /")
        scene.wait()
        scene.press("tab", "tab", "enter")
        #expect(
            scene.fired?.arguments == [
                "ack", Self.payment.text, "--for", "resolved", "--way", "dashboard", "--comment", "on it; rm -rf /",
                "--yes",
            ])
    }

    @Test func anotherWhoAcknowledgesMeanwhileIsSaid() {
        var scene = Scene(.night, .ack(Self.payment, for: .minutes(30)))
        scene.press("tab")
        scene.refresh(
            Firing.night.saying {
                $0.say(.acknowledged(.init(alert: Self.payment, by: "leo", way: .sms, until: nil)), ago: 0)
            })
        #expect(scene.confirmation.moved == ["leo has acknowledged it"])
        #expect(scene.confirmation.focus == .no)
    }

    @Test func whatIsOverCannotBeAcknowledged() {
        var scene = Scene(.night, .ack(Firing.bookings.fingerprint, for: .minutes(30)))
        scene.press("tab", "enter")
        #expect(scene.outcome == .stay)
        #expect(scene.confirmation.lock(at: scene.now) == .blocked("it is over"))
    }

    @Test func whatSomebodyHasCanBeGivenBack() {
        var scene = Scene(.night, .ack(Firing.rejected.fingerprint, for: nil))
        scene.press("tab", "tab", "right")
        scene.wait()
        scene.press("shift-tab", "enter")
        #expect(scene.fired?.arguments == ["unack", Firing.rejected.fingerprint.text, "--yes"])
    }

    // MARK: Silencing

    @Test func aSilenceOfAnHourIsRoutineAndALongerOneIsTyped() {
        var scene = Scene(.night, .silence(.init(alert: Self.payment, span: .hours(1))), opener: Key("s"))
        #expect(scene.confirmation.wanted == nil && scene.confirmation.focus == .reason)
        scene.type("known")
        scene.press("tab", "tab", "tab", "right")
        #expect(scene.confirmation.wanted == "payment_p95")
        scene.wait()
        scene.press("shift-tab", "shift-tab", "enter")
        #expect(scene.outcome == .stay && scene.confirmation.note == .locked)
        scene.press("shift-tab", "shift-tab")
        scene.type("payment_p95")
        scene.wait()
        scene.press("tab", "tab", "enter")
        #expect(
            scene.fired?.arguments == [
                "silence", Self.payment.text, "--for", "4h", "--expect", "payment_p95", "--comment", "known", "--yes",
            ])
    }

    @Test func aSilenceThatDoesNotSayWhyIsNotSet() {
        var scene = Scene(.night, .silence(.init(alert: Self.payment, span: .minutes(15))), opener: Key("s"))
        scene.type("  ")
        scene.press("tab")
        scene.wait()
        scene.press("enter")
        #expect(scene.outcome == .stay && scene.confirmation.lock(at: scene.now) == .uncommented)
        scene.press("shift-tab")
        scene.type("x")
        scene.press("tab", "enter")
        #expect(scene.fired?.arguments.contains("--comment") == true)
    }

    @Test func turningAChoiceThrowsAwayWhatWasTyped() {
        var scene = Scene(.night, .silence(.init(alert: Self.payment, span: .hours(4))), opener: Key("s"))
        scene.type("payment_p95")
        scene.press("tab")
        scene.type("known")
        scene.wait()
        #expect(scene.confirmation.lock(at: scene.now) == nil)
        scene.press("tab", "tab", "tab", "right")
        #expect(scene.confirmation.target.text.isEmpty)
        #expect(scene.confirmation.lock(at: scene.now.advanced(by: 1000)) == .untyped)
    }

    @Test("what a silence matches is counted before it is set")
    func matching() {
        let planner = Planner(board: Firing.night.launch.board, now: BarberPro.now)
        func plan(_ scope: SilenceOrder.Scope) -> PlanCard {
            planner.card(for: .silence(.init(alert: Firing.jujuy.fingerprint, scope: scope, span: .minutes(15))))
        }
        #expect(plan(.alert).alerting?.matching == [Firing.jujuy.fingerprint])
        #expect(
            plan(.rule).alerting?.matching == [Firing.jujuy.fingerprint, Firing.salta.fingerprint].sorted())
        #expect(
            plan(.label("province")).arguments
                == ["silence", "--match", #"province="Jujuy""#, "--for", "15m"])
        #expect(plan(.rule).arguments == ["silence", "--match", #"alertname="province_p95""#, "--for", "15m"])
    }

    // MARK: Escalating

    @Test func theFirstStepIsRoutineWhereNoChainRuns() {
        let planner = Planner(board: Firing.night.launch.board, now: BarberPro.now)
        let card = planner.card(for: .escalate(.init(alert: Firing.redis.fingerprint, policy: "default")))
        #expect(card.risk == .routine && card.target == nil)
        #expect(
            card.arguments
                == ["escalate", Firing.redis.fingerprint.text, "--policy", "default", "--to-step", "1"])
    }

    @Test func goingOnIsConfirmedByWhoIsWoken() {
        var scene = Scene(.night, .escalate(.init(alert: Self.payment)), opener: Key("E"))
        // The chain is at its second step: the third is the CTO's.
        #expect(scene.confirmation.wanted == "carla")
        scene.type("carl")
        scene.wait()
        scene.press("tab", "enter")
        #expect(
            scene.fired?.arguments
                == ["escalate", Self.payment.text, "--policy", "default", "--to-step", "3", "--yes"])
    }

    @Test func whoIsCalledWhenIsOnTheCard() {
        let planner = Planner(board: Firing.night.launch.board, now: BarberPro.now)
        let calls = planner.card(for: .escalate(.init(alert: nil, text: "fire"))).alerting?.calls ?? []
        #expect(calls.map(\.after) == [0, .minutes(5), .minutes(10), .minutes(20)])
        #expect(calls.first?.ways.map(\.channel) == ["push", "sms", "slack"])
        #expect(calls.first?.ways.first?.contact == "ana")
    }

    @Test func aChainAtItsLastStepGoesNowhere() {
        let last = Firing.night.saying {
            $0.say(
                .stepped(
                    .init(
                        escalation: Firing.chain, step: 3, round: 0, due: BarberPro.now.advanced(by: 60_000),
                        contacts: ["nestor"])), ago: 1)
        }
        let card = Planner(board: last.launch.board, now: BarberPro.now).card(
            for: .escalate(.init(alert: Self.payment)))
        #expect(card.blockers == ["the chain is at its last step, 4: nobody comes after it"])
    }

    /// The night, with its chain one step on.
    private static let goneOn = Firing.night.saying {
        $0.say(
            .stepped(
                .init(
                    escalation: Firing.chain, step: 2, round: 0, due: BarberPro.now.advanced(by: 600_000),
                    contacts: ["carla"])), ago: 0)
    }

    @Test func aChainThatGoesOnMeanwhileIsAWorldThatMoved() {
        var scene = Scene(.night, .escalate(.init(alert: Self.payment)), opener: Key("E"))
        scene.type("carla")
        scene.wait()
        scene.refresh(Self.goneOn)
        #expect(scene.confirmation.moved.first == "its chain is at step 3 now")
        #expect(scene.confirmation.wanted == "nestor" && scene.confirmation.target.text.isEmpty)
    }

    @Test func aChainThatGoesOnMeanwhileHindersNoAcknowledgement() {
        var scene = Scene(.night, .ack(Self.payment, for: .minutes(30)))
        scene.press("right")
        scene.wait()
        scene.refresh(Self.goneOn)
        #expect(scene.confirmation.moved.isEmpty)
        scene.press("enter")
        #expect(scene.fired?.kind == .ack)
    }

    @Test("what is typed reaches the command line as one word", arguments: ["$(reboot)", "--force", "it's; rm -rf /"])
    func hostileText(text: String) {
        var scene = Scene(.night, .escalate(.init(alert: nil, text: text)), opener: Key("E"))
        scene.wait()
        scene.press("tab", "enter")
        #expect(scene.fired?.arguments.contains("--text=" + text) == true)
        #expect(scene.fired?.arguments.contains(text) == false)
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

    @Test("no history of keys fires without the yes button, half a second, and the target of what is grave")
    func noHistoryFiresByAccident() {
        let fired = (0..<300).reduce(into: (all: 0, grave: 0)) { sum, seed in
            let one = play(seed: seed)
            sum = (sum.all + one.all, sum.grave + one.grave)
        }
        // A dialog that never fired would prove nothing.
        #expect(fired.all > 100 && fired.grave > 15)
    }

    private func play(seed: Int) -> (all: Int, grave: Int) {
        var dice = Dice(state: UInt64(seed) &* 7919)
        let intents: [ActionIntent] = [
            .ack(Self.payment, for: .minutes(30)), .silence(.init(alert: Self.payment, span: .hours(1))),
            .silence(.init(alert: Firing.jujuy.fingerprint, scope: .rule, span: .hours(8))),
            .escalate(.init(alert: Self.payment)), .escalate(.init(alert: nil, text: "fire")),
        ]
        let worlds: [Firing] = [
            .night, .night, .exhausted,
            .night.saying {
                $0.say(.resolved(.init(alert: Self.payment)), ago: 0)
            },
        ]
        let keys =
            "carlpymen_95 asE".unicodeScalars.map { Key($0) }
            + [Key(.enter), Key(.enter), Key(.enter), Key(.tab), Key(.tab), Key(.tab, .shift), Key(.left), Key(.right)]
            + [Key(.backspace), Key("u", .control)]
        var scene = Scene(.night, intents[dice.roll(intents.count)])
        let start = BarberPro.now
        scene.now = start
        var changedAt = start
        var (all, grave) = (0, 0)
        for _ in 0..<200 {
            switch dice.roll(20) {
            case 0:
                let before = scene.confirmation
                scene.refresh(worlds[dice.roll(worlds.count)])
                if scene.confirmation.plan != before.plan { changedAt = scene.now }
            case 1: scene.confirmation.paste()
            case 2...5: scene.wait(Milliseconds(Int64(dice.roll(900))))
            case 6:
                // What a person does who means it.
                for _ in 0..<8 where scene.confirmation.focus != .reason { scene.press("tab") }
                scene.type("why")
                guard let wanted = scene.confirmation.wanted else { continue }
                for _ in 0..<8 where scene.confirmation.focus != .target { scene.press("tab") }
                scene.press("ctrl-u")
                scene.type(wanted)
                changedAt = scene.now
            default:
                let key = keys[dice.roll(keys.count)]
                let before = scene.confirmation
                scene.take(key)
                if scene.confirmation.target.text != before.target.text || scene.confirmation.intent != before.intent {
                    changedAt = scene.now
                }
                guard case .fire(let request) = scene.outcome else { continue }
                all += 1
                #expect(key == Key(.enter) && before.focus == .yes, "seed \(seed)")
                #expect(changedAt.age(at: scene.now) >= 500 || before.wanted == nil, "seed \(seed)")
                #expect(start.age(at: scene.now) > 200, "seed \(seed)")
                #expect(before.facts.blockers.isEmpty, "seed \(seed)")
                if case .silence = before.intent { #expect(!before.reason.text.isEmpty, "seed \(seed)") }
                #expect(before.plan.risk == .routine || before.wanted != nil, "seed \(seed)")
                if let wanted = before.wanted {
                    grave += 1
                    let typed = before.target.text
                    #expect(typed == wanted || typed.count >= 4 && wanted.hasPrefix(typed), "seed \(seed)")
                }
                #expect(request.arguments.starts(with: before.plan.arguments), "seed \(seed)")
                #expect(!request.arguments.contains("--force"), "seed \(seed)")
            }
        }
        return (all, grave)
    }
}
