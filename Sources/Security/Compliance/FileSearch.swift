import Wire

/// Looks for card numbers, and for one secret, in files and folders; tells how many, never which. What is packed is unpacked
/// on its way; what cannot be read is told, never passed over. It ends early where its task is cancelled: gigabytes of logs
/// do not hold up the end of an engine.
package struct FileSearch: Hashable, Sendable {
    package private(set) var cards = 0
    package private(set) var secrets = 0
    package private(set) var files = 0
    /// As they were looked at: unpacked.
    package private(set) var bytes: Int64 = 0
    /// Files that hold some.
    package private(set) var hits: [String] = []
    /// What could not be read, or not whole, and why.
    package private(set) var unread: [String] = []

    private static let maximumFiles = 5000
    package static let maximumBytes: Int64 = 8 << 30
    /// A packed dump in a packed file; more is a maze.
    private static let maximumLayers = 3
    /// For one file: 8 GiB from a slow disk.
    private static let deadline = Duration.seconds(1800)
    private static let calledOff = "what was left when it was called off"

    package init() {}

    /// - Parameter needle: a secret that must not be there; nil: only card numbers are looked for.
    package mutating func look(in paths: [String], for needle: [UInt8]? = nil) async {
        let walk = await FileWalk.of(paths, limit: FileSearch.maximumFiles)
        unread += walk.unread
        for file in walk.files {
            guard !Task.isCancelled else {
                unread.append(FileSearch.calledOff)
                return
            }
            guard bytes < FileSearch.maximumBytes else {
                unread.append("more files than \(FileSearch.maximumBytes >> 30) GiB")
                return
            }
            await look(atFile: file, for: needle)
        }
    }

    private mutating func look(atFile path: String, for needle: [UInt8]?) async {
        files += 1
        var programs: [[String]] = []
        var reason: String?
        layers: while true {
            let head: [UInt8]
            do throws(Pipeline.Failure) {
                head = try await FileSearch.head(of: path, programs)
            } catch {
                unread.append("\(path): \(error)")
                return
            }
            switch FileContent(first: head) {
            case .text: break layers
            case .packed(let words) where programs.count < FileSearch.maximumLayers: programs.append(words)
            case .packed: reason = "packed more than \(FileSearch.maximumLayers) times"
            // Its bytes are looked at all the same: what is found there is there.
            case .opaque(let kind): reason = kind
            }
            if reason != nil { break }
        }
        let tap = SearchTap(for: needle, limit: FileSearch.maximumBytes - bytes)
        do throws(Pipeline.Failure) {
            try await FileSearch.run(path, programs, into: tap)
        } catch {
            reason = error.kind == .cancelled ? "called off" : "\(error)"
        }
        if let reason { unread.append("\(path): \(reason)") }
        let found = tap.found
        bytes += found.bytes
        cards += found.cards
        secrets += found.secrets
        if found.cards > 0 || found.secrets > 0 { hits.append(path) }
    }

    /// How a file's content begins, once it is unpacked.
    private static func head(of path: String, _ programs: [[String]]) async throws(Pipeline.Failure) -> [UInt8] {
        let tap = HeadTap()
        do throws(Pipeline.Failure) {
            try await run(path, programs, into: tap)
        } catch {
            // The programs before it could not go on, because it had enough.
            guard tap.isFull, error.kind != .cancelled else { throw error }
        }
        return tap.bytes
    }

    private static func run(
        _ path: String, _ programs: [[String]], into tap: any Tap
    ) async throws(Pipeline.Failure) {
        try await Pipeline(
            from: .file(path), programs.map { .program(.init($0)) } + [.tap(tap)], deadline: deadline
        ).run()
    }

    /// Whether there was something, and all of it was read.
    package var isWhole: Bool { files > 0 && unread.isEmpty }

    package var summary: String {
        "\(files) files, \(bytes >> 20) MiB"
            + (unread.isEmpty
                ? ""
                : "; not read: \(unread.prefix(5).joined(separator: ", "))"
                    + (unread.count > 5 ? " and \(unread.count - 5) more" : ""))
    }
}
