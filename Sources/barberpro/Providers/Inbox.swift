import FoundationEssentials
import Glibc
import Synchronization

/// What the fake providers were sent: a file with a line a message, so that a rehearsal shows what a telephone would.
final class Inbox: Sendable {
    private let descriptor: Mutex<Int32>

    init(path: String) {
        descriptor = Mutex(open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600))
    }

    /// `2026-03-09T06:13:20Z  sms  +5491155554821  CRITICAL BarberPro …`
    func add(_ provider: String, to address: String, _ text: String) {
        let line = [Date.now.formatted(.iso8601), provider, Inbox.plain(address), Inbox.plain(text)]
            .joined(separator: "  ")
        let bytes = Array((line + "\n").utf8)
        descriptor.withLock { _ = write($0, bytes, bytes.count) }
    }

    /// On one line, without what a terminal would obey.
    private static func plain(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : $0 }))
    }
}
