import FoundationEssentials
import Glibc
import Launch
import Rehearsal
import Testing
import Wire

/// A real sshd on loopback, of this user, with one key that may do one thing.
struct SSHServer: Sendable {
    let folder: String
    let port: UInt16

    /// - Parameter options: of the key in authorized_keys, as `command="…"`.
    init(in folder: PrivateFolder, options: String) async throws {
        self.folder = folder.path
        port = try #require(Self.freePort())
        for name in ["host", "other", "key"] {
            try await Self.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "\(folder.path)/\(name)")
        }
        let key = try String(contentsOfFile: "\(folder.path)/key.pub", encoding: .utf8)
        try write("authorized_keys", "\(options) \(key)")
        try trust("host")
        try configure(hostKey: "host")
        // The folder that sshd wants to be there when root starts it.
        if geteuid() == 0 { mkdir("/run/sshd", 0o755) }
        try await start()
    }

    private static func freePort() -> UInt16? {
        // Below the range of outgoing connections: it is free again when a server is restarted.
        (0..<100).lazy.map { _ in UInt16.random(in: 20_000..<32_000) }.first { port in
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            return withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
        }
    }

    var plan: SSHPlan {
        SSHPlan(host: "127.0.0.1", port: Int(port), key: "\(folder)/key", knownHosts: "\(folder)/known_hosts")
    }

    private func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
        try #require(chmod("\(folder)/\(name)", 0o600) == 0)
    }

    /// Makes a host key the one that clients know.
    private func trust(_ name: String) throws {
        let key = try String(contentsOfFile: "\(folder)/\(name).pub", encoding: .utf8)
        try write("known_hosts", "[127.0.0.1]:\(port) \(key)")
    }

    private func configure(hostKey: String) throws {
        try write(
            "sshd_config",
            """
            Port \(port)
            ListenAddress 127.0.0.1
            HostKey \(folder)/\(hostKey)
            PidFile \(folder)/sshd.pid
            AuthorizedKeysFile \(folder)/authorized_keys
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            PermitRootLogin prohibit-password
            MaxStartups 100
            """)
    }

    /// Starts it with another host key than the one that clients know.
    func restartWithAnotherHostKey() async throws {
        await stop()
        try configure(hostKey: "other")
        try await start()
    }

    func start() async throws {
        try await Self.run("/usr/sbin/sshd", "-f", "\(folder)/sshd_config", "-E", "\(folder)/sshd.log")
        let isUp = await eventually { pid != nil }
        #expect(isUp)
        // Where the tests are killed, the folder goes, and it with the folder.
        let script = """
            while [ -d "$0" ]; do sleep 1; done
            grep -qsF "$0" /proc/$1/cmdline && kill "$1"
            """
        try await Self.run("sh", "-c", "sh -c '\(script)' \(folder) \(pid ?? 0) >/dev/null 2>&1 &")
    }

    private var pid: Int32? {
        (try? String(contentsOfFile: "\(folder)/sshd.pid", encoding: .utf8)).flatMap {
            Int32($0.prefix { $0.isNumber })
        }
    }

    /// The server and those that it started for connections, the server first; not what runs in their sessions.
    private func processes() async -> [Int32] {
        guard let pid else { return [] }
        var found = [pid]
        var index = 0
        while index < found.count {
            let children = try? await Command.run(
                ["pgrep", "-x", "-P", "\(found[index])", "sshd"], deadline: .seconds(5))
            found += children?.standardOutput.text.split(separator: "\n").compactMap { Int32($0) } ?? []
            index += 1
        }
        return found
    }

    /// Stops it where it stands, with all its connections.
    func pause() async { for process in await processes() { kill(process, SIGSTOP) } }
    func resume() async { for process in await processes() { kill(process, SIGCONT) } }
    /// Kills its connections, not itself.
    func cut() async { for process in await processes().dropFirst() { kill(process, SIGKILL) } }

    func stop() async {
        for process in await processes().reversed() { kill(process, SIGKILL) }
        unlink("\(folder)/sshd.pid")
    }

    private static func run(_ words: String...) async throws {
        let result = try await Command.run(words, deadline: .seconds(20))
        try #require(result.isSuccess, "\(words): \(result.standardError.text)")
    }
}
