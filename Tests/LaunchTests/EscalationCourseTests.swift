import Launch
import Testing

struct EscalationCourseTests {
    private let api = People.facts("api")

    @Test func theFirstStepGoesOutAtOnce() {
        var drill = Drill()
        drill.fire(api)
        #expect(drill.told() == ["ana.sms", "ana.voice", "-.slack"])
        #expect(drill.course.running.map(\.alerts) == [[api.fingerprint]])
    }

    @Test func theStepsFollowAfterTheirWaitsAndTheEndIsLoud() {
        var drill = Drill()
        drill.fire(api)
        drill.pass(.minutes(5) - 1)
        #expect(drill.steps == [0])
        for _ in 0..<4 { drill.pass(.minutes(5)) }
        #expect(drill.steps == [0, 1, 2, 3])
        #expect(drill.stops == [.exhausted])
        // All who were told are told that nobody has answered.
        #expect(Set(drill.orders.filter { $0.order.step == nil }.map(\.order.way.contact)).count == 5)
        drill.pass(.hours(5))
        #expect(drill.steps == [0, 1, 2, 3])
    }

    @Test func nobodyFurtherIsCalledWhileAllOfItIsWellAgain() {
        var drill = Drill()
        let db = People.facts("db")
        drill.fire(api)
        drill.tell(.recovering(.init(alert: api.fingerprint, isWell: true)))
        drill.pass(.minutes(20))
        #expect(drill.steps == [0])
        #expect(drill.restarted(at: drill.now.advanced(by: .minutes(1))).course.running.count == 1)
        // The step that was due comes as soon as it is well no longer, and the others after their waits.
        drill.tell(.recovering(.init(alert: api.fingerprint, isWell: false)))
        #expect(drill.steps == [0, 1])
        drill.tell(.recovering(.init(alert: api.fingerprint, isWell: true)))
        drill.pass(.minutes(5))
        #expect(drill.steps == [0, 1])
        // Something else of the same chain that is not well is reason enough.
        var facts = db
        facts.group = api.groupKey
        drill.fire(facts)
        #expect(drill.steps == [0, 1, 2])
        drill.resolve(facts)
        drill.pass(.minutes(5))
        #expect(drill.steps == [0, 1, 2])
        let count = drill.orders.count
        drill.resolve(api)
        #expect(drill.stops == [.resolved] && drill.told(since: count).isEmpty)
    }

    @Test func whatSomebodyEscalatesByHandIsNotHeldBack() throws {
        var drill = Drill()
        drill.fire(api)
        drill.tell(.recovering(.init(alert: api.fingerprint, isWell: true)))
        let chain = try #require(drill.course.running.first)
        drill.tell(.asked(.init(escalation: chain.id, by: "ana", way: .dashboard, standing: .init(chain.step))))
        #expect(drill.steps == [0, 1])
    }

    /// Begun on a full disk, its beginning waits in the spool and is journaled behind the steps that followed from it.
    @Test func aStepThatIsHeardBeforeItsBeginningIsNotMadeAnewAfterARestart() {
        var drill = Drill()
        drill.fire(api)
        var beginnings: [EscalationEvent] = []
        var others: [EscalationEvent] = []
        for one in drill.events {
            if case .started = one.event { beginnings.append(one.event) } else { others.append(one.event) }
        }
        #expect(beginnings.count == 1 && others.count == 4, "a step and three pages")
        var course = EscalationCourse(roster: People.roster(), zone: People.zone)
        course.take(AlertEvent.fired(.init(alert: api)), at: drill.now)
        for event in others + beginnings { course.take(event, at: drill.now) }
        #expect(course.running.map { $0.step?.step } == [0])
        let later = drill.now.advanced(by: .minutes(1))
        course.resume(at: later)
        #expect(course.unfinished(at: later).isEmpty)
        let deeds = course.decide(at: later)
        #expect(deeds.events.isEmpty && deeds.orders.isEmpty)
        // Heard once more, the beginning changes nothing.
        for event in beginnings { course.take(event, at: later) }
        #expect(course.running.map { $0.step?.step } == [0])
        // What the screens show goes by the same story.
        var log = EscalationLog()
        for event in others + beginnings + beginnings { log.take(event, at: drill.now) }
        #expect(log.escalations.map { $0.step?.step } == [0] && log.pages.count == 3)
    }

