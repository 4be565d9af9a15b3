import Foundation
import Glibc
package import Launch
package import Wire

/// The programs that a backup is made of, and how they are called.
package struct BackupTools: Sendable {
    /// Where PostgreSQL's programs are.
    package let folder: String
    private let nice: Int

    /// - Parameter folder: nil: the newest that Debian keeps, each version in a folder of its own, outside PATH.
    package init(_ folder: String?, nice: Int = 0) throws(BackupError) {
        self.nice = nice
        if let folder {
            self.folder = folder
        } else {
            let root = "/usr/lib/postgresql"
            let versions = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).compactMap(Int.init)
            guard let newest = versions.sorted(by: >).first(where: { access("\(root)/\($0)/bin/pg_dump", X_OK) == 0 })
            else {
                throw BackupError(
                    .refused,
                    "PostgreSQL's programs are not in \(root): install postgresql-client, or name their folder in backup.programs"
                )
            }
            self.folder = "\(root)/\(newest)/bin"
        }
    }

    package func postgres(_ name: String) -> String { "\(folder)/\(name)" }

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
