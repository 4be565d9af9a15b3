import Launch
import Settings
import Testing

@Suite("Business figures, journeys and vantage points in a launch's file")
struct BusinessTests {
    private func withProbe(_ yaml: String) -> String {
        Sample.yaml.replacing("probes:\n", with: "probes:\n  - \(yaml)\n")
    }

    private func probe(_ yaml: String) throws -> Probe { try load(withProbe(yaml)).configuration.probes[0] }

    // MARK: Journeys

    private let journey = """
        {name: j, type: journey, base: "https://x.example", steps: [
            {name: register, post: /register, form: {email: "g+{run}@x.example"}, expect: {status: 201},
             take: {user: {json: /id}, place: {header: Location}, nr: {pattern: "no. ([0-9]+)"}}},
            {name: book, get: "/book?user={user}&nr={nr}"}],
            cleanup: [{name: clean, delete: "/users/{user}"}]}
        """

    @Test func aJourneyIsItsStepsAndItsCleanup() throws {
        let probe = try probe(journey)
        guard case .journey(let target) = probe.target else {
            Issue.record("no journey")
            return
        }
        #expect(target.plan.steps.map(\.name) == ["register", "book"])
        #expect(target.plan.steps[0].expectedStatuses == 201...201)
        #expect(
            target.plan.steps[0].takes == [
                "user": .json("/id"), "place": .header("Location"), "nr": .pattern("no. ([0-9]+)"),
            ])
        #expect(target.plan.cleanup.first?.method == "DELETE")
        #expect(target.plan.headers.contains { $0.name == JourneyPlan.mark }, "its requests are marked")
        #expect(probe.interval == .minutes(1))
        #expect(probe.retry.attempts == 0, "what it did half-way is not done twice")
    }

    @Test(
        "what cannot be walked is said",
        arguments: [
            ("{name: a, get: \"/x/{booking}\"}", "needs {booking}, which no step before it takes"),
            ("{name: a, get: x}", "is not a path"), ("{name: a}", "needs one of get, post, put, patch, delete"),
            ("{name: a, get: /, post: /}", "only one of"),
            ("{name: a, get: /, take: {x: {pattern: \"(\"}}}", "is not a regular expression"),
            ("{name: a, get: /, take: {x: {json: id}}}", "is not a JSON pointer"),
            ("{name: a, get: /, take: {X: {json: /id}}}", "is not a name"),
            ("{name: a, get: /}, {name: a, get: /}", "a second step named 'a'"),
        ])
    func wrongJourneys(steps: String, complaint: String) {
        let found = errors(
            in: withProbe("{name: j, type: journey, base: \"https://x.example\", steps: [\(steps)]}"))
        #expect(found.contains { $0.contains(complaint) }, "\(found)")
    }

    // MARK: Vantage points

    @Test func aVantagePointIsASeriesOfEachMeasure() throws {
        let probe = try probe(
            "{name: v, type: vantage, target: \"https://cdn.example/a.js\", hit_module: hit, "
                + "exporters: {AR-C: \"http://a:9115\", ushuaia: \"http://b:9115/\"}}")
        guard case .vantage(let target) = probe.target else {
            Issue.record("no vantage")
            return
        }
        #expect(target.points.map(\.url) == ["http://a:9115", "http://b:9115"])
        let names = Set(probe.measures.map(\.name))
        #expect(names.isSuperset(of: ["slowest", "answering", "first_byte.AR-C", "total.ushuaia", "hit_rate.AR-C"]))
        let found = errors(
            in: withProbe("{name: v, type: vantage, target: \"https://c/\", exporters: {\"a b\": \"http://a:9115\"}}"))
        #expect(found.contains { $0.contains("is not the name of a place") })
    }

    // MARK: Figures

    private func withFigure(
        _ kpi: String,
        query: String =
            "{name: ok, unit: \"%\", query: \"SELECT now() - $1::interval\", few: 9, weeks: 1, thresholds: {critical: below 90%}}"
    ) -> String {
        withProbe(
            "{name: q, type: postgres, host: /run/postgresql, database: d, user: u, vitals: false, queries: [\(query)]}"
        )
            + "kpis:\n  - \(kpi)\n"
    }

    @Test("a figure knows its events and its week by their names, and its target by the critical bound")
    func figure() throws {
        let kpi = try load(withFigure("{name: bookings, show: q.ok, window: 5m}")).configuration.kpis[0]
        #expect(kpi.target == .atLeast(90))
        #expect(kpi.events == "q.ok.events")
        #expect(kpi.week == "q.ok.week")
        #expect(kpi.comparesDeploy)
        let other = try load(
            withFigure("{name: bookings, show: q.ok, target: above 99%, compare: [deploy], better: higher}")
        ).configuration.kpis[0]
        #expect(other.target == .atLeast(99))
        #expect(other.week == nil)
    }

    @Test(
        "a figure that cannot be is said",
        arguments: [
            ("{name: a, show: q.nothing}", "nothing produces the series"),
            ("{name: a, show: api.p95, compare: [week]}", "nothing tells what api.p95 was a week ago"),
            ("{name: a, show: api.version}", "is no figure"), ("{name: a, show: q.ok, target: 90%}", "is not a target"),
            ("{name: a, show: q.ok, target: above 3s}", "per cent"), ("{name: a}", "'show' is missing"),
            ("{name: a, show: q.ok}\n  - {name: a, show: q.ok}", "a second figure named 'a'"),
        ])
    func wrongFigures(kpi: String, complaint: String) {
        let found = errors(in: withFigure(kpi))
        #expect(found.contains { $0.contains(complaint) }, "\(found)")
    }

    @Test("six weeks bring what is usual, and a deviation that warns by itself")
    func weeks() throws {
        let configuration = try load(
            withFigure(
                "{name: r, show: q.r}",
                query: "{name: r, unit: ARS/h, query: \"SELECT $1\", weeks: 6, hours: Mon-Sat 09:00-21:00}")
        ).configuration
        let deviation = configuration.series.first { $0.id == "q.r.deviation" }
        #expect(deviation?.thresholds?.warning == .below(-3.5))
        #expect(configuration.series.contains { $0.id == "q.r.usual" })
        let found = errors(
            in: withFigure(
                "{name: r, show: q.r}", query: "{name: r, query: \"SELECT $1\", weeks: 1, hours: Mon-Sat 09:00-21:00}"))
        #expect(found.contains { $0.contains("from 3 weeks or more") }, "\(found)")
    }

    // MARK: Availability

    @Test(
        "a total needs a rate and a span, a budget an objective",
        arguments: [
            ("{series: s.t, total: db.deadlocks}", "'total' needs 'over'"),
            ("{series: s.t, total: db.connections, over: 30d}", "'total' adds up a rate"),
            ("{series: s.b, budget: [db.connections, db.blocked]}", "'budget' needs 'objective'"),
            ("{series: s.b, budget: [db.connections, db.blocked], objective: 100%}", "'budget' needs 'objective'"),
            ("{series: s.a, availability: [db.connections]}", "two series: what failed, and all"),
        ])
    func wrongTotals(derived: String, complaint: String) {
        let found = errors(in: Sample.yaml.replacing("derived:\n", with: "derived:\n  - \(derived)\n"))
        #expect(found.contains { $0.contains(complaint) }, "\(found)")
    }
}
