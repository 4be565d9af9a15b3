import CLinux
import Glibc

/// Tells the readers of a journal that something was committed: a count behind the heartbeat's block, on which they wait by
/// futex(2).
///
/// inotify(7) on the log tells too early, of a transaction's first page, so that readers had to look again until its end; and
/// the last close of its queue waits for the kernel, up to 20 ms in which a dashboard that was left was not yet gone.
final class CommitBell {
    /// Where the count is in the beat's file: four bytes, in the machine's order, as futex(2) wants them.
    static let offset = BeatFile.size
    /// How long the file is with it.
    static let fileSize = 2 * BeatFile.size

    private let descriptor: Int32
    private let page: UnsafeMutableRawPointer
    private let identity: FileIdentity?

    /// Nil where there is no beat's file of this kind, or it may not be opened: a journal in which no engine ever ran.
    init?(_ files: JournalFiles, toRing: Bool = false) {
        // A pipe under its name must not hold anybody up.
        descriptor = open(files.beat, (toRing ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        // Mapped for its address alone: it is never touched there, for a file that is cut short would be a SIGBUS.
        let mapped = mmap(nil, CommitBell.fileSize, PROT_READ, MAP_SHARED, descriptor, 0)
        guard let mapped, mapped != MAP_FAILED else {
            close(descriptor)
            return nil
        }
        page = mapped
        identity = FileIdentity(descriptor: descriptor)
        // From here on deinit gives back what there is.
        if count == nil { return nil }
    }

    deinit {
        munmap(page, CommitBell.fileSize)
        close(descriptor)
    }

    /// Whether it is the one under the journal's name, and still whole.
    func isIn(place files: JournalFiles) -> Bool { identity == FileIdentity(path: files.beat) && count != nil }

    /// How often it was rung, as far as 32 bits go; nil where the file is too short.
    var count: UInt32? {
        var count: UInt32 = 0
        return pread(descriptor, &count, 4, off_t(CommitBell.offset)) == 4 ? count : nil
    }

    /// After a commit. Two writers that ring at once may count as one: whoever waits is woken by both, and whoever reads the
    /// count then sees what both have committed.
    func ring() {
        guard var next = count else { return }
        next &+= 1
        if pwrite(descriptor, &next, 4, off_t(CommitBell.offset)) == 4 { guardia_futex_wake(page + CommitBell.offset) }
    }

    /// Waits until the count is another than `heard`.
    ///
    /// - Parameter limit: in milliseconds.
    func wait(after heard: UInt32, limit: Int32) { guardia_futex_wait(page + CommitBell.offset, heard, limit) }
}
