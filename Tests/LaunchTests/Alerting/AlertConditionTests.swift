import Launch
import Testing

struct AlertConditionTests {
    private func samples(_ values: some Sequence<(seconds: Double, value: Double)>) -> [AlertPast.Sample] {
        values.map { AlertPast.Sample(at: moment($0.seconds).utc, value: $0.value) }
    }

    @Test func aChangeIsUnknownUntilItsSpanIsKnown() {
        let rule = AlertRule(
            name: "drop", condition: .change("kpi.sales", over: .minutes(10), isRelative: true, .below(-30)),
            severity: .warning)
        var bench = Bench([rule], [series("kpi.sales", unit: .perHour)])
        bench.run(500, ["kpi.sales": 100])
        bench.run(60, ["kpi.sales": 50])
        #expect(bench.story("drop") == [])
        bench.run(60, ["kpi.sales": 50])
        #expect(bench.story("drop") == ["fired"])
        #expect(bench.alert("drop")?.facts.value == -50)
        #expect(bench.alert("drop")?.facts.unit == .percent)
        bench.run(600, ["kpi.sales": 50])
        #expect(bench.story("drop") == ["fired", "resolved"])
    }

    @Test func aChangeKnowsThePastFromTheJournal() {
        let rule = AlertRule(
            name: "drop", condition: .change("kpi.sales", over: .minutes(10), isRelative: false, .below(-30)),
            severity: .warning)
        let past = AlertPast(samples: ["kpi.sales": samples((-900...0).map { (Double($0), 100) })])
        var bench = Bench([rule], [series("kpi.sales", unit: .perHour)], past: past)
        bench.run(1, ["kpi.sales": 50])
        #expect(bench.story("drop") == ["fired"])
    }

    @Test func aRatioOverNothingIsUnknown() {
        let rule = AlertRule(
            name: "failing", condition: .ratio("pay.failed", "pay.all", scale: 100, .above(5), clear: nil),
            severity: .critical)
        var bench = Bench([rule], [series("pay.failed", unit: .count), series("pay.all", unit: .count)])
        bench.run(5, ["pay.failed": 1, "pay.all": 10])
        #expect(bench.alert("failing")?.facts.value == 10)
        bench.run(5, ["pay.failed": 0, "pay.all": 0])
        #expect(bench.story("failing") == ["fired"])
        bench.run(1, ["pay.failed": 0, "pay.all": 10])
        #expect(bench.story("failing") == ["fired", "resolved"])
    }

    private func burn(_ bad: BurnRate.Bad) -> AlertRule {
        AlertRule(name: "budget", condition: .burn(BurnRate(bad: bad, objective: 99.9)))
    }

    @Test func aFastBurnIsCriticalWithinMinutes() throws {
        let past = AlertPast(samples: ["app.errors": samples((-3600...0).map { (Double($0), 0) })])
        var bench = Bench(
            [burn(.share("app.errors", weight: nil))], [series("app.errors", unit: .percent)], past: past)
        bench.run(60, ["app.errors": 20])
        #expect(bench.story("budget") == [])
        bench.run(240, ["app.errors": 20])
        #expect(bench.story("budget") == ["fired"])
        #expect(bench.alert("budget")?.facts.severity == .critical)
        #expect(bench.alert("budget")?.facts.bound == .above(14.4))
        // Its short window ends it minutes after it stops; that three days burn too is not known yet.
        bench.run(2400, ["app.errors": 0])
        #expect(bench.alert("budget")?.state == .resolved)
    }

    @Test func aFreshStartGuessesNothing() {
        var bench = Bench([burn(.share("app.errors", weight: nil))], [series("app.errors", unit: .percent)])
        // 2 % burns at 20, but of an hour one minute is known: 20 / 60.
        bench.run(60, ["app.errors": 2])
        #expect(bench.story("budget") == [])
    }

    @Test func aTotalOutageFiresEvenWhenLittleIsKnown() {
        var bench = Bench([burn(.beyond("api.up", .below(1)))], [series("api.up", unit: .count)])
        bench.run(300, ["api.up": 0])
        #expect(bench.story("budget") == ["fired"])
    }

    @Test func quietHoursWeighLessThanBusyOnes() {
        let rule = burn(.share("app.errors", weight: "app.requests"))
        let all = [series("app.errors", unit: .percent), series("app.requests", unit: .perSecond)]
        let past = AlertPast(samples: [
            "app.errors": samples((-3600...0).map { (Double($0), 0) }),
            "app.requests": samples((-3600...0).map { (Double($0), 1000) }),
        ])
        var bench = Bench([rule], all, past: past)
        // Everything fails, of the one request in a second that there is.
        bench.run(300, ["app.errors": 100, "app.requests": 1])
        #expect(bench.story("budget") == [])
        bench.run(300, ["app.errors": 100, "app.requests": 1000])
        #expect(bench.story("budget") == ["fired"])
    }

