import FoundationEssentials
import Glibc

/// The last version of a launch config that passed every check, kept beside nothing that an editor at 3 am could break: a
/// rollback needs a config, and must not need one that parses today.
package struct KnownGood: Sendable {
    private let path: String

    /// - Parameters:
    ///   - config: the config's own path.
    ///   - state: the folder to keep it in; nil: the machine's, else the user's own.
    package init(of config: String, state: String? = nil) {
        let absolute = config.hasPrefix("/") ? config : "\(FileManager.default.currentDirectoryPath)/\(config)"
        let mark = absolute.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        path = "\(state ?? KnownGood.standardState)/known-good/\(String(mark, radix: 16)).yaml"
    }

    private static var standardState: String {
        func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
        if let state = variable("GUARDIA_STATE") { return state }
        let machine = "/var/lib/guardia"
        if access(machine, W_OK) == 0 { return machine }
        return variable("XDG_STATE_HOME").map { "\($0)/guardia" }
            ?? "\(variable("HOME") ?? "/tmp")/.local/state/guardia"
    }

    /// Keeps a config that has just passed. What cannot be kept is no reason to stop.
    package func keep(_ bytes: [UInt8]) {
        if let old = FileManager.default.contents(atPath: path), Array(old) == bytes { return }
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        try? FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        let next = "\(path).\(getpid())"
        guard
            FileManager.default.createFile(atPath: next, contents: Data(bytes), attributes: [.posixPermissions: 0o640])
        else { return }
        if rename(next, path) != 0 { unlink(next) }
    }

    /// What was kept, and when; nil where nothing was.
    package var kept: (bytes: [UInt8], seconds: Int64)? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_uid == geteuid() || status.st_uid == 0,
            let data = FileManager.default.contents(atPath: path)
        else { return nil }
        return (Array(data), Int64(status.st_mtim.tv_sec))
    }
}
