import Launch
import Testing

@Suite struct EscalationNextTests {
    private func chain(
        at step: Int, round: Int = 0, repeats: Int = 0, severity: Severity = .critical, alerts: [Fingerprint] = []
    ) -> EscalationLog {
        let steps = [Severity.info, .info, .critical].map {
            EscalationPolicy.Step(notify: [.init(who: .contact("ana"), by: [])], wait: .minutes(5), severity: $0)
        }
        var log = EscalationLog()
        let id = EscalationID("esc-1")
        log.take(
            .started(
                .init(
                    escalation: id, policy: EscalationPolicy(name: "default", steps: steps, repeats: repeats),
                    alerts: alerts, group: [:], severity: severity, summary: "the office burns", by: "ana")),
            at: moment(0))
        log.take(
            .stepped(.init(escalation: id, step: step, round: round, due: moment(74), contacts: ["leo"])),
            at: moment(0))
        return log
    }

    @Test func whatComesNextIsAStepOrTheFirstAgainOrNobody() {
        #expect(chain(at: 0).escalations.first?.next == .step(1))
        #expect(chain(at: 2).escalations.first?.next == .nobody)
        #expect(chain(at: 2, repeats: 1).escalations.first?.next == .again)
        #expect(chain(at: 2, round: 1, repeats: 1).escalations.first?.next == .nobody)
        // A lesser alert passes over the step that only critical ones reach.
        #expect(chain(at: 1, severity: .warning).escalations.first?.next == .nobody)
    }

    @Test func aLineTellsWhoIsToldAndWhatComes() throws {
        let last = try #require(chain(at: 2).withoutAlert.first)
        let line = last.told(at: moment(60))
        #expect(line.contains("the office burns") && line.contains("told: leo"))
        #expect(line.contains("step 3 of 3, nobody else after 0:14") && line.hasSuffix("(started by ana)"))
        #expect(chain(at: 0).withoutAlert.first?.told(at: moment(0)).contains("next in 1:14") == true)
    }

    @Test func aChainThatStoppedRingsForNothing() {
        var log = chain(at: 0)
        log.take(.stopped(.init(escalation: EscalationID("esc-1"), why: .cancelled)), at: moment(1))
        #expect(log.withoutAlert.isEmpty && log.escalations.first?.next == nil)
    }
}
