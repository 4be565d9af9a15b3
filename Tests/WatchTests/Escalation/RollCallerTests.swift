import Launch
import Testing
import Watch

@Suite("Calling the roll")
struct RollCallerTests {
    private static let plan = RollCallPlan(people: ["ana", "beto"], channels: ["sms"])

    private let clock = ManualClock()
    private let recorder = MemoryRecorder()
    private let sink = RecordingSink()

    private func caller(_ history: [Event] = []) -> RollCaller {
        let voice = PageVoice(
            launch: "BarberPro test", contacts: PagingLab.contacts, channels: [],
            secret: { _ in "+5491150000002" })
        return RollCaller(
            Self.plan, roster: Roster(contacts: PagingLab.contacts.map { ContactFacts($0) }), voice: voice,
            history: history, recorder: recorder, sink: sink, clock: clock,
            code: { _, who in who == "ana" ? "1111" : "2222" })
    }

    private func asked(_ id: String = "rollcall-1") -> Event {
        Event(
            origin: "t", at: clock.now(),
            body: .readiness(
                .asked(.init(id: id, by: "ops", people: ["ana", "beto"], until: clock.now().utc + .minutes(30)))))
    }

    private func reply(_ text: String, _ reference: String) -> Reply {
        Reply(way: .sms, reference: reference, sender: "+5491150000001", text: text)
    }

    @Test func everybodyIsAskedOnceWithACodeOfTheirOwn() async {
        let caller = caller()
        await caller.hear(foreign: [asked()])
        await caller.hear(foreign: [asked()])
        let sent = await sink.sent
        #expect(sent.map(\.channel) == ["sms", "sms"])
        #expect(sent.map(\.notification.address) == ["+5491150000001", "+5491150000002"])
        #expect(sent[0].notification.summary.contains("GO 1111") && sent[1].notification.summary.contains("GO 2222"))
        #expect(sent.allSatisfy { $0.notification.purpose == .rollCall })
    }

    @Test func aRestartAsksNobodyTwiceAndNobodyIsForgotten() async {
        let queued = Event(
            origin: "t", at: clock.now(),
            body: .escalation(
                .queued(
                    .init(
                        page: PageID("rollcall-1.ana.sms"), escalation: nil, channel: "sms", contact: "ana",
                        purpose: .rollCall, step: nil))))
        let caller = caller([asked(), queued])
        await caller.begin()
        #expect(await sink.sent.map(\.notification.contact) == ["beto"])
    }

    @Test func anAnswerIsJournaledOnceAndProvesTheWay() async {
        let caller = caller()
        await caller.hear(foreign: [asked()])
        #expect(await caller.hear(reply("GO 1111", "SM1"), from: "ana"))
        #expect(await caller.hear(reply("GO 1111", "SM1"), from: "ana"), "heard once more it is still its own")
        let kinds = await recorder.events.map(\.kind)
        #expect(kinds.filter { $0 == "rollcall.answered" }.count == 1)
    }

    @Test func aWrongCodeIsRefusedWithAWordAndAnAckIsNotItsBusiness() async {
        let caller = caller()
        await caller.hear(foreign: [asked()])
        #expect(await caller.hear(reply("GO 2222", "SM1"), from: "ana"))
        #expect(await caller.hear(reply("GO 2222", "SM1"), from: "ana"))
        #expect(await recorder.events.map(\.kind) == ["escalation.refused"])
        #expect(await !caller.hear(reply("ACK 1111", "SM2"), from: "ana"))
    }

    @Test func answersAreLookedForOnlyWhileItIsOpen() async {
        let caller = caller()
        #expect(await caller.chain == nil)
        await caller.hear(foreign: [asked()])
        await caller.hear(
            .attempted(.init(page: PageID("rollcall-1.ana.sms"), outcome: .sent(reference: "SM9"))))
        #expect(await caller.chain?.pages[PageID("rollcall-1.ana.sms")] == .taken(reference: "SM9"))
        clock.advance(.minutes(31))
        #expect(await caller.chain == nil)
    }
}
