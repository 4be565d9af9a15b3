import Console
import Launch
import Testing

/// The alert feed as a list: its order, its cursor, its filter, what rings, what it costs.
@Suite struct FeedTests {
    private let night = Firing.night

    private func event(_ body: AlertEvent, at moment: Moment) -> Message {
        .events([Event(origin: "bastion", at: moment, body: .alert(body))])
    }

    // MARK: One sequence

    @Test func alertsSpeakForTheirSeriesAndTheOthersForThemselves() {
        let items = night.model(80, 24).items(of: .alerts)
        #expect(items.contains(.alert(Firing.payment.fingerprint)))
        #expect(!items.contains("pay.p95") && !items.contains("redis.memory_used"))
        #expect(items.contains("app.p95.AR-V") && items.contains("backup.age"))
        #expect(Set(items).count == items.count)
    }

    @Test func openOnesComeBeforeTakenOnesAndThoseBeforeWhatIsOver() {
        let model = night.model(80, 24)
        let places = [Firing.payment, Firing.redis, Firing.rejected, Firing.bookings].compactMap { facts in
            model.items(of: .alerts).firstIndex(of: .alert(facts.fingerprint))
        }
        #expect(places.count == 4 && places == places.sorted())
    }

    @Test func newsOfASeriesAfterTheEndOfItsAlertIsShown() {
        let later = night.saying {
            $0.launch.change("biz.bookings", .ok, .unknown, 0, .below(90), ago: 10)
        }
        #expect(later.model(80, 24).items(of: .alerts).contains("biz.bookings"))
        #expect(!night.model(80, 24).items(of: .alerts).contains("biz.bookings"))
    }

    @Test func aPendingAlertIsNotShown() {
        var model = Firing(.calm).model(80, 24)
        _ = model.update(event(.pending(.init(alert: Firing.payment)), at: model.now))
        #expect(model.items(of: .alerts).isEmpty)
    }

    // MARK: The cursor

    @Test func theCursorStaysOnItsAlertWhateverComes() {
        var model = night.model(80, 24).pressing("3", "down", "down", "down")
        let selected = model.lists[.alerts]?.selected
        let before = model.items(of: .alerts)
        _ = model.update(event(.fired(.init(alert: Firing.bookings)), at: model.now))
        _ = model.update(event(.resolved(.init(alert: Firing.redis.fingerprint)), at: model.now))
        #expect(model.lists[.alerts]?.selected == selected)
        // Redis still stands over its own bound: what its alert does not say any more it says itself, below.
        #expect(model.items(of: .alerts) == before + ["redis.memory_used"], "nothing moves under the cursor")
        model.press("home")
        #expect(model.items(of: .alerts).first == .alert(Firing.bookings.fingerprint))
    }

    @Test func enterOpensTheAlertAndEscGoesBackToIt() {
        var model = night.model(120, 40).pressing("3", "home", "down", "down", "enter")
        #expect(model.overlays == [.alert(Firing.payment.fingerprint, top: 0)])
        model.press("a")
        guard case .confirmation(let question)? = model.overlays.last else {
            Issue.record("no question")
            return
        }
        #expect(question.intent == .ack(Firing.payment.fingerprint, for: .minutes(30)))
        model.press("esc", "esc")
        #expect(model.overlays.isEmpty && model.lists[.alerts]?.selected == .alert(Firing.payment.fingerprint))
    }

    @Test func withoutACursorTheWorstThatIsOpenIsMeant() {
        let model = night.model(120, 40).pressing("a")
        guard case .confirmation(let question)? = model.overlays.last else {
            Issue.record("no question")
            return
        }
        #expect(question.intent == .ack(Firing.payment.fingerprint, for: .minutes(30)))
    }

    @Test func withoutACursorItIsTheOneThatTheHeadlineTellsOf() {
        // Newer and as bad, and nobody is told of it.
        let model = night.saying { $0.say(.fired(.init(alert: Firing.bookings)), ago: 30) }.model(120, 40)
        #expect(model.items(of: .alerts).first == .alert(Firing.bookings.fingerprint))
        #expect(model.frame.rows[1].contains("Payment p95") || model.frame.rows[1].contains("Payments p95"))
        guard case .confirmation(let question)? = model.pressing("a").overlays.last else {
            Issue.record("no question")
            return
        }
        #expect(question.intent == .ack(Firing.payment.fingerprint, for: .minutes(30)))
    }

