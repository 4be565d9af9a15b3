import Glibc

/// Tells a reader when to look at a journal again: at once after something was written (inotify(7)), otherwise now and
/// then. Ten looks a second, each with locks to take, cost half of what a dashboard uses.
///
/// For one thread. Where the kernel has no watch left to give, it is every 100 ms.
package final class JournalWatch {
    private let files: JournalFiles
    private let queue: Int32
    private var rhythm: LookRhythm

    package init(path: String) {
        files = JournalFiles(path: path)
        queue = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
        rhythm = LookRhythm(isWatching: queue >= 0)
        watch()
    }

    deinit { if queue >= 0 { close(queue) } }

    /// Waits until a look is due.
    ///
    /// - Parameter sawChange: whether the last look found something.
    /// - Returns: whether something was written or replaced; false when it is only time to look.
    @discardableResult
    package func wait(sawChange: Bool) -> Bool {
        var item = pollfd(fd: queue, events: Int16(POLLIN), revents: 0)
        guard poll(&item, 1, rhythm.wait(sawChange: sawChange)) > 0 else { return false }
        // The first page of a transaction wakes; the pause lets it come to its end.
        poll(nil, 0, rhythm.written())
        drain()
        watch()
        return true
    }

    /// Watches the log for writes, and the folder for another file under the journal's name.
    private func watch() {
        guard queue >= 0 else { return }
        let folder = files.path.lastIndex(of: "/").map { String(files.path[...$0]) } ?? "."
        let found = inotify_add_watch(queue, folder, UInt32(IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM))
        // Watching twice is watching once; a log that is not there yet comes with an event of the folder.
        _ = inotify_add_watch(queue, files.log, UInt32(IN_MODIFY))
        rhythm.isWatching = found >= 0
    }

    private func drain() {
        withUnsafeTemporaryAllocation(byteCount: 16 * 1024, alignment: 8) { buffer in
            while read(queue, buffer.baseAddress, buffer.count) > 0 {}
        }
    }
}

/// How long to wait before the next look.
struct LookRhythm: Hashable, Sendable {
    /// Whether writes are told; otherwise they must be looked for.
    var isWatching: Bool
    /// How many more looks a write is worth that has brought nothing yet: its transaction may be waiting for the disk.
    private var looksLeft = 0

    /// In milliseconds, as poll(2) has them.
    private static let pause: Int32 = 4
    private static let retry: Int32 = 20
    private static let retries = 25
    private static let unwatched: Int32 = 100
    /// A heartbeat is not watched for, and a write could be missed.
    private static let idle: Int32 = 1000

    init(isWatching: Bool) { self.isWatching = isWatching }

    /// After a look: how long until the next, if nothing is told before.
    mutating func wait(sawChange: Bool) -> Int32 {
        guard isWatching else { return LookRhythm.unwatched }
        if sawChange { looksLeft = 0 }
        guard looksLeft > 0 else { return LookRhythm.idle }
        looksLeft -= 1
        return LookRhythm.retry
    }

    /// Something was written: how long to wait for the end of it.
    mutating func written() -> Int32 {
        looksLeft = LookRhythm.retries
        return LookRhythm.pause
    }
}
