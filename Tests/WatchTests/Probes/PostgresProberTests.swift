import FoundationEssentials
import Launch
import Rehearsal
import Testing
import Wire

@testable import Watch

@Suite struct PostgresProberTests {
    private func question(_ name: String, _ text: String) -> Question { Question(name: name, text: text, unit: .count) }

    private func withPostgres(
        questions: [Question] = [],
        _ body: (ProbeLab, PostgresServer, PostgresProber, PostgresClient) async throws -> Void
    ) async throws {
        let lab = try ProbeLab()
        try await withPrivateFolder { folder async throws in
            let server = try await PostgresServer.start(in: folder)
            let target = target(server, questions: questions)
            let settings = try PostgresSettings(target) { _ in server.password }
            try await body(
                lab, server, PostgresProber(target, in: lab.context), PostgresClient(settings, on: lab.reactor))
        }
    }

    private func target(_ server: PostgresServer, user: String? = nil, questions: [Question] = []) -> PostgresTarget {
        PostgresTarget(
            host: "127.0.0.1", port: Int(server.port), database: server.database, user: user ?? server.user,
            password: .environment(server.password), questions: questions)
    }

    @Test func oneLookBringsEveryMeasure() async throws {
        try await withPostgres { lab, server, prober, client async throws in
            let first = try await prober.measurements()
            #expect((first["query"].number ?? 0) > 0)
            #expect((first["connect"].number ?? 0) > 0)
            #expect((first["size"].number ?? 0) > 1_000_000)
            #expect((first["connections"].number ?? 0) >= 1)
            #expect(first["blocked"] == .number(0))
            // This test's own client may be in one for a blink.
            #expect((first["longest_transaction"].number ?? .infinity) < 1)
            #expect(first["replication_lag"] == .missed("no replica"))
            (lab.context.clock as? ManualClock)?.advance(1000)
            let second = try await prober.measurements()
            #expect(second["deadlocks"] == .number(0))
            #expect(second["connect"] == nil && second["size"] == nil, "these are taken once a minute")
            let probe = Probe(name: "p", interval: 1000, deadline: 500, target: .postgres(target(server)))
            let all = Set(probe.measures.map(\.name)).subtracting(["up", "connect", "size"])
            #expect(Set(second.keys).isSubset(of: all))
            #expect(all.subtracting(second.keys).isSubset(of: ["cache_hit"]))
            // A statement a text: nothing is prepared again, no timeout set again.
            let statements = try await client.query(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'guardia'", deadline: .seconds(10))
            #expect(statements.scalar == "2", "one kept connection, and this test's own")
        }
    }

    @Test func blockedSessionsAndLongTransactionsAreSeen() async throws {
        try await withPostgres { lab, server, prober, client async throws in
            _ = try await client.query("CREATE TABLE t (n int)", deadline: .seconds(10))
            _ = try await client.query("BEGIN", deadline: .seconds(10))
            _ = try await client.query("LOCK TABLE t IN ACCESS EXCLUSIVE MODE", deadline: .seconds(10))
            let settings = try PostgresSettings(target(server)) { _ in server.password }
            let waiting = PostgresClient(settings, on: lab.reactor)
            let waiter = Task { try? await waiting.query("SELECT count(*) FROM t", deadline: .seconds(30)) }
            var found: [String: Measurement] = [:]
            for _ in 0..<500 where found["blocked"] != .number(1) { found = try await prober.measurements() }
            #expect(found["blocked"] == .number(1))
            #expect((found["longest_transaction"].number ?? 0) > 0)
            _ = try await client.query("ROLLBACK", deadline: .seconds(10))
            _ = await waiter.value
            #expect(try await prober.measurements()["blocked"] == .number(0))
        }
    }

    @Test func strangeAnswersToQuestionsAreMissesOfTheirOwn() async throws {
        let questions = [
            question("two", "SELECT 2"), question("none", "SELECT 1 WHERE false"), question("null", "SELECT NULL::int"),
            question("text", "SELECT 'many'"), question("columns", "SELECT 1, 2"),
            question("rows", "SELECT generate_series(1, 3)"),
            question("write", "CREATE TABLE written (n int)"), question("broken", "SELEC 1"),
            question("nan", "SELECT 'NaN'::float8"),
            question("flood", "SELECT a.oid FROM pg_class AS a, pg_class AS b, pg_class AS c"),
            question("command", "SET work_mem = '64kB'"), question("several", "SELECT 1; SELECT 2"),
        ]
        try await withPostgres(questions: questions) { _, _, prober, client async throws in
            for _ in 0..<2 {
                let found = try await prober.measurements()
                #expect(found["two"] == .number(2))
                #expect(found["none"] == .missed("the query brought no row"))
                #expect(found["null"] == .missed("the query brought NULL"))
                #expect(found["text"] == .missed(#"the query brought "many", not a number"#))
                #expect(found["columns"] == .missed("the query brought 2 columns, not one"))
                #expect(found["rows"] == .missed("the query brought 3 rows, not one"))
                #expect(found["write"] == .missed("cannot execute CREATE TABLE in a read-only transaction"))
                #expect(found["broken"] == .missed(#"syntax error at or near "SELEC""#))
                #expect(found["nan"].reason == "the query brought NaN")
                #expect(found["flood"].reason?.contains("more than") == true)
                #expect(found["command"] == .missed("the query brought 0 columns, not one"))
                #expect(found["several"].reason?.contains("multiple commands") == true)
                #expect((found["query"].number ?? 0) > 0)
            }
            let tables = try await client.query("SELECT to_regclass('written')", deadline: .seconds(10))
            #expect(tables.scalar == nil)
        }
    }

    @Test("an answer by province is a figure for each, and what is on no map is told by name")
    func byProvince() async throws {
        let rows = "(VALUES ('AR-X', 120.5, 40), ('cordoba', 1, 1), ('Salta', 210, 7), ('XX', 99, 50), (NULL, 1, 1))"
        let fan = FanOut(label: "province", values: ["AR-A", "AR-C", "AR-X"], isArgentina: true)
        let all = "SELECT * FROM \(rows) AS r (province, p95, events)"
        let once = "SELECT * FROM \(rows) AS r (province, p95, events) WHERE province NOT LIKE 'cor%'"
        let questions = [
            Question(name: "twice", text: all, unit: .milliseconds, by: fan, few: 20),
            Question(name: "p95", text: once, unit: .milliseconds, column: "p95", by: fan, few: 20),
            Question(name: "count", text: once, unit: .count, column: "events", by: fan),
            Question(name: "lost", text: "SELECT 'AR-X' AS province, 1 AS n, 2 AS m", unit: .count, by: fan),
            Question(name: "unlabelled", text: "SELECT 1 AS n", unit: .count, by: fan),
        ]
        try await withPostgres(questions: questions) { _, _, prober, _ async throws in
            let found = try await prober.measurements()
            #expect(found["p95.AR-X"] == .number(120.5))
            #expect(found["p95.events.AR-X"] == .number(40))
            #expect(found["p95.AR-A"] == .text("too few (7)"))
            #expect(found["p95.events.AR-A"] == .number(7))
            #expect(found["p95.AR-C"] == .missed("the query brought no row for AR-C"))
            #expect(found["p95.elsewhere"] == .number(99))
            #expect(found["p95.elsewhere_names"] == .text("XX 99"))
            #expect(found["count.AR-X"] == .number(40))
            #expect(found["twice.AR-X"] == .missed("the query brought two rows for AR-X"))
            #expect(found["lost.AR-X"].reason?.contains("2 columns for the number") == true)
            #expect(found["unlabelled.AR-C"] == .missed("the query brought no column province"))
            let probe = Probe(
                name: "p", interval: 1000, deadline: 500,
                target: .postgres(PostgresTarget(host: "", database: "", user: "", questions: questions, vitals: false))
            )
            let measures = Set(probe.measures.map(\.name))
            let vitals = Set(
                Probe(
                    name: "p", interval: 1000, deadline: 500,
                    target: .postgres(PostgresTarget(host: "", database: "", user: ""))
                ).measures.map(\.name))
            #expect(Set(found.keys).subtracting(vitals).isSubset(of: measures), "every finding has its series")
        }
    }

    @Test("a rate over few events says how few, and is a number again when there are enough")
    func tooFew() async throws {
        for (events, rate, count) in [
            ("7", Measurement.text("too few (7)"), Measurement.number(7)),
            ("0", .text("too few (0)"), .number(0)), ("12", .number(25), .number(12)),
            (
                "NULL::int", .missed("how many events the number stands on is not known"),
                .missed("the number of events is no number")
            ),
        ] {
            try await withPostgres(
                questions: [
                    Question(
                        name: "rate", text: "SELECT 300.0 / nullif(\(events), 0) AS rate, \(events) AS events",
                        unit: .percent, few: 10)
                ]
            ) { _, _, prober, _ async throws in
                let found = try await prober.measurements()
                #expect(found["rate"] == rate)
                #expect(found["rate.events"] == count)
            }
        }
    }

    @Test("the same hour of last week is asked for every five minutes, by the server's clock")
    func weekAgo() async throws {
        let question = Question(
            name: "age", text: "SELECT extract(epoch FROM now() - (now() - $1::interval))", unit: .seconds, weeks: 1)
        try await withPostgres(questions: [question]) { lab, _, prober, _ async throws in
            let first = try await prober.measurements()
            #expect(first["age"] == .number(0))
            #expect(first["age.week"] == .number(604_800))
            (lab.context.clock as? ManualClock)?.advance(1000)
            #expect(try await prober.measurements()["age.week"] == nil)
            (lab.context.clock as? ManualClock)?.advance(300_000)
            #expect(try await prober.measurements()["age.week"] == .number(604_800))
        }
    }

    @Test(
        "seven weeks of sales in a table become a deviation, and that an alert; a holiday is neither judged nor judged by"
    )
    func deviation() async throws {
        let question = Question(
            name: "revenue",
            text: """
                SELECT coalesce(sum(amount), 0) FROM sales
                WHERE at BETWEEN now() - $1::interval - interval '1 hour' AND now() - $1::interval
                """, unit: .pesosPerHour, weeks: 6)
        try await withPostgres(questions: [question]) { lab, server, prober, client async throws in
            for statement in [
                "CREATE TABLE sales (at timestamptz, amount numeric)",
                // Ten sales in each of the last six weeks' hour, of about a hundred; of this week's, two.
                """
                INSERT INTO sales SELECT now() - week * interval '7 days' - sale * interval '5 minutes', 100 + week
                FROM generate_series(0, 6) AS week, generate_series(1, 10) AS sale WHERE week > 0 OR sale <= 2
                """,
            ] { _ = try await client.query(statement, deadline: .seconds(10)) }
            let probe = Probe(
                name: "kpi", interval: 1000, deadline: 500, target: .postgres(target(server, questions: [question])))
            let plan = AlertPlan(AlertSettings(), series: probe.series, zone: .utc)
            /// Who is told, after a look.
            func alerts(_ found: [String: Measurement]) -> [String] {
                var machine = AlertMachine(plan, now: lab.context.clock.now())
                let now = lab.context.clock.now()
                let readings = found.map { Reading(SeriesID("kpi.\($0.key)"), $0.value) }
                let told = machine.take(readings, at: now, now: now) + machine.advance(to: now.advanced(by: 1000))
                return told.compactMap { if case .fired(let body) = $0 { body.alert.rule } else { nil } }
            }
            let low = try await prober.measurements()
            #expect(low["revenue"] == .number(200))
            #expect(low["revenue.week"] == .number(1010))
            #expect(low["revenue.usual"] == .number(1035), "the median of the six")
            let deviation = try #require(low["revenue.deviation"].number)
            #expect(abs(deviation - (200 - 1035) / 103.5) < 1e-9, "a tenth of the median is the least spread")
            #expect(alerts(low).contains("kpi.revenue.deviation"))

            // As usual.
            _ = try await client.query(
                "INSERT INTO sales SELECT now() - interval '10 minutes', 100 FROM generate_series(1, 8)",
                deadline: .seconds(10))
            let usual = try await prober.measurements()
            #expect(usual["revenue"] == .number(1000) && !alerts(usual).contains("kpi.revenue.deviation"))

            // Three of the weeks were holidays, without a sale.
            _ = try await client.query(
                "DELETE FROM sales WHERE at < now() - interval '27 days' OR at > now() - interval '1 day'",
                deadline: .seconds(10))
            func day(_ weeksAgo: Int64) -> LaunchHoliday {
                let civil = Zone.utc.civil(lab.context.clock.now().utc + .days(-7 * weeksAgo))
                return LaunchHoliday(year: civil.year, month: civil.month, day: civil.day, name: "Feriado")
            }
            func looked(_ holidays: [LaunchHoliday]) async throws -> [String: Measurement] {
                var context = lab.context
                context.holidays = holidays
                let prober = PostgresProber(target(server, questions: [question]), in: context)
                let found = try await prober.measurements()
                await prober.close()
                return found
            }
            #expect(try await looked([])["revenue.usual"] == .number(505), "half of the weeks were nothing")
            let without = try await looked([day(4), day(5), day(6)])
            #expect(without["revenue.usual"] == .number(1020))
            #expect(alerts(without).contains("kpi.revenue.deviation"))
            let today = try await looked([day(0)])
            #expect(today["revenue.deviation"] == .text("today is a holiday, Feriado"))
            #expect(today["revenue.usual"] == nil && !alerts(today).contains("kpi.revenue.deviation"))
        }
    }

    @Test("ten million rows are broken off, and take no memory")
    func tenMillionRows() async throws {
        let flood = "SELECT repeat('x', 100), n FROM generate_series(1, 10000000) AS n"
        try await withPostgres(questions: [question("flood", flood), question("one", "SELECT 1")]) {
            _, _, prober, client async throws in
            let before = residentKiB
            for _ in 0..<3 {
                let found = try await prober.measurements()
                #expect(found["flood"].reason?.contains("more than 1000 rows") == true)
                #expect(found["one"] == .number(1))
            }
            #expect(residentKiB - before < 64 << 10, "a gigabyte of rows was not taken in")
            // The server does not go on computing them for nobody.
            let end = ContinuousClock.now + .seconds(30)
            var busy: String?
            repeat {
                busy = try await client.query(
                    """
                    SELECT count(*) FROM pg_stat_activity
                    WHERE state = 'active' AND query LIKE '%generate_series(1, 1000%' AND pid <> pg_backend_pid()
                    """, deadline: .seconds(10)
                ).scalar
            } while busy != "0" && ContinuousClock.now < end
            #expect(busy == "0")
        }
    }

    private var residentKiB: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        return Int(line.split(separator: " ").dropFirst().first ?? "") ?? 0
    }

