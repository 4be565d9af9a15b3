import FoundationEssentials
import Glibc

/// A real PostgreSQL in a private folder: on a Unix socket, and on 127.0.0.1 with SCRAM.
///
/// Made for speed, not for keeping data: a crash of the machine loses it, a kill of the server does not.
package struct PostgresServer: Server {
    package let daemon: Daemon
    /// The folder of the Unix socket: libpq's `host`. Only the servers' user and root reach it, and need no password
    /// there.
    package let socketFolder: String
    package let port: UInt16
    /// The superuser, and its password on 127.0.0.1.
    package let user = "postgres"
    package let password: String
    package let database = "postgres"

    package var addresses: [ServerAddress] { [.unix("\(socketFolder)/.s.PGSQL.\(port)"), .loopback(port)] }

    /// Starts a PostgreSQL with a new, empty cluster.
    /// - Parameters:
    ///   - settings: lines of postgresql.conf, by name, over ours; values as written there, strings in quotes.
    ///   - rules: pg_hba.conf; nil: as initdb wrote it, with trust on the Unix socket and SCRAM elsewhere.
    package static func start(
        in privateFolder: PrivateFolder, name: String = "postgres", cluster: PostgresCluster = .copied,
        settings: [String: String] = [:], rules: String? = nil
    ) async throws -> PostgresServer {
        let program = try Program.postgres("postgres").path()
        let folder = try privateFolder.subfolder(name)
        let data = "\(folder)/data"
        let password = try await cluster.put(at: data, in: privateFolder)
        if let rules { try writeConfiguration("\(data)/pg_hba.conf", rules) }
        return try await startOnFreePort { port in
            var lines = [
                "listen_addresses": "'127.0.0.1'", "port": "\(port)", "unix_socket_directories": "'\(folder)'",
                "unix_socket_permissions": "0700", "max_connections": "100", "shared_buffers": "'64MB'",
                "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
                // Small tables: compiling a query and starting workers cost more than they save.
                "jit": "off", "max_parallel_maintenance_workers": "0", "max_parallel_workers_per_gather": "0",
                // Files of the folder, not of /dev/shm: nothing is left behind by a kill.
                "dynamic_shared_memory_type": "mmap",
                "logging_collector": "off", "log_destination": "'stderr'", "log_timezone": "'UTC'", "timezone": "'UTC'",
            ]
            lines.merge(settings) { _, theirs in theirs }
            try writeConfiguration(
                "\(data)/postgresql.conf", lines.map { "\($0) = \($1)" }.sorted().joined(separator: "\n") + "\n")
            let address = ServerAddress.unix("\(folder)/.s.PGSQL.\(port)")
            let daemon = Daemon(
                .init(
                    name: name, command: [program, "-D", data], folder: folder, endSignal: (SIGINT, "QUIT"),
                    isReady: { _ in try await address.ask(startupMessage)?.first == UInt8(ascii: "R") }),
                in: privateFolder)
            return PostgresServer(daemon: daemon, socketFolder: folder, port: port, password: password)
        }
    }

    /// A StartupMessage of protocol 3.0. A server that serves answers it with an Authentication message (`R`), one that
    /// still starts with an ErrorResponse (`E`, SQLSTATE 57P03): this is what pg_isready asks.
    private static let startupMessage: [UInt8] = {
        let body: [UInt8] = [0, 3, 0, 0] + Array("user\0postgres\0database\0postgres\0\0".utf8)
        return [0, 0, 0, UInt8(body.count + 4)] + body
    }()
}
