import Glibc

/// Which process keeps the write-ahead log from being cut back.
enum LogHolder {
    /// The process that holds a read mark of the log's index, as /proc/locks tells; nil where none can be seen.
    ///
    /// Asking the kernel by fcntl(F_GETLK) would need a descriptor of the index, and closing that one would drop the
    /// locks that SQLite holds in this process. Read marks are the bytes 123 … 127 (SQLite's "WAL-mode file format",
    /// section 2.3: WAL_READ_LOCK(0) … WAL_READ_LOCK(4) of the lock region at 120).
    static func pid(of files: JournalFiles) -> Int32? {
        guard let index = FileIdentity(path: files.index) else { return nil }
        return pid(inode: index.inode, besides: getpid(), in: table())
    }

    /// Lines such as `3: POSIX  ADVISORY  READ  1234 fe:00:262155 123 123`.
    static func pid(inode: UInt64, besides own: Int32, in table: String) -> Int32? {
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            guard words.count >= 8, words[1] == "POSIX", words[3] == "READ",
                words[5].split(separator: ":").last.flatMap({ UInt64($0) }) == inode,
                let start = Int(words[6]), (123...127).contains(start),
                let pid = Int32(words[4]), pid != own
            else { continue }
            return pid
        }
        return nil
    }

    private static func table() -> String {
        let descriptor = open("/proc/locks", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: text, as: UTF8.self) }
            text += buffer[..<count]
        }
    }
}
