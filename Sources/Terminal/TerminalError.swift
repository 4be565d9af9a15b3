import Console
import Glibc

/// Why the terminal cannot be used; the program says so and ends with exit status 2.
package enum TerminalError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Standard input or output is a file, a pipe or nothing.
    case notATerminal
    /// TERM is not set.
    case terminalTypeMissing
    /// TERM names a terminal that the terminfo database does not describe.
    case terminalTypeUnknown(String)
    /// The terminal cannot place its cursor: nothing full-screen can be drawn on it.
    case cannotPlaceCursor(String)
    /// A call to the system failed.
    case system(call: String, errno: Int32)
    /// The file for diagnostics cannot be opened.
    case diagnostics(path: String, errno: Int32)

    package var description: String {
        switch self {
        case .notATerminal:
            "no terminal: standard input and output must be one. Over ssh, use `ssh -t`"
        case .terminalTypeMissing:
            "TERM is not set, so the terminal's commands are not known. Set it, for example: export TERM=xterm-256color"
        case .terminalTypeUnknown(let name):
            "TERM is `\(Text.sanitised(name, limit: 64))`, which the terminfo database does not know. "
                + "Install ncurses-term, or set TERM=xterm-256color"
        case .cannotPlaceCursor(let name):
            "a terminal of type `\(Text.sanitised(name, limit: 64))` cannot place its cursor. Set TERM to what it really is"
        case .system(let call, let errno):
            "the terminal could not be set up: \(call): \(String(cString: strerror(errno)))"
        case .diagnostics(let path, let errno):
            "cannot write diagnostics to \(path): \(String(cString: strerror(errno)))"
        }
    }
}