    @Test func whatTheFilterHidesIsNotMeant() {
        var model = night.model(120, 40).pressing("/")
        for scalar in "redis".unicodeScalars { _ = model.update(.key(Key(scalar))) }
        let redis = model.pressing("enter", "a")
        guard case .confirmation(let question)? = redis.overlays.last else {
            Issue.record("no question")
            return
        }
        #expect(question.intent == .ack(Firing.redis.fingerprint, for: .minutes(30)))
        for scalar in "xyz".unicodeScalars { _ = model.update(.key(Key(scalar))) }
        #expect(model.pressing("enter", "a").overlays.isEmpty)
    }

    // MARK: The filter

    @Test(
        "the filter finds words and labels",
        arguments: [
            ("severity=critical state=acked", ["payment_success"]), ("province=juj", ["province_p95"]),
            ("state=silenced", ["province_p95"]), ("gateway", []), ("redis", ["redis_memory"]),
            ("service=payments state=firing", ["payment_p95"]), ("payment severity!=critical", []),
            ("state=resolved service=bookings", ["booking_success"]),
            ("service= state=firing payment", ["payment_p95"]),
        ])
    func filters(text: String, rules: [String]) {
        var model = night.model(80, 24).pressing("3", "/")
        for scalar in text.unicodeScalars { _ = model.update(.key(Key(scalar))) }
        let found = model.items(of: .alerts).compactMap(\.alert).compactMap { model.board.alerts[$0]?.facts.rule }
        #expect(found.sorted() == rules.sorted())
    }

    @Test func labelsOfTheFilterLeaveTheOtherPanesAlone() {
        var model = night.model(80, 24)
        let before = model.items(of: .health)
        model.press("/")
        for scalar in "severity=critical".unicodeScalars { _ = model.update(.key(Key(scalar))) }
        #expect(Set(model.items(of: .health)) == Set(before))
    }

    // MARK: Who may

    @Test("the wall takes no order about an alert", arguments: ["a", "s", "E", "e"])
    func wall(key: String) {
        var model = night.model(120, 40, mode: .kiosk(mayQuit: true))
        #expect(model.press(key).isEmpty && model.overlays.isEmpty)
    }

    @Test("a screen that shows the past acts on no alert", arguments: ["a", "s", "E"])
    func paused(key: String) {
        let model = night.model(120, 40).pressing("space", key)
        #expect(model.overlays.isEmpty && model.hint?.contains("paused") == true)
    }