    @Test("an endless question costs itself, no other measure")
    func endless() async throws {
        let questions = [question("endless", "SELECT pg_sleep(1000)"), question("quick", "SELECT 7")]
        try await withPostgres(questions: questions) { _, _, prober, _ async throws in
            _ = try await prober.measurements(deadline: .seconds(2))
            // From the second look on, the quick one comes first.
            let found = try await prober.measurements(deadline: .milliseconds(600))
            #expect(found["endless"] == .missed("no answer within 300 ms"))
            #expect(found["quick"] == .number(7))
            #expect(found["blocked"] == .number(0))
        }
    }

    @Test func anUnprivilegedUserIsToldWhatItMayNotSee() async throws {
        try await withPostgres { lab, server, _, client async throws in
            _ = try await client.query(
                "CREATE ROLE watcher LOGIN PASSWORD '\(server.password)'", deadline: .seconds(10))
            let prober = PostgresProber(target(server, user: "watcher"), in: lab.context)
            let found = try await prober.measurements()
            let hidden = Measurement.missed("watcher may not see other sessions: GRANT pg_read_all_stats TO it")
            #expect(found["blocked"] == hidden && found["longest_transaction"] == hidden)
            #expect((found["connections"].number ?? 0) >= 2)
            _ = try await client.query("GRANT pg_monitor TO watcher", deadline: .seconds(10))
            #expect(try await prober.measurements()["blocked"] == .number(0))
        }
    }

