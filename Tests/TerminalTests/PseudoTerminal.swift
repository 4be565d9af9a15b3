import Glibc

/// A terminal without a screen: tests write the keys to its master side and read there what a screen would get.
final class PseudoTerminal {
    let master: Int32
    /// The device that a program under test opens.
    let path: String
    /// Kept open, so that output is not lost when the program ends.
    private let slave: Int32

    init(columns: UInt16 = 30, rows: UInt16 = 6) throws {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        // TIOCSPTLCK and TIOCGPTN, whose macros Swift does not import: unlock the other side, ask for its number.
        var unlocked: Int32 = 0
        var number: UInt32 = 0
        guard master >= 0, ioctl(master, 0x4004_5431, &unlocked) == 0, ioctl(master, 0x8004_5430, &number) == 0 else {
            throw Failure(what: "no pseudo-terminal: errno \(errno)")
        }
        path = "/dev/pts/\(number)"
        slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard slave >= 0 else { throw Failure(what: "cannot open \(path)") }
        resize(columns: columns, rows: rows)
    }

    deinit {
        close(slave)
        close(master)
    }

    func resize(columns: UInt16, rows: UInt16) {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    }

    func type(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    /// All that was written to the terminal since the last call.
    func output() -> String {
        var all: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 4096)
        while case let count = read(master, &bytes, bytes.count), count > 0 { all += bytes[..<count] }
        return String(decoding: all, as: UTF8.self)
    }

    /// The line discipline's modes as one comparable text.
    var modes: String {
        var modes = termios()
        tcgetattr(slave, &modes)
        return "\(modes.c_iflag) \(modes.c_oflag) \(modes.c_cflag) \(modes.c_lflag) \(modes.c_cc)"
    }

    struct Failure: Error {
        let what: String
    }
}
