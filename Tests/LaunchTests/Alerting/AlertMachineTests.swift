import Launch
import Testing

/// A machine with a clock of its own, in the hands of a test.
struct Bench {
    var machine: AlertMachine
    var now: Moment
    let plan: AlertPlan
    /// All that was told, in its order.
    var told: [(event: AlertEvent, at: Moment)] = []

    init(
        _ rules: [AlertRule], _ all: [Series], inhibitions: [Inhibition] = Inhibition.standard,
        past: AlertPast = AlertPast(), holidays: [LaunchHoliday] = []
    ) {
        now = moment(0)
        plan = AlertPlan(
            AlertSettings(rules: rules, inhibitions: inhibitions), series: all, zone: .utc, holidays: holidays)
        machine = AlertMachine(plan, past: past, now: now)
    }

    /// Moves the clock on and looks, second by second, with the same readings each time.
    mutating func run(_ seconds: Int, _ readings: [SeriesID: Double] = [:]) {
        for _ in 0..<seconds {
            now = now.advanced(by: 1000)
            take(readings)
            note(machine.advance(to: now))
        }
    }

    mutating func take(_ readings: [SeriesID: Double]) {
        let list = readings.sorted { $0.key < $1.key }.map { Reading($0.key, .number($0.value)) }
        if !list.isEmpty { note(machine.take(list, at: now, now: now)) }
    }

    mutating func say(_ event: AlertEvent) { note(machine.take(event, at: now, now: now)) }

    mutating func note(_ events: [AlertEvent]) { told += events.map { ($0, now) } }

    /// A new machine from what the old one told, as after a kill -9.
    mutating func restart() {
        var log = AlertLog()
        for entry in told { log.take(entry.event, at: entry.at) }
        machine = AlertMachine(plan, log: log, now: now)
    }

    /// The kinds of what was told of one rule, in order.
    func story(_ rule: String) -> [String] {
        told.compactMap { entry in
            switch entry.event {
            case .pending(let body) where body.alert.rule == rule: "pending"
            case .fired(let body) where body.alert.rule == rule: "fired"
            case .cleared(let body) where ids(rule).contains(body.alert): "cleared"
            case .resolved(let body) where ids(rule).contains(body.alert): "resolved"
            case .acknowledged(let body) where ids(rule).contains(body.alert): "acknowledged"
            case .unacknowledged(let body) where ids(rule).contains(body.alert): "unacknowledged"
            case .suppressed(let body) where ids(rule).contains(body.alert):
                body.silences.isEmpty && body.inhibitors.isEmpty ? "loud" : "quiet"
            default: nil
            }
        }
    }

    /// What was told of whether one that fires is well again.
    func recoveries(_ rule: String) -> [Bool] {
        told.compactMap { entry in
            if case .recovering(let body) = entry.event, ids(rule).contains(body.alert) { body.isWell } else { nil }
        }
    }

    func ids(_ rule: String) -> Set<Fingerprint> {
        Set(plan.targets.filter { plan.rules[$0.rule].name == rule }.map(\.fingerprint))
    }

    func alert(_ rule: String) -> Alert? { ids(rule).compactMap { machine.log[$0] }.first }
}

struct AlertMachineTests {
    private let latency = series("api.p95")
    private func slow(
        for hold: Milliseconds = 0, keep: Milliseconds = 0, clear: Double? = nil, damping: FlapDamping? = nil
    ) -> AlertRule {
        AlertRule(
            name: "slow", condition: .bound("api.p95", .above(200), clear: clear), severity: .critical, hold: hold,
            keepFiring: keep, damping: damping)
    }

    @Test func withoutForItFiresAtTheFirstLook() {
        var bench = Bench([slow()], [latency])
        bench.run(1, ["api.p95": 150])
        #expect(bench.story("slow") == [])
        bench.run(1, ["api.p95": 250])
        #expect(bench.story("slow") == ["fired"])
        bench.run(5, ["api.p95": 250])
        #expect(bench.story("slow") == ["fired"])
        bench.run(1, ["api.p95": 200])
        #expect(bench.story("slow") == ["fired", "resolved"])
    }

