import FoundationEssentials
import Glibc
import Wire

/// How the parts of a rehearsal come to its PostgreSQL: over TCP by TLS and SCRAM alone, as on a real day. Each role has a
/// password of its own, in files that nobody else can read; on no command line.
struct DatabaseAccess: Sendable {
    let folder: String
    let authority: OwnAuthority

    /// The roles that come over TCP: the application, the engine's questions about the business, and who gathers evidence.
    static let roles = ["barberpro", "guardia", "guardia_compliance"]

    /// Makes the passwords.
    init(in folder: String, _ authority: OwnAuthority) throws {
        self.folder = folder
        self.authority = authority
        var lines = ""
        for role in DatabaseAccess.roles {
            let password = randomPassword()
            try writeFile(DatabaseAccess.passwordFile(of: role, in: folder), password)
            lines += "*:*:*:\(role):\(password)\n"
        }
        try writeFile(passwords, lines)
    }

    /// All of them as libpq reads them (`passfile`).
    var passwords: String { "\(folder)/database-passwords" }

    /// One of them, as a launch config names it.
    static func passwordFile(of role: String, in folder: String) -> String { "\(folder)/\(role)-password" }

    /// Whether the module that audits statements is installed beside this PostgreSQL.
    private static var audits: Bool {
        guard let program = try? Program.postgres("postgres").path() else { return false }
        return FileManager.default.fileExists(atPath: "\(program.dropLast("bin/postgres".count))lib/pgaudit.so")
    }

    /// What of Config/postgres/audit.conf a rehearsal has: TLS, SCRAM, and the audit where its module is installed. Its lines go
    /// to the server's log.
    static func settings(_ pair: OwnAuthority.Pair) -> [String: String] {
        let transit = [
            "ssl": "on", "ssl_cert_file": "'\(pair.certificate)'", "ssl_key_file": "'\(pair.key)'",
            "ssl_min_protocol_version": "'TLSv1.2'", "password_encryption": "'scram-sha-256'",
        ]
        guard audits else { return transit }
        let audit = [
            "shared_preload_libraries": "'pgaudit'", "pgaudit.log": "'role, ddl, write'",
            "pgaudit.role": "'guardia_audited'", "pgaudit.log_relation": "on", "pgaudit.log_parameter": "off",
            "pgaudit.log_catalog": "off",
        ]
        return transit.merging(audit) { $1 }
    }

    /// pg_hba.conf, in the manner of Config/postgres/pg_hba.conf.example. The socket lies in a folder that is closed to others:
    /// who administers comes by it.
    static let rules = """
        local      all  all                trust
        hostssl    all  all  127.0.0.1/32  scram-sha-256
        hostnossl  all  all  all           reject
        host       all  all  all           reject

        """

    /// libpq's words for one of the roles.
    func connection(_ role: String, _ server: PostgresServer) -> String {
        "host=localhost hostaddr=127.0.0.1 port=\(server.port) user=\(role) dbname=barberpro sslmode=verify-full "
            + "sslrootcert=\(authority.file) passfile=\(passwords)"
    }

    /// Makes the roles of evidence, by the files that are shipped for them: who `guardia compliance` asks as, and what is audited.
    /// The tables must be there.
    func makeEvidence(in server: PostgresServer) async throws {
        let password = endOfFile(DatabaseAccess.passwordFile(of: "guardia_compliance", in: folder)) ?? []
        var script = "\\set compliance_password '\(String(decoding: password, as: UTF8.self))'\n"
        script += String(decoding: PackageResources.compliance_role_sql, as: UTF8.self)
        if DatabaseAccess.audits {
            // Without the extension, which only names the objects of DDL: the scratch server of a restore drill loads no module.
            script += String(decoding: PackageResources.audit_role_sql, as: UTF8.self).split(separator: "\n")
                .filter { !$0.hasPrefix("CREATE EXTENSION") }.joined(separator: "\n")
        }
        let result = try await Command.run(
            [
                "psql", "--no-psqlrc", "--no-password", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname",
                "host=\(server.socketFolder) port=\(server.port) user=\(server.user) dbname=barberpro", "--file", "-",
            ], input: Array(script.utf8), deadline: .seconds(30))
        guard result.isSuccess else { throw RehearsalError.noRole(reason: result.standardError.text) }
    }
}
