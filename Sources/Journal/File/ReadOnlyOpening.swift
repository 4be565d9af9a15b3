import Synchronization

/// That a connection of this process was opened while its disk was read-only, for as long as it lives.
///
/// SQLite maps the index of the log once for all connections of a process to a file, and read-only where it could not be opened
/// otherwise; whoever comes later shares that. So until the last of these has gone nobody here can write, whatever the disk allows by
/// then: they are let go (``JournalReader/change()``), and none is opened meanwhile.
final class ReadOnlyOpening: Sendable {
    private static let counts = Mutex<[String: Int]>([:])
    private let path: String

    init(_ path: String) {
        self.path = path
        ReadOnlyOpening.counts.withLock { $0[path, default: 0] += 1 }
    }

    deinit {
        ReadOnlyOpening.counts.withLock { counts in
            let left = (counts[path] ?? 1) - 1
            counts[path] = left > 0 ? left : nil
        }
    }

    static func lives(_ path: String) -> Bool { counts.withLock { $0[path] != nil } }
}
