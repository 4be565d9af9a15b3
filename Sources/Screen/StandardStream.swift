import Console
import Glibc
import Synchronization

/// What programs print. Text from outside (series names, reasons, versions) passes the one sanitiser, so that nothing in a
/// journal or a config can drive the terminal, nor pretend to be a line of ours.
package enum StandardStream {
    case output
    case error

    /// No line is longer than this.
    package static let lineLimit = 4096

    /// Writes one line, sanitised: a line end inside it is shown as a mark. What cannot be written (a closed pipe) is nobody's
    /// to mend here; ``couldNotWrite`` remembers it.
    package func line(_ text: String = "", limit: Int = StandardStream.lineLimit) {
        write(Array(StandardStream.marked(text, limit: limit).utf8) + [UInt8(ascii: "\n")])
    }

    /// A text as one line: what would end it or drive the terminal is shown as a mark.
    package static func marked(_ text: String, limit: Int = lineLimit) -> String { Text.sanitised(text, limit: limit) }

    /// Writes a text of ours that has several lines. Nothing from outside may be in it unmarked.
    package func lines(_ text: String) {
        // A page of HTML may well be one line.
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            self.line(String(line), limit: 4 << 20)
        }
    }

    /// Writes a document as it is, byte by byte: for a file or a pipe, never for a terminal.
    package func exactly(_ text: String) { write(Array(text.utf8)) }

    private func write(_ bytes: [UInt8]) {
        let descriptor = self == .output ? STDOUT_FILENO : STDERR_FILENO
        var start = 0
        while start < bytes.count {
            let written = bytes[start...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else {
                if self == .output, errno != EPIPE { StandardStream.trouble.withLock { $0 = errno } }
                return
            }
            start += written
        }
    }

    private static let trouble = Mutex<Int32>(0)

    /// Why something that was printed did not get out (a full disk behind `>`); nil where all did, and where a reader went
    /// away on purpose.
    package static var couldNotWrite: String? {
        let code = trouble.withLock { $0 }
        return code == 0 ? nil : String(cString: strerror(code))
    }
}