    @Test func anAcknowledgementStopsItAndTellsTheOthers() {
        var drill = Drill()
        drill.fire(api)
        drill.pass(.minutes(5))
        let before = drill.orders.count
        drill.acknowledge(api, by: "beto")
        #expect(drill.told(since: before, .acknowledged) == ["ana.sms", "ana.voice", "-.slack"])
        #expect(drill.stops == [.acknowledged])
        drill.pass(.hours(2))
        #expect(drill.told(since: before) == [])
    }

    @Test func theEndIsToldToThoseWhoWereWoken() {
        var drill = Drill()
        drill.fire(api)
        drill.acknowledge(api)
        drill.resolve(api)
        #expect(drill.told(.resolved) == ["ana.sms", "ana.voice", "-.slack"])
        #expect(drill.stops == [.acknowledged, .resolved])
        drill.pass(.minutes(1))
        #expect(drill.stops.count == 2)
    }

    @Test func aLapsedAcknowledgementStartsItAgainLoudly() {
        var drill = Drill()
        drill.fire(api)
        drill.pass(.minutes(5))
        drill.acknowledge(api, by: "beto")
        let before = drill.orders.count
        drill.pass(.minutes(30))
        drill.tell(.unacknowledged(.init(alert: api.fingerprint)))
        #expect(drill.told(since: before) == ["ana.sms", "ana.voice", "-.slack"])
        #expect(drill.course.running.first?.started.summary.contains("beto's acknowledgement has lapsed") == true)
        #expect(drill.course.running.first?.started.continues != nil)
    }

    @Test func anAcknowledgementTakenBackGoesOnWhereItWas() {
        var drill = Drill()
        drill.fire(api)
        drill.pass(.minutes(5))
        drill.acknowledge(api, by: "beto")
        drill.tell(.unacknowledged(.init(alert: api.fingerprint, by: "beto")))
        #expect(drill.steps == [0, 1, 1])
        drill.pass(.minutes(5))
        #expect(drill.steps == [0, 1, 1, 2])
        drill.resolve(api)
        // The end is told once, by the chain that went on, to everybody who was ever woken.
        #expect(drill.stops.filter { $0 == .resolved }.count == 1)
        #expect(Set(drill.told(.resolved)).isSuperset(of: ["ana.sms", "beto.sms", "caro.sms"]))
        #expect(Set(drill.told(.resolved)).count == drill.told(.resolved).count)
    }

    @Test func whereNobodyOfAStepCanBeReachedTheNextComesAtOnce() {
        var drill = Drill()
        drill.fire(api)
        let pages = drill.orders.map(\.order)
        drill.tell(.attempted(.init(page: pages[0].page, outcome: .failed(reason: "no such number"))))
        #expect(drill.steps == [0])
        // The channel that needs no person wakes nobody: that it works does not count.
        drill.tell(.attempted(.init(page: pages[1].page, outcome: .expired(reason: "too late"))))
        #expect(drill.steps == [0, 1])
    }

    @Test func aFailureDoesNotUseUpTheRounds() {
        var policy = People.path
        policy.repeats = 3
        var drill = Drill(People.roster([policy]))
        drill.fire(api)
        for _ in 0..<40 {
            for order in drill.orders {
                drill.tell(.attempted(.init(page: order.order.page, outcome: .failed(reason: "down"))))
            }
        }
        #expect(drill.steps == [0, 1, 2, 3])
        #expect(drill.stops.isEmpty)
        drill.pass(.minutes(5))
        #expect(drill.steps.count == 5)
    }

    @Test func aDeferredPageIsNoFailure() {
        var drill = Drill()
        drill.fire(api)
        for order in drill.orders {
            drill.tell(
                .attempted(.init(page: order.order.page, outcome: .deferred(reason: "503", until: drill.now.utc))))
        }
        #expect(drill.steps == [0])
    }

    @Test func theChainRepeatsAsOftenAsThePolicySays() {
        var policy = People.path
        policy.repeats = 1
        var drill = Drill(People.roster([policy]))
        drill.fire(api)
        for _ in 0..<9 { drill.pass(.minutes(5)) }
        #expect(drill.steps == [0, 1, 2, 3, 0, 1, 2, 3])
        #expect(drill.stops == [.exhausted])
    }