    @Test("a stopped, then killed, then restarted server: an error by the deadline each time, and recovery")
    func failure() async throws {
        try await withPostgres(questions: [question("one", "SELECT 1")]) { lab, server, prober, _ async throws in
            _ = try await prober.measurements()
            try await server.pause()
            #expect(await lab.expectEnd(of: prober) != nil)
            try await server.resume()
            #expect(try await prober.measurements()["one"] == .number(1))
            await server.kill()
            let failure = await lab.expectEnd(of: prober)
            #expect(failure?.contains("127.0.0.1:\(server.port)") == true)
            #expect(failure?.contains(server.password) == false)
            try await server.start()
            #expect(try await prober.measurements()["one"] == .number(1))
        }
    }

    @Test func anotherProtocolIsAnErrorByTheDeadline() async throws {
        let lab = try ProbeLab()
        try await withNginx("return 200 x;") { nginx async throws in
            let target = PostgresTarget(host: "127.0.0.1", port: Int(nginx.port), database: "d", user: "u")
            #expect(await lab.expectEnd(of: PostgresProber(target, in: lab.context)) != nil)
        }
    }

    // MARK: The statistics' row, without a server

    private func findings(
        _ statistics: inout PostgresStatistics, at uptime: Milliseconds, _ row: [String: String]
    ) -> [String: Measurement] {
        let findings = statistics.findings(user: "u", at: uptime) { row[$0] }
        return Dictionary(findings.map { ($0.measure, $0.measurement) }, uniquingKeysWith: { first, _ in first })
    }

