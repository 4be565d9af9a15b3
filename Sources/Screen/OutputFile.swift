import Glibc

/// Where the output of an action's command goes: a file without a name, gone with the last process that has it open.
struct OutputFile: ~Copyable {
    let descriptor: Int32
    /// A name for those that must open it themselves, good while this process lives.
    var path: String { "/proc/\(getpid())/fd/\(descriptor)" }

    /// Where no file can be made the output is lost, and the action goes on all the same.
    init() {
        var template = Array("/tmp/guardia-action-XXXXXX".utf8CString)
        let file = mkstemp(&template)
        if file >= 0 {
            unlink(template)
            _ = fcntl(file, F_SETFD, FD_CLOEXEC)
            // stdout and stderr, and whoever opens it by its path: each writes at the end.
            _ = fcntl(file, F_SETFL, O_APPEND)
        }
        descriptor = file >= 0 ? file : open("/dev/null", O_RDWR | O_CLOEXEC)
    }

    deinit { close(descriptor) }

    func clear() { ftruncate(descriptor, 0) }

    /// The last line that is not empty, of the last 4 KiB.
    var lastLine: String {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size > 0 else { return "" }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = pread(descriptor, &buffer, buffer.count, max(0, status.st_size - off_t(buffer.count)))
        guard count > 0 else { return "" }
        let lines = buffer.prefix(count).split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        return lines.last.map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
