import CLinux
import Foundation
import Glibc
package import Launch
import Synchronization
import Wire

/// A PostgreSQL in a private folder, reachable by a Unix socket alone, that is gone with its folder when the drill is, however
/// that ends: a warden waits for our death, and what even that left behind the next drill finds.
package actor ScratchServer {
    package nonisolated let folder: String
    package nonisolated let port = 5432
    private nonisolated let tools: BackupTools
    private nonisolated let user: (id: uid_t, group: gid_t)?
    private nonisolated let lock: Int32
    private nonisolated let warden: ScratchWarden?
    package nonisolated var data: String { "\(folder)/data" }

    static let prefix = "guardia-scratch-"
    package static let superuser = "postgres"

    /// Makes the folder, with its lock and its warden; nothing runs in it yet.
    package init(in parent: String, _ tools: BackupTools) throws(BackupError) {
        self.tools = tools
        var template = Array("\(parent)/\(Self.prefix)XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw BackupError(.refused, "no scratch folder in \(parent): \(String(cString: strerror(errno)))")
        }
        folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        // PostgreSQL refuses to run as root.
        user = geteuid() == 0 ? Self.unprivileged : nil
        lock = open("\(folder)/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw BackupError(.refused, "\(folder): \(String(cString: strerror(errno)))")
        }
        let data = "\(folder)/data"
        if let user {
            chmod(folder, 0o711)
            mkdir("\(folder)/run", 0o700)
            chown("\(folder)/run", user.id, user.group)
            mkdir(data, 0o700)
            chown(data, user.id, user.group)
        } else {
            mkdir("\(folder)/run", 0o700)
            mkdir(data, 0o700)
        }
        warden = ScratchWarden(folder)
    }

    /// Extensions that a dump can only create again where their library was loaded at the start, as far as they are installed.
    private nonisolated var preloaded: String {
        ["pgaudit", "timescaledb"].filter { access(tools.postgres("../lib/\($0).so"), R_OK) == 0 }.joined(
            separator: ",")
    }

    private static var unprivileged: (uid_t, gid_t)? {
        for name in ["postgres", "nobody"] {
            if let entry = getpwnam(name) { return (entry.pointee.pw_uid, entry.pointee.pw_gid) }
        }
        return nil
    }

    /// Words that run as the server's user.
    package nonisolated func asUser(_ words: [String]) -> [String] {
        guard let user else { return words }
        return ["setpriv", "--reuid=\(user.id)", "--regid=\(user.group)", "--clear-groups", "--"] + words
    }

    private func run(_ words: [String], _ what: String, deadline: Duration) async throws(BackupError) {
        let result: CommandResult
        do throws(WireError) {
            result = try await Command.run(
                asUser(words), environment: ["PATH": Command.defaultPath, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"],
                deadline: deadline)
        } catch {
            throw BackupError(.failed, "\(what): \(error.reason)")
        }
        guard result.isSuccess else {
            let words = (result.standardError.text + result.standardOutput.text).split(separator: "\n").suffix(3)
            throw BackupError(.failed, "\(what): \(words.joined(separator: " "))")
        }
    }

    // MARK: A cluster of its own

    /// Makes an empty cluster.
    package func make(encoding: String) async throws(BackupError) {
        try await run(
            [
                tools.postgres("initdb"), "-D", data, "--username=\(Self.superuser)", "--auth=trust",
                "--encoding=\(encoding.isEmpty ? "UTF8" : encoding)", "--locale=C.UTF-8", "--no-sync",
                "--no-instructions",
            ], "initdb", deadline: .seconds(120))
    }

    /// Starts the cluster and waits until it serves.
    ///
    /// - Parameter settings: over ours, as `-c` takes them.
    /// - Returns: how long it took.
    @discardableResult
    package func start(
        _ settings: [String: String] = [:], deadline: Duration = .seconds(120)
    ) async throws(BackupError) -> Duration {
        let ours = [
            "listen_addresses": "", "unix_socket_directories": "\(folder)/run", "port": "\(port)",
            // It is thrown away: what only a crash of the machine would need is left out.
            "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "wal_level": "minimal",
            "max_wal_senders": "0", "archive_mode": "off", "autovacuum": "off", "max_wal_size": "4GB",
            "checkpoint_timeout": "1h", "shared_buffers": "128MB", "maintenance_work_mem": "256MB", "ssl": "off",
            "logging_collector": "off", "log_destination": "stderr", "shared_preload_libraries": preloaded,
            "dynamic_shared_memory_type": "mmap", "hba_file": "\(folder)/hba", "ident_file": "\(folder)/ident",
        ].merging(settings) { $1 }
        // The folder is closed to others; within it everyone is who they say.
        try? "local all all trust\n".write(toFile: "\(folder)/hba", atomically: true, encoding: .utf8)
        try? "\n".write(toFile: "\(folder)/ident", atomically: true, encoding: .utf8)
        chmod("\(folder)/hba", 0o644)
        chmod("\(folder)/ident", 0o644)
        let begun = ContinuousClock.now
        let options = ours.sorted { $0.key < $1.key }.map { "-c \(ShellWords.quoted("\($0.key)=\($0.value)"))" }
        let seconds = max(1, Int(deadline / .seconds(1)))
        do throws(BackupError) {
            try await run(
                [
                    tools.postgres("pg_ctl"), "-D", data, "-s", "-w", "-t", "\(seconds)", "-l", "\(folder)/run/log",
                    "-o",
                    options.joined(separator: " "), "start",
                ], "start the scratch server", deadline: deadline + .seconds(10))
        } catch {
            let log = (try? String(contentsOfFile: "\(folder)/run/log", encoding: .utf8)) ?? ""
            throw BackupError(
                .failed, "\(error.reason) \(log.split(separator: "\n").suffix(3).joined(separator: " "))")
        }
        return .now - begun
    }

    /// Kills the server where it stands, as a power cut would.
    package func crash() async {
        guard let pid = Self.postmaster(of: data) else { return }
        let members = Self.descendants(of: pid)
        for member in [pid] + members { kill(member, SIGKILL) }
        let end = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < end, ([pid] + members).contains(where: Self.lives) {
            try? await Task.sleep(for: .milliseconds(20))
        }
        // Whoever is to reap it may take its time, and PostgreSQL takes a zombie for a living server.
        for file in ["\(data)/postmaster.pid", "\(folder)/run/.s.PGSQL.\(port).lock", "\(folder)/run/.s.PGSQL.\(port)"]
        {
            unlink(file)
        }
    }

    package nonisolated func target(database: String) -> PostgresTarget {
        PostgresTarget(
            host: "\(folder)/run", port: port, database: database, user: Self.superuser, sslMode: "disable",
            vitals: false)
    }

    /// Ends it and removes the folder.
    package func destroy() async {
        let (folder, warden) = (folder, warden)
        let remove: @Sendable () -> Void = {
            Self.end(folder)
            warden?.dismiss()
        }
        // Where there is no thread left, it is worth the wait: nothing must stay behind.
        if await DetachedThread.value(of: remove) == nil { remove() }
        close(lock)
    }

    // MARK: What was left behind

    /// Removes scratch folders whose drill is dead; their names.
    package static func sweep(_ parent: String) async -> [String] {
        await DetachedThread.value(of: { removeAbandoned(in: parent) }) ?? []
    }

    private static func removeAbandoned(in parent: String) -> [String] {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []).filter {
            $0.hasPrefix(prefix)
        }
        var removed: [String] = []
        for name in names {
            let folder = "\(parent)/\(name)"
            var status = stat()
            // A real folder that we made: the parent may be everyone's.
            guard lstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid() else {
                continue
            }
            let lock = open("\(folder)/.lock", O_RDWR | O_CLOEXEC | O_NOFOLLOW)
            if lock < 0, errno != ENOENT { continue }
            defer { if lock >= 0 { close(lock) } }
            guard lock < 0 || flock(lock, LOCK_EX | LOCK_NB) == 0 else { continue }
            // Without a lock it is one that is just being made, or whose removal was broken off.
            if lock < 0, time(nil) - status.st_mtim.tv_sec < 60 { continue }
            end(folder)
            removed.append(folder)
        }
        return removed.sorted()
    }

    /// Kills what runs in a scratch folder and removes it. It blocks: gigabytes may lie there.
    private static func end(_ folder: String) {
        if let pid = postmaster(of: "\(folder)/data") {
            for member in [pid] + descendants(of: pid) { kill(member, SIGKILL) }
            for _ in 0..<500 where lives(pid) { usleep(10_000) }
        }
        for _ in 0..<20 {
            try? FileManager.default.removeItem(atPath: folder)
            if access(folder, F_OK) != 0 { return }
            usleep(50_000)
        }
    }

    /// The server that runs on a data folder: only where it is in truth that one.
    private static func postmaster(of data: String) -> pid_t? {
        guard let text = try? String(contentsOfFile: "\(data)/postmaster.pid", encoding: .utf8),
            let pid = text.split(separator: "\n").first.flatMap({ pid_t($0) }), pid > 1,
            let here = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd"), here == data
        else { return nil }
        return pid
    }

    /// A zombie does not: whoever is to reap it may take its time.
    private static func lives(_ pid: pid_t) -> Bool {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return false }
        return !["Z", "X"].contains(text[text.index(after: end)...].drop { $0 == " " }.prefix(1))
    }

    private static func descendants(of pid: pid_t) -> [pid_t] {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)) ?? ""
        return text.split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
    }
}

