import Launch
import Synchronization
import Testing
import Watch

/// Keeps what it is given.
actor RecordingSink: PageSink {
    struct Sent: Hashable, Sendable {
        var notification: Notification
        var channel: String
        var escalation: EscalationID?
        var step: Int?
    }

    private(set) var sent: [Sent] = []

    func submit(_ notification: Notification, channel: String, escalation: EscalationID?, step: Int?) async {
        sent.append(Sent(notification: notification, channel: channel, escalation: escalation, step: step))
    }
}

/// An escalator with two people, a Slack channel and a clock that is moved by hand.
struct PagingLab {
    static let zone = Zone(name: "America/Argentina/Buenos_Aires", abbreviation: "ART", baseOffset: -10_800)
    static let contacts = [
        Contact(
            name: "ana", title: "Ana Pereyra", role: "DevOps lead",
            ways: [.init(channel: "sms", address: "+5491150000001")]),
        Contact(
            name: "beto", title: "Beto Díaz", role: "Backend lead", ways: [.init(channel: "sms", address: "env:BETO")]),
    ]
    static let policy = EscalationPolicy(
        name: "default",
        steps: [
            .init(
                notify: [.init(who: .contact("ana"), by: []), .init(who: .channel, by: ["slack"])], wait: .minutes(5)),
            .init(notify: [.init(who: .contact("beto"), by: [])], wait: .minutes(5)),
        ])

    let clock = ManualClock()
    let recorder = MemoryRecorder()
    let sink = RecordingSink()
    let escalator: Escalator

    init(history: [Event] = []) { escalator = PagingLab.escalator(history, recorder, sink, clock) }

    static func escalator(
        _ history: [Event], _ recorder: MemoryRecorder, _ sink: RecordingSink, _ clock: ManualClock
    ) -> Escalator {
        let voice = PageVoice(
            launch: "BarberPro test", contacts: contacts,
            channels: [], runbook: Runbook(url: "https://wiki.example/runbook"),
            secret: { if case .environment("BETO") = $0 { "+5491150000002" } else { throw NoSecret() } })
        return Escalator(
            .init(
                voice: voice, roster: Roster(contacts: contacts.map { ContactFacts($0) }, policies: [policy]),
                zone: zone,
                history: history, code: { "\(1000 + $0.text.utf8.reduce(0) { ($0 * 31 + Int($1)) % 9000 })" }),
            recorder: recorder, sink: sink, clock: clock)
    }

    private struct NoSecret: Error {}

    static func facts(at time: Moment) -> AlertEvent.Facts {
        AlertEvent.Facts(
            rule: "api", labels: ["alertname": "api"], severity: .critical, summary: "the API is down",
            runbook: "#api", since: time, policy: "default")
    }

    func fire() async -> AlertEvent.Facts {
        let facts = PagingLab.facts(at: clock.now())
        await escalator.hear([(.fired(.init(alert: facts)), clock.now())])
        await escalator.settle()
        return facts
    }

    /// What the journal would hold, as events.
    func history(_ alerts: [AlertEvent] = []) async -> [Event] {
        let alerts = alerts.map { Event(origin: "t", at: clock.now(), body: .alert($0)) }
        return alerts + (await recorder.events.map { Event(origin: "t", at: clock.now(), body: $0) })
    }
}

struct EscalatorTests {
    @Test func aFiringAlertIsJournaledAndPagedAtOnce() async throws {
        let lab = PagingLab()
        let facts = await lab.fire()
        let sent = await lab.sink.sent
        #expect(sent.map(\.channel) == ["sms", "slack"])
        let page = try #require(sent.first?.notification)
        #expect(page.address == "+5491150000001")
        #expect(page.launch == "BarberPro test")
        #expect(page.summary == "the API is down")
        #expect(page.step == "step 1 of 2")
        #expect(page.runbook == "https://wiki.example/runbook#api")
        #expect(page.alerts.map(\.runbook) == ["https://wiki.example/runbook#api"])
        #expect(page.code?.count == 4)
        #expect(page.alerts.map(\.fingerprint) == [facts.fingerprint])
        #expect(await lab.recorder.events.map(\.kind) == ["escalation.started", "escalation.stepped"])
    }

    @Test func anAddressThatIsAReferenceIsResolvedWhenItIsNeeded() async throws {
        let lab = PagingLab()
        _ = await lab.fire()
        lab.clock.advance(.minutes(5))
        await lab.escalator.tick()
        await lab.escalator.settle()
        #expect(await lab.sink.sent.last?.notification.address == "+5491150000002")
    }

