import Foundation
import Launch
import Rehearsal
import Settings
import Testing
import Watch
import Wire

/// BarberPro's database as the shipped files make it ready: the roles and indexes of Config/postgres by `guardia setup`, and
/// every question of Config/barberpro.yaml, asked as the role that those files make.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct ShippedDatabase {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// A database with BarberPro's tables, owned by whom the application logs in as, and without guardia.
    private final class Lab: Sendable {
        let folder: PrivateFolder
        let postgres: PostgresServer
        let reactor: Reactor
        let password = "it's \\ \(UInt64.random(in: 0 ... .max))"
        let backupPassword = "backup \(UInt64.random(in: 0 ... .max))"
        let compliancePassword = "evidence \(UInt64.random(in: 0 ... .max))"
        let drillPassword = "drill \(UInt64.random(in: 0 ... .max))"
        var config: String { "\(folder.path)/launch.yaml" }

        init() async throws {
            folder = try await PrivateFolder()
            postgres = try await PostgresServer.start(in: folder)
            reactor = try Reactor()
            let seed = try Program.run(
                Program.path("barberpro"),
                ["seed", "--postgres", conninfo("postgres"), "--bookings", "500", "--days", "8"])
            try #require(seed.status == 0, "\(seed.errors)")
            // The rehearsal's own role would hide what the shipped file forgets.
            for name in ["postgres", "barberpro"] {
                try sql("DROP OWNED BY guardia, guardia_backup", in: name)
            }
            try sql("DROP ROLE guardia, guardia_backup")
            for index in [
                "bookings_kpi", "bookings_answered", "payments_kpi", "payments_booking_id", "users_kpi",
                "users_province", "invoices_waiting",
            ] {
                try sql("DROP INDEX \(index)")
            }
            for (name, password) in [
                ("password", password), ("backup-password", backupPassword), ("drill-password", drillPassword),
                ("compliance-password", compliancePassword),
            ] {
                _ = FileManager.default.createFile(
                    atPath: "\(folder.path)/\(name)", contents: Data((password + "\n").utf8),
                    attributes: [.posixPermissions: 0o600])
            }
            try """
            product: {name: BarberPro}
            environment: test
            timezone: {name: America/Argentina/Buenos_Aires, abbreviation: ART}
            journal: {path: "\(folder.path)/journal"}
            probes:
              - {name: db, type: postgres, host: 127.0.0.1, port: \(postgres.port), database: barberpro, user: guardia,
                 password: "file:\(folder.path)/password", sslmode: disable}
            operators: [{anyone: true}]
            backup:
              database: db
              user: guardia_backup
              password: file:\(folder.path)/backup-password
              folder: \(folder.path)/backups
              encrypt: none
              limits: {keep_free: 1MiB}
              drill: {folder: "\(folder.path)", smoke: [{name: bookings, query: SELECT count(*) FROM bookings, at_least: 400}]}
            drills:
              connections: {database: db, user: guardia_drill, password: "file:\(folder.path)/drill-password", of: barberpro}
            panes: {health: [{title: DB, show: db.query}]}
            security:
              compliance:
                postgres: {host: 127.0.0.1, port: \(postgres.port), database: barberpro, user: guardia_compliance,
                           password: "file:\(folder.path)/compliance-password", sslmode: disable}

            """.write(toFile: config, atomically: true, encoding: .utf8)
        }

        func conninfo(_ database: String) -> String {
            "host=\(postgres.socketFolder) port=\(postgres.port) user=postgres dbname=\(database)"
        }

        @discardableResult
        func sql(_ text: String, in database: String = "barberpro") throws -> String {
            let result = try Program.run(
                "/usr/bin/psql",
                ["--no-psqlrc", "-qAt", "--set", "ON_ERROR_STOP=1", "--dbname", conninfo(database), "--command", text])
            try #require(result.status == 0, "\(result.errors)")
            return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
        }

        /// What `guardia setup` says, an item a line.
        func setup(_ files: [String], _ more: [String] = []) throws -> (status: Int32, lines: [String]) {
            let result = try Program.run(
                Program.path("guardia"),
                ["setup", "--only-launch", "--config", config, "--database", conninfo("barberpro")]
                    + files.flatMap { ["--sql", "\(ShippedDatabase.root)/Config/postgres/\($0)"] } + more)
            return (result.status, (result.output + result.errors).split(separator: "\n").map(String.init))
        }

        /// Logs in by the network, as a probe does.
        func login(_ user: String, _ password: String?) -> PostgresClient {
            var words = [
                "host": "127.0.0.1", "port": "\(postgres.port)", "user": user, "dbname": "barberpro",
                "sslmode": "disable",
            ]
            words["password"] = password
            return PostgresClient(PostgresSettings(words), on: reactor)
        }

        func close() async {
            reactor.shutdown()
            await folder.close()
        }

        static func with(_ body: (Lab) async throws -> Void) async throws {
            let lab = try await Lab()
            do { try await body(lab) } catch {
                await lab.close()
                throw error
            }
            await lab.close()
        }
    }

    private static let files = ["barberpro-role.sql", "barberpro-indexes.sql"]

    @Test func setupMakesTheRoleOnceAndItMayReadAndNothingElse() async throws {
        try await Lab.with { lab in
            let dry = try lab.setup(Self.files, ["--dry-run"])
            #expect(
                dry.lines.filter { $0.hasSuffix("would run it in the database (it changes only what differs)") }.count
                    == 2)
            #expect(try lab.sql("SELECT count(*) FROM pg_roles WHERE rolname = 'guardia'") == "0")
            let first = try lab.setup(Self.files)
            #expect(first.status == 0, "\(first.lines)")
            for file in Self.files {
                #expect(
                    first.lines.contains { $0.hasPrefix("✓") && $0.hasSuffix("\(file)  ran it in the database") },
                    "\(first.lines)")
            }
            let second = try lab.setup(Self.files)
            #expect(second.status == 0, "\(second.lines)")
            for file in Self.files {
                #expect(
                    second.lines.contains { $0.hasPrefix("–") && $0.hasSuffix("\(file)  already so") },
                    "\(second.lines)")
            }
            // Its password is the one of the launch config, and no other opens.
            let guardia = lab.login("guardia", lab.password)
            let who = try await guardia.query("SELECT current_user", deadline: .seconds(10))
            #expect(who.scalar == "guardia")
            await #expect(throws: WireError.self) {
                let wrong = lab.login("guardia", "wrong")
                _ = try await wrong.query("SELECT 1", deadline: .seconds(10))
            }
            for refused in [
                "SELECT email FROM users", "UPDATE bookings SET status = 'paid'", "CREATE TABLE mine (n int)",
                "SET default_transaction_read_only = off; DELETE FROM payments",
            ] {
                let client = lab.login("guardia", lab.password)
                await #expect(throws: WireError.self, "\(refused)") {
                    for statement in refused.split(separator: "; ") {
                        _ = try await client.query(String(statement), deadline: .seconds(10))
                    }
                }
                await client.close()
            }
            await guardia.close()
        }
    }

    @Test func theRoleOfComplianceHasThePasswordOfItsOwnSection() async throws {
        try await Lab.with { lab in
            let first = try lab.setup(["compliance-role.sql"])
            #expect(first.status == 0, "\(first)")
            #expect(try lab.setup(["compliance-role.sql"]).lines.contains { $0.hasSuffix("already so") })
            let evidence = lab.login("guardia_compliance", lab.compliancePassword)
            #expect(try await evidence.query("SELECT count(*) FROM users", deadline: .seconds(10)).scalar != "0")
            await evidence.close()
            await #expect(throws: WireError.self) {
                _ = try await lab.login("guardia_compliance", lab.password).query("SELECT 1", deadline: .seconds(10))
            }
        }
    }

    @Test func theRolesOfBackupsAndDrillsMayWhatTheyNeedAndNoMore() async throws {
        try await Lab.with { lab in
            let files = ["backup-role.sql", "drill-role.sql"]
            let first = try lab.setup(files)
            #expect(
                first.status == 0 && first.lines.filter { $0.hasSuffix("ran it in the database") }.count == 2,
                "\(first)")
            let second = try lab.setup(files)
            #expect(second.lines.filter { $0.hasSuffix("already so") }.count >= 2, "\(second)")

            // A whole backup as the one, restored and compared.
            for command in [["backup", "run", "--yes"], ["drill", "restore", "--yes"]] {
                let result = try Program.run(Program.path("guardia"), command + ["--config", lab.config])
                #expect(result.status == 0, "\(result.output)\(result.errors)")
            }
            let backup = lab.login("guardia_backup", lab.backupPassword)
            await #expect(throws: WireError.self) {
                _ = try await backup.query("DELETE FROM payments", deadline: .seconds(10))
            }
            await backup.close()

            // The application's sessions are seen and ended by the other.
            let application = PostgresClient(
                try PostgresSettings(
                    connectionString:
                        "host=\(lab.postgres.socketFolder) port=\(lab.postgres.port) user=barberpro dbname=barberpro"),
                on: lab.reactor)
            _ = try await application.query("SELECT 1", deadline: .seconds(10))
            let drill = lab.login("guardia_drill", lab.drillPassword)
            let ended = try await drill.query(
                """
                SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE usename = 'barberpro' AND pid <> pg_backend_pid() AND backend_type = 'client backend'
                """, deadline: .seconds(10))
            #expect(ended.scalar == "1")
            await #expect(throws: WireError.self) {
                _ = try await drill.query("SELECT count(*) FROM users", deadline: .seconds(10))
            }
            await drill.close()
            await application.close()
        }
    }

    // MARK: The questions

    /// What the shipped file asks, each measure with what came of it.
    private func answers(_ lab: Lab) async throws -> [String: Launch.Measurement] {
        let file = try LaunchConfigurationFile.load(path: "\(Self.root)/Config/barberpro.yaml")
        let context = ProbeContext(reactor: lab.reactor, clock: StandingClock()) { _ in lab.password }
        var found: [String: Launch.Measurement] = [:]
        var asked = 0
        for probe in file.configuration.probes {
            guard case .postgres(var target) = probe.target else { continue }
            #expect(target.user == "guardia")
            (target.host, target.port, target.sslMode) = ("127.0.0.1", Int(lab.postgres.port), "disable")
            asked += target.questions.count
            let prober = PostgresProber(target, in: context)
            for finding in try await prober.look(deadline: .seconds(20)) {
                found["\(probe.name).\(finding.measure)"] = finding.measurement
            }
            await prober.close()
        }
        #expect(asked >= 10, "the questions are not there")
        return found
    }

    private func number(_ measurement: Launch.Measurement?) -> Double? {
        if case .number(let number)? = measurement { number } else { nil }
    }

    @Test func everyShippedQuestionIsAnsweredAndFailingPaymentsAreSeen() async throws {
        try await Lab.with { lab in
            #expect(try lab.setup(Self.files).status == 0)
            // A calm quarter of an hour: a hundred bookings, of which every tenth card is refused by its bank, which is nobody's
            // outage; and one that is still being paid.
            try lab.sql(
                """
                WITH made AS (
                    INSERT INTO bookings (user_id, provider_id, service_id, province, status, starts_at, created_at, confirmed_at)
                    SELECT 1, 1, 1, 'AR-C', CASE WHEN n % 10 = 0 THEN 'pending' ELSE 'confirmed' END, now(),
                           now() - interval '2 minutes', CASE WHEN n % 10 > 0 THEN now() - interval '1 minute' END
                    FROM generate_series(1, 100) AS n RETURNING id, status)
                INSERT INTO payments (booking_id, provider, status, status_detail, amount, created_at, completed_at)
                SELECT id, 'mercadopago', CASE status WHEN 'pending' THEN 'rejected' ELSE 'approved' END,
                       CASE status WHEN 'pending' THEN 'cc_rejected_insufficient_amount' ELSE 'accredited' END,
                       14000, now() - interval '2 minutes', now() - interval '2 minutes' + interval '1 second' FROM made
                """)
            let calm = try await answers(lab)
            for (name, measurement) in calm {
                if case .missed(let reason) = measurement {
                    // What there is nothing of, in a database that is minutes old, is said; nothing is refused or misspelt.
                    let isExcused =
                        ["no replica", "the query brought NULL", "nothing came from elsewhere"].contains(reason)
                        || reason.hasPrefix("the query brought no row for")
                    #expect(isExcused, "\(name): \(reason)")
                }
            }
            #expect(calm["kpi.bookings_ok"] == .number(100))
            #expect(calm["kpi.payments_ok"] == .number(100))
            #expect((number(calm["kpi.payment_p95"]) ?? 0) >= 1000)
            #expect((number(calm["kpi.provider_response"]) ?? 0) > 0)
            for name in ["revenue", "sales", "active_users"] {
                #expect((number(calm["kpi.\(name)"]) ?? 0) > 0, "\(name)")
            }
            #expect(calm["kpi.new_users"] != nil && calm["kpi.invoices_waiting"] == .number(0))
            #expect(number(calm["db.query"]) != nil && number(calm["db.blocked"]) == 0)

            // The gateway is down: each payment stays as the application leaves it.
            try lab.sql(
                """
                UPDATE payments SET status = 'pending', status_detail = 'gateway_error', completed_at = NULL,
                    created_at = now() - interval '2 minutes' WHERE created_at > now() - interval '30 minutes';
                UPDATE bookings SET status = 'pending', confirmed_at = NULL, created_at = now() - interval '2 minutes'
                WHERE created_at > now() - interval '30 minutes'
                """)
            let down = try await answers(lab)
            let bookings = try #require(number(down["kpi.bookings_ok"]))
            let payments = try #require(number(down["kpi.payments_ok"]))
            #expect(bookings == 0 && payments == 0)
        }
    }
}

/// The shipped questions are asked once: no time passes.
private struct StandingClock: Launch.Clock {
    func now() -> Moment {
        Moment(
            utc: Timestamp(seconds: Int64(Date().timeIntervalSince1970)), uptime: .seconds(1000),
            boot: BootID(rawValue: 1))
    }
}
