import Glibc
package import Launch

/// The sign that the process of an action lives: a file beside the journal, locked while it does. The kernel frees it,
/// however the process dies; a pid would be somebody else's one day.
package struct ActionLock: ~Copyable {
    private let descriptor: Int32
    private let path: String

    private static func folder(of journal: String) -> String { "\(journal).actions" }

    /// Takes the lock of an action.
    ///
    /// - Throws: `JournalError` where the folder cannot be written: the action then runs without a sign of life.
    package init(_ action: ActionID, journal: String) throws(JournalError) {
        let folder = ActionLock.folder(of: journal)
        if mkdir(folder, 0o750) != 0, errno != EEXIST { throw JournalError(errno: errno, path: folder) }
        let path = "\(folder)/\(action.text)"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, JournalFiles.mode)
        guard descriptor >= 0 else { throw JournalError(errno: errno, path: folder) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            throw JournalError(errno: code, path: folder)
        }
        _ = fchmod(descriptor, JournalFiles.mode)
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        unlink(path)
        close(descriptor)
    }

    /// Whether an action is known to be dead: its sign is there, and nobody holds it. One without a sign may live: a full disk
    /// lets none be made.
    package static func isKnownDead(_ action: ActionID, journal: String) -> Bool {
        let descriptor = open("\(folder(of: journal))/\(action.text)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) == 0
    }

    /// Whether an action of this machine lives; nil where it left no sign that could tell.
    package static func lives(_ action: ActionID, journal: String) -> Bool? {
        let descriptor = open("\(folder(of: journal))/\(action.text)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return errno == ENOENT ? false : nil }
        defer { close(descriptor) }
        if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return false }
        return errno == EWOULDBLOCK ? true : nil
    }
}
