import Launch
import Testing
import Watch

/// What channels are told of changes, as the journal tells of them.
struct ChangeTellerTests {
    private let clock = ManualClock()
    private let sink = RecordingSink()

    private func teller(_ history: [Event] = []) -> ChangeTeller {
        let limit = RateLimit(1, per: .seconds(1), burst: 1)
        var configuration = LaunchConfiguration(
            product: Product(name: "BarberPro"), zoneName: "UTC", zoneAbbreviation: "UTC", figures: .english,
            environment: "test", launch: LaunchPlan(), journal: JournalPlan(path: "/nowhere"), probes: [],
            derivations: [], series: [], panes: Panes())
        configuration.channels = [
            ChannelPlan(
                name: "pagerduty",
                kind: .pagerDuty(PagerDutyPlan(url: "http://127.0.0.1:1", routingKey: .environment("K"), source: "t")),
                limit: limit, tellsChanges: true),
            ChannelPlan(name: "quiet", kind: .slackWebhook(url: .environment("K")), limit: limit),
        ]
        return ChangeTeller(configuration, history: history, sink: sink, clock: clock)
    }

    private func event(_ body: Event.Body) -> Event { Event(origin: "t", at: clock.now(), body: body) }

    private static let deploy = ActionID("deploy-20260312T110000Z-1a2b")

    private func started(_ kind: ActionKind = .deploy, _ id: ActionID = deploy) -> Event {
        event(
            .action(
                .started(
                    .init(
                        id: id, kind: kind, by: Operator(name: "ana", uid: 1000, host: "bastion-1"),
                        reason: "faster search", command: ["guardia", kind.rawValue],
                        from: .init(colour: "blue"), to: .init(colour: "green", version: "v1.4.3"),
                        steps: [.init(name: "canary-5", title: "5 %"), .init(name: "promote", title: "all")], pid: 1))))
    }

    private func step(_ name: String, split: String?) -> Event {
        event(
            .action(
                .stepEnded(
                    .init(action: Self.deploy, step: name, outcome: .done, detail: "5 % on green", split: split))))
    }

    private func ended(_ outcome: ActionOutcome, _ id: ActionID = deploy) -> Event {
        event(.action(.ended(.init(action: id, outcome: outcome, summary: "green serves all"))))
    }

    private func flag(_ from: Int?, _ to: Int, _ source: FlagEvent.Changed.Source = .guardia) -> Event {
        func glance(_ share: Int) -> FlagGlance? {
            Rollout(percent: share).map { FlagGlance(FeatureFlag(name: "checkout-v2", rollout: $0)) }
        }
        return event(
            .flag(
                .changed(
                    .init(
                        flag: "checkout-v2", from: from.flatMap(glance), to: glance(to),
                        words: "5 % → \(to) %", by: "ana@bastion-1", reason: "payments are well", source: source))))
    }

    @Test func aDeployIsToldWhenItTakesTrafficAndWhenItEnds() async throws {
        let teller = teller()
        await teller.hear(foreign: [started(), step("gate", split: nil)])
        #expect(await sink.sent.isEmpty)
        await teller.hear(foreign: [step("canary-5", split: "green-5.blue"), step("promote", split: "green")])
        clock.advance(.minutes(10))
        await teller.hear(foreign: [ended(.done)])
        let sent = await sink.sent
        #expect(sent.map(\.channel) == ["pagerduty", "pagerduty"])
        #expect(sent.allSatisfy { $0.notification.purpose == .change && $0.escalation == nil })
        #expect(
            sent.map(\.notification.summary) == [
                "deploy to green (v1.4.3) takes traffic: 5 % on green",
                "deploy to green (v1.4.3) done: green serves all",
            ])
        #expect(Set(sent.map(\.notification.page)).count == 2)
        #expect(Set(sent.map(\.notification.group)).count == 1)
        #expect(sent.last?.notification.since == clock.now().utc)
        #expect(sent.first?.notification.text == "by ana@bastion-1: faster search (\(Self.deploy))")
    }

    @Test func whatDidNothingAndWhatMovesNoTrafficIsNotTold() async {
        let teller = teller()
        await teller.hear(foreign: [started(), ended(.refused)])
        let ack = ActionID("ack-1")
        await teller.hear(foreign: [started(.ack, ack), ended(.done, ack)])
        #expect(await sink.sent.isEmpty)
    }

    @Test func aRollbackIsToldOnceHoweverOftenTheJournalTellsOfIt() async {
        let teller = teller()
        let id = ActionID("rollback-1")
        let events = [started(.rollback, id), ended(.done, id)]
        await teller.hear(foreign: events)
        await teller.hear(foreign: events)
        // The same page: the outbox takes it once.
        #expect(await Set(sink.sent.map(\.notification.page)).count == 1)
    }

    @Test func aFlagIsToldWhoeverChangedItButNotWhenItIsFirstSeen() async throws {
        let teller = teller()
        await teller.hear(foreign: [flag(nil, 5, .found), flag(5, 5, .found)])
        #expect(await sink.sent.isEmpty)
        await teller.hear(foreign: [flag(5, 25)])
        clock.advance(.minutes(1))
        await teller.hear(foreign: [flag(25, 50, .found)])
        let sent = await sink.sent
        #expect(sent.count == 2 && Set(sent.map(\.notification.page)).count == 2)
        #expect(sent.first?.notification.summary == "flag checkout-v2: 5 % → 25 %")
        #expect(sent.first?.notification.text == "by ana@bastion-1: payments are well")
    }

    @Test func anEngineThatWasDownTellsWhatItMissedAndNothingTwice() async throws {
        var history = [started(), step("canary-5", split: "green-5.blue")]
        clock.advance(.minutes(10))
        history.append(ended(.done))
        let first = teller(history)
        await first.begin()
        let pages = await sink.sent.map(\.notification.page)
        #expect(pages.count == 2)

        let queued = pages.map { page in
            event(
                .escalation(
                    .queued(
                        .init(
                            page: page, escalation: nil, channel: "pagerduty", contact: nil, purpose: .change, step: nil
                        )
                    )))
        }
        await teller(history + queued).begin()
        #expect(await sink.sent.count == 2)
        await teller(history + queued.prefix(1)).begin()
        #expect(await sink.sent.map(\.notification.page) == pages + [pages[1]])
        // Nobody wants to hear of yesterday's.
        clock.advance(.hours(7))
        await teller(history).begin()
        #expect(await sink.sent.count == 3)
    }
}