    @Test func lagOfAReplicaAndOfAPrimary() {
        var statistics = PostgresStatistics()
        func lag(_ row: [String: String]) -> Measurement? {
            findings(&statistics, at: 0, row.merging(["sees_all": "t"]) { $1 })["replication_lag"]
        }
        #expect(lag(["is_replica": "t", "lag": "2.5"]) == .number(2.5))
        #expect(lag(["is_replica": "t", "lag": "-0.1"]) == .number(0))
        #expect(lag(["is_replica": "t"]) == .missed("no transaction was replayed yet"))
        #expect(lag(["is_replica": "f", "replicas": "2", "lag": "0.5"]) == .number(0.5))
        #expect(lag(["is_replica": "f", "replicas": "1"]) == .missed("no replica has reported yet"))
        #expect(lag(["is_replica": "f", "replicas": "0"]) == .missed("no replica"))
    }

    @Test func deadlocksAreCountedOverAMinuteAndResetsHandled() {
        var statistics = PostgresStatistics()
        func deadlocks(_ count: Int, at second: Int64) -> Measurement? {
            findings(&statistics, at: .seconds(second), ["deadlocks": "\(count)"])["deadlocks"]
        }
        #expect(deadlocks(10, at: 0) == nil)
        #expect(deadlocks(10, at: 30) == .number(0))
        #expect(deadlocks(12, at: 60) == .number(2))
        // pg_stat_reset()
        #expect(deadlocks(1, at: 90) == .number(3))
        #expect(deadlocks(1, at: 120) == .number(1))
        #expect(deadlocks(1, at: 150) == .number(0))
    }
}