    @Test func anAnomalyIsAValueUnlikeTheSameHourOfEarlierWeeks() {
        let week = 604_800.0
        let rule = AlertRule(
            name: "revenue", condition: .anomaly("kpi.revenue", Anomaly(share: 40, weeks: 4)), severity: .critical)
        var past: [(seconds: Double, value: Double)] = []
        for number in [4.0, 3, 2, 1] {
            for minute in 0..<60 { past.append((Double(minute * 60) - number * week, 100_000 + number * 1000)) }
        }
        let all = [series("kpi.revenue", unit: .pesosPerHour)]
        var bench = Bench([rule], all, past: AlertPast(samples: ["kpi.revenue": samples(past)]))
        bench.run(5, ["kpi.revenue": 80_000])
        #expect(bench.story("revenue") == [])
        bench.run(1, ["kpi.revenue": 50_000])
        #expect(bench.story("revenue") == ["fired"])
        #expect(bench.alert("revenue")?.facts.summary == "kpi.revenue $ 50.000/h, usual at this hour is $ 102.500/h")

        var young = Bench([rule], all)
        young.run(5, ["kpi.revenue": 1])
        #expect(young.story("revenue") == [])
    }

    @Test func outsideItsHoursAnAnomalyIsNone() throws {
        // 2026-03-12 13:00 UTC is a Thursday.
        let hours = LaunchWindow(weekdays: 1...3, fromMinute: 0, toMinute: 1440)
        let rule = AlertRule(
            name: "revenue", condition: .anomaly("kpi.revenue", Anomaly(share: 40, hours: hours)), severity: .critical)
        let past = [4.0, 3, 2, 1].map { (seconds: -$0 * 604_800, value: 100.0) }
        var bench = Bench(
            [rule], [series("kpi.revenue")], past: AlertPast(samples: ["kpi.revenue": samples(past)]))
        bench.run(5, ["kpi.revenue": 1])
        #expect(bench.story("revenue") == [])
    }

    @Test func aHolidayIsNoAnomalyAndMakesNone() {
        let rule = AlertRule(
            name: "revenue", condition: .anomaly("kpi.revenue", Anomaly(share: 40, weeks: 4)), severity: .critical)
        func holiday(weeksAgo: Int) -> LaunchHoliday {
            let civil = Zone.utc.civil(moment(0).utc + .days(Int64(-7 * weeksAgo)))
            return LaunchHoliday(year: civil.year, month: civil.month, day: civil.day, name: "x")
        }
        func story(_ value: Double, _ holidays: [LaunchHoliday]) -> [String] {
            // Closed three and four weeks ago.
            let past = [(4.0, 0.0), (3, 0), (2, 100), (1, 100)].map { (seconds: -$0.0 * 604_800, value: $0.1) }
            var bench = Bench(
                [rule], [series("kpi.revenue")], past: AlertPast(samples: ["kpi.revenue": samples(past)]),
                holidays: holidays)
            bench.run(5, ["kpi.revenue": value])
            return bench.story("revenue")
        }
        #expect(story(40, []) == [], "two closed days hide it")
        #expect(story(40, [holiday(weeksAgo: 3), holiday(weeksAgo: 4)]) == ["fired"])
        #expect(story(0, [3, 4, 0].map { holiday(weeksAgo: $0) }) == [], "today is one")
    }

    @Test func aVerdictGetsWorseAndIsToldAgain() {
        var bench = Bench(
            [], [series("api.p95", thresholds: Thresholds(warning: .above(150), critical: .above(200)))])
        bench.run(1, ["api.p95": 160])
        bench.run(3, ["api.p95": 250])
        #expect(bench.story("api.p95") == ["fired", "fired"])
        #expect(bench.alert("api.p95")?.facts.severity == .critical)
        #expect(bench.alert("api.p95")?.firings == 1)
        bench.run(1, ["api.p95": 100])
        #expect(bench.story("api.p95") == ["fired", "fired", "resolved"])
    }

    @Test func templatesShowWhatIsMissing() throws {
        let template = try SummaryTemplate("{{ title }} is {{value}}{{nothing}}")
        #expect(template.fields == ["title", "value", "nothing"])
        #expect(template.text { $0 == "title" ? "API" : nil } == "API is {{value?}}{{nothing?}}")
        #expect(throws: SummaryTemplate.Malformed.self) { try SummaryTemplate("{{title") }
        #expect(throws: SummaryTemplate.Malformed.self) { try SummaryTemplate("{{ }}") }
    }

    @Test func inhibitionNeedsTheSameLabelsAndNeverItself() {
        let rule = Inhibition(
            source: [LabelMatcher(name: "severity", value: "critical")],
            target: [LabelMatcher(name: "severity", value: "warning|critical", isRegex: true)], equal: ["service"])
        func entry(_ labels: Labels) -> (id: Fingerprint, labels: Labels) { (Fingerprint(of: labels), labels) }
        let database = entry(["alertname": "down", "service": "db", "severity": "critical"])
        let slow = entry(["alertname": "slow", "service": "db", "severity": "warning"])
        let other = entry(["alertname": "slow", "service": "api", "severity": "warning"])
        let found = Inhibition.inhibitors(of: [database, slow, other], by: [rule])
        #expect(found == [slow.id: [database.id]])
    }
}
