import Launch
import Settings
import Testing

@Suite("What a launch's file becomes")
struct ConfigurationValueTests {
    private func rehearsal() throws -> LaunchConfiguration {
        try RehearsalSettings.load(variables: RehearsalSettings.example).configuration
    }

    private func probe(_ yaml: String) throws -> Probe {
        try load(Sample.yaml.replacing("probes:\n", with: "probes:\n  - \(yaml)\n")).configuration.probes[0]
    }

    @Test("a measure split by province is one series for each, with its name and bounds")
    func fanOut() throws {
        let configuration = try rehearsal()
        let cordoba = configuration.series.first { $0.id == "app.latency_p95.AR-X" }
        #expect(cordoba?.title == "p95 Córdoba")
        #expect(cordoba?.unit == .milliseconds)
        #expect(cordoba?.thresholds == Thresholds(warning: .above(200), critical: .above(300)))
        let region = configuration.panes.geo?.regions.first { $0.code == "AR-X" }
        #expect(region?.label == "CBA")
        #expect(region?.latency == "app.latency_p95.AR-X")
        #expect(region?.traffic == "app.requests.AR-X")
        #expect(configuration.panes.geo?.limit == 200)
    }

    @Test("a question may ask by province, say how few are too few, and look a week back")
    func questions() throws {
        let probe = try probe(
            "{name: q, type: postgres, host: /run/postgresql, database: d, user: u, vitals: false, queries: ["
                + "{name: geo, unit: ms, query: 'SELECT 1', by: {label: province, values: argentina}, few: 20, column: p95},"
                + "{name: ok, unit: '%', query: 'SELECT now() - $1::interval', few: 10, weeks: 1}]}")
        guard case .postgres(let target) = probe.target else {
            Issue.record("no postgres probe")
            return
        }
        #expect(target.questions[0].by?.isArgentina == true)
        #expect(target.questions[0].column == "p95")
        #expect(target.questions[1].weeks == 1)
        let names = Set(probe.measures.map(\.name))
        #expect(
            names.isSuperset(of: [
                "geo.AR-X", "geo.elsewhere", "geo.elsewhere_names", "geo.events.AR-X", "ok", "ok.events", "ok.week",
            ]))
        #expect(probe.measures.first { $0.name == "ok.week" }?.interval == Question.weekInterval)
    }

    @Test(
        "what does not go together is said",
        arguments: [
            ("{name: a, query: 'SELECT 1', weeks: 1}", "needs $1"),
            ("{name: a, query: 'SELECT $1', weeks: 1, by: {label: p, values: argentina}}", "do not go together"),
            ("{name: a, query: 'SELECT 1', few: 0}", "'few' is the least number"),
            ("{name: a, query: 'SELECT 1', count: 'SELECT 2'}", "unknown key"),
        ])
    func wrongQuestions(yaml: String, complaint: String) {
        let probe =
            "  - {name: q, type: postgres, host: /run/postgresql, database: d, user: u, queries: [\(yaml)]}\n"
        let found = errors(in: Sample.yaml.replacing("probes:\n", with: "probes:\n" + probe))
        #expect(found.contains { $0.contains(complaint) }, "\(found)")
    }

    @Test("PromQL and Redis say by a question of its own how many events there were")
    func countedQuestions() throws {
        let probe = try probe(
            "{name: q, type: prometheus, url: 'http://p:9090', queries: [{name: ok, unit: '%', query: a, few: 9, count: b}]}"
        )
        guard case .prometheus(let target) = probe.target else {
            Issue.record("no prometheus probe")
            return
        }
        #expect(target.questions[0].count == "b")
        let bare = "  - {name: q, type: prometheus, url: 'http://p:9090', queries: [{name: ok, query: a, few: 9}]}\n"
        let found = errors(in: Sample.yaml.replacing("probes:\n", with: "probes:\n" + bare))
        #expect(found.contains { $0.contains("'few' needs 'count'") })
    }

    @Test("a metric in seconds is scaled to the unit it is wanted in")
    func scale() throws {
        let app = try rehearsal().probes.first { $0.name == "app" }
        guard case .metrics(let target) = app?.target else {
            Issue.record("not a metrics probe")
            return
        }
        #expect(target.extracts.first?.scale == 1000)
        #expect(target.extracts.first?.take == .quantile(0.95))
        #expect(target.extracts.first?.by?.values.count == 24)
    }

    @Test(
        "a probe that says nothing of its pace gets that of its kind",
        arguments: [
            ("{name: p, type: host}", 1000, 1000),
            ("{name: p, type: tls, url: 'a.example:443'}", 300_000, 10_000),
            ("{name: p, type: clock}", 30_000, 2000),
            ("{name: p, type: command, run: [/bin/true]}", 60_000, 10_000),
            ("{name: p, type: host, every: 500ms}", 500, 500),
            ("{name: p, type: host, every: 10s}", 10_000, 2000),
        ] as [(String, Int64, Int64)])
    func pace(_ yaml: String, _ every: Int64, _ deadline: Int64) throws {
        let probe = try probe(yaml)
        #expect(probe.interval == Milliseconds(every))
        #expect(probe.deadline == Milliseconds(deadline))
    }

    @Test("a derived series has the interval of its slowest input, and a ratio is in per cent")
    func derived() throws {
        let configuration = try load(
            Sample.yaml.replacing("host: /run/postgresql", with: "host: /run/postgresql\n    every: 7s")
        ).configuration
        let busy = configuration.series.first { $0.id == "db.busy" }
        #expect(busy?.interval == .seconds(7))
        #expect(busy?.unit == .percent)
        #expect(busy?.inputs == ["db.connections", "db.blocked"])
        #expect(
            configuration.derivations.map(\.formula)
                == [.ratio(numerator: "db.connections", denominator: "db.blocked", scale: 100)])
    }

    @Test("a derived series may use one that stands further down")
    func order() throws {
        let configuration = try load(
            Sample.replacing(
                "derived:\n",
                by:
                    "derived:\n  - {series: all.worst, worst: [api.up, db.busy]}\n  - {series: all.calls, rate: db.blocked, unit: /min}\n"
            )
        ).configuration
        #expect(configuration.series.first { $0.id == "all.worst" }?.unit == .verdict)
        #expect(configuration.derivations.contains { $0.formula == .rate(of: "db.blocked", per: 60) })
    }

    @Test("built-in bounds can be changed, and taken away")
    func builtInBounds() throws {
        let expires = { (thresholds: String) in
            try load(
                Sample.yaml.replacing(
                    "probes:\n",
                    with: "probes:\n  - {name: cert, type: tls, url: 'a.example:443'\(thresholds)}\n")
            ).configuration.series.first { $0.id == "cert.expires" }?.thresholds
        }
        #expect(try expires("") == Thresholds(warning: .below(30), critical: .below(7)))
        #expect(try expires(", thresholds: {expires: {critical: below 3d}}") == Thresholds(critical: .below(3)))
        #expect(try expires(", thresholds: {expires: none}") == nil)
    }

    @Test("a postgres probe without vitals only asks its questions, and says its title once")
    func vitals() throws {
        let configuration = try rehearsal()
        let kpi = configuration.series.map(\.id.name).filter { $0.hasPrefix("kpi.") }
        #expect(kpi.contains("kpi.up") && kpi.contains("kpi.revenue") && !kpi.contains("kpi.connections"))
        #expect(configuration.series.first { $0.id == "clock.offset" }?.title == "Clock offset")
    }

    @Test("a clock is compared with the server of the postgres probe that it names")
    func clockReference() throws {
        guard case .clock(let target) = try probe("{name: p, type: clock, postgres: db}").target else {
            Issue.record("not a clock")
            return
        }
        #expect(target.postgres?.host == "/run/postgresql")
        let message = errors(
            in: Sample.yaml.replacing("probes:\n", with: "probes:\n  - {name: p, type: clock, postgres: bd}\n"))
        #expect(message == ["launch.yaml:6:38: no probe of type postgres is named 'bd'; did you mean 'db'?"])
    }

    @Test("a line of a pane keeps its facts in the order of the file")
    func rows() throws {
        let row = try rehearsal().panes.business.first { $0.title == "p95 AR" }
        #expect(row?.main == "app.p95")
        #expect(row?.facts.map(\.word) == ["err", "req"])
    }

    @Test("the provinces add up to the census of 2022")
    func provinces() {
        #expect(Province.argentina.count == 24)
        #expect(Set(Province.argentina.map(\.label)).count == 24)
        #expect(Province.argentina.reduce(0) { $0 + $1.population } == 45_892_285)
        #expect(Province.named(iso: "AR-V")?.label == "TDF")
    }
}