    @Test func itIsPendingUntilItsForIsOver() throws {
        var bench = Bench([slow(for: .seconds(60))], [latency])
        bench.run(60, ["api.p95": 250])
        #expect(bench.story("slow") == ["pending"])
        bench.run(1, ["api.p95": 250])
        #expect(bench.story("slow") == ["pending", "fired"])
        let facts = try #require(bench.alert("slow")).facts
        #expect(facts.since == moment(1))
        #expect(facts.value == 250)
        #expect(facts.summary == "api.p95 250 ms > 200 ms")
    }

    @Test func aPendingAlertThatEndsIsToldToNobody() {
        var bench = Bench([slow(for: .seconds(60))], [latency])
        bench.run(30, ["api.p95": 250])
        bench.run(30, ["api.p95": 150])
        #expect(bench.story("slow") == ["pending", "cleared"])
        #expect(bench.alert("slow") == nil)
    }

    @Test func itKeepsFiringForAsLongAsTheRuleSays() {
        var bench = Bench([slow(keep: .seconds(30))], [latency])
        bench.run(1, ["api.p95": 250])
        bench.run(20, ["api.p95": 100])
        bench.run(1, ["api.p95": 250])
        bench.run(30, ["api.p95": 100])
        #expect(bench.story("slow") == ["fired"])
        bench.run(1, ["api.p95": 100])
        #expect(bench.story("slow") == ["fired", "resolved"])
    }

    @Test func thatItIsWellAgainIsToldOnceItStaysSoAndAtOnceWhenItDoesNot() {
        var bench = Bench([slow(keep: .minutes(2))], [latency])
        bench.run(1, ["api.p95": 250])
        bench.run(3, ["api.p95": 100])
        #expect(bench.recoveries("slow") == [])
        bench.run(1, ["api.p95": 100])
        #expect(bench.recoveries("slow") == [true] && bench.alert("slow")?.isRecovering == true)
        bench.run(20, ["api.p95": 100])
        bench.run(1, ["api.p95": 250])
        #expect(bench.recoveries("slow") == [true, false] && bench.alert("slow")?.isRecovering == false)
        // One that comes and goes each second is never told to be well.
        for _ in 0..<20 {
            bench.run(1, ["api.p95": 100])
            bench.run(1, ["api.p95": 250])
        }
        #expect(bench.recoveries("slow") == [true, false])
        bench.run(121, ["api.p95": 100])
        #expect(bench.recoveries("slow") == [true, false, true])
        #expect(bench.story("slow") == ["fired", "resolved"])
        #expect(bench.alert("slow")?.isRecovering == false)
    }

    @Test func whatIsNotKnownForLongIsNotWell() {
        var bench = Bench([slow(keep: .minutes(5))], [latency])
        bench.run(1, ["api.p95": 250])
        bench.run(10, ["api.p95": 100])
        bench.run(25)
        #expect(bench.recoveries("slow") == [true])
        bench.run(15)
        #expect(bench.recoveries("slow") == [true, false])
        bench.run(5, ["api.p95": 100])
        #expect(bench.recoveries("slow") == [true, false, true])
    }

    @Test func hysteresisHoldsOnlyWhatFires() {
        var bench = Bench([slow(clear: 150)], [latency])
        bench.run(5, ["api.p95": 180])
        #expect(bench.story("slow") == [])
        bench.run(1, ["api.p95": 210])
        bench.run(5, ["api.p95": 160])
        #expect(bench.story("slow") == ["fired"])
        bench.run(1, ["api.p95": 150])
        #expect(bench.story("slow") == ["fired", "resolved"])
    }

    @Test func noDataIsAnAlertOfItsOwnAndResolvesNothing() throws {
        var judged = latency
        judged.thresholds = Thresholds(critical: .above(400))
        var bench = Bench([slow()], [judged])
        bench.run(1, ["api.p95": 250])
        bench.run(600)
        #expect(bench.story("slow") == ["fired"])
        #expect(bench.story(AlertPlan.absenceName) == ["fired"])
        let absence = try #require(bench.alert(AlertPlan.absenceName))
        #expect(absence.facts.labels["series"] == "api.p95")
        #expect(absence.facts.unit == .seconds)
        bench.run(1, ["api.p95": 100])
        #expect(bench.story("slow") == ["fired", "resolved"])
        #expect(bench.story(AlertPlan.absenceName) == ["fired", "resolved"])
    }

