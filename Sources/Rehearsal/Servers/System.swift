import Glibc

// What the rehearsal needs of the kernel beside sockets and processes: results as errors, small files, the time of a
// wait.

/// The C library's words for an error number.
func errorText(_ number: Int32) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
        // Swift imports the POSIX variant, which fills the buffer and returns a number.
        _ = strerror_r(number, buffer.baseAddress!, buffer.count)
        return String(cString: buffer.baseAddress!)
    }
}

/// Throws the error of a system call that returned −1, naming the call and its path.
@discardableResult
func check(_ result: Int32, _ call: String, _ path: String) throws(ServerError) -> Int32 {
    guard result != -1 else { throw .system(call: call, path: path, errno: errno) }
    return result
}

/// The bytes of a file, up to a limit counted from its end; nil where it cannot be read.
func endOfFile(_ path: String, limit: Int = 64 << 10) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let size = lseek(descriptor, 0, SEEK_END)
    _ = lseek(descriptor, max(0, size - limit), SEEK_SET)
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while bytes.count < limit {
        let count = read(descriptor, &chunk, chunk.count)
        guard count > 0 else { break }
        bytes += chunk[..<count]
    }
    return bytes
}

/// A file's size in bytes; 0 where there is none.
func fileSize(_ path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
}

/// The last twelve lines of a log, of what was written past an offset.
func lastLines(of path: String, from offset: Int = 0) -> [String] {
    let new = max(0, fileSize(path) - offset)
    let bytes = endOfFile(path, limit: min(new, 64 << 10)) ?? []
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").suffix(12).map(String.init)
}

/// Writes a small file anew.
func writeFile(_ path: String, _ text: String, mode: mode_t = 0o600) throws(ServerError) {
    let descriptor = try check(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode), "open", path)
    defer { close(descriptor) }
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
        let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress!, $0.count) }
        guard written > 0 else { throw .system(call: "write", path: path, errno: errno) }
        bytes = bytes.dropFirst(written)
    }
}

/// Asks again and again, every few milliseconds, until the answer is yes or the time is over; returns the last answer.
///
/// Other processes do not report to us when they are ready, stopped or gone: they can only be asked.
func poll(
    within limit: Duration, every interval: Duration = .milliseconds(5), _ isDone: () async throws -> Bool
) async throws -> Bool {
    let deadline = ContinuousClock.now + limit
    while true {
        if try await isDone() { return true }
        guard ContinuousClock.now < deadline else { return false }
        try await Task.sleep(for: interval)
    }
}
