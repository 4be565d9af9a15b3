import Glibc
import Launch

/// Where the engine's heartbeat goes while the journal's own folder takes none, on a disk that became read-only: a file in memory,
/// so that a screen says `NOT RECORDING`, and not that nobody watches.
///
/// All users may write in that folder: what is believed belongs to the journal's owner or to root.
struct BeatRefuge {
    let path: String
    private let (owner, group): (uid_t, gid_t)

    /// Nil where there is no journal.
    init?(of journal: String) {
        var status = stat()
        guard stat(journal, &status) == 0 else { return nil }
        (owner, group) = (status.st_uid, status.st_gid)
        // The file itself, by whatever name it was called.
        path = "/dev/shm/guardia-beat-\(status.st_dev)-\(status.st_ino)"
    }

    /// - Returns: whether readers find it.
    @discardableResult
    func write(_ beat: Heartbeat) -> Bool {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, JournalFiles.mode)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        guard isOurs(descriptor) else { return false }
        // Whom the journal's group is to be read by; the umask may have taken its right.
        _ = fchown(descriptor, owner, group)
        _ = fchmod(descriptor, JournalFiles.mode)
        return pwrite(descriptor, BeatFile.encode(beat), BeatFile.size, 0) == BeatFile.size
    }

    func read() -> Heartbeat? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return isOurs(descriptor) ? BeatFile.read(descriptor) : nil
    }

    func remove() { unlink(path) }

    private func isOurs(_ descriptor: Int32) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_nlink == 1
            && (status.st_uid == owner || status.st_uid == 0)
    }
}