    @Test func anEngineThatStoodStillHoldsItsOwnSilenceAgainstNobody() {
        var judged = latency
        judged.thresholds = Thresholds(critical: .above(400))
        var bench = Bench([slow()], [judged])
        bench.run(5, ["api.p95": 100])
        // Stopped for a minute: nothing was read, and nothing was looked at.
        bench.now = bench.now.advanced(by: .minutes(1))
        bench.machine.excuse(at: bench.now)
        bench.run(4)
        #expect(bench.story(AlertPlan.absenceName) == [])
        bench.run(4)
        #expect(bench.story(AlertPlan.absenceName) == ["fired"], "what stays silent is told all the same")
    }

    @Test func timeInWhichNothingIsKnownDoesNotCountTowardsFor() {
        var bench = Bench([slow(for: .seconds(60))], [latency])
        bench.run(30, ["api.p95": 250])
        bench.run(300)
        bench.run(20, ["api.p95": 250])
        #expect(bench.story("slow") == ["pending"])
        bench.run(20, ["api.p95": 250])
        #expect(bench.story("slow") == ["pending", "fired"])
    }

    @Test func timeInWhichNothingIsKnownNeitherCountsAsWellNorTakesWhatWasWellBack() {
        var bench = Bench([slow(keep: .seconds(30))], [latency])
        bench.run(1, ["api.p95": 250])
        bench.run(10, ["api.p95": 100])
        bench.run(300)
        bench.run(10, ["api.p95": 100])
        #expect(bench.story("slow") == ["fired"])
        bench.run(15, ["api.p95": 100])
        #expect(bench.story("slow") == ["fired", "resolved"])
        // What was unknown of one end is not held against the next.
        bench.run(1, ["api.p95": 250])
        bench.run(30, ["api.p95": 100])
        #expect(bench.story("slow") == ["fired", "resolved", "fired"])
        bench.run(1, ["api.p95": 100])
        #expect(bench.story("slow") == ["fired", "resolved", "fired", "resolved"])
    }

    @Test func anEngineThatStartsWhereLittleHappensTellsTheEndAllTheSame() {
        // Every second look has too little behind it to be judged, as at night.
        var bench = Bench([slow()], [latency])
        bench.run(1, ["api.p95": 250])
        bench.restart()
        for _ in 0..<8 {
            bench.run(5, ["api.p95": 100])
            bench.run(5, ["api.p95": .nan])
        }
        #expect(bench.story("slow") == ["fired", "resolved"])
    }

    @Test func aStepOfTheWallClockChangesNothing() {
        for step in [Milliseconds.hours(1), .hours(-1)] {
            var bench = Bench([slow(for: .seconds(60))], [latency])
            bench.run(30, ["api.p95": 250])
            bench.now.utc = bench.now.utc + step
            bench.run(30, ["api.p95": 250])
            #expect(bench.story("slow") == ["pending"])
            bench.run(1, ["api.p95": 250])
            #expect(bench.story("slow") == ["pending", "fired"])
            let ack = AlertEvent.Acknowledged(
                alert: bench.ids("slow").first!, by: "ana", way: .command, until: bench.now.utc + .minutes(10))
            bench.say(.acknowledged(ack))
            bench.now.utc = bench.now.utc + step
            bench.run(599, ["api.p95": 250])
            #expect(bench.story("slow") == ["pending", "fired"])
            bench.run(1, ["api.p95": 250])
            #expect(bench.story("slow") == ["pending", "fired", "unacknowledged"])
        }
    }

    @Test func anAcknowledgementLapsesLoudlyAndOnlyOnce() throws {
        var bench = Bench([slow()], [latency])
        bench.run(1, ["api.p95": 250])
        let id = try #require(bench.ids("slow").first)
        bench.say(.acknowledged(.init(alert: id, by: "ana", way: .sms, until: bench.now.utc + .minutes(1))))
        #expect(bench.machine.log[id]?.isOpen == false)
        bench.run(200, ["api.p95": 250])
        #expect(bench.story("slow") == ["fired", "unacknowledged"])
        #expect(bench.machine.log[id]?.isOpen == true)
    }

