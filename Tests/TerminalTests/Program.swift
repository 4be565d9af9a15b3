import Console
import Glibc
import Terminal

/// A small full-screen program on a pseudo-terminal. It belongs in an exit test: ncurses and signals are a process's own.
struct Program {
    let session: TerminalSession

    init(
        on path: String, type: String? = "xterm-256color", charset: Charset = .utf8, depth: ColourDepth = .direct,
        isSlow: Bool = false, hasLinks: Bool = false, bell: Bell = Bell()
    ) throws {
        _ = Charset.adopt()
        let terminal = open(path, O_RDWR | O_NOCTTY)
        session = try TerminalSession(
            TerminalOptions(
                type: type, charset: charset, depth: depth, diagnosticsPath: "/dev/null", isSlow: isSlow,
                hasLinks: hasLinks, bell: bell),
            input: terminal, output: terminal)
    }

    @discardableResult
    func show(_ text: String, _ role: Role = .text, cursor: Point? = nil) -> Bool {
        var frame = Frame(size: session.size)
        frame.put(text, at: .zero, role)
        frame.cursor = cursor
        return session.draw(&frame, theme: .dark)
    }

    /// A text that leads to an address, among others that do not.
    func show(_ text: String, link: String?, after before: String = "see ") {
        var frame = Frame(size: session.size)
        let start = frame.put(before, at: .zero, .text)
        let width = frame.put(text, at: Point(start, 0), .link)
        frame.put(" end", at: Point(start + width, 0), .text)
        if let link { frame.link(row: 0, start..<start + width, to: link) }
        session.draw(&frame, theme: .dark)
    }

    /// What a program does: waits for the end, gives the terminal back, and dies as its shell expects.
    func runUntilEnd() -> Never {
        show("guardia")
        while true {
            for event in session.readEvents(timeout: .seconds(20)) {
                switch event {
                case .terminate(let signal):
                    session.restore()
                    exit(128 + signal)
                case .hangup:
                    session.restore()
                    exit(1)
                case .key(Key("q")):
                    session.restore()
                    exit(0)
                case .resumed: show("again")
                default: break
                }
            }
        }
    }
}
