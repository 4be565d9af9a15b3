import CNcurses
import CTerminal
package import Console
import Glibc

/// A terminal taken over: frames out, keys and what happens to the terminal in. One thread makes it and uses it; only its
/// `Waker` goes to others. ncurses keeps one screen a process, so there is one session at a time.
///
/// The terminal is given back by `restore`, and by signal handlers if the program crashes before that.
package final class TerminalSession {
    /// What the terminal can show in cells.
    package private(set) var size: Size
    package let depth: ColourDepth
    package let waker: Waker

    private let input: Int32
    private let output: Int32
    private let isSlow: Bool
    private let bell: Bell
    private let hasLinks: Bool
    private let pipe: Pipe
    private let diagnostics: Diagnostics
    /// The modes to give back, and those that we work in.
    private let shellModes: termios
    private var screenModes: termios
    private var screen: OpaquePointer?
    private var files: [UnsafeMutablePointer<FILE>?] = [nil, nil]
    private var painter: Painter
    private var decoder = KeyDecoder()
    private var isRestored = false

    /// How long an ESC waits to become a sequence. A terminal sends one in a single packet; only a packet split under way
    /// needs the time.
    private static let escapeDelay: Int32 = 25
    /// No real terminal is larger; a size that lies must not allocate without bound.
    private static let largest = Size(width: 1000, height: 500)
    private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH]

    /// Takes over the terminal: alternate screen, no echo, keys at once, paste in brackets. Ctrl-C and Ctrl-Z remain
    /// signals; Ctrl-S, Ctrl-Q and Ctrl-V become keys.
    package init(
        _ options: TerminalOptions, input: Int32 = STDIN_FILENO, output: Int32 = STDOUT_FILENO
    ) throws(TerminalError) {
        guard isatty(input) == 1, isatty(output) == 1 else { throw .notATerminal }
        let type = try Self.check(type: options.type, output: output)
        var modes = termios()
        guard tcgetattr(output, &modes) == 0 else { throw .system(call: "tcgetattr", errno: errno) }

        self.input = input
        self.output = output
        isSlow = options.isSlow
        bell = options.bell
        hasLinks = options.hasLinks
        shellModes = modes
        pipe = try Pipe()
        waker = Waker(descriptor: pipe.writing)
        do throws(TerminalError) {
            diagnostics = try Diagnostics(path: options.diagnosticsPath)
        } catch {
            pipe.close()
            throw error
        }
        // Before newterm: ncurses installs its own handlers wherever it finds none.
        notify_start(pipe.writing, Self.signals, Self.signals.count)
        // The size comes from the kernel: LINES and COLUMNS are the shell's, and do not change with the window.
        use_env(false)
        use_tioctl(true)
        let drawing = Self.duplicate(output)
        screen = guardia_newterm(type, drawing, Self.duplicate(input), &files)
        guard screen != nil else {
            notify_stop()
            diagnostics.restore()
            pipe.close()
            throw .terminalTypeUnknown(type)
        }
        Self.bufferWholeFrames(drawing)
        cbreak()
        noecho()
        nonl()
        // A frame is sent whole: ncurses would look for a key every few lines, to give up on it.
        typeahead(-1)
        screenModes = modes
        depth = Self.startColour(atMost: options.depth)
        painter = Painter(charset: options.charset, depth: depth, linkOutput: options.hasLinks ? output : nil)
        size = .zero

        tcgetattr(output, &screenModes)
        screenModes.c_iflag &= ~tcflag_t(IXON | IXOFF)
        screenModes.c_lflag &= ~tcflag_t(options.keysSignal ? IEXTEN : IEXTEN | ISIG)
        tcsetattr(output, TCSANOW, &screenModes)
        def_prog_mode()
        // Whatever the crash interrupted: a link that was begun ends.
        let reset = (options.hasLinks ? Hyperlinks.close : "") + ResetSequence.standard
        _ = reset.withCString { rescue_arm(output, $0, strlen($0), &modes) }
        ResetSequence.writeAll(Self.pasteOn, to: output)
        size = measure()
        resizeterm(Int32(size.height), Int32(size.width))
        painter.invalidate()
    }

    deinit { restore() }

    // MARK: Out

    /// Shows a frame by sending the cells that changed. On return `frame` holds the storage of the one shown before:
    /// `reset` it and draw the next into it.
    ///
    /// False if a slow line is still busy with the frame before; nothing was sent then.
    @discardableResult
    package func draw(_ frame: inout Frame, theme: Theme) -> Bool {
        guard !isRestored else { return false }
        if isSlow {
            var queued: Int32 = 0
            if ioctl(output, UInt(TIOCOUTQ), &queued) == 0, queued > 0 { return false }
        }
        painter.draw(&frame, theme: theme)
        return true
    }

    /// Makes the next frame repaint everything, for when something else wrote on the terminal (Ctrl-L).
    package func repaint() { painter.invalidate() }

    /// Calls somebody, between two frames.
    package func ring(for alarm: Alarm) {
        guard !isRestored else { return }
        ResetSequence.writeAll(bell.bytes(for: alarm), to: output)
    }

    // MARK: In

    /// Waits for something to happen, for at most `timeout` (nil: for ever), and returns it all; empty when the time is up.
    package func readEvents(timeout: Duration?) -> [InputEvent] {
        guard !isRestored else { return [.hangup] }
        let deadline = timeout.map { ContinuousClock.now + $0 }
        while true {
            var wait: Int32 = -1
            if let deadline { wait = (deadline - .now).milliseconds }
            if decoder.isPending { wait = wait < 0 ? Self.escapeDelay : min(wait, Self.escapeDelay) }

            var items = [
                pollfd(fd: input, events: Int16(POLLIN), revents: 0),
                pollfd(fd: pipe.reading, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&items, 2, wait)
            if count < 0, errno != EINTR { return [.hangup] }
            var events: [InputEvent] = []
            if count == 0 { events += decoder.flush() }
            if count > 0, items[0].revents != 0 { events += readInput() }
            if count > 0, items[1].revents != 0 { events += readSignals() }
            if !events.isEmpty { return events }
            if let deadline, deadline <= .now { return [] }
        }
    }

    private func readInput() -> [InputEvent] {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16 * 1024) { buffer in
            let count = read(input, buffer.baseAddress, buffer.count)
            if count > 0 { return decoder.feed(Array(buffer[..<count])) }
            // The end of a terminal, or EIO from one that was hung up.
            return count < 0 && (errno == EINTR || errno == EAGAIN) ? [] : [.hangup]
        }
    }

    private func readSignals() -> [InputEvent] {
        var events: [InputEvent] = []
        var notes = pipe.drain()
        if notes.contains(UInt8(SIGTSTP)) {
            leave()
            stop_until_continued()
            enter()
            // SIGCONT was noted too, and was for this stop; what else came meanwhile still counts.
            notes = (notes + pipe.drain()).filter { $0 != UInt8(SIGCONT) && $0 != UInt8(SIGTSTP) }
            events += resized() + [.resumed]
        }
        for note in notes {
            switch Int32(note) {
            case 0: events.append(.wake)
            case SIGWINCH: events += resized()
            case SIGCONT:
                // Stopped by SIGSTOP, of which nobody is told: a shell has been at the terminal since.
                leave()
                enter()
                events += resized() + [.resumed]
            default: events.append(.terminate(signal: Int32(note)))
            }
        }
        return events
    }

    /// The new size, if there is one.
    private func resized() -> [InputEvent] {
        let now = measure()
        guard now != size else { return [] }
        size = now
        resizeterm(Int32(now.height), Int32(now.width))
        painter.invalidate()
        return [.resize(now)]
    }

    private func measure() -> Size {
        var window = winsize()
        guard ioctl(output, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else {
            // A serial line has no size: the one of its type, or of every terminal there ever was.
            let (columns, rows) = (tigetnum("cols"), tigetnum("lines"))
            return Size(width: columns > 0 ? Int(columns) : 80, height: rows > 0 ? Int(rows) : 24)
        }
        return Size(
            width: min(Int(window.ws_col), Self.largest.width), height: min(Int(window.ws_row), Self.largest.height))
    }

    // MARK: Giving back

    /// Gives the terminal back as it was taken. What was typed and not read is thrown away: the rest of a paste must not
    /// land in a shell. May be called again.
    package func restore() {
        guard !isRestored else { return }
        isRestored = true
        tcflush(input, TCIFLUSH)
        // What a stalled line has not taken yet is of no use to anyone, and would hold up the exit.
        var line = pollfd(fd: output, events: Int16(POLLOUT), revents: 0)
        if poll(&line, 1, 0) == 0 { tcflush(output, TCOFLUSH) }
        leave()
        rescue_disarm()
        notify_stop()
        delscreen(screen)
        for file in files { if let file { fclose(file) } }
        diagnostics.restore()
        pipe.close()
    }

    private func leave() {
        ResetSequence.writeAll(Self.pasteOff, to: output)
        endwin()
        if !hasAlternateScreen { ResetSequence.writeAll(Self.freshLine, to: output) }
        var modes = shellModes
        tcsetattr(output, TCSANOW, &modes)
    }

    private func enter() {
        // From the background this stops us until we are in front; then it is begun again.
        while tcsetattr(output, TCSANOW, &screenModes) != 0, errno == EINTR {}
        ResetSequence.writeAll(Self.pasteOn, to: output)
        // ncurses enters the alternate screen again with the next frame.
        painter.invalidate()
    }

    private static let pasteOn = "\u{1b}[?2004h"
    private static let pasteOff = "\u{1b}[?2004l"
    /// Where the screen stays as it was, the shell goes on below it, on an empty line.
    private static let freshLine = "\r\n"

    /// `exit_ca_mode` is what gives the screen back that was there before.
    private var hasAlternateScreen: Bool {
        guard let capability = tigetstr("rmcup") else { return false }
        return Int(bitPattern: capability) != -1
    }

    // MARK: Capabilities

    /// Makes ncurses send a frame in one write. Until it has come back from endwin() once, ncurses 6.4 flushes after each
    /// move of the cursor (it takes the screen for one that mvcur() alone is used on): a hundred writes a frame, each a
    /// packet over SSH. So it goes through endwin() here, with what that sends turned to nowhere; the first frame then
    /// enters the alternate screen.
    private static func bufferWholeFrames(_ drawing: Int32) {
        let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
        let terminal = duplicate(drawing)
        defer {
            close(terminal)
            close(null)
        }
        guard null >= 0, terminal >= 0 else { return }
        dup2(null, drawing)
        endwin()
        dup2(terminal, drawing)
        _ = fcntl(drawing, F_SETFD, FD_CLOEXEC)
    }

    /// A descriptor of our own, which ncurses may close, and which no child process inherits.
    private static func duplicate(_ descriptor: Int32) -> Int32 { fcntl(descriptor, F_DUPFD_CLOEXEC, 3) }

    /// The name of a terminal type that can be drawn on. newterm() would only say no.
    private static func check(type: String?, output: Int32) throws(TerminalError) -> String {
        guard let type, !type.isEmpty else { throw .terminalTypeMissing }
        guard type != "dumb" else { throw .cannotPlaceCursor(type) }
        var status: Int32 = 0
        guard setupterm(type, output, &status) == OK, status == 1 else { throw .terminalTypeUnknown(type) }
        defer { del_curterm(set_curterm(nil)) }
        guard let capability = tigetstr("cup"), Int(bitPattern: capability) != -1 else {
            throw .cannotPlaceCursor(type)
        }
        return type
    }

    private static func startColour(atMost limit: ColourDepth) -> ColourDepth {
        let colours = tigetnum("colors")
        guard limit != .mono, colours >= 8, start_color() == OK else { return .mono }
        use_default_colors()
        let depth: ColourDepth =
            switch colours {
            case (1 << 24)...: .direct
            case 256...: .indexed256
            case 16...: .ansi16
            default: .ansi8
            }
        return min(depth, limit)
    }
}

extension Duration {
    /// For poll(2): rounded up, so that a wait is never a busy loop; never negative.
    fileprivate var milliseconds: Int32 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return Int32(min(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000, 1 << 30))
    }
}
