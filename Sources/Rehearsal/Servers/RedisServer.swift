import FoundationEssentials
import Glibc

/// A real Redis in a private folder: on a Unix socket, and on 127.0.0.1 with a password of its own.
package struct RedisServer: Server {
    package let daemon: Daemon
    package let socket: String
    package let port: UInt16
    /// Asked for on both addresses: a Redis that any local user can reach without one can be made to write files.
    package let password: String

    package var addresses: [ServerAddress] { [.unix(socket), .loopback(port)] }

    /// Starts a Redis.
    /// - Parameters:
    ///   - speaksTLS: on its port; the settings then name its certificate.
    ///   - settings: lines of redis.conf, by name, over ours.
    package static func start(
        in privateFolder: PrivateFolder, name: String = "redis", speaksTLS: Bool = false,
        settings: [String: String] = [:]
    ) async throws -> RedisServer {
        let program = try Program.redis.path()
        let folder = try privateFolder.subfolder(name)
        let password = randomPassword()
        return try await startOnFreePort { port in
            let socket = "\(folder)/s"
            var lines = [
                "bind": "127.0.0.1", "port": speaksTLS ? "0" : "\(port)", "unixsocket": socket, "unixsocketperm": "700",
                "dir": folder,
                "requirepass": password, "save": "\"\"", "appendonly": "no", "daemonize": "no", "logfile": "\"\"",
            ]
            if speaksTLS { lines["tls-port"] = "\(port)" }
            lines.merge(settings) { _, theirs in theirs }
            let file = "\(folder)/redis.conf"
            try writeConfiguration(file, lines.map { "\($0) \($1)" }.sorted().joined(separator: "\n") + "\n")
            let daemon = Daemon(
                .init(
                    name: name, command: [program, file], folder: folder, endSignal: (SIGTERM, "TERM"),
                    isReady: { _ in
                        let answer = try await ServerAddress.unix(socket).ask(Array("PING\r\n".utf8))
                        // Without the password even PING is refused, by a Redis that serves; one that loads its data
                        // says LOADING.
                        return answer.map { $0.starts(with: "-NOAUTH".utf8) || $0.starts(with: "+PONG".utf8) } ?? false
                    }),
                in: privateFolder)
            return RedisServer(daemon: daemon, socket: socket, port: port, password: password)
        }
    }
}

/// Thirty-two hexadecimal digits of the system's randomness.
func randomPassword() -> String {
    (0..<4).map { _ in
        let digits = String(UInt32.random(in: 0...UInt32.max), radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
}

/// Writes a server's configuration so that the servers' user, and no one else, can read it.
func writeConfiguration(_ path: String, _ text: String) throws {
    try writeFile(path, text)
    if let user = ServerUser.current { try check(chown(path, user.uid, user.gid), "chown", path) }
}