/// A shell that does nothing until we are dead, then ends the scratch server and removes its folder.
final class ScratchWarden: Sendable {
    private let pipe: Mutex<Int32>
    private let pid: pid_t

    /// POSIX sh; `$1` is the folder. The postmaster's own children end with it.
    private static let script = """
        read -r word
        [ "$word" = dismissed ] && exit 0
        pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
        if [ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" = "$1/data" ]; then
            kill -QUIT "$pid"
            tries=0
            while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 50 ]; do tries=$((tries + 1)); sleep 0.1; done
            kill -KILL "$pid" 2>/dev/null
        fi
        rm -rf -- "$1"
        """

    init?(_ folder: String) {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer {
            close(null)
            close(ends[0])
        }
        guard
            let pid = Detached.start(
                ["sh", "-c", Self.script, "guardia-scratch-warden", folder], input: ends[0], output: null)
        else {
            close(ends[1])
            return nil
        }
        pipe = Mutex(ends[1])
        self.pid = pid
    }

    func dismiss() {
        let pipe = self.pipe.withLock { pipe in
            defer { pipe = -1 }
            return pipe
        }
        guard pipe >= 0 else { return }
        let words = Array("dismissed\n".utf8)
        _ = write(pipe, words, words.count)
        close(pipe)
        waitpid(pid, nil, 0)
    }

    deinit { pipe.withLock { if $0 >= 0 { close($0) } } }
}