    @Test func alertsOfOneGroupAreOneChain() {
        var drill = Drill()
        for instance in 1...40 { drill.fire(People.facts("api", instance: "\(instance)")) }
        #expect(drill.told() == ["ana.sms", "ana.voice", "-.slack"])
        #expect(drill.course.running.first?.alerts.count == 40)
    }

    @Test func aFloodOfLabelsIsBounded() {
        var drill = Drill()
        let flood = (0..<10_000).map { People.facts("alert-\($0)") }
        for facts in flood { drill.course.take(.fired(.init(alert: facts)), at: drill.now) }
        drill.decide()
        #expect(drill.course.running.count == EscalationCourse.runningLimit + 1)
        #expect(drill.orders.count == 3 * (EscalationCourse.runningLimit + 1))
        for facts in flood { drill.course.take(.resolved(.init(alert: facts.fingerprint)), at: drill.now) }
        drill.decide()
        #expect(drill.course.running.isEmpty)
    }

    @Test func whatBecomesWorseIsToldAnew() {
        var drill = Drill()
        let warning = People.facts("api", instance: "1", severity: .warning)
        drill.fire(warning)
        drill.pass(.minutes(5))
        drill.fire(People.facts("api", instance: "2", severity: .critical))
        #expect(drill.steps == [0, 1, 0])
        #expect(drill.course.running.map(\.severity) == [.critical])
        #expect(drill.course.running.first?.alerts.count == 2)
    }

    @Test func anAcknowledgedLesserAlertDoesNotStopTheChainOfAWorse() {
        var drill = Drill()
        drill.fire(api)
        let lesser = People.facts("api", instance: "2", severity: .warning)
        drill.fire(lesser)
        drill.acknowledge(lesser)
        #expect(drill.course.running.count == 1)
        drill.acknowledge(api)
        #expect(drill.course.running.isEmpty)
    }

    @Test func aFurtherSymptomWaitsWhileSomebodyWorksOnIt() {
        var drill = Drill()
        drill.fire(api)
        drill.acknowledge(api)
        let before = drill.orders.count
        drill.fire(People.facts("api", instance: "2"))
        #expect(drill.told(since: before) == [])
        drill.pass(EscalationCourse.regroup)
        #expect(drill.told(since: before) == ["ana.sms", "ana.voice", "-.slack"])
    }

    @Test func aSilenceStopsTheChainAndItsEndBringsItBack() {
        var drill = Drill()
        drill.fire(api)
        drill.tell(.suppressed(.init(alert: api.fingerprint, silences: ["s1"])))
        #expect(drill.stops == [.suppressed])
        drill.tell(.suppressed(.init(alert: api.fingerprint)))
        #expect(drill.course.running.count == 1)
        #expect(drill.steps == [0, 0])
    }

    @Test func whatIsQuietOrHasNoPolicyWakesNobody() {
        var drill = Drill()
        drill.fire(People.facts("api", policy: nil))
        #expect(drill.orders.isEmpty)
    }

    @Test func stepsForWorseAlertsArePassedOver() {
        var policy = People.path
        policy.steps[0].severity = .critical
        var drill = Drill(People.roster([policy]))
        drill.fire(People.facts("api", severity: .warning))
        #expect(drill.steps == [1])
    }

    @Test func twoHoursDownDoNotWakeTheChiefAtOnce() {
        var drill = Drill()
        drill.fire(api)
        var later = drill.restarted(at: drill.now.advanced(by: .hours(2)))
        later.decide()
        #expect(later.steps == [0])
        later.pass(EscalationCourse.settling)
        #expect(later.steps == [0, 1])
        later.pass(.minutes(5) - 1)
        #expect(later.steps == [0, 1])
        later.pass(1)
        #expect(later.steps == [0, 1, 2])
    }

    @Test func acrossARebootTheWallClockDecidesAndCannotHoldAChainForEver() {
        var drill = Drill()
        drill.fire(api)
        let steps = [(Milliseconds.minutes(2), Milliseconds.minutes(3)), (.minutes(-600), .minutes(5))]
        for (passed, left) in steps {
            let now = Moment(utc: drill.now.utc + passed, uptime: 500, boot: BootID(rawValue: 2))
            var later = drill.restarted(at: now)
            later.pass(left - 1)
            #expect(later.steps == [0])
            later.pass(1)
            #expect(later.steps == [0, 1])
        }
    }

