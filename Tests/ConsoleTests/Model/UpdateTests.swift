import Launch
import Testing

@testable import Console

@Suite struct UpdateTests {
    private let calm = BarberPro.calm.model(120, 40)
    private let trouble = BarberPro.trouble.model(120, 40)

    // MARK: What comes together

    @Test func whatComesTogetherIsShownAsIfItHadComeOneByOne() {
        let before = Polled().launch.model(120, 40)
        let later = before.now.advanced(by: .seconds(1))
        let messages: [Message] = [
            .tick(later), .heartbeat(Heartbeat(at: later)),
            .readings([
                Tick(at: later, readings: [Reading("pg.query", .number(230)), Reading("api.p95", .number(600))])
            ]),
            .tick(later.advanced(by: 10)),
        ]
        var (together, single) = (before, before)
        _ = together.update(messages)
        for message in messages { _ = single.update(message) }
        #expect(together.frame.rows == single.frame.rows)
        #expect(together.frame.rows != before.frame.rows)
        // A poll that was made before the readings came would have the station GO.
        #expect(before.poll?["database"]?.verdict == .go && together.poll?["database"]?.verdict == .noGo)
    }

    @Test func readingsThatSayTheSameAreNoReasonToDraw() {
        var model = calm
        func tick(_ seconds: Int64, _ measurement: Measurement) -> Int {
            let (at, before) = (calm.now.advanced(by: .seconds(seconds)), model.revision)
            _ = model.update([.tick(at), .readings([Tick(at: at, readings: [Reading("pg.query", measurement)])])])
            return model.revision - before
        }
        #expect(tick(1, .number(7)) == 1)
        #expect(tick(2, .number(7)) == 0)
        #expect(model.asOf == calm.now.advanced(by: .seconds(2)), "what it is judged by moves on all the same")
        #expect(tick(3, .number(8)) == 1)
        #expect(tick(4, .missed("refused")) == 1)
        #expect(tick(5, .missed("refused")) == 0)
        #expect(tick(6, .number(8)) == 1, "it is there again")
        #expect(tick(600, .number(8)) == 1, "it was stale")
    }

    @Test func whereNothingComesAgesGoOnWithEverySecond() {
        var model = calm
        var seen: [Moment] = []
        for second in Int64(1)...20 {
            let now = calm.now.advanced(by: Milliseconds(second * 1000 + (second % 2 == 0 ? 4 : 0)))
            _ = model.update(.tick(now))
            if model.asOf == now { seen.append(now) }
        }
        #expect(seen.count == 20)
    }

    @Test func anEngineThatRecordsNoMoreIsAReasonToDraw() {
        var model = calm
        let (before, beat) = (model.revision, Heartbeat(at: calm.now.advanced(by: 500)))
        _ = model.update(.heartbeat(beat))
        #expect(model.revision == before)
        _ = model.update(.heartbeat(Heartbeat(at: beat.at, notRecording: "disk full")))
        #expect(model.revision == before + 1)
    }

    // MARK: Focus and zoom

    @Test func tabGoesThroughTheFivePanesAndRoundAgain() {
        var model = calm
        var seen: [PaneID] = []
        for _ in 1...5 {
            seen.append(model.focus)
            model.press("tab")
        }
        #expect(seen == PaneID.allCases)
        #expect(model.focus == .health)
        #expect(model.pressing("shift-tab").focus == .colours)
    }

    @Test func aDigitFocusesAndPressedAgainZooms() {
        let once = calm.pressing("3")
        #expect(once.focus == .alerts && !once.isZoomed)
        let twice = once.pressing("3")
        #expect(twice.focus == .alerts && twice.isZoomed)
        #expect(twice.pressing("4").focus == .geo)
        #expect(twice.pressing("4").isZoomed)
        #expect(!twice.pressing("z").isZoomed)
    }

    @Test func onASmallScreenADigitZoomsAtOnce() {
        let model = BarberPro.calm.model(40, 12).pressing("4")
        #expect(model.isZoomed && model.focus == .geo)
        #expect(!model.pressing("esc").isZoomed)
    }

    @Test func escGoesBackOneStepAtATime() {
        var model = trouble.pressing("/", "p", "a", "y", "enter", "3", "z", "down", "enter", "?")
        #expect(model.overlays.count == 2)
        model.press("esc")
        #expect(model.overlays == [.detail("biz.payments")])
        model.press("esc")
        #expect(model.overlays.isEmpty && model.lists[.alerts]?.selected == "biz.payments")
        model.press("esc")
        #expect(model.lists[.alerts] == nil && model.isZoomed)
        model.press("esc")
        #expect(!model.isZoomed && model.filter == "pay")
        model.press("esc")
        #expect(model.filter.isEmpty)
        #expect(model.press("esc").isEmpty)
    }

