import Console
import Glibc

/// What programs print. Text from outside (series names, reasons, versions) passes the one sanitiser, line by line, so that
/// nothing in a journal or a config can drive the terminal.
package enum StandardStream {
    case output
    case error

    /// No line is longer than this.
    private static let lineLimit = 4096

    /// Writes a text, sanitised, and a line end. What cannot be written (a closed pipe) is nobody's to mend here.
    package func line(_ text: String = "") {
        var bytes: [UInt8] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            bytes += Text.sanitised(String(line), limit: StandardStream.lineLimit).utf8
            bytes.append(UInt8(ascii: "\n"))
        }
        let descriptor = self == .output ? STDOUT_FILENO : STDERR_FILENO
        var start = 0
        while start < bytes.count {
            let written = bytes[start...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return }
            start += written
        }
    }
}