    @Test func whatWasDecidedAndNotSentIsSentAfterTheRestart() {
        var course = EscalationCourse(roster: People.roster(), zone: People.zone)
        let now = moment(0)
        course.take(.fired(.init(alert: api)), at: now)
        let deeds = course.decide(at: now)
        var again = EscalationCourse(roster: People.roster(), zone: People.zone)
        again.take(.fired(.init(alert: api)), at: now)
        for event in deeds.events { again.take(event, at: now) }
        #expect(again.unfinished(at: now) == deeds.orders)
        #expect(again.decide(at: now) == EscalationCourse.Deeds())
        for order in deeds.orders {
            again.take(
                .queued(
                    .init(
                        page: order.page, escalation: order.escalation, channel: order.way.channel,
                        contact: order.way.contact, purpose: .page, step: 0)), at: now)
        }
        #expect(again.unfinished(at: now).isEmpty)
    }

    @Test func anOperatorPushesItOnAndNeverBack() throws {
        var drill = Drill()
        drill.fire(api)
        let id = try #require(drill.course.running.first?.id)
        drill.tell(.asked(.init(escalation: id, by: "ana")))
        #expect(drill.steps == [0, 1])
        drill.tell(.asked(.init(escalation: id, toStep: 3, by: "ana")))
        #expect(drill.steps == [0, 1, 3])
        drill.tell(.asked(.init(escalation: id, toStep: 0, by: "ana")))
        #expect(drill.steps == [0, 1, 3])
    }

    @Test func whatTwoAskForOnceAndWhatIsHeardTwiceIsOneStep() throws {
        var drill = Drill()
        drill.fire(api)
        let chain = try #require(drill.course.running.first)
        let ana = EscalationEvent.asked(
            .init(escalation: chain.id, by: "ana", standing: EscalationPosition(chain.step)))
        drill.tell(ana)
        drill.tell(ana)
        drill.tell(.asked(.init(escalation: chain.id, by: "beto", standing: EscalationPosition(chain.step))))
        #expect(drill.steps == [0, 1])
        #expect(drill.course.chains[chain.id]?.asked == nil)
        let now = drill.course.chains[chain.id]?.step
        drill.tell(.asked(.init(escalation: chain.id, by: "beto", standing: EscalationPosition(now))))
        #expect(drill.steps == [0, 1, 2])
    }

    @Test func aChainInSomebodysOwnWordsEndsByTheirWord() {
        var drill = Drill()
        let id = EscalationID("esc-1")
        drill.tell(
            .started(
                .init(
                    escalation: id, policy: People.path, alerts: [], group: Labels(), severity: .critical,
                    summary: "the office burns", by: "root")))
        #expect(drill.told() == ["ana.sms", "ana.voice", "-.slack"])
        drill.pass(.minutes(5))
        #expect(drill.steps == [0, 1])
        drill.tell(.stopped(.init(escalation: id, why: .acknowledged, by: "beto")))
        #expect(drill.course.running.isEmpty)
    }

    @Test func officeHoursHoldALesserAlertUntilTheyBegin() {
        // moment(0) is Thursday 2026-03-12 10:00 in Argentina.
        let office = BusinessHours([.init(days: (1, 5), fromMinute: 540, toMinute: 1080)])
        var policy = People.path
        policy.hours = SeverityHours(info: office, warning: office)
        var drill = Drill(People.roster([policy]), at: moment(-7200))
        drill.fire(People.facts("api", severity: .warning))
        #expect(drill.steps.isEmpty)
        drill.pass(.minutes(59))
        #expect(drill.steps.isEmpty)
        drill.pass(.minutes(1))
        #expect(drill.steps == [0])
        var night = Drill(People.roster([policy]), at: moment(-7200))
        night.fire(api)
        #expect(night.steps == [0])
    }

    @Test func anEchoOfWhatIsKnownChangesNothing() {
        var drill = Drill()
        drill.fire(api)
        drill.pass(.minutes(5))
        let before = drill.course.chains
        for (event, at) in drill.events { drill.course.take(event, at: at) }
        #expect(drill.course.chains == before)
        drill.decide()
        #expect(drill.steps == [0, 1])
    }
}