    // MARK: Commands

    @Test(
        "keys that leave the model leave a command",
        arguments: [
            ("q", Command.quit), ("ctrl-c", .quit), ("ctrl-l", .redraw), ("ctrl-z", .suspend),
        ])
    func commands(key: String, command: Command) {
        var model = calm
        #expect(model.press(key) == [command])
    }

    @Test func everyOtherKeyLeavesNoCommand() {
        var model = calm
        let speaking: Set<Action> = [.quit, .redraw, .suspend, .stepBack, .eventBefore, .shot]
        for binding in model.keymap.bindings where !speaking.contains(binding.action) {
            for key in binding.keys { #expect(model.update(.key(key)).isEmpty, "\(key.name)") }
        }
    }

    @Test func aKeyThatDoesNothingSaysSoUntilTheNextKey() {
        let model = calm.pressing("x")
        #expect(model.hint == "x does nothing here")
        #expect(model.pressing("tab").hint == nil)
    }

    @Test func aKeyThatIsDisabledSaysWhy() {
        let model = BarberPro.calm.model(120, 40).pressing("3", "down")
        #expect(model.hint == "down: this pane is empty")
        #expect(model.lists[.alerts] == nil)
    }

    // MARK: The cursor

    @Test func theCursorStaysOnItsSeriesWhenTheListOrdersItselfAnew() {
        var model = trouble.pressing("3", "down", "down")
        let selected = model.lists[.alerts]?.selected
        #expect(selected == model.items(of: .alerts)[1])
        let before = model.items(of: .alerts)
        // A warning becomes the newest critical: it would stand first.
        _ = model.update(.events([change("redis.memory_used", .warning, .critical)]))
        #expect(model.lists[.alerts]?.selected == selected)
        #expect(model.items(of: .alerts) == before)
        // What is new comes after what the cursor is in, and Home sorts.
        _ = model.update(.events([change("api.p95", .ok, .critical)]))
        #expect(model.items(of: .alerts) == before + ["api.p95"])
        model.press("home")
        #expect(model.items(of: .alerts).first == model.lists[.alerts]?.selected)
        #expect(Set(model.items(of: .alerts).prefix(2)) == ["redis.memory_used", "api.p95"])
    }

    @Test func aListThatTheCursorLeftOrdersItselfAnew() {
        var model = trouble.pressing("3", "down")
        _ = model.update(.events([change("api.p95", .ok, .critical)]))
        #expect(model.items(of: .alerts).first != "api.p95")
        model.press("tab")
        #expect(model.items(of: .alerts).first == "api.p95")
    }

    @Test func theCursorStopsAtBothEnds() {
        let items = trouble.items(of: .alerts)
        #expect(trouble.pressing("3", "end").lists[.alerts]?.selected == items.last)
        #expect(trouble.pressing("3", "end", "down", "page-down").lists[.alerts]?.selected == items.last)
        #expect(trouble.pressing("3", "down", "up", "up", "page-up").lists[.alerts]?.selected == items.first)
        #expect(trouble.pressing("3", "up").lists[.alerts]?.selected == items.last)
    }

    @Test func enterOpensWhatTheCursorIsOnAndElseZooms() {
        #expect(trouble.pressing("enter").isZoomed)
        #expect(trouble.pressing("down", "enter").overlays == [.detail("api.p95")])
    }

    @Test func aDetailOfASeriesThatIsGoneCloses() {
        var model = calm.pressing("down", "enter")
        var manifest = BarberPro.manifest
        manifest.series.removeAll { $0.id == "api.p95" }
        _ = model.update(.manifest(manifest))
        #expect(model.overlays.isEmpty)
        #expect(model.context == .warRoom)
    }

    // MARK: Fields

    @Test func theFilterWorksWhileItIsTyped() {
        let model = trouble.pressing("/", "j", "u", "j")
        #expect(model.items(of: .geo) == ["app.p95.AR-Y"])
        #expect(model.items(of: .health).isEmpty)
        #expect(model.pressing("enter").filter == "juj")
        #expect(model.pressing("backspace").filter == "ju")
    }

    @Test func escInTheFilterBringsBackTheOneBefore() {
        let model = trouble.pressing("/", "a", "enter", "/", "b", "c")
        #expect(model.filter == "abc")
        #expect(model.pressing("esc").filter == "a")
    }

    @Test func lettersInAFieldAreNoOrders() {
        var model = calm.pressing("/")
        #expect(model.press("q").isEmpty)
        #expect(model.filter == "q")
    }

    @Test func aPasteThatNothingTakesIsSaidToBeDiscarded() {
        var model = calm
        #expect(model.update(.paste("q\nq\n")).isEmpty)
        #expect(model.hint == "the paste was discarded: nothing takes text here")
    }

    @Test(.timeLimit(.minutes(1))) func aPasteOfAMegabyteIntoAFieldIsOneShortSafeLine() {
        var model = calm.pressing("/")
        _ = model.update(.paste("\u{1b}[31m" + String(repeating: "x\n", count: 500_000)))
        #expect(model.filter.count == 80)
        #expect(model.filter.hasPrefix("␛[31mx"))
    }

    @Test func thePaletteFindsASeriesByItsLettersAndOpensIt() {
        let model = calm.pressing(":", "r", "d", "m", "enter")
        #expect(model.overlays == [.detail("redis.memory_used")])
    }

    @Test func thePaletteDoesWhatAKeyWouldDo() {
        var model = calm.pressing(":", "q", "u", "i", "t")
        #expect(model.press("enter") == [.quit])
        #expect(calm.pressing(":", "z", "o", "o", "m", "enter").isZoomed)
    }

    @Test func enterOnAPaletteThatFindsNothingClosesIt() {
        let model = calm.pressing(":", "#", "#", "enter")
        #expect(model.overlays.isEmpty)
    }

    // MARK: Pause and notices

    @Test func aPauseHoldsThePanesWhileTheWorldGoesOn() {
        var model = calm.pressing("space")
        let later = BarberPro.now.advanced(by: 12_000)
        _ = model.update(.tick(later))
        _ = model.update(.heartbeat(Heartbeat(at: later)))
        _ = model.update(.readings([Tick(at: later, readings: [Reading("api.p95", .number(900))])]))
        let rows = model.frame.rows
        #expect(rows[1].contains("PAUSED since 14:42:17 (12 s)"))
        #expect(rows[3].contains("73 ms"))
        // The header is of the present: it counts the new critical.
        #expect(rows[0].contains("✗ 1"))
        #expect(rows[0].contains("14:42:29"))
        model.press("p")
        #expect(model.frame.rows[3].contains("900 ms"))
    }

    @Test func aSilentEngineLeavesNothingGreen() {
        let model = BarberPro.calm.model(120, 40, now: BarberPro.now.advanced(by: 6000))
        let frame = model.frame
        #expect(model.isSilent)
        #expect(frame.rows[1].contains("ENGINE SILENT since 14:42:16, nobody is paged · run guardia watch"))
        for y in 0..<40 {
            for x in 0..<120 {
                let role = frame[Point(x, y)]?.style.role
                #expect(role != .ok && role != .green && role != .blue, "(\(x),\(y))")
            }
        }
    }

    @Test func aStepOfTheWallClockDoesNotSilenceTheEngine() {
        var now = BarberPro.now
        now.utc = now.utc + .hours(3)
        #expect(!BarberPro.calm.model(80, 24, now: now).isSilent)
    }

    @Test func whatIsNotRecordedIsSaid() {
        var model = calm
        _ = model.update(.heartbeat(Heartbeat(at: BarberPro.now, notRecording: "disk full")))
        #expect(model.notices.map(\.text) == ["NOT RECORDING: disk full"])
        _ = model.update(.readerNote("reading a copy of the journal"))
        #expect(model.notices.map(\.text) == ["NOT RECORDING: disk full", "reading a copy of the journal"])
    }

    // MARK: The wall

    @Test func theWallTakesNoOrders() {
        var model = BarberPro.calm.model(80, 24, mode: .kiosk(mayQuit: false))
        #expect(model.press("q").isEmpty)
        #expect(model.hint == "quit: only with --allow-quit")
        model.press("z", "/", ":", "space", "3", "enter", "down")
        #expect(!model.isZoomed && model.overlays.isEmpty && model.frozen == nil && model.lists.isEmpty)
        #expect(model.page == .wall && model.pressing("n").wallScreen != model.wallScreen)
        #expect(model.pressing("?").overlays == [.help(top: 0)])
        var open = BarberPro.calm.model(80, 24, mode: .kiosk(mayQuit: true))
        #expect(open.press("q") == [.quit])
    }

    private func change(_ id: SeriesID, _ from: Verdict, _ to: Verdict) -> Event {
        Event(
            origin: "bastion", at: BarberPro.now.advanced(by: 500),
            body: .verdictChanged(.init(series: id, from: from, to: to, value: 1, bound: .above(0))))
    }

    @Test("a digit leaves the detail for its pane, without zooming it")
    func digitInDetail() {
        let model = BarberPro.calm.model(120, 40).pressing("down", "enter", "1")
        #expect(model.overlays.isEmpty)
        #expect(model.focus == .health && !model.isZoomed)
        #expect(BarberPro.calm.model(120, 40).pressing("down", "enter", "4").focus == .geo)
    }
}
