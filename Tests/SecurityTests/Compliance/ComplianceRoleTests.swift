import Foundation
import Journal
import Launch
import Rehearsal
import Security
import Testing
import Wire

/// Config/postgres for real: what the compliance role can see, what it cannot do, and what is audited.
@Suite(.timeLimit(.minutes(3))) struct ComplianceRoleTests {
    private let lab: CertificateLab
    private let reactor: Reactor

    init() throws {
        lab = try CertificateLab()
        reactor = try Reactor()
    }

    /// The section of Config/barberpro.yaml that says what is searched.
    private func names(_ key: String) throws -> [String] {
        let text = try String(
            contentsOf: AuditedDatabase.root.appending(path: "Config/barberpro.yaml"), encoding: .utf8)
        let line = try #require(
            text.split(separator: "\n").first { $0.trimmingCharacters(in: .whitespaces).hasPrefix("\(key): [") })
        let list = line.drop { $0 != "[" }.dropFirst().prefix { $0 != "]" }
        return list.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    private func facts(_ database: AuditedDatabase, as user: String) async throws -> [String: ComplianceFact] {
        let plan = CompliancePlan(
            postgres: PostgresTarget(
                host: "127.0.0.1", port: Int(database.server.port), database: "barberpro", user: user,
                password: .environment("PG"), sslMode: "verify-full", sslRootCertificate: database.authority),
            tables: try names("tables"), auditedTables: try names("audited_tables"))
        let facts = await ComplianceSurvey(reactor: reactor, clock: SystemClock()) { _ in "secret" }.gather(plan)
        return Dictionary(facts.map { ($0.id, $0) }) { first, _ in first }
    }

    @Test func theShippedRoleSeesAllThatIsAskedAndIsNoSuperuser() async throws {
        try await AuditedDatabase.with(lab, reactor) { database in
            let found = try await facts(database, as: "guardia_compliance")
            #expect(found.count == 7)
            for fact in found.values { #expect(fact.state == .holds, "\(fact.id): \(fact.text)") }
            #expect(found["postgres.ssl"]?.text.contains("TLSv1.3") == true)

            // The role of the probes may look at none of it, and that is told.
            let probes = try await facts(database, as: "guardia")
            for id in ["postgres.hba", "postgres.scram", "pan.tables", "columns"] {
                #expect(probes[id]?.state == .unknown, "\(id): \(probes[id]?.text ?? "")")
            }

            // Whatever breaks is seen by it.
            try await database.run([
                "SET password_encryption = 'md5'", "CREATE ROLE old LOGIN PASSWORD 'old'",
                "CREATE TABLE carts (note text)",
                "INSERT INTO payments (booking_id, provider, status, amount, external_id) "
                    + "VALUES (1, 'mercadopago', 'pending', 1, '4111111111111111')",
                "ALTER DATABASE barberpro SET pgaudit.log = 'none'",
            ])
            let broken = try await facts(database, as: "guardia_compliance")
            for id in ["postgres.scram", "pan.tables", "columns", "postgres.pgaudit"] {
                #expect(broken[id]?.state == .fails, "\(id): \(broken[id]?.text ?? "")")
            }
            #expect(broken["pan.tables"]?.text == "card numbers in payments: 1")
            try await database.run(["DELETE FROM payments"])
            let rest = try await facts(database, as: "guardia_compliance")
            #expect(rest["columns"]?.state == .unknown && rest["columns"]?.text.hasSuffix("carts") == true, "\(rest)")

            // A counter that anybody could have made is not believed.
            try await database.run(["ALTER FUNCTION guardia_compliance.passwords() OWNER TO barberpro"])
            #expect(try await facts(database, as: "guardia_compliance")["postgres.scram"]?.state == .unknown)
        }
    }

    @Test func theRoleCanChangeNothingAndSeesNoVerifier() async throws {
        try await AuditedDatabase.with(lab, reactor) { database in
            let client = database.client("guardia_compliance", "secret")
            _ = try await client.query("SELECT * FROM payments", deadline: .seconds(20))
            _ = try await client.query("SET default_transaction_read_only = off", deadline: .seconds(20))
            for statement in [
                "SELECT rolpassword FROM pg_authid", "UPDATE payments SET amount = 0", "DELETE FROM users",
                "CREATE TABLE own (a int)", "CREATE TABLE guardia_compliance.own (a int)", "SET ROLE guardia_audited",
                "SELECT pg_read_file('/etc/passwd')", "SELECT pg_reload_conf()",
            ] {
                await #expect(throws: WireError.self, "\(statement)") {
                    try await client.query(statement, deadline: .seconds(20))
                }
            }
            await client.close()
            let other = database.client("guardia", "secret")
            await #expect(throws: WireError.self) {
                try await other.query("SELECT * FROM guardia_compliance.passwords()", deadline: .seconds(20))
            }
            await other.close()
            let plain = database.client("guardia_compliance", "secret", mode: "disable")
            await #expect(throws: WireError.self) { try await plain.query("SELECT 1", deadline: .seconds(20)) }
        }
    }

    @Test func readsAndWritesOfPaymentsRolesAndLoginsAreInTheCollectedAudit() async throws {
        try await AuditedDatabase.with(lab, reactor) { database in
            let store = try AuditStore(path: lab.path("audit"))
            let client = database.client("barberpro", "app")
            for statement in [
                "INSERT INTO payments (booking_id, provider, status, amount) VALUES (7, 'mercadopago', 'pending', 1500)",
                "UPDATE payments SET status = 'approved' WHERE booking_id = 7", "SELECT amount FROM payments",
                "SELECT count(*) FROM users", "ALTER TABLE payments ADD COLUMN note text",
            ] { _ = try await client.query(statement, deadline: .seconds(20)) }
            await client.close()
            try await database.run(["CREATE ROLE clerk", "GRANT SELECT ON users TO clerk"])
            let stranger = database.client("barberpro", "wrong")
            await #expect(throws: WireError.self) { try await stranger.query("SELECT 1", deadline: .seconds(20)) }
            let plain = database.client("barberpro", "app", mode: "disable")
            await #expect(throws: WireError.self) { try await plain.query("SELECT 1", deadline: .seconds(20)) }

            let source = AuditSource(name: "db", kind: .jsonlog(path: database.logs))
            let collector = AuditCollector(into: store, clock: SystemClock())
            func entries() throws -> [AuditEntry] {
                try store.search(
                    .init(from: Timestamp(seconds: 0), to: Timestamp(milliseconds: .max / 2), limit: 1000))
            }
            // The server's collector writes when it likes; what was done last comes last.
            let isTold = try await eventually {
                _ = try collector.collect(source)
                return try entries().contains { $0.action == "login refused" }
            }
            #expect(isTold)
            func count(_ kind: AuditClass, _ action: String, _ object: String = "", _ user: String = "barberpro") throws
                -> Int
            {
                try entries().count {
                    $0.kind == kind && $0.action == action && $0.user == user && (object.isEmpty || $0.object == object)
                }
            }
            #expect(try count(.data, "SELECT", "public.payments") == 1)
            #expect(try count(.data, "UPDATE", "public.payments") == 1, "once, though it is logged twice")
            #expect(try count(.data, "INSERT", "public.payments") == 1)
            #expect(try count(.data, "SELECT", "public.users") == 0, "reads of what holds no payment are not logged")
            #expect(try count(.schema, "ALTER TABLE", "public.payments") == 1)
            #expect(try count(.role, "CREATE ROLE", "", "postgres") >= 1)
            #expect(try count(.role, "GRANT", "", "postgres") >= 1)
            #expect(try count(.authentication, "login") >= 1)
            #expect(try count(.authentication, "login failed") == 1)
            #expect(try count(.authentication, "login refused") == 1)
            // Both lines are there: it is guardia that tells of one.
            let file = try #require(
                try FileManager.default.contentsOfDirectory(atPath: database.logs).first { $0.hasSuffix(".json") })
            let log = try String(contentsOfFile: "\(database.logs)/\(file)", encoding: .utf8)
            #expect(log.split(separator: "\n").count { $0.contains(",WRITE,UPDATE,") } == 2)
            #expect(!log.contains("'secret'"), "a password in CREATE ROLE is not logged")
        }
    }
}