    @Test func theWallNamesNobody() {
        for firing in [Firing.night, .exhausted] {
            for size in [(40, 12), (80, 24), (200, 60)] {
                var model = firing.model(size.0, size.1, mode: .kiosk(mayQuit: true))
                for _ in 0..<9 {
                    let text = model.frame.rows.joined()
                    for name in ["Ana", "Leo", "Carla", "ana ", "@ana", "leo "] { #expect(!text.contains(name)) }
                    model.press("n")
                }
            }
        }
    }

    // MARK: What was fired

    @Test func aFailedCommandIsAWindowAndASuccessASentence() {
        var model = night.model(120, 40).pressing("a")
        _ = model.update(.tick(model.now.advanced(by: 1000)))
        guard case .act(let request)? = model.pressing2("tab", "enter") else {
            Issue.record("nothing fired")
            return
        }
        #expect(model.overlays.isEmpty)
        var failed = model
        _ = failed.update(.actionEnded(request.id, hasFailed: true, words: "no such option"))
        #expect(failed.frame.rows.joined().contains("no such option"))
        failed.press("x")
        #expect(failed.frame.rows.joined().contains("no such option"), "it stays until it is left")
        _ = model.update(.actionEnded(request.id, hasFailed: false, words: "acknowledged until 15:12"))
        #expect(model.hint == "ack: acknowledged until 15:12")
    }

    // MARK: Ringing

    private func rings(_ commands: [Command]) -> [Alarm] {
        commands.compactMap { if case .ring(let alarm) = $0 { alarm } else { nil } }
    }

    @Test func aNewCriticalRingsOnceAndOtherThingsDoNot() {
        var model = Firing(.calm).model(80, 24)
        #expect(rings(model.update(event(.fired(.init(alert: Firing.redis)), at: model.now))).isEmpty)
        #expect(rings(model.update(event(.pending(.init(alert: Firing.payment)), at: model.now))).isEmpty)
        let first = rings(model.update(event(.fired(.init(alert: Firing.payment)), at: model.now)))
        #expect(first == [Alarm(title: "BarberPro: critical", body: Firing.payment.summary)])
        _ = model.update(.tick(model.now.advanced(by: 20_000)))
        #expect(rings(model.update(event(.fired(.init(alert: Firing.payment)), at: model.now))).isEmpty)
    }

    @Test func historyRingsForNothing() {
        var model = Firing(.calm).model(80, 24)
        #expect(rings(model.update(.board(night.launch.board))).isEmpty)
        let old = model.now.advanced(by: -120_000)
        #expect(rings(model.update(event(.fired(.init(alert: Firing.payment)), at: old))).isEmpty)
        #expect(rings(model.update(.tick(model.now.advanced(by: 60_000)))).isEmpty)
    }

    @Test func aStormIsOneRingInTenSeconds() {
        var model = Firing(.calm).model(80, 24)
        var rung: [Moment] = []
        for second in 0..<60 {
            let facts = Firing.facts(
                "rule\(second)", nil, .critical, "number \(second)", value: 1, .above(0), ago: 0)
            let commands =
                model.update(.tick(model.now.advanced(by: 1000)))
                + model.update(event(.fired(.init(alert: facts)), at: model.now))
            if !rings(commands).isEmpty { rung.append(model.now) }
        }
        #expect((6...7).contains(rung.count))
        #expect(zip(rung, rung.dropFirst()).allSatisfy { $0.age(at: $1) >= 10_000 })
    }

    @Test func anAcknowledgementThatLapsesIsLoud() {
        var model = night.model(80, 24)
        let commands = model.update(event(.unacknowledged(.init(alert: Firing.rejected.fingerprint)), at: model.now))
        #expect(rings(commands).first?.body == Firing.rejected.summary)
        var other = night.model(80, 24)
        let back = other.update(
            event(.unacknowledged(.init(alert: Firing.rejected.fingerprint, by: "ana")), at: other.now))
        #expect(rings(back).count == 1, "given back, nobody has it either")
    }

    @Test func aSilencedCriticalDoesNotRing() {
        var model = Firing(.calm).model(80, 24)
        let events = [
            AlertEvent.fired(.init(alert: Firing.payment)),
            .suppressed(.init(alert: Firing.payment.fingerprint, silences: ["s"])),
        ].map { Event(origin: "bastion", at: model.now, body: .alert($0)) }
        #expect(rings(model.update(.events(events))).isEmpty)
    }

    // MARK: Links

    @Test func aRunbookIsALinkAndWhatLiesOverItIsNot() {
        var model = night.model(200, 60).pressing("3", "z")
        let links = model.frame.links
        #expect(links.map(\.address).contains("https://runbooks.example/barberpro#payment-p95"))
        #expect(links.map(\.address).contains("https://runbooks.example/payments#payment-success"))
        model.press("?")
        let covered = model.frame
        for link in covered.links {
            #expect(covered.text(row: link.row).contains("payment") || covered.text(row: link.row).contains("redis"))
        }
    }

    @Test(
        "an address that is none leads nowhere",
        arguments: [
            "javascript:alert(1)", "file:///etc/passwd", "https://a.example/\u{1b}]8;;\u{7}", "http://",
            "https://a b.example", "https://ñ.example", "https://a.example/" + String(repeating: "a", count: 1000),
            "//a.example", "ftp://a.example", "https://a.example/\u{9c}",
        ])
    func badAddress(text: String) {
        #expect(SafeURL(text) == nil)
        #expect(Runbook().link(to: text).url == nil)
    }

    // MARK: What it costs

    @Test("ten thousand alerts are put in order when they come, not when they are drawn")
    func flood() {
        var model = Firing(.calm).model(200, 60)
        let events = (0..<10_000).map { number in
            let facts = Firing.facts(
                "flood", nil, number % 7 == 0 ? .critical : .warning, "number \(number)", value: 1, .above(0),
                labels: ["n": String(number)], ago: Int64(number % 600))
            return Event(origin: "bastion", at: model.now, body: .alert(.fired(.init(alert: facts))))
        }
        _ = model.update(.events(events))
        #expect(model.items(of: .alerts).count == 10_000)
        var frame = Frame(size: model.size)
        var pictures = Pictures()
        view(model, into: &frame, keeping: &pictures)
        #expect(frame.rows.joined().contains("1.429") || frame.rows[0].contains("1429"))
        let clock = ContinuousClock()
        var best = Duration.seconds(10)
        for _ in 0..<5 {
            model.press("down")
            best = min(best, clock.measure { view(model, into: &frame, keeping: &pictures) })
        }
        // A debug build is some ten times slower than what is shipped; to sort them with each frame took a second.
        #expect(best < .milliseconds(200))
    }
}

extension Model {
    /// Presses keys; the last command that came of it.
    fileprivate mutating func pressing2(_ keys: String...) -> Command? {
        var last: Command?
        for key in keys { last = press(key).last ?? last }
        return last
    }
}
