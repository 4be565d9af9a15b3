import Console
import Launch
import Testing

/// Pictures of the flags' page and of what stands between a key and a flag. Look at them after a change.
@Suite struct FlagSnapshots {
    static let sizes = [(40, 12), (80, 24), (120, 40), (200, 60)]

    @Test("the page", arguments: sizes)
    func page(width: Int, height: Int) {
        expectSnapshot(Flagged.ramping.model(width, height, "f").frame, "page-\(width)x\(height)")
    }

    @Test("a flag that somebody changed by hand, and one that is none", arguments: [(80, 24)])
    func others(width: Int, height: Int) {
        var model = Flagged.ramping.model(width, height, "f", "end")
        expectSnapshot(model.frame, "by-hand-\(width)x\(height)")
        model.press("up")
        expectSnapshot(model.frame, "faulty-\(width)x\(height)")
    }

    @Test("a ramp that holds, one that stepped back, one that died", arguments: [(80, 24), (200, 60)])
    func ramps(width: Int, height: Int) {
        expectSnapshot(Flagged.holding.model(width, height, "f").frame, "holding-\(width)x\(height)")
        expectSnapshot(Flagged.steppedBack.model(width, height, "f").frame, "stepped-back-\(width)x\(height)")
        expectSnapshot(Flagged.died.model(width, height, "f").frame, "died-\(width)x\(height)")
    }

    @Test("a Redis that is down", arguments: sizes)
    func redisDown(width: Int, height: Int) {
        expectSnapshot(Flagged.redisDown.model(width, height, "f").frame, "redis-down-\(width)x\(height)")
    }

    @Test("which flag, what shall it be, and the plan", arguments: sizes)
    func change(width: Int, height: Int) {
        var model = Flagged.ramping.model(width, height, "F")
        expectSnapshot(model.frame, "which-\(width)x\(height)")
        model.type("instant-refunds")
        model.press("enter")
        model.wait(1000)
        expectSnapshot(model.frame, "share-\(width)x\(height)")
        model.type("25")
        model.press("enter")
        model.wait(1000)
        expectSnapshot(model.frame, "set-\(width)x\(height)")
    }

    @Test("a grave share, the kill switch, a ramp", arguments: [(80, 24), (120, 40)])
    func confirmations(width: Int, height: Int) {
        for (name, words) in [("grave", "50"), ("off", "off"), ("ramp", "ramp 50,100"), ("refused", "ramp 5,,1")] {
            var model = Flagged.steppedBack.model(width, height, "f", "F")
            model.type(words)
            model.press("enter")
            model.wait(1000)
            expectSnapshot(model.frame, "\(name)-\(width)x\(height)")
        }
    }

    @Test("steering a ramp", arguments: [(80, 24)])
    func steering(width: Int, height: Int) {
        for (name, key) in [("go-on", "P"), ("abort", "X"), ("hold", "W")] {
            expectSnapshot(Flagged.ramping.model(width, height, "f", key).frame, "\(name)-\(width)x\(height)")
        }
        expectSnapshot(Flagged.died.model(width, height, "f", "P").frame, "finish-\(width)x\(height)")
    }

    @Test("the steps of a ramp, from the history", arguments: [(80, 24)])
    func steps(width: Int, height: Int) {
        expectSnapshot(Flagged.ramping.model(width, height, "H", "enter").frame, "steps-\(width)x\(height)")
    }

    @Test("marks on a chart, readable without colour", arguments: [(80, 24), (120, 40)])
    func marks(width: Int, height: Int) {
        var model = Flagged.ramping.model(width, height, ":")
        model.type("biz.payments")
        model.press("enter")
        expectSnapshot(model.frame, "marks-\(width)x\(height)")
    }
}

struct FlagModelTests {
    @Test func withoutFlagsTheKeysSaySo() {
        var model = Deployed().model(80, 24)
        for key in ["f", "F"] {
            model.press(key)
            #expect(model.overlays.isEmpty && model.hint?.contains("no feature flags are configured") == true)
        }
    }

    @Test func onARestingScreenNothingIsChanged() {
        var model = Flagged.ramping.model(80, 24, "p")
        model.press("F")
        #expect(model.overlays.isEmpty && model.hint?.contains("shows the past") == true)
    }

