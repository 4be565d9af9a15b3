import Glibc
import Launch

/// The names of the files that make up one journal.
struct JournalFiles: Hashable, Sendable {
    /// The database itself.
    let path: String
    /// SQLite's write-ahead log.
    var log: String { path + "-wal" }
    /// SQLite's index of the log, in memory shared by writer and readers.
    var index: String { path + "-shm" }
    /// What the recording engine holds locked.
    var lock: String { path + ".lock" }
    /// The heartbeat.
    var beat: String { path + ".beat" }

    /// Written by the owner, read by the group (the operators), nothing to others.
    static let mode: mode_t = 0o640

    /// Creates the database file with the right mode, whatever the umask; SQLite gives -wal and -shm the same one.
    ///
    /// An existing file is not opened here: closing any descriptor of a file drops every POSIX lock that this process
    /// holds on it, SQLite's included.
    func create() throws(JournalError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, JournalFiles.mode)
        if descriptor < 0 {
            if errno == EEXIST { return }
            throw JournalError(errno: errno, path: path)
        }
        defer { close(descriptor) }
        if fchmod(descriptor, JournalFiles.mode) != 0 { throw JournalError(errno: errno, path: path) }
    }

    /// How long the database is; 0 where there is none.
    var size: Int64 { JournalFiles.size(of: path) }
    /// How long the write-ahead log is; 0 where there is none.
    var logSize: Int64 { JournalFiles.size(of: log) }

    private static func size(of path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// Whether the database was emptied under its log: SQLite makes a log only once it has written the file's header, and
    /// it would throw the log away here.
    var isEmptiedUnderItsLog: Bool { FileIdentity(path: path) != nil && size == 0 && logSize > 0 }

    /// Whether the file system is mounted read-only, or has no block and no file left for us.
    var isOnUnwritableDisk: Bool {
        guard let disk else { return false }
        return JournalFiles.isReadOnly(disk) || disk.f_bavail == 0 || (disk.f_files > 0 && disk.f_favail == 0)
    }

    /// Whether the file system is mounted read-only.
    var isOnReadOnlyDisk: Bool { disk.map(JournalFiles.isReadOnly) ?? false }

    private static func isReadOnly(_ disk: statvfs) -> Bool { disk.f_flag & UInt(ST_RDONLY) != 0 }

    private var disk: statvfs? {
        var status = statvfs()
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        return statvfs(folder, &status) == 0 ? status : nil
    }

    /// Whether the file begins as a journal does, but for a byte or two: SQLite takes such a file for another program's.
    ///
    /// Only while this process has no connection to it: see ``create()``.
    var beginsAlmostAsJournal: Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var header = [UInt8](repeating: 0, count: 72)
        guard pread(descriptor, &header, header.count, 0) == header.count else { return false }
        // "The header string: SQLite format 3\\000"; offset 68: "The Application ID".
        var ours = Array("SQLite format 3\0".utf8)
        ours.append(bigEndian: UInt32(Schema.applicationID))
        let found = header[..<16] + header[68...]
        return zip(ours, found).count { $0 == $1 } >= ours.count - 2
    }

    /// Moves the remains of a journal out of the way of a new one, log and index with it: they are kept for whoever wants
    /// to recover them.
    ///
    /// - Returns: the new path.
    @discardableResult
    func setAside(at time: Timestamp) throws(JournalError) -> String {
        let remains = JournalFiles(path: "\(path).damaged-\(time.seconds)")
        for (old, new) in [(path, remains.path), (log, remains.log), (index, remains.index)] {
            guard rename(old, new) == 0 || errno == ENOENT else { throw JournalError(errno: errno, path: old) }
        }
        return remains.path
    }
}

/// Which file a path leads to: another one once the journal was replaced.
struct FileIdentity: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64
    /// Whether it is a file, not a folder, a pipe or a device.
    let isRegular: Bool

    /// Nil where nothing is at `path`.
    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// Nil where `descriptor` is not open.
    init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        isRegular = status.st_mode & S_IFMT == S_IFREG
    }
}

extension JournalError {
    /// What the kernel refused.
    init(errno code: Int32, path: String) {
        switch code {
        case ENOENT, ENOTDIR: self = .notThere(path: path)
        case ENOSPC, EDQUOT: self = .full(path: path)
        case EROFS, EACCES, EPERM: self = .readOnly(path: path)
        default: self = .failed(path: path, reason: String(cString: strerror(code)))
        }
    }
}
