import Foundation
import Rehearsal
import Testing
import Wire

/// What a rehearsal can show an auditor: the application's own sessions, and that nobody comes in without TLS.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct EvidenceTests {
    private struct Report: Decodable {
        struct Fact: Decodable {
            var id: String
            var state: String
            var text: String
        }
        struct Item: Decodable {
            var framework: String
            var requirement: String
            var status: String
        }
        var facts: [Fact]
        var items: [Item]
    }

    @Test func theDatabaseOfARehearsalIsReachedByTLSAloneAndThatIsShown() async throws {
        let rehearsal = try await LiveRehearsal.headless()
        func look() throws -> Report {
            let result = try Program.run(
                Program.path("guardia"), ["compliance", "--format", "json", "-c", "\(rehearsal.folder)/launch.yaml"])
            return try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
        }
        let report = try look()
        var facts = Dictionary(report.facts.map { ($0.id, $0) }) { first, _ in first }
        for id in [
            "postgres.ssl", "postgres.hba", "postgres.versions", "postgres.scram", "postgres.pgaudit", "pan.tables",
            "columns",
        ] { #expect(facts[id]?.state == "holds", "\(id): \(facts[id]?.text ?? "was not looked at")") }
        #expect(report.items.first { $0.requirement == "3.5.1.2" }?.status == "met")
        // Five sessions of each colour, and who asks.
        let sessions = try #require(
            facts["postgres.ssl"]?.text.firstMatch(
                of: /of (\d+) sessions over the network now all are encrypted \(TLSv1\.3\)/), "\(facts)")
        #expect(try #require(Int(sessions.1)) >= 3)

        // A password is no way in without TLS, and TLS none without a password.
        func connect(_ words: String) throws -> Program.Result {
            try Program.run(
                "/usr/bin/env",
                [
                    "PGPASSFILE=\(rehearsal.folder)/database-passwords", "psql", "--no-psqlrc", "--no-password", "-Atc",
                    "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
                    "host=127.0.0.1 port=\(rehearsal.variables["POSTGRES_PORT"] ?? "") dbname=barberpro \(words)",
                ])
        }
        let authority = "sslrootcert=\(rehearsal.variables["TLS_AUTHORITY"] ?? "")"
        #expect(try connect("user=barberpro sslmode=verify-full \(authority)").output == "t\n")
        #expect(try connect("user=barberpro sslmode=disable").errors.contains("pg_hba.conf rejects connection"))
        #expect(try connect("user=barberpro sslmode=verify-full sslrootcert=/dev/null").status != 0)
        #expect(try connect("user=postgres sslmode=verify-full \(authority)").status != 0, "it has no password there")

        // Were plaintext let in, it would be said.
        let rules = "\(rehearsal.variables["POSTGRES_SOCKET_DIR"] ?? "")/data/pg_hba.conf"
        let text = try String(contentsOfFile: rules, encoding: .utf8)
        let file = try #require(FileHandle(forWritingAtPath: rules))
        try file.write(contentsOf: Data(("host all all 127.0.0.1/32 scram-sha-256\n" + text).utf8))
        try file.close()
        let reload = try Program.run(
            "/usr/bin/psql",
            [
                "--no-psqlrc", "-Atc", "SELECT pg_reload_conf()",
                "host=\(rehearsal.variables["POSTGRES_SOCKET_DIR"] ?? "") port=\(rehearsal.variables["POSTGRES_PORT"] ?? "") user=postgres dbname=postgres",
            ])
        #expect(reload.output == "t\n", "\(reload.errors)")
        facts = Dictionary(try look().facts.map { ($0.id, $0) }) { first, _ in first }
        #expect(facts["postgres.hba"]?.state == "fails", "\(facts)")
        #expect(facts["postgres.hba"]?.text.contains("lets in without TLS") == true)
    }
}
