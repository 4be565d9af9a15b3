import FoundationEssentials
import Glibc
package import Launch
import Rehearsal
import Wire

/// A real sshd on loopback, of this user, with one key that may do one thing.
package struct SSHServer: Sendable {
    package let folder: String
    package let port: UInt16

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// - Parameters:
    ///   - folder: where its keys and files lie.
    ///   - options: of the key in authorized_keys, as `command="…"`.
    package init(in folder: String, options: String) async throws {
        self.folder = folder
        port = try LoopbackPort.free()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in ["host", "other", "key"] {
            try await Self.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "\(folder)/\(name)")
        }
        let key = try String(contentsOfFile: "\(folder)/key.pub", encoding: .utf8)
        try write("authorized_keys", "\(options) \(key)")
        try trust("host")
        try configure(hostKey: "host")
        // The folder that sshd wants to be there when root starts it.
        if geteuid() == 0 { mkdir("/run/sshd", 0o755) }
        try await start()
    }

    /// How a launch config names it.
    package var plan: SSHPlan {
        SSHPlan(host: "127.0.0.1", port: Int(port), key: "\(folder)/key", knownHosts: "\(folder)/known_hosts")
    }

    private func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
        guard chmod("\(folder)/\(name)", 0o600) == 0 else { throw Failure(description: "chmod \(folder)/\(name)") }
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

    /// Starts it with another host key than the one that clients know, or with that one again.
    package func restart(withKnownHostKey isKnown: Bool) async throws {
        stop()
        try configure(hostKey: isKnown ? "host" : "other")
        try await start()
    }

    package func start() async throws {
        func begin() async throws {
            try await Self.run("/usr/sbin/sshd", "-f", "\(folder)/sshd_config", "-E", "\(folder)/sshd.log")
        }
        try await begin()
        // Its port may just be the near end of somebody's connection: then it is free again soon.
        var again = ContinuousClock.now + .seconds(2)
        // It writes its process id once it listens.
        let end = ContinuousClock.now + .seconds(20)
        while pid == nil {
            guard .now < end else { throw Failure(description: "sshd did not start: \(folder)/sshd.log") }
            if .now >= again {
                try await begin()
                again = .now + .seconds(2)
            }
            try await Task.sleep(for: .milliseconds(5))
        }
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
    private var processes: [Int32] {
        guard let pid else { return [] }
        // pid (name) state parent …
        let rows = Self.pids.compactMap { pid -> (pid: Int32, parent: Int32)? in
            let stat = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
            let words = stat.split(separator: " ")
            guard words.count > 3, words[1].hasPrefix("(sshd"), let parent = Int32(words[3]) else { return nil }
            return (pid, parent)
        }
        var found = [pid]
        var index = 0
        while index < found.count {
            found += rows.filter { $0.parent == found[index] }.map(\.pid)
            index += 1
        }
        return found
    }

    private static var pids: [Int32] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
    }

    /// Stops it where it stands, with all its connections.
    package func pause() { for process in processes { kill(process, SIGSTOP) } }
    package func resume() { for process in processes { kill(process, SIGCONT) } }
    /// Kills its connections, not itself.
    package func cut() { for process in processes.dropFirst() { kill(process, SIGKILL) } }

    package func stop() {
        for process in processes.reversed() { kill(process, SIGKILL) }
        unlink("\(folder)/sshd.pid")
    }

    /// The clients that are connected to it: OpenSSH's masters, whose command line says nothing of it any more.
    package var clients: [Int32] {
        let table = Self.text(of: "/proc/net/tcp")
        // sl local_address rem_address st … inode; numbers in hexadecimal, the address backwards.
        let sockets = table.split(separator: "\n").compactMap { line -> String? in
            let words = line.split(separator: " ")
            guard words.count > 9, let remote = words[2].split(separator: ":").last, Int(remote, radix: 16) == Int(port)
            else { return nil }
            return "socket:[\(words[9])]"
        }
        return Self.pids.filter { pid in
            guard (try? String(contentsOfFile: "/proc/\(pid)/comm", encoding: .utf8)) == "ssh\n" else { return false }
            let files = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd")) ?? []
            return files.contains { file in
                let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\(file)")
                return link.map(sockets.contains) ?? false
            }
        }
    }

    /// A file of /proc, which does not say how long it is.
    private static func text(of path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk[..<count]
        }
    }

    /// Kills them (-9), as a logout or the kernel may.
    package func killClients() {
        let killed = clients
        for client in killed { kill(client, SIGKILL) }
        // A killed process holds its sockets for a moment yet.
        for _ in 0..<100 where !Set(killed).isDisjoint(with: clients) { usleep(2000) }
    }

    private static func run(_ words: String...) async throws {
        let result = try await Command.run(words, deadline: .seconds(20))
        guard result.isSuccess else { throw Failure(description: "\(words): \(result.standardError.text)") }
    }
}
