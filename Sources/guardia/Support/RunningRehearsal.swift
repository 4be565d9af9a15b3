import Foundation
import Glibc
import Launch

/// The rehearsal that runs, as another terminal of the same user finds it: asked for by name, and never taken instead of a real
/// launch by itself.
struct RunningRehearsal: Codable {
    var config: String
    var journal: String
    /// Where the providers of its telephones are played; nil in what an older guardia kept.
    var providers: String?
    var pid: Int32 = getpid()

    /// What a shell is to read.
    var lines: [String] {
        ["export GUARDIA_CONFIG=\(ShellWords.quoted(config))", "export GUARDIA_JOURNAL=\(ShellWords.quoted(journal))"]
            + (providers.map { ["export PROVIDERS_URL=\(ShellWords.quoted($0))"] } ?? [])
    }

    /// Its servers' folder, by which one of several is chosen.
    var folder: String { (config as NSString).deletingLastPathComponent }

    /// Where each of a user's keeps a file of its own: a folder that nobody else can write to.
    private static var standingFolder: String? {
        variable("XDG_RUNTIME_DIR") ?? variable("XDG_STATE_HOME") ?? variable("HOME").map { $0 + "/.local/state" }
    }

    private static let prefix = "guardia-rehearsal-"

    private var path: String? { Self.standingFolder.map { "\($0)/\(Self.prefix)\(pid).json" } }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }

    /// All that run: those that were kept and whose processes are there.
    static var all: [RunningRehearsal] { files.compactMap { read($0) } }

    private static var files: [String] {
        guard let folder = standingFolder,
            let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
        else { return [] }
        return names.filter { $0.hasPrefix(prefix) && $0.hasSuffix(".json") }.sorted().map { "\(folder)/\($0)" }
    }

    private static func read(_ path: String) -> RunningRehearsal? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_uid == geteuid(),
            let data = FileManager.default.contents(atPath: path),
            let found = try? JSONDecoder().decode(RunningRehearsal.self, from: data), kill(found.pid, 0) == 0,
            access(found.config, R_OK) == 0
        else { return nil }
        return found
    }

    /// Where it cannot be kept, its own terminal still says the lines.
    func keep() {
        guard let path, let data = try? JSONEncoder().encode(self) else { return }
        // What one left that was killed.
        for file in Self.files where Self.read(file) == nil { unlink(file) }
        try? FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        _ = FileManager.default.createFile(atPath: path, contents: data, attributes: [.posixPermissions: 0o600])
    }

    func forget() {
        if let path { unlink(path) }
    }
}