    @Test func whatWasHeardBeforeIsNoNews() throws {
        var bench = Bench([slow()], [latency])
        bench.run(1, ["api.p95": 250])
        let id = try #require(bench.ids("slow").first)
        let ack = AlertEvent.acknowledged(.init(alert: id, by: "ana", way: .command, until: nil))
        let given = bench.now
        bench.say(ack)
        bench.run(1, ["api.p95": 250])
        bench.say(.unacknowledged(.init(alert: id, by: "ana")))
        // The journal is read again from its beginning.
        bench.note(bench.machine.take(ack, at: given, now: bench.now))
        #expect(bench.machine.log[id]?.acknowledged == nil)
    }

    @Test func aSilenceKeepsQuietAndItsEndMakesLoud() throws {
        var bench = Bench([slow()], [latency])
        let silence = Silence(
            id: "s-1", matchers: [LabelMatcher(name: "severity", value: "crit.*", isRegex: true)], from: bench.now.utc,
            until: bench.now.utc + .minutes(5), by: "ana", comment: "known")
        bench.say(.silenced(silence))
        bench.run(1, ["api.p95": 250])
        #expect(bench.story("slow") == ["fired", "quiet"])
        bench.run(300, ["api.p95": 250])
        #expect(bench.story("slow") == ["fired", "quiet", "loud"])
        #expect(bench.machine.log.silences.isEmpty)
        bench.say(.silenced(silence))
        #expect(bench.machine.log.silences.isEmpty)
    }

    @Test func aPlannedSilenceKeepsNobodyQuietBeforeItBegins() throws {
        var bench = Bench([slow()], [latency])
        let silence = Silence(
            id: "s-1", matchers: [LabelMatcher(name: "alertname", value: "slow")],
            from: bench.now.utc + .minutes(2), until: bench.now.utc + .minutes(5), by: "ana", comment: "maintenance")
        bench.say(.silenced(silence))
        bench.run(60, ["api.p95": 250])
        #expect(bench.story("slow") == ["fired"])
        #expect(bench.machine.log.plannedSilences(at: bench.now) == [silence])
        bench.run(120, ["api.p95": 250])
        #expect(bench.story("slow") == ["fired", "quiet"])
        #expect(bench.machine.log.plannedSilences(at: bench.now).isEmpty)
        #expect(bench.machine.log.listedSilences(at: bench.now) == [silence])
        bench.run(180, ["api.p95": 250])
        #expect(bench.story("slow") == ["fired", "quiet", "loud"])
        #expect(bench.machine.log.silences.isEmpty)
    }

    @Test func aProbeThatIsDownStandsForItsMeasures() throws {
        let all = [
            series("api.up", unit: .count, thresholds: Thresholds(critical: .below(1))),
            series("api.p95", thresholds: Thresholds(critical: .above(200))),
        ]
        var bench = Bench([], all)
        bench.run(1, ["api.up": 1, "api.p95": 90])
        bench.run(30, ["api.up": 0])
        #expect(bench.story("api.up") == ["fired"])
        #expect(bench.story(AlertPlan.absenceName) == ["fired", "quiet"])
        bench.run(1, ["api.up": 1, "api.p95": 90])
        #expect(bench.machine.log.firing.isEmpty)
    }

    @Test func aRuleWithAStarIsAnAlertForEachSeries() throws {
        let rule = AlertRule(
            name: "province", condition: .bound("app.latency_p95.*", .above(200), clear: nil), severity: .warning,
            summary: try SummaryTemplate("{{labels.province}} {{value}} {{labels.city}}"), fanLabel: "province")
        var bench = Bench([rule], [series("app.latency_p95.AR-C"), series("app.latency_p95.AR-X"), series("app.p95")])
        bench.run(1, ["app.latency_p95.AR-C": 250, "app.latency_p95.AR-X": 150, "app.p95": 900])
        let firing = bench.machine.log.firing
        #expect(firing.map { $0.facts.labels["province"] } == ["AR-C"])
        #expect(firing.first?.facts.summary == "AR-C 250 ms {{labels.city?}}")
        #expect(firing.first?.facts.group == ["alertname": "province"])
    }

