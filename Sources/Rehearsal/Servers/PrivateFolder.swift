import FoundationEssentials
import Glibc
import Launch
import Synchronization

/// A folder in /tmp for servers, with the warden that ends them and removes it when we close it or die.
///
/// Mode 0700; when run by root, 0711, so that the servers' unprivileged user can reach its
/// subfolders but nobody can list them: what the warden trusts (`lock`, `servers`) is root's alone.
package final class PrivateFolder: Sendable {
    package let path: String
    private let lock: Mutex<Int32?>
    private let warden: ChildProcess

    /// Makes the folder. Folders that an earlier process left, its warden killed with it, are cleaned up on the way.
    package init() async throws {
        await PrivateFolder.sweep()
        var template = Array(RehearsalFolder.template.utf8CString)
        guard mkdtemp(&template) != nil else {
            throw ServerError.system(call: "mkdtemp", path: RehearsalFolder.template, errno: errno)
        }
        let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        // Renamed into place once it is locked: a free `lock` always means an abandoned folder.
        let new = "\(path)/lock.new"
        let lock = try check(open(new, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600), "open", new)
        try check(flock(lock, LOCK_EX | LOCK_NB), "flock", new)
        try check(rename(new, "\(path)/lock"), "rename", new)
        if ServerUser.current != nil { try check(chmod(path, 0o711), "chmod", path) }
        self.path = path
        self.lock = Mutex(lock)
        do {
            warden = try await Warden.start(folder: path)
        } catch {
            // Freed, so that the next sweep finds it.
            Glibc.close(lock)
            throw error
        }
    }

    deinit {
        // The warden does the rest; only its exit status is left to be collected at our own exit.
        if let descriptor = lock.withLock({ $0 }) { Glibc.close(descriptor) }
    }

    /// Makes a subfolder that belongs to the servers' user.
    package func subfolder(_ name: String) throws -> String {
        let path = "\(path)/\(name)"
        try check(mkdir(path, 0o700), "mkdir", path)
        if let user = ServerUser.current { try check(chown(path, user.uid, user.gid), "chown", path) }
        return path
    }

    /// Where the launcher registers servers for the warden.
    var register: String { "\(path)/servers" }

    /// What its servers may leave in memory goes with the folder, whoever ends it.
    package func take(along paths: [String]) throws {
        try Data(paths.map { $0 + "\n" }.joined().utf8).write(to: URL(fileURLWithPath: "\(path)/leftovers"))
    }

    /// Ends what still runs here and removes the folder; returns when it is gone.
    package func close() async {
        let descriptor = lock.withLock { lock in
            defer { lock = nil }
            return lock
        }
        guard let descriptor else { return }
        Glibc.close(descriptor)
        _ = try? await warden.waitForExit()
    }

    /// Cleans up folders whose lock nobody holds: neither their maker nor their warden is alive.
    private static func sweep() async {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/tmp")) ?? []
        for name in names where name.hasPrefix("guardia-") {
            let folder = "/tmp/\(name)"
            guard isOurs(folder), isAbandoned(folder) else { continue }
            _ = try? await Warden.start(folder: folder).waitForExit()
        }
    }

    /// A real folder that we made ourselves: /tmp is everyone's.
    private static func isOurs(_ folder: String) -> Bool {
        var status = stat()
        return lstat(folder, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid()
    }

    private static func isAbandoned(_ folder: String) -> Bool {
        let descriptor = open("\(folder)/lock", O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return false }
        defer { Glibc.close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }
}