    @Test func aConfirmedChangeStartsTheCommandThatWasShown() throws {
        var model = Flagged.ramping.model(120, 40, "f", "F")
        model.type("50")
        model.press("enter")
        model.wait(1000)
        model.type("checkout-v2 50%")
        model.wait(1000)
        model.press("tab")
        let commands = model.update(.key(Key(.enter)))
        guard case .act(let request)? = commands.first else {
            Issue.record("nothing was started: \(model.frame.rows.joined(separator: "\n"))")
            return
        }
        #expect(request.kind == .flagSet && request.actAs == [])
        #expect(
            request.arguments == [
                "flag", "set", "checkout-v2", "--rollout", "50", "--expect", "5", "--yes",
            ])
    }

    @Test func theKillSwitchIsThreeKeysAndAnEnter() throws {
        var model = Flagged.ramping.model(80, 24, "f", "F")
        model.type("off")
        model.press("enter")
        model.wait(1000)
        model.press("tab")
        model.wait(1000)
        guard case .act(let request)? = model.update(.key(Key(.enter))).first else {
            Issue.record("nothing was started")
            return
        }
        #expect(request.arguments == ["flag", "off", "checkout-v2", "--yes"] && request.kind == .flagOff)
    }

    @Test func theKeysOfARampAreAboutTheFlagUnderTheCursor() {
        var model = Flagged.ramping.model(80, 24, "f")
        #expect(model.disabledReason(of: .promote) == nil && model.disabledReason(of: .hold) == nil)
        model.press("down")
        #expect(model.disabledReason(of: .promote) == .noRamp && model.disabledReason(of: .abort) == .noRamp)
        model.press("esc")
        // Elsewhere they are about the deploy, of which none runs.
        #expect(model.disabledReason(of: .promote) == .nothingRuns)
    }

    @Test func aRampThatDiedOrSteppedBackIsToldOnEveryPage() {
        let died = Flagged.died.model(120, 40).notices.map(\.text)
        #expect(died.contains("the ramp of checkout-v2 DIED, nothing watches its share: f shows it"))
        let back = Flagged.steppedBack.model(120, 40).notices.map(\.text)
        #expect(back.contains { $0.hasPrefix("the ramp of checkout-v2 stopped: Payments accepted is critical") })
        #expect(Flagged.ramping.model(120, 40).notices.isEmpty)
    }

    @Test func aChangeBySomebodyElseMovesTheOpenPlan() {
        let flagged = Flagged.ramping
        var model = flagged.model(120, 40, "f", "F")
        model.type("50")
        model.press("enter")
        model.wait(1000)
        model.type("check")
        let moved = FeatureFlag(
            name: "checkout-v2", rollout: .all, version: 6, updatedBy: "luis@bastion-2",
            updatedAt: flagged.deployed.launch.now.utc)
        _ = model.update(
            .readings([
                Tick(
                    at: model.now.advanced(by: 100),
                    readings: [Reading(FlagSeries.state("checkout-v2"), .text(FlagGlance(moved).text))])
            ]))
        model.wait(1000)
        let screen = model.frame.rows.joined(separator: "\n")
        #expect(screen.contains("the world moved") && screen.contains("luis@bastion-2"))
    }

    @Test func aBeginningThatOnlyOneFlagHasNamesIt() {
        var model = Flagged.ramping.model(80, 24, "F")
        model.type("INST")
        #expect(model.frame.rows.contains { $0.contains("▸ instant-refunds") })
        model.press("enter")
        guard case .choice(let choice)? = model.overlays.last, case .share(let name) = choice.subject else {
            Issue.record("no share is asked for")
            return
        }
        #expect(name == "instant-refunds")
    }

    @Test func whatNoFlagHasIsRefusedAndWhatSeveralHaveIsAskedFor() {
        var model = Flagged.ramping.model(80, 24, "F")
        model.type("zzz")
        model.press("enter")
        #expect(model.frame.rows.contains { $0.contains("there is no such flag") })
        var other = Flagged.ramping.model(80, 24, "F")
        other.type("-")
        other.press("enter")
        #expect(other.frame.rows.contains { $0.contains("which of these?") })
    }
}