    @Test func whatComesAndGoesStaysUntilItIsWellForLonger() {
        let damping = FlapDamping(times: 3, within: .minutes(10), hold: .minutes(2))
        var bench = Bench([slow(damping: damping)], [latency])
        for _ in 0..<3 {
            bench.run(5, ["api.p95": 250])
            bench.run(5, ["api.p95": 100])
        }
        #expect(bench.story("slow") == ["fired", "resolved", "fired", "resolved", "fired"])
        #expect(bench.alert("slow")?.facts.isFlapping == true)
        bench.run(120, ["api.p95": 100])
        #expect(bench.story("slow").suffix(2) == ["fired", "resolved"])
    }

    @Test func whatFlappedBeforeARestartIsHeldAfterItToo() throws {
        let damping = FlapDamping(times: 3, within: .minutes(10), hold: .minutes(2))
        var bench = Bench([slow(damping: damping)], [latency])
        for _ in 0..<3 {
            bench.run(5, ["api.p95": 250])
            bench.run(5, ["api.p95": 100])
        }
        // Of an alert that is open the journal gives what was told since it fired last.
        let last = bench.told.lastIndex { if case .fired = $0.event { true } else { false } }
        bench.told.removeSubrange(..<(try #require(last)))
        bench.restart()
        bench.run(119, ["api.p95": 100])
        #expect(bench.story("slow") == ["fired"])
        bench.run(2, ["api.p95": 100])
        #expect(bench.story("slow") == ["fired", "resolved"])
    }

    @Test func aRestartForgetsNothingAndRepeatsNothing() throws {
        var bench = Bench([slow(for: .seconds(60))], [latency])
        bench.run(30, ["api.p95": 250])
        bench.restart()
        bench.run(31, ["api.p95": 250])
        #expect(bench.story("slow") == ["pending", "fired"])
        let id = try #require(bench.ids("slow").first)
        let ack = AlertEvent.acknowledged(
            .init(alert: id, by: "ana", way: .command, until: bench.now.utc + .minutes(1)))
        bench.told.append((ack, bench.now))
        bench.restart()
        bench.run(59, ["api.p95": 250])
        #expect(bench.story("slow") == ["pending", "fired", "acknowledged"])
        bench.run(1, ["api.p95": 250])
        #expect(bench.story("slow").last == "unacknowledged")
        bench.restart()
        // The windows of an engine that starts are empty: what it reads first is no all-clear.
        bench.run(30, ["api.p95": 100])
        #expect(bench.story("slow").last == "unacknowledged")
        bench.run(1, ["api.p95": 100])
        #expect(bench.story("slow") == ["pending", "fired", "acknowledged", "unacknowledged", "resolved"])
    }

    @Test func anAlertWhoseRuleIsGoneEndsWithAWord() throws {
        var bench = Bench([slow()], [latency])
        bench.run(1, ["api.p95": 250])
        let plan = AlertPlan(AlertSettings(), series: [latency], zone: .utc)
        var after = AlertMachine(plan, log: bench.machine.log, now: bench.now)
        let events = after.advance(to: bench.now)
        guard case .resolved(let body) = try #require(events.first) else {
            Issue.record("it is not resolved")
            return
        }
        #expect(body.reason == "its rule is no longer in the config")
        #expect(after.advance(to: bench.now).isEmpty)
    }

    @Test func aFloodIsOneGroupAndNothingIsLost() throws {
        let all = (0..<10_000).map { series(SeriesID("app.errors.\($0)"), unit: .percent) }
        let rule = AlertRule(
            name: "errors", condition: .bound("app.errors.*", .above(5), clear: nil), severity: .critical,
            fanLabel: "instance")
        var bench = Bench([rule], all)
        bench.run(1, Dictionary(uniqueKeysWithValues: all.map { ($0.id, 9) }))
        #expect(bench.machine.log.firing.count == 10_000)
        #expect(Set(bench.machine.log.firing.map(\.facts.groupKey)) == [["alertname": "errors"]])
        bench.run(1, Dictionary(uniqueKeysWithValues: all.map { ($0.id, 1) }))
        #expect(bench.machine.log.firing.isEmpty)
    }
}