    @Test func aTelephonesAskThatComesBackByTheJournalIsNoSecondStep() async throws {
        let lab = PagingLab()
        _ = await lab.fire()
        let id = try #require(await lab.recorder.events.lazy.compactMap(\.escalationStarted).first)
        #expect(await lab.escalator.push(id, toStep: 1, round: 0, by: "ana", way: .mobile) == nil)
        await lab.escalator.hear(foreign: lab.history())
        await lab.escalator.settle()
        #expect(await lab.sink.sent.map(\.channel) == ["sms", "slack", "sms"])
        #expect(
            await lab.recorder.events.map(\.kind)
                == ["escalation.started", "escalation.stepped", "escalation.asked", "escalation.stepped"])
        #expect(await lab.escalator.outlook(of: id)?.chain.isRunning == true)
    }

    @Test func anAcknowledgementOfAnotherProcessStopsIt() async throws {
        let lab = PagingLab()
        let facts = await lab.fire()
        let acknowledged = AlertEvent.acknowledged(
            .init(alert: facts.fingerprint, by: "root", way: .command, until: nil))
        await lab.escalator.hear(foreign: [Event(origin: "t", at: lab.clock.now(), body: .alert(acknowledged))])
        lab.clock.advance(.hours(1))
        await lab.escalator.tick()
        await lab.escalator.settle()
        let sent = await lab.sink.sent
        #expect(sent.map(\.notification.purpose) == [.page, .page, .acknowledged, .acknowledged])
        #expect(sent.last?.notification.summary == "root has it: the API is down")
        #expect(sent.last?.notification.code == nil)
    }

    /// The journal cut off after each of its events, as kill -9 would: whatever it holds, the next engine sends what was not
    /// sent, and nothing twice.
    @Test func killedAfterAnyEventNothingIsForgottenAndNothingSentTwice() async throws {
        let lab = PagingLab()
        let facts = await lab.fire()
        for sent in await lab.sink.sent {
            await lab.escalator.hear(
                .queued(
                    .init(
                        page: sent.notification.page, escalation: sent.escalation, channel: sent.channel,
                        contact: sent.notification.contact, purpose: .page, step: sent.step)))
        }
        await lab.escalator.settle()
        let whole = await lab.history([.fired(.init(alert: facts))])
        for length in 1...whole.count {
            let (sink, recorder) = (RecordingSink(), MemoryRecorder())
            let next = PagingLab.escalator(Array(whole.prefix(length)), recorder, sink, lab.clock)
            await next.begin()
            await next.tick()
            await next.settle()
            let before = Set(
                whole.prefix(length).compactMap { event -> PageID? in
                    if case .escalation(.queued(let body)) = event.body { body.page } else { nil }
                })
            let after = await sink.sent.map(\.notification.page)
            #expect(Set(after).count == after.count)
            #expect(before.isDisjoint(with: after), "cut after \(length)")
            #expect(before.count + after.count == 2, "cut after \(length)")
        }
    }

    @Test func anSMSWithTheCodeAcknowledgesAndProvesTheWay() async throws {
        let lab = PagingLab()
        let facts = await lab.fire()
        let code = try #require(await lab.sink.sent.first?.notification.code)
        let reply = Reply(way: .sms, reference: "SM1", sender: "+54 9 11 5000-0001", text: "Ack \(code)")
        #expect(lab.escalator.contact(ofAddress: reply.sender, onChannels: ["sms"]) == "ana")
        let judgement = await lab.escalator.hear(reply, from: "ana")
        guard case .acknowledges(_, by: "ana") = judgement else { return #expect(judgement == .nothing, "not taken") }
        await lab.escalator.settle()
        let acknowledged = await lab.recorder.events.compactMap { body -> AlertEvent.Acknowledged? in
            if case .alert(.acknowledged(let event)) = body { event } else { nil }
        }
        #expect(acknowledged.map(\.alert) == [facts.fingerprint])
        #expect(acknowledged.map(\.way) == [.sms])
        #expect(await lab.escalator.running.isEmpty)
        // Asked again, the provider tells of the same message.
        #expect(await lab.escalator.hear(reply, from: "ana") == .nothing)
    }

    @Test func aWrongCodeAReplayedCodeAndAStrangerAreRefusedAndJournaledOnce() async throws {
        let lab = PagingLab()
        let facts = await lab.fire()
        let code = try #require(await lab.sink.sent.first?.notification.code)
        let wrong = Reply(way: .sms, reference: "SM1", sender: "x", text: "ACK \(code == "1111" ? "2222" : "1111")")
        let stranger = Reply(way: .sms, reference: "SM2", sender: "x", text: "ACK \(code)")
        for _ in 0..<2 {
            await lab.escalator.hear(wrong, from: "ana")
            await lab.escalator.hear(stranger, from: nil)
        }
        #expect(await lab.escalator.running.count == 1)
        await lab.escalator.hear([(.resolved(.init(alert: facts.fingerprint)), lab.clock.now())])
        await lab.escalator.hear(Reply(way: .sms, reference: "SM3", sender: "x", text: "ACK \(code)"), from: "beto")
        await lab.escalator.settle()
        let refused = await lab.recorder.events.compactMap { body -> EscalationEvent.Refused? in
            if case .escalation(.refused(let event)) = body { event } else { nil }
        }
        #expect(refused.map(\.reference) == ["SM1", "SM2", "SM3"])
        #expect(refused.map(\.contact) == ["ana", nil, "beto"])
        #expect(refused.last?.reason.contains("has ended already") == true)
    }

    @Test func whatIsNoAcknowledgementIsNone() async throws {
        let lab = PagingLab()
        _ = await lab.fire()
        for text in ["who is this?", "call me", ""] {
            let reply = Reply(way: .sms, reference: text, sender: "x", text: text)
            #expect(await lab.escalator.hear(reply, from: "ana") == .nothing)
        }
        #expect(await lab.escalator.running.count == 1)
    }

    @Test func aContactWithoutAnAddressIsLostAtOnce() async throws {
        let lab = PagingLab()
        let started = EscalationEvent.started(
            .init(
                escalation: EscalationID("esc-1"),
                policy: EscalationPolicy(
                    name: "p",
                    steps: [
                        .init(notify: [.init(who: .contact("ghost"), by: [])], wait: .hours(1)),
                        .init(notify: [.init(who: .contact("ana"), by: [])], wait: .hours(1)),
                    ]), alerts: [], group: Labels(), severity: .critical, summary: "fire", by: "root"))
        await lab.escalator.hear(foreign: [Event(origin: "t", at: lab.clock.now(), body: .escalation(started))])
        await lab.escalator.settle()
        #expect(await lab.sink.sent.map(\.notification.contact) == ["ana"])
    }
}

extension Event.Body {
    fileprivate var escalationStarted: EscalationID? {
        if case .escalation(.started(let body)) = self { body.escalation } else { nil }
    }
}
