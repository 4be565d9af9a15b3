import Foundation
import Glibc
import Launch

/// The rehearsal that runs, as another terminal of the same user finds it: asked for by name, and never taken instead of a real
/// launch by itself.
struct RunningRehearsal: Codable {
    var config: String
    var journal: String
    var pid: Int32 = getpid()

    /// What a shell is to read.
    var lines: [String] {
        ["export GUARDIA_CONFIG=\(ShellWords.quoted(config))", "export GUARDIA_JOURNAL=\(ShellWords.quoted(journal))"]
    }

    /// One a user, in a folder that nobody else can write to.
    private static var path: String? {
        if let folder = variable("XDG_RUNTIME_DIR") { return folder + "/guardia-rehearsal.json" }
        return (variable("XDG_STATE_HOME") ?? variable("HOME").map { $0 + "/.local/state" })
            .map { $0 + "/guardia-rehearsal.json" }
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }

    /// The newest that was kept; nil where none is, or its process is gone.
    static var kept: RunningRehearsal? {
        var status = stat()
        guard let path, stat(path, &status) == 0, status.st_uid == geteuid(),
            let data = FileManager.default.contents(atPath: path),
            let found = try? JSONDecoder().decode(RunningRehearsal.self, from: data), kill(found.pid, 0) == 0,
            access(found.config, R_OK) == 0
        else { return nil }
        return found
    }

    /// Where it cannot be kept, its own terminal still says the lines.
    func keep() {
        guard let path = Self.path, let data = try? JSONEncoder().encode(self) else { return }
        try? FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        _ = FileManager.default.createFile(atPath: path, contents: data, attributes: [.posixPermissions: 0o600])
    }

    func forget() {
        guard let path = Self.path, let found = Self.kept, found.pid == pid else { return }
        unlink(path)
    }
}
