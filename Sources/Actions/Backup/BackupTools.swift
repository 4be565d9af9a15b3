import Foundation
import Glibc
package import Launch
package import Wire

/// The programs that a backup is made of, and how they are called.
package struct BackupTools: Sendable {
    /// Where PostgreSQL's programs are.
    package let folder: String
    private let nice: Int

    /// - Parameters:
    ///   - folder: nil: the newest that Debian keeps, each version in a folder of its own, outside PATH.
    ///   - version: the major version that is taken where it is there.
    package init(_ folder: String?, version: Int? = nil, nice: Int = 0) throws(BackupError) {
        self.nice = nice
        if let folder {
            self.folder = folder
        } else {
            let root = "/usr/lib/postgresql"
            let versions = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).compactMap(Int.init)
            let there = versions.sorted(by: >).filter { access("\(root)/\($0)/bin/pg_dump", X_OK) == 0 }
            guard let newest = there.first(where: { $0 == version }) ?? there.first else {
                throw BackupError(
                    .refused,
                    "PostgreSQL's programs are not in \(root): install postgresql-client, or name their folder in backup.programs"
                )
            }
            self.folder = "\(root)/\(newest)/bin"
        }
    }

    package func postgres(_ name: String) -> String { "\(folder)/\(name)" }

    // MARK: Versions

    /// The major version of the programs; nil where they do not say.
    func majorVersion() async -> Int? {
        // "pg_dump (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"
        guard let result = try? await Command.run([postgres("pg_dump"), "--version"], deadline: .seconds(10)),
            let start = result.standardOutput.text.range(of: "(PostgreSQL) ")
        else { return nil }
        return Int(result.standardOutput.text[start.upperBound...].prefix { $0.isNumber })
    }

    /// pg_dump reads from older servers, and refuses newer ones.
    func check(dumping server: String) async throws(BackupError) {
        guard let major = Int(server.prefix { $0.isNumber }), let ours = await majorVersion(), ours < major else {
            return
        }
        throw BackupError(
            .refused,
            "the server is PostgreSQL \(server), the programs in \(folder) are of \(ours): install postgresql-client-\(major), or name its folder in backup.programs"
        )
    }

    /// A dump restores into the same version or a newer one, the files of a cluster into the same alone.
    func check(restoring manifest: BackupManifest) async throws(BackupError) {
        let major = manifest.majorVersion
        guard major > 0, let ours = await majorVersion(), manifest.method == .physical ? ours != major : ours < major
        else { return }
        throw BackupError(
            .refused,
            "the backup is of PostgreSQL \(manifest.serverVersion), the programs in \(folder) are of \(ours): install postgresql-\(major) where drills run"
        )
    }

    /// Words that give way to others.
    func gently(_ words: [String]) -> [String] { nice > 0 ? ["nice", "-n", "\(nice)"] + words : words }

    // MARK: Reaching a server

    /// libpq's variables: a password is in no argument, which every user could see.
    static func environment(
        of target: PostgresTarget, secret: (Secret) throws -> String
    ) throws(BackupError) -> [String: String] {
        var environment = [
            "PGHOST": target.host, "PGPORT": "\(target.port)", "PGUSER": target.user, "PGDATABASE": target.database,
            "PGSSLMODE": target.sslMode, "PGAPPNAME": "guardia backup", "PGCONNECT_TIMEOUT": "10",
        ]
        environment["PGSSLROOTCERT"] = target.sslRootCertificate
        do {
            if let password = target.password { environment["PGPASSWORD"] = try secret(password) }
        } catch {
            throw BackupError(.refused, String(describing: error))
        }
        return environment
    }

    /// How a database of the config is reached.
    package static func reach(
        _ target: PostgresTarget, secret: (Secret) throws -> String
    ) throws(BackupError) -> PostgresSettings {
        try settings(of: target, secret: secret)
    }

    static func settings(
        of target: PostgresTarget, database: String? = nil, secret: (Secret) throws -> String
    ) throws(BackupError) -> PostgresSettings {
        var parameters = [
            "host": target.host, "port": "\(target.port)", "user": target.user,
            "dbname": database ?? target.database, "sslmode": target.sslMode, "application_name": "guardia backup",
        ]
        parameters["sslrootcert"] = target.sslRootCertificate
        do { parameters["password"] = try target.password.map(secret) } catch {
            throw BackupError(.refused, String(describing: error))
        }
        return PostgresSettings(parameters)
    }

    // MARK: Squeezing and encrypting

    static func compress(level: Int) -> [String] { ["zstd", "-\(level)", "-q", "-c"] }

    /// Nothing where nothing is encrypted.
    static func encrypt(_ encryption: BackupEncryption) -> [[String]] {
        switch encryption {
        case .none: []
        case .age(let recipient): [["age", "-r", recipient]]
        case .gpg(let recipient, let home):
            [
                gpg(home) + [
                    "--trust-model", "always", "--compress-algo", "none", "--encrypt", "--recipient", recipient,
                ]
            ]
        }
    }

    private static func gpg(_ home: String?) -> [String] {
        ["gpg"] + (home.map { ["--homedir", $0] } ?? []) + ["--batch", "--quiet", "--no-tty"]
    }

    /// - Parameter identity: the private half: age's file, gpg's home.
    /// - Throws: where it is needed and not there.
    static func decrypt(_ encryption: BackupEncryption, identity: String?) throws(BackupError) -> [[String]] {
        switch encryption {
        case .none: return []
        case .age:
            guard let identity else { throw noIdentity }
            guard access(identity, R_OK) == 0 else {
                throw BackupError(.refused, "the key \(identity) cannot be read: \(String(cString: strerror(errno)))")
            }
            return [["age", "-d", "-i", identity]]
        case .gpg(_, let home):
            guard let identity = identity ?? home else { throw noIdentity }
            return [gpg(identity) + ["--decrypt"]]
        }
    }

    private static let noIdentity = BackupError(
        .refused,
        "the private key is not on this machine: give it by backup.identity or --identity, on a machine where restores are proved"
    )

    /// gpg leaves an agent behind; one in a home of its own is ended.
    static func letGo(_ encryption: BackupEncryption, identity: String?) async {
        guard case .gpg(_, let home) = encryption, let home = identity ?? home else { return }
        _ = try? await Command.run(["gpgconf", "--homedir", home, "--kill", "all"], deadline: .seconds(5))
    }
}
