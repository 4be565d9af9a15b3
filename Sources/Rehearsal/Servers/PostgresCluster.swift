import FoundationEssentials
import Glibc
import Subprocess

/// Where a new PostgreSQL's empty database cluster comes from.
package enum PostgresCluster: Sendable {
    /// initdb makes it: 0.8 s.
    case made
    /// A copy of one that initdb made once for this process: 0.1 s, for those who need many.
    case copied

    /// Puts a cluster into a folder that does not exist yet; returns the superuser's password.
    func put(at data: String, in privateFolder: PrivateFolder) async throws -> String {
        switch self {
        case .made: return try await PostgresCluster.make(at: data, in: privateFolder)
        case .copied:
            let template = try await PostgresCluster.template.value
            try await PostgresCluster.runToEnd(["cp", "-a", "--reflink=auto", template.data, data], in: privateFolder)
            return template.password
        }
    }

    private struct Template {
        var data: String
        var password: String
        /// Stays until the process ends; then its warden removes it.
        var privateFolder: PrivateFolder
    }

    private static let template = Task {
        let privateFolder = try await PrivateFolder()
        let data = "\(try privateFolder.subfolder("cluster"))/data"
        return Template(data: data, password: try await make(at: data, in: privateFolder), privateFolder: privateFolder)
    }

    private static func make(at data: String, in privateFolder: PrivateFolder) async throws -> String {
        let initdb = try Program.postgres("initdb").path()
        let password = randomPassword()
        let passwordFile = "\(data).password"
        try writeConfiguration(passwordFile, password + "\n")
        defer { unlink(passwordFile) }
        try await runToEnd(
            [
                initdb, "-D", data, "--username=postgres", "--pwfile=\(passwordFile)", "--auth-local=trust",
                "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--wal-segsize=1", "--no-sync",
                "--no-instructions",
            ], in: privateFolder)
        return password
    }

    /// Runs a program as the servers' user to its end.
    private static func runToEnd(_ command: [String], in privateFolder: PrivateFolder) async throws {
        let log = "\(privateFolder.path)/cluster.log"
        let process = try await Warden.launch(
            (ServerUser.current?.prefix ?? []) + command, register: privateFolder.register, endSignal: "TERM", log: log,
            workingIn: privateFolder.path)
        let status = try await process.waitForExit()
        guard status.isSuccess else {
            throw ServerError.didNotStart(
                server: command[0], reason: "it ended (\(status))", logFile: log, log: lastLines(of: log))
        }
    }
}
