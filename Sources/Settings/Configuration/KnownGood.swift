import FoundationEssentials
import Glibc
import Launch

/// The last version of a launch config that passed every check, kept beside nothing that an editor at 3 am could break: a
/// rollback needs a config, and must not need one that parses today.
///
/// That of a rehearsal is kept in its own folder, and goes with it: nobody shall find it in place of the real launch's.
package struct KnownGood: Sendable {
    private let config: String
    private let path: String

    /// - Parameters:
    ///   - config: the config's own path.
    ///   - state: the folder to keep it in; nil: the machine's, else the user's own.
    package init(of config: String, state: String? = nil) {
        let absolute = config.hasPrefix("/") ? config : "\(FileManager.default.currentDirectoryPath)/\(config)"
        let mark = absolute.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let state = state ?? RehearsalFolder(of: absolute)?.path ?? KnownGood.standardState
        self.config = absolute
        path = "\(state)/known-good/\(String(mark, radix: 16)).yaml"
    }

    private static var standardState: String {
        func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
        if let state = variable("GUARDIA_STATE") { return state }
        let machine = "/var/lib/guardia"
        if access(machine, W_OK) == 0 { return machine }
        return variable("XDG_STATE_HOME").map { "\($0)/guardia" }
            ?? "\(variable("HOME") ?? "/tmp")/.local/state/guardia"
    }

    private var folder: String { String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }
    /// Whose copy it is, so that it can be told later whether anybody needs it.
    private var origin: String { KnownGood.origin(of: path) }
    private static func origin(of copy: String) -> String { copy.dropLast(".yaml".count) + ".path" }

    /// Keeps a config that has just passed. What cannot be kept is no reason to stop.
    ///
    /// - Parameter journal: the journal that it names: one of a rehearsal is no config to come back to from elsewhere.
    package func keep(_ bytes: [UInt8], journal: String = "") {
        guard serves(journal: journal) else { return unlinkAll() }
        let isKnown = FileManager.default.contents(atPath: path).map { Array($0) == bytes } ?? false
        guard !isKnown || access(origin, F_OK) != 0 else { return }
        try? FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        if !isKnown { write(Data(bytes), to: path) }
        write(Data(config.utf8), to: origin)
        prune()
    }

    /// What was kept, and when; nil where nothing was.
    package var kept: (bytes: [UInt8], seconds: Int64)? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_uid == geteuid() || status.st_uid == 0,
            let data = FileManager.default.contents(atPath: path)
        else { return nil }
        return (Array(data), Int64(status.st_mtim.tv_sec))
    }

    /// Whether a copy that names this journal may stand for the config: a rehearsal's only for the file in its own folder.
    package func serves(journal: String) -> Bool {
        RehearsalFolder(of: journal).map { $0 == RehearsalFolder(of: config) } ?? true
    }

    private func write(_ data: Data, to path: String) {
        let next = "\(path).\(getpid())"
        guard FileManager.default.createFile(atPath: next, contents: data, attributes: [.posixPermissions: 0o640])
        else { return }
        if rename(next, path) != 0 { unlink(next) }
    }

    private func unlinkAll() {
        unlink(path)
        unlink(origin)
    }

    // MARK: What nobody needs

    /// A copy whose config's folder is gone is kept for this long: a folder may come back.
    private static let patience: Int64 = 30 * 86_400

    /// Removes the copies of configs that are gone with their folder, and those of rehearsals that are over.
    private func prune() {
        let now = Int64(time(nil))
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.hasSuffix(".yaml") {
            let copy = "\(folder)/\(name)"
            var status = stat()
            guard copy != path, stat(copy, &status) == 0 else { continue }
            let isOld = now - Int64(status.st_mtim.tv_sec) > KnownGood.patience
            guard KnownGood.isOfPastRehearsal(copy) || (isOld && KnownGood.isOrphan(copy)) else { continue }
            unlink(copy)
            unlink(KnownGood.origin(of: copy))
        }
    }

    private static func isOrphan(_ copy: String) -> Bool {
        guard let data = FileManager.default.contents(atPath: origin(of: copy)) else { return true }
        let config = String(decoding: data, as: UTF8.self)
        return access(String(config[..<(config.lastIndex(of: "/") ?? config.startIndex)]) + "/", F_OK) != 0
    }

    /// Whether what it says first of a rehearsal's folder is of one that is gone: its journal.
    private static func isOfPastRehearsal(_ copy: String) -> Bool {
        guard let data = FileManager.default.contents(atPath: copy) else { return false }
        let text = String(decoding: data.prefix(65_536), as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix("journal:") }
        guard let start = line?.firstRange(of: RehearsalFolder.prefix)?.lowerBound,
            let folder = line.flatMap({ RehearsalFolder(of: String($0[start...])) })
        else { return false }
        return access(folder.path, F_OK) != 0
    }
}
