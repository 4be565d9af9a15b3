import Launch
import Testing

@testable import Console

@Suite struct HeadlineTests {
    /// A canary of v1.4.1 that has a quarter of the traffic, with what is measured of it.
    private func canary(errors: Double, p95: Double = 91, requests: Double = 12) -> Deployed {
        Deployed.canary.reading {
            $0.set(SeriesID("green.errors"), errors)
            $0.set(SeriesID("green.p95"), p95)
            $0.set(SeriesID("green.requests"), requests)
        }
    }

    private func headline(_ deployed: Deployed) -> String { deployed.model(200, 60).frame.rows[1] }

    @Test func theDeployThatRunsIsNamedWhileAllIsWell() {
        let line = headline(canary(errors: 0.1))
        #expect(line.contains("▸ deploy v1.4.1 by ana"))
        #expect(line.contains("Analysis at 25 %"))
        #expect(line.contains("readings are ok"))
    }

    @Test func nothingIsCalledWellWhileAPartOfTheCustomersHasMoreErrors() {
        let line = headline(canary(errors: 18.8))
        #expect(line.contains("GREEN v1.4.1 has 25 % of the traffic: "))
        #expect(line.contains("18,8 % err against 0,1 %"))
        #expect(!line.contains("readings are ok"))
    }

    @Test func aColourThatIsMuchSlowerIsNamedToo() {
        #expect(headline(canary(errors: 0, p95: 400)).contains("400 ms p95 against"))
    }

    @Test func aFewRequestsOrALittleDifferenceNameNobody() {
        #expect(headline(canary(errors: 50, requests: 0.1)).contains("readings are ok"))
        #expect(headline(canary(errors: 1.5, p95: 150)).contains("readings are ok"))
    }

    @Test func aColourWithoutTrafficIsComparedWithNone() {
        let idle = Deployed().reading { $0.set(SeriesID("green.errors"), 100) }
        #expect(headline(idle).contains("readings are ok"))
    }

    // MARK: Which alert

    /// Another critical alert, newer than the night's, with a chain of its own or none.
    private func night(_ chain: EscalationEvent.Stopped.Why?, hasChain: Bool) -> Firing {
        Firing.night.saying {
            let fires = Firing.bookings
            $0.say(.fired(.init(alert: fires)), ago: 30)
            guard hasChain, let policy = Firing.roster.policies.first else { return }
            let id = EscalationID("esc-2")
            $0.say(
                .started(
                    .init(
                        escalation: id, policy: policy, alerts: [fires.fingerprint], group: ["alertname": "x"],
                        severity: .critical, summary: fires.summary)), ago: 29)
            if let chain { $0.say(.stopped(.init(escalation: id, why: chain)), ago: 5) }
        }
    }

    private func headline(_ night: Firing) -> String { night.model(200, 60).frame.rows[1] }

    @Test func theAlertThatNobodyCameForGoesBeforeAll() {
        #expect(headline(night(.exhausted, hasChain: true)).contains("NOBODY CAME"))
        // The older one's chain is at its end, the newer one's runs.
        let older = Firing.exhausted.saying { $0.say(.fired(.init(alert: Firing.bookings)), ago: 30) }
        #expect(headline(older).contains("NOBODY CAME"))
    }

    @Test func aChainThatRunsGoesBeforeANewerAlertWithout() {
        #expect(headline(night(nil, hasChain: false)).contains("step 2 of 4"))
    }

    @Test func ofTwoThatAreAlikeTheOlderIsNamed() {
        #expect(headline(night(nil, hasChain: true)).contains("step 2 of 4"))
    }

    // MARK: Chains without an alert

    /// Somebody said in words of their own that the office burns.
    private func burning(_ step: Int = 0) -> Firing {
        Firing(.calm).saying {
            guard let policy = Firing.roster.policies.first else { return }
            let id = EscalationID("esc-9")
            $0.say(
                .started(
                    .init(
                        escalation: id, policy: policy, alerts: [], group: [:], severity: .critical,
                        summary: "the office burns", by: "ana")), ago: 20)
            $0.say(
                .stepped(
                    .init(
                        escalation: id, step: step, round: 0, due: BarberPro.now.advanced(by: .seconds(14)),
                        contacts: ["leo"])), ago: 20)
        }
    }

    @Test("a chain without an alert is named, and nothing is called well", arguments: [80, 120, 200])
    func calling(width: Int) {
        let line = burning().model(width, 40).frame.rows[1]
        #expect(line.contains("the office") && line.contains("Leo Paz") && line.contains("step 1 of 4, next in"))
        #expect(!line.contains("readings are ok"))
    }

    @Test func anEndedChainWithoutAnAlertIsNotNamed() {
        let id = EscalationID("esc-9")
        let ended = burning().saying { $0.say(.stopped(.init(escalation: id, why: .cancelled)), ago: 5) }
        #expect(!headline(ended).contains("the office burns"))
    }

    @Test func theLastStepPromisesNoNext() {
        let line = headline(burning(3))
        #expect(line.contains("step 4 of 4, nobody else after 00:14"))
        #expect(!line.contains("next in"))
    }

    // MARK: A part and the whole

    /// A province has been critical for longer than the payments of all.
    private var province: Firing {
        Firing(.calm).saying {
            let province = Firing.facts(
                "province_p95", "app.p95.AR-Z", .critical, "Santa Cruz waits", value: 231, .above(200), ago: 900)
            $0.say(.fired(.init(alert: province)), ago: 800)
            $0.say(.fired(.init(alert: Firing.payment)), ago: 300)
        }
    }

    @Test func whatTellsOfTheWholeLaunchGoesBeforeOneProvince() {
        #expect(headline(province).contains("CRIT Payment p95"))
        let wall = province.model(120, 40, mode: .kiosk(mayQuit: false))
        guard case .alert(let alert)? = wall.wallTakeover else {
            Issue.record("nothing has the wall")
            return
        }
        #expect(alert.id == Firing.payment.fingerprint)
    }

    @Test func aProvinceAloneIsNamed() {
        let alone = province.saying { $0.say(.resolved(.init(alert: Firing.payment.fingerprint)), ago: 10) }
        #expect(headline(alone).contains("CRIT Santa Cruz p95"))
    }
}
