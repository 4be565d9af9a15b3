import Launch
import Mobile
import Testing

@testable import Watch

struct EngineHouseTests {
    private let lab = PagingLab()
    private let alerting: AlertEvaluator
    private let house: EngineHouse

    init() {
        alerting = AlertEvaluator(
            AlertMachine(AlertPlan(AlertSettings(), series: [], zone: PagingLab.zone), now: lab.clock.now()),
            recorder: lab.recorder, clock: lab.clock)
        var launch = LaunchConfiguration(
            product: Product(name: "BarberPro"), zoneName: "UTC", zoneAbbreviation: "UTC", figures: .english,
            environment: "test",
            launch: LaunchPlan(), journal: JournalPlan(path: "/nowhere"), probes: [], derivations: [], series: [],
            panes: Panes())
        launch.contacts = PagingLab.contacts
        launch.policies = [PagingLab.policy]
        house = EngineHouse(
            launch, zone: PagingLab.zone, escalator: lab.escalator, alerting: alerting, clock: lab.clock)
    }

    private func link(_ person: String = "ana") async throws -> MobileLink {
        let chain = try #require(await lab.escalator.answerable.first)
        return MobileLink(person: person, channel: "sms", chain: chain.id, expires: lab.clock.now().utc + .hours(1))
    }

    @Test func itShowsTheChainItsNextStepAndThatNobodyAnsweredYet() async throws {
        _ = await lab.fire()
        lab.clock.advance(.minutes(2))
        let state = await house.state(for: try await link())
        let chain = try #require(state.chain)
        #expect(chain.standing == .open && chain.step == 1 && chain.steps == 2)
        #expect(chain.next?.ways.map(\.title) == ["Beto Díaz"] && chain.next?.due == .minutes(3))
        #expect(state.person == "Ana Pereyra" && state.launch == "BarberPro test")
        #expect(state.isStale, "the rules have never come round here: that is said")
    }

    @Test func whoeverTakesItThereIsJournaledAsMobileAndTheWayIsProved() async throws {
        let facts = await lab.fire()
        let now = lab.clock.now().utc
        #expect(await house.acknowledge(try await link(), for: .minutes(30)) == .done)
        await lab.escalator.settle()
        let events = await lab.recorder.events
        #expect(
            events.contains(
                .alert(
                    .acknowledged(.init(alert: facts.fingerprint, by: "ana", way: .mobile, until: now + .minutes(30)))))
        )
        #expect(
            events.contains(.escalation(.verified(.init(contact: "ana", channel: "sms", how: "acknowledged a page")))))
        #expect(await lab.escalator.running.isEmpty)
    }

    @Test func aSecondTapIsNoSecondAcknowledgementAndAnothersIsRefused() async throws {
        _ = await lab.fire()
        let (ana, beto) = (try await link(), try await link("beto"))
        #expect(await house.acknowledge(ana, for: .minutes(30)) == .done)
        #expect(await house.acknowledge(ana, for: .minutes(30)) == .done)
        guard case .refused(let reason) = await house.acknowledge(beto, for: .minutes(30)) else {
            return #expect(Bool(false), "beto took what ana has")
        }
        #expect(reason.contains("has ended already"))
        await lab.escalator.settle()
        #expect(await lab.recorder.events.count { $0.kind == "alert.acknowledged" } == 1)
        let chain = await house.state(for: beto).chain
        guard case .taken(by: "Ana Pereyra", until: _) = chain?.standing else {
            return #expect(chain?.standing == .open, "not taken")
        }
    }

    @Test func theNextStepComesAtOnceAndOnlyTheOneThatWasShown() async throws {
        _ = await lab.fire()
        let link = try await link()
        #expect(await house.escalate(link, to: "0.7") == .refused("it is at another step now"))
        #expect(await house.escalate(link, to: "0.1") == .done)
        await lab.escalator.settle()
        #expect(await lab.sink.sent.last?.notification.contact == "beto")
        #expect(
            await house.escalate(link, to: "0.1") == .refused("it is at another step now"),
            "tapped twice, it is done once")
        let asked = await lab.recorder.events.compactMap { body -> EscalationEvent.Asked? in
            if case .escalation(.asked(let event)) = body { event } else { nil }
        }
        #expect(asked.map(\.by) == ["ana"] && asked.map(\.way) == [.mobile])
    }

    @Test func whatWasToldToItsEndCanStillBeTakenThere() async throws {
        _ = await lab.fire()
        let link = try await link()
        for _ in 0..<4 {
            lab.clock.advance(.minutes(5))
            await lab.escalator.tick()
        }
        #expect(await house.state(for: link).chain?.standing == .exhausted)
        #expect(await house.acknowledge(link, for: .hours(1)) == .done)
        guard case .taken = await house.state(for: link).chain?.standing else {
            return #expect(Bool(false), "not taken")
        }
    }

    /// Given back, it goes on as another chain: the link of the first leads to it.
    @Test func aLinkFollowsItsChainIntoTheOneThatGoesOn() async throws {
        let facts = await lab.fire()
        let link = try await link()
        _ = await house.acknowledge(link, for: .minutes(30))
        await lab.escalator.hear([(.unacknowledged(.init(alert: facts.fingerprint)), lab.clock.now())])
        let chain = try #require(await house.state(for: link).chain)
        #expect(chain.id != link.chain && chain.standing == .open)
        #expect(await house.acknowledge(link, for: .minutes(30)) == .done)
    }

    @Test func aLinkOfAChainThatIsNotKnownShowsTheRest() async {
        let link = MobileLink(
            person: "ana", channel: "sms", chain: EscalationID("esc-gone"), expires: lab.clock.now().utc)
        #expect(await house.state(for: link).chain == nil)
        #expect(await house.acknowledge(link, for: .hours(1)) == .refused("it is not known any more"))
    }
}
