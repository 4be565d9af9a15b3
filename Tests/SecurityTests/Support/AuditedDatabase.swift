import Foundation
import Glibc
import Rehearsal
import Security
import Testing
import Wire

/// BarberPro's database on a real server, set up by the files of Config/postgres alone.
struct AuditedDatabase {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    let server: PostgresServer
    let reactor: Reactor
    let authority: String

    var logs: String { "\(server.socketFolder)/audit" }

    /// The text of a file of Config/postgres.
    static func shipped(_ name: String) throws -> String {
        try String(contentsOf: root.appending(path: "Config/postgres/\(name)"), encoding: .utf8)
    }

    /// BarberPro's own tables, out of its source.
    static func tables() throws -> [String] {
        let source = try String(
            contentsOf: root.appending(path: "Sources/barberpro/Database/Schema.swift"), encoding: .utf8)
        return source.split(separator: "\"\"\"").map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
            .filter { $0.hasPrefix("CREATE TABLE ") }
    }

    static func with(
        _ lab: CertificateLab, _ reactor: Reactor, _ body: (AuditedDatabase) async throws -> Void
    ) async throws {
        let folder = try await PrivateFolder()
        do {
            let server = try await PostgresServer.start(in: folder)
            try await body(try await AuditedDatabase(server, lab, reactor))
            await server.stop()
        } catch {
            await folder.close()
            throw error
        }
        await folder.close()
    }

    private init(_ server: PostgresServer, _ lab: CertificateLab, _ reactor: Reactor) async throws {
        self.server = server
        self.reactor = reactor
        try await lab.make(.init(name: "db", subject: "/CN=db.test", names: "DNS:db.test,IP:127.0.0.1"))
        authority = lab.path("db.pem")
        let folder = server.socketFolder
        var owner = stat()
        try #require(stat(folder, &owner) == 0)
        mkdir(logs, 0o700)
        for (from, to) in [("db.pem", "server.pem"), ("db.key", "server.key")] {
            try FileManager.default.copyItem(atPath: lab.path(from), toPath: "\(folder)/\(to)")
            chmod("\(folder)/\(to)", 0o600)
            chown("\(folder)/\(to)", owner.st_uid, owner.st_gid)
        }
        chown(logs, owner.st_uid, owner.st_gid)
        // What is shipped, with the folders of this machine; of the test's own settings only what is about its place.
        let conf = try AuditedDatabase.shipped("audit.conf")
            .replacing("/var/log/postgresql/json", with: logs).replacing("/etc/postgresql/", with: "\(folder)/")
        try conf.write(toFile: "\(folder)/audit.conf", atomically: true, encoding: .utf8)
        chmod("\(folder)/audit.conf", 0o644)
        let settings = "\(folder)/data/postgresql.conf"
        let own = try String(contentsOfFile: settings, encoding: .utf8).split(separator: "\n").filter {
            !$0.hasPrefix("log") && !$0.hasPrefix("ssl")
        }.joined(separator: "\n")
        try (own + "\ninclude '\(folder)/audit.conf'\n").write(toFile: settings, atomically: false, encoding: .utf8)
        let rules = try AuditedDatabase.shipped("pg_hba.conf.example").replacing(
            /10\.0\.0\.[0-9]+\/[0-9]+/, with: "127.0.0.1/32")
        // The test itself comes by the Unix socket, as root.
        try (rules.replacing("peer\n", with: "trust\n")).write(
            toFile: "\(folder)/data/pg_hba.conf", atomically: false, encoding: .utf8)
        try await server.restart()

        try await run(
            ["CREATE ROLE barberpro LOGIN PASSWORD 'app'", "CREATE DATABASE barberpro OWNER barberpro"], in: "postgres")
        try await run(["SET ROLE barberpro"] + (try AuditedDatabase.tables()))
        // Twice: what is there is left as it is.
        for _ in 0..<2 {
            for file in ["barberpro-role.sql", "compliance-role.sql", "audit-role.sql"] {
                let result = try await Command.run(
                    [
                        "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-v", "password=secret", "-v",
                        "compliance_password=secret",
                        "-h", folder, "-p",
                        "\(server.port)", "-U", "postgres", "-d", "barberpro", "-f",
                        AuditedDatabase.root.appending(path: "Config/postgres/\(file)").path,
                    ], deadline: .seconds(60))
                try #require(result.isSuccess, "\(file): \(result.standardError.text)")
            }
        }
    }

    /// As the superuser, through the Unix socket.
    func run(_ statements: [String], in database: String = "barberpro") async throws {
        let client = PostgresClient(
            PostgresSettings([
                "host": server.socketFolder, "port": "\(server.port)", "user": "postgres", "dbname": database,
            ]), on: reactor)
        for statement in statements { _ = try await client.query(statement, deadline: .seconds(20)) }
        await client.close()
    }

    func client(_ user: String, _ password: String, mode: String = "verify-full") -> PostgresClient {
        PostgresClient(
            PostgresSettings([
                "host": "127.0.0.1", "port": "\(server.port)", "user": user, "dbname": "barberpro",
                "password": password, "sslmode": mode, "sslrootcert": authority,
            ]), on: reactor)
    }
}
