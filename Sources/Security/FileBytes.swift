import Glibc

/// Files that others write, read within bounds: no pipe is waited for, no giant taken in whole.
package enum FileBytes {
    /// The whole of a regular file.
    package static func read(_ path: String, limit: Int) throws(SecurityError) -> [UInt8] {
        var bytes: [UInt8] = []
        try each(path, chunk: 64 << 10) { piece in
            bytes += piece
            return bytes.count <= limit
        }
        guard bytes.count <= limit else { throw SecurityError(path, "it has more than \(limit) bytes") }
        return bytes
    }

    /// The file piece by piece, until `body` says false.
    package static func each(
        _ path: String, from offset: Int64 = 0, chunk: Int = 256 << 10, _ body: (ArraySlice<UInt8>) -> Bool
    ) throws(SecurityError) {
        // O_NONBLOCK: opening a pipe must not wait for its other end.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw SecurityError(path, String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw SecurityError(path, "it is not a regular file")
        }
        if offset > 0 { lseek(descriptor, off_t(offset), SEEK_SET) }
        var buffer = [UInt8](repeating: 0, count: chunk)
        while true {
            let count = Glibc.read(descriptor, &buffer, chunk)
            if count < 0 {
                if errno == EINTR { continue }
                throw SecurityError(path, String(cString: strerror(errno)))
            }
            guard count > 0, body(buffer[..<count]) else { return }
        }
    }

    /// When it was last changed, and its size; nil where there is none.
    package static func status(_ path: String) -> (
        modified: Int64, size: Int64, inode: UInt64, mode: UInt32, owner: UInt32
    )? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return (
            Int64(status.st_mtim.tv_sec), Int64(status.st_size), UInt64(status.st_ino), status.st_mode & 0o7777,
            status.st_uid
        )
    }

    /// Writes a file whole or not at all.
    package static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o640) throws(SecurityError) {
        let new = path + ".new"
        let descriptor = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw SecurityError(path, String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SecurityError(path, String(cString: strerror(errno))) }
            written += count
        }
        guard fsync(descriptor) == 0, rename(new, path) == 0 else {
            throw SecurityError(path, String(cString: strerror(errno)))
        }
    }
}

/// Bytes as text and back.
package enum Hexadecimal {
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Nil where the text is not pairs of hexadecimal digits.
    package static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        let digits = text.utf8.map { byte -> UInt8? in
            switch byte {
            case 48...57: byte - 48
            case 97...102: byte - 87
            case 65...70: byte - 55
            default: nil
            }
        }
        guard digits.count % 2 == 0, !digits.contains(nil) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0]! << 4 | digits[$0 + 1]! }
    }
}
