import Glibc

/// A Unix socket that nobody can connect to before its mode is right: it is bound in a folder of its own, mode 0700, and
/// moved to its place once it is listened on. A mask would be the whole process's, and other threads make files meanwhile.
struct MobileSocket {
    struct Refusal: Error, CustomStringConvertible {
        var description: String
    }

    let path: String
    private var folder: String { "\(path).d" }
    /// Where it is bound first.
    var first: String { "\(folder)/s" }

    /// Makes room for it. What another user put in its place is left alone, and said.
    init(_ path: String) throws(Refusal) {
        self.path = path
        guard "\(path).d/s".utf8.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path) else {
            throw Refusal(description: "the path is too long for a socket")
        }
        try MobileSocket.checkOld(path)
        if mkdir(folder, 0o700) != 0, errno != EEXIST { throw MobileSocket.failure(folder) }
        var status = stat()
        guard lstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(),
            chmod(folder, 0o700) == 0
        else { throw Refusal(description: "\(folder) is not a folder of this user") }
        // Of an engine that was killed between the two.
        unlink(first)
    }

    /// Whether there is nothing in its place but a socket of our own, of an engine that was killed.
    private static func checkOld(_ path: String) throws(Refusal) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw Refusal(description: "\(path) is there, and no socket") }
        guard status.st_uid == geteuid() else {
            throw Refusal(description: "\(path) is a socket of another user (\(status.st_uid))")
        }
    }

    /// Lets the proxy's group connect, and nobody else: whoever may is up to the folder.
    func open() throws(Refusal) {
        guard chmod(first, 0o660) == 0 else { throw MobileSocket.failure(first) }
        try MobileSocket.checkOld(path)
        guard rename(first, path) == 0 else { throw MobileSocket.failure(path) }
        rmdir(folder)
    }

    /// Takes away what is ours.
    static func remove(_ path: String) {
        unlink("\(path).d/s")
        rmdir("\(path).d")
        if (try? checkOld(path)) != nil { unlink(path) }
    }

    private static func failure(_ path: String) -> Refusal {
        Refusal(description: "\(path): \(String(cString: strerror(errno)))")
    }
}
