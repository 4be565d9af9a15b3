import Glibc

/// The right to record into a journal: an exclusive flock(2), which the kernel frees when its holder dies, however it dies.
struct JournalLock: ~Copyable {
    private let descriptor: Int32

    /// Takes the lock, or says who holds it.
    init(_ files: JournalFiles) throws(JournalError) {
        let descriptor = open(files.lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, JournalFiles.mode)
        if descriptor < 0 {
            let code = errno
            // An engine that has run since before the file system became read-only holds its lock still.
            if code == EROFS { try JournalLock.refuseIfHeld(files) }
            throw code == ENOENT
                ? .failed(path: files.path, reason: "its folder does not exist; create it")
                : JournalError(errno: code, path: files.lock)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            let holder = JournalLock.holder(descriptor)
            close(descriptor)
            throw code == EWOULDBLOCK
                ? .locked(path: files.path, pid: holder) : JournalError(errno: code, path: files.lock)
        }
        // The umask may have taken the group's right to read who holds it.
        _ = fchmod(descriptor, JournalFiles.mode)
        // For the message above alone. A full disk does not matter: the lock is the flock, not the text.
        let text = Array("\(getpid())\n".utf8)
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.count, 0)
        self.descriptor = descriptor
    }

    deinit {
        // Said aloud, and not left to close(2): a child that is between its fork and its exec holds the same open file, and with it
        // the lock, for a moment longer.
        _ = flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    private static func refuseIfHeld(_ files: JournalFiles) throws(JournalError) {
        let descriptor = open(files.lock, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
            throw .locked(path: files.path, pid: holder(descriptor))
        }
    }

    private static func holder(_ descriptor: Int32) -> Int32? {
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: buffer[..<count], as: UTF8.self).prefix { $0.isNumber })
    }
}
