import Glibc

/// Reads what others append to a file, line by line: also after it was renamed and made anew, or cut. Blocking: to be called on a
/// thread of its own.
package struct LogTail: Sendable {
    package let path: String
    private var inode: UInt64?
    private var offset: Int64 = 0
    /// Whether the last call took as much as it may: more is probably there.
    package private(set) var isBehind = false

    /// How much of an old log is read at first: the last minutes of a busy edge.
    private static let backlog: Int64 = 1 << 20
    private static let chunk = 1 << 20
    /// A longer line is no log's: it is passed over.
    private static let longest = 256 << 10

    package init(_ path: String) { self.path = path }

    /// The whole lines since the last call, at most `limit` bytes of them.
    ///
    /// - Throws: `WireError` where the file cannot be read.
    package mutating func lines(limit: Int = 8 << 20) throws(WireError) -> [ArraySlice<UInt8>] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw failure("open") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw failure("read") }
        let size = Int64(status.st_size)
        var skipsFirst = false
        if inode == nil {
            offset = max(0, size - LogTail.backlog)
            skipsFirst = offset > 0
        } else if inode != UInt64(status.st_ino) || size < offset {
            offset = 0
        }
        inode = UInt64(status.st_ino)
        isBehind = false
        var bytes: [UInt8] = []
        while bytes.count < limit {
            let piece = [UInt8](unsafeUninitializedCapacity: LogTail.chunk) { buffer, count in
                count = max(0, pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset) + off_t(bytes.count)))
            }
            bytes += piece
            if piece.count < LogTail.chunk { break }
        }
        isBehind = bytes.count >= limit
        let end = bytes.withUnsafeBytes { bytes in
            var index = bytes.count - 1
            while index >= 0, bytes[index] != 10 { index -= 1 }
            return index
        }
        guard end >= 0 else {
            // Without an end, and longer than any: passed over, or it would be read again for ever.
            if bytes.count > LogTail.longest { offset += Int64(bytes.count) }
            return []
        }
        offset += Int64(end + 1)
        var lines = bytes[...end].split(separator: 10)
        if skipsFirst, !lines.isEmpty { lines.removeFirst() }
        return lines.filter { $0.count <= LogTail.longest }
    }

    /// Leaves out what is there and was not read.
    package mutating func passOver() {
        var status = stat()
        guard stat(path, &status) == 0, inode == UInt64(status.st_ino) else { return }
        offset = max(offset, Int64(status.st_size))
        isBehind = false
    }

    private func failure(_ operation: String) -> WireError {
        WireError(.unreachable, operation, on: path, because: String(cString: strerror(errno)))
    }
}
