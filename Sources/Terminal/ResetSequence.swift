import Glibc

/// The bytes that give a terminal back whatever state it is in.
package enum ResetSequence {
    /// Attributes and colours off, cursor shown, paste and mouse modes off, keypad and wrapping as usual, alternate screen
    /// left. Every terminal ignores the private modes that it does not have.
    package static let standard =
        "\u{1b}[0m\u{1b}(B\u{1b}[?2004l\u{1b}[?1006l\u{1b}[?1003l\u{1b}[?1002l\u{1b}[?1000l\u{1b}[?1l\u{1b}>\u{1b}[?7h\u{1b}[?25h"
        + "\u{1b}[?1049l\r"

    /// Resets the terminal that a killed program left behind: modes by the book, then the sequence above. What a
    /// `guardia reset-terminal` does.
    package static func apply(to descriptor: Int32) throws(TerminalError) {
        var modes = termios()
        guard tcgetattr(descriptor, &modes) == 0 else { throw .notATerminal }
        modes.c_iflag |= tcflag_t(ICRNL | IXON)
        modes.c_iflag &= ~tcflag_t(IGNBRK | INLCR | IGNCR | ISTRIP)
        modes.c_oflag |= tcflag_t(OPOST | ONLCR)
        modes.c_lflag |= tcflag_t(ISIG | ICANON | ECHO | ECHOE | ECHOK | IEXTEN)
        modes.c_lflag &= ~tcflag_t(ECHONL | NOFLSH)
        guard tcsetattr(descriptor, TCSANOW, &modes) == 0 else { throw .system(call: "tcsetattr", errno: errno) }
        writeAll(standard, to: descriptor)
    }

    /// Writes without giving up half-way; a terminal that is gone is no error, there is nothing to give back.
    static func writeAll(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                bytes = bytes.dropFirst(count)
            } else if count < 0, errno == EAGAIN {
                var item = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                guard poll(&item, 1, 100) > 0 else { return }
            } else if count >= 0 || errno != EINTR {
                return
            }
        }
    }
}
