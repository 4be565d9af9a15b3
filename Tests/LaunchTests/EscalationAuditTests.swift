import Launch
import Testing

struct EscalationAuditTests {
    private func stalls(_ drill: Drill, at now: Moment, roster: Roster = People.roster()) -> [EscalationAudit.Stall] {
        var (log, alerts) = (EscalationLog(), AlertLog())
        for (event, at) in drill.alerts { alerts.take(event, at: at) }
        for (event, at) in drill.events { log.take(event, at: at) }
        return EscalationAudit.stalls(in: log, alerts, roster: roster, zone: People.zone, at: now)
    }

    @Test func aChainThatGoesOnIsWell() {
        var drill = Drill()
        drill.fire(People.facts("api"))
        for _ in 0..<3 {
            drill.pass(.minutes(5))
            #expect(stalls(drill, at: drill.now) == [])
        }
    }

    @Test func aStepThatDidNotComeIsFound() {
        var drill = Drill()
        drill.fire(People.facts("api"))
        let due = drill.now.advanced(by: .minutes(5))
        #expect(stalls(drill, at: due.advanced(by: EscalationAudit.grace)) == [])
        let found = stalls(drill, at: due.advanced(by: EscalationAudit.grace + 1))
        #expect(found.map(\.escalation) == [drill.course.running.first?.id])
    }

    @Test func aChainThatWaitsForWhatIsWellAgainIsNoStallUntilItIsNotWell() {
        var drill = Drill()
        let api = People.facts("api")
        drill.fire(api)
        drill.tell(.recovering(.init(alert: api.fingerprint, isWell: true)))
        drill.pass(.minutes(20))
        #expect(drill.steps == [0] && stalls(drill, at: drill.now) == [])
        // As an engine that hangs would leave it.
        var hung = drill.alerts
        hung.append((.recovering(.init(alert: api.fingerprint, isWell: false)), drill.now))
        var (log, alerts) = (EscalationLog(), AlertLog())
        for (event, at) in hung { alerts.take(event, at: at) }
        for (event, at) in drill.events { log.take(event, at: at) }
        for (wait, count) in [(EscalationAudit.grace, 0), (EscalationAudit.grace + 1, 1)] {
            let found = EscalationAudit.stalls(
                in: log, alerts, roster: People.roster(), zone: People.zone, at: drill.now.advanced(by: wait))
            #expect(found.count == count)
        }
    }

    @Test func anAlertOfWhichNobodyWasToldIsFound() {
        var drill = Drill(Roster())
        drill.fire(People.facts("api"))
        #expect(drill.events.isEmpty)
        let late = EscalationAudit.grace + EscalationCourse.regroup
        #expect(stalls(drill, at: drill.now.advanced(by: late)) == [])
        let found = stalls(drill, at: drill.now.advanced(by: late + 1))
        #expect(found.map(\.alert) == [People.facts("api").fingerprint])
    }

    @Test func whatItsHoursHoldIsNoStall() {
        let office = BusinessHours([.init(days: (1, 5), fromMinute: 540, toMinute: 1080)])
        var policy = People.path
        policy.hours = SeverityHours(info: office, warning: office)
        let roster = People.roster([policy])
        // 08:00, an hour before they begin.
        var drill = Drill(roster, at: moment(-7200))
        drill.fire(People.facts("api", severity: .warning, at: moment(-7200)))
        #expect(stalls(drill, at: drill.now.advanced(by: .minutes(50)), roster: roster) == [])
    }
}

struct ReplyTests {
    @Test(arguments: [
        ("ACK 4821", true, "4821"), ("ack4821", true, "4821"), ("4821", true, "4821"),
        ("Ok, 4821 thanks", true, "4821"),
        ("ack", true, nil), ("no idea what 4821 is", false, nil), ("", false, nil), ("ACK 48", true, nil),
        ("reack 4821", false, nil),
    ]) func whatAReplySays(_ text: String, _ isAcknowledgement: Bool, _ code: String?) {
        let said = Reply.code(in: text)
        #expect(said.isAcknowledgement == isAcknowledgement)
        #expect(said.code == code)
    }
}

struct ResponseRulesTests {
    private let plan = ResponsePlan(
        name: "restart", on: .alert([LabelMatcher(name: "alertname", value: "api")]), deed: .run(["true"]), perHour: 2)

    @Test func anAlertIsAnsweredWhenItBeginsAndNotAgainWhileItFires() {
        var rules = ResponseRules([plan])
        let fired = AlertEvent.fired(.init(alert: People.facts("api")))
        let answers = [
            fired, fired, .resolved(.init(alert: People.facts("api").fingerprint)), fired,
            .fired(.init(alert: People.facts("other"))),
        ].map { rules.responses(to: $0, at: moment(0)) }
        #expect(answers == [[plan], [], [], [plan], []])
    }

    @Test func itIsDoneNoMoreThanSoOftenInAnHourAlsoAcrossARestart() {
        var rules = ResponseRules([plan])
        for minute in [0, 1] {
            let body = ResponseEvent.started(
                .init(response: "restart", id: "r", alert: nil, deed: "true", isDryRun: false))
            rules.take(Event(origin: "t", at: moment(Double(minute * 60)), body: .response(body)))
        }
        let may = [3599, 3600, 3601].map { rules.begin(plan, at: moment($0)) }
        #expect(may == [false, true, false])
    }

    @Test func whatAnAlertSaysStaysOneWordAndNoOption() {
        var facts = People.facts("api")
        facts.summary = "-rf / ; rm\n$(x)"
        let words = ResponsePlan.words(["ban", "{summary}", "--ip={label:instance}", "{what}"], for: facts)
        #expect(words == ["ban", ".-rf / ; rm$(x)", "--ip=1", "{what}"])
    }

    @Test func aWatchThatFailedIsAnsweredOnce() {
        let back = ResponsePlan(name: "back", on: .watchFailed, deed: .rollback)
        var rules = ResponseRules([back])
        func ended(_ outcome: ActionEvent.StepEnded.Outcome, _ step: String = "watch") -> ActionEvent {
            .stepEnded(.init(action: ActionID("deploy-1"), step: step, outcome: outcome, detail: ""))
        }
        let answers = [ended(.failed, "gate"), ended(.undecided), ended(.undecided)].map { rules.responses(to: $0) }
        #expect(answers == [[], [back], []])
    }
}
