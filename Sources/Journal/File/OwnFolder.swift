import Glibc

/// A folder that only one user can put anything into, held open: what others made under its name, or swap for it later, is
/// not it.
///
/// Where many may write (`/dev/shm`), anybody can make a folder or a pipe of any name first.
final class OwnFolder {
    let path: String
    private let descriptor: Int32
    private let owner: uid_t

    /// Opens a folder, or says why it is not trusted.
    ///
    /// - Parameter owner: whose it must be; nobody else, nor a group, may write in it.
    init(_ path: String, owner: uid_t) throws(JournalError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw errno == ENOTDIR || errno == ELOOP
                ? .failed(path: path, reason: "it is not a folder of ours") : JournalError(errno: errno, path: path)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_uid == owner, status.st_mode & 0o022 == 0 else {
            close(descriptor)
            throw .failed(path: path, reason: "it is not a folder of ours")
        }
        self.path = path
        self.descriptor = descriptor
        self.owner = owner
    }

    deinit { close(descriptor) }

    /// Makes a folder where there is none, and opens it.
    static func made(_ path: String, owner: uid_t) throws(JournalError) -> OwnFolder {
        if mkdir(path, 0o750) == 0 {
            // Root makes it for the service user, who is to read it.
            if owner != geteuid() {
                let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                defer { close(descriptor) }
                guard fchown(descriptor, owner, gid_t.max) == 0 else { throw JournalError(errno: errno, path: path) }
            }
        } else if errno != EEXIST {
            throw JournalError(errno: errno, path: path)
        }
        return try OwnFolder(path, owner: owner)
    }

    /// The names of what is in it, sorted; no more than `limit`.
    func names(limit: Int) -> [String] {
        // fdopendir(3) takes the descriptor over.
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0 else { return [] }
        guard let folder = fdopendir(copy) else {
            close(copy)
            return []
        }
        defer { closedir(folder) }
        var names: [String] = []
        while names.count < limit, let entry = readdir(folder) {
            // d_name is a fixed array in C, and ends with a zero.
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Opens a file in it: a regular one, the owner's, under no other name, that nobody else may write. Never waits, whatever
    /// stands under the name.
    ///
    /// - Returns: nil where it is another thing, or cannot be opened; `errno` says why.
    func file(_ name: String, _ flags: Int32) -> Int32? {
        let file = openat(descriptor, name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0o640)
        guard file >= 0 else { return nil }
        var status = stat()
        guard fstat(file, &status) == 0 else {
            close(file)
            return nil
        }
        // Root writes for the service user.
        if flags & O_CREAT != 0, geteuid() == 0, status.st_uid == 0, owner != 0 {
            _ = fchown(file, owner, gid_t.max)
            status.st_uid = owner
        }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_uid == owner, status.st_nlink <= 1,
            status.st_mode & 0o022 == 0
        else {
            close(file)
            errno = EPERM
            return nil
        }
        return file
    }

    /// How many bytes a file in it has, and when it was last written to; nil where it is not there.
    func status(of name: String) -> (size: Int, seconds: Int, nanoseconds: Int)? {
        var status = stat()
        guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        return (Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    }

    func remove(_ name: String) { unlinkat(descriptor, name, 0) }
}
