import Console
import Glibc
import Terminal
import Testing

@Suite(.timeLimit(.minutes(2))) struct SessionTests {
    @Test("only cells that changed are sent")
    func changes() async {
        await #expect(processExitsWith: .exitCode(0)) {
            let terminal = try PseudoTerminal()
            let program = try Program(on: terminal.path)
            program.show("p95 187 ms")
            #expect(terminal.output().contains("p95 187 ms"))
            program.show("p95 187 ms")
            #expect(terminal.output() == "")
            program.show("p95 182 ms")
            let sent = terminal.output()
            #expect(sent.contains("2") && sent.utf8.count < 12)
            program.session.restore()
        }
    }

    @Test(
        "a terminal that has stopped reading does not keep a program that is asked to end",
        arguments: [SIGTERM, SIGHUP, SIGINT])
    func stalledTerminal(signal: Int32) async {
        await #expect(processExitsWith: .exitCode(128 + signal)) { [signal = signal as Int32] in
            let terminal = try PseudoTerminal(columns: 200, rows: 60)
            let program = try Program(on: terminal.path)
            // Asked to end, and held by a write that nobody reads: the loop never comes to look at its events.
            raise(signal)
            for number in 0..<1_000_000 { program.show(String(repeating: "\(number) ", count: 200)) }
            exit(1)
        }
    }

    @Test("wide and combining characters arrive whole")
    func unicode() async {
        await #expect(processExitsWith: .exitCode(0)) {
            let terminal = try PseudoTerminal()
            let program = try Program(on: terminal.path)
            program.show("漢 e\u{301} ⣿ ▁█ 🚀.")
            #expect(terminal.output().contains("漢 e\u{301} ⣿ ▁█ 🚀."))
            program.session.restore()
        }
    }

    @Test("a terminal that is not UTF-8 gets ASCII alone")
    func ascii() async {
        await #expect(processExitsWith: .exitCode(0)) {
            let terminal = try PseudoTerminal()
            let program = try Program(on: terminal.path, charset: .ascii)
            program.show("╭─╮ Río 漢 ✓ e\u{301} ▂.")
            let sent = terminal.output()
            #expect(sent.contains("+-+ Rio ?? + e .."))
            #expect(sent.utf8.allSatisfy { $0 < 0x80 })
            program.session.restore()
        }
    }

    @Test(
        "colours are those that the terminal has",
        arguments: [
            ("xterm-256color", ColourDepth.direct, ColourDepth.indexed256, "38;5;196"),
            ("xterm", .direct, .ansi8, "[31m"),
            ("xterm-256color", .mono, .mono, ""), ("vt100", .direct, .mono, ""), ("linux", .direct, .ansi8, "31m"),
        ])
    func colours(type: String, allowed: ColourDepth, depth: ColourDepth, sequence: String) async {
        await #expect(processExitsWith: .exitCode(0)) {
            [
                type = type as String, allowed = allowed.rawValue as Int, depth = depth.rawValue as Int,
                sequence = sequence as String
            ] in
            let terminal = try PseudoTerminal()
            let program = try Program(on: terminal.path, type: type, depth: ColourDepth(rawValue: allowed) ?? .mono)
            #expect(program.session.depth.rawValue == depth)
            program.show("critical", .critical)
            let sent = terminal.output()
            #expect(sent.contains("critical"))
            if sequence.isEmpty { #expect(!sent.contains("[3")) } else { #expect(sent.contains(sequence)) }
            program.session.restore()
        }
    }

    @Test("keys, a lone Esc and a paste are told apart")
    func keys() async {
        await #expect(processExitsWith: .exitCode(0)) {
            let terminal = try PseudoTerminal()
            let program = try Program(on: terminal.path)
            terminal.type("D\u{1b}[A")
            #expect(program.session.readEvents(timeout: .seconds(9)) == [.key(Key("D")), .key(Key(.up))])
            terminal.type("\u{1b}")
            #expect(program.session.readEvents(timeout: .seconds(9)) == [.key(Key(.escape))])
            terminal.type("\u{13}\u{16}\r")
            #expect(
                program.session.readEvents(timeout: .seconds(9))
                    == [.key(Key("s", .control)), .key(Key("v", .control)), .key(Key(.enter))])
            terminal.type("\u{1b}[200~yes\r\u{1b}[201~")
            #expect(program.session.readEvents(timeout: .seconds(9)) == [.paste("yes\r")])
            #expect(program.session.readEvents(timeout: .zero).isEmpty)
            program.session.restore()
        }
    }

    @Test("another thread wakes the loop, once for many calls")
    func wake() async {
        await #expect(processExitsWith: .exitCode(0)) {
            let terminal = try PseudoTerminal()
            let program = try Program(on: terminal.path)
            let waker = program.session.waker
            await Task.detached { for _ in 0..<100_000 { waker.wake() } }.value
            #expect(program.session.readEvents(timeout: .seconds(9)) == [.wake])
            #expect(program.session.readEvents(timeout: .zero).isEmpty)
            program.session.restore()
        }
    }

    @Test("any size, one cell included, and a storm of sizes")
    func resize() async {
        await #expect(processExitsWith: .exitCode(0)) {
            let terminal = try PseudoTerminal()
            let program = try Program(on: terminal.path)
            for (columns, rows) in [(1, 1), (200, 60), (2, 1), (1, 60), (80, 24), (30, 6)] as [(UInt16, UInt16)] {
                terminal.resize(columns: columns, rows: rows)
                kill(getpid(), SIGWINCH)
                #expect(
                    program.session.readEvents(timeout: .seconds(9))
                        == [.resize(Size(width: Int(columns), height: Int(rows)))])
                program.show("漢字 guardia", cursor: .zero)
                _ = terminal.output()
            }
            for step in 0..<500 {
                terminal.resize(columns: UInt16(1 + step % 90), rows: UInt16(1 + step % 40))
                kill(getpid(), SIGWINCH)
                _ = program.session.readEvents(timeout: .zero)
                program.show("storm")
                _ = terminal.output()
            }
            // A frame made for the size before is clipped, not trusted.
            var frame = Frame(size: Size(width: 300, height: 100))
            frame.fill(frame.bounds, .ok, with: "x")
            program.session.draw(&frame, theme: .dark)
            _ = terminal.output()
            terminal.resize(columns: 65535, rows: 65535)
            kill(getpid(), SIGWINCH)
            #expect(program.session.readEvents(timeout: .seconds(9)) == [.resize(Size(width: 1000, height: 500))])
            program.session.restore()
        }
    }

    @Test("Ctrl-L sends everything again")
    func repaint() async {
        await #expect(processExitsWith: .exitCode(0)) {
            let terminal = try PseudoTerminal()
            let program = try Program(on: terminal.path)
            program.show("guardia")
            _ = terminal.output()
            program.session.repaint()
            program.show("guardia")
            #expect(terminal.output().contains("guardia"))
            program.session.restore()
        }
    }

    @Test("what cannot be used says why, and leaves the terminal alone")
    func refusals() async {
        await #expect(processExitsWith: .exitCode(0)) {
            let terminal = try PseudoTerminal()
            let modes = terminal.modes
            #expect(throws: TerminalError.terminalTypeMissing) { try Program(on: terminal.path, type: nil) }
            #expect(throws: TerminalError.terminalTypeMissing) { try Program(on: terminal.path, type: "") }
            #expect(throws: TerminalError.terminalTypeUnknown("no-such")) {
                try Program(on: terminal.path, type: "no-such")
            }
            #expect(throws: TerminalError.cannotPlaceCursor("dumb")) { try Program(on: terminal.path, type: "dumb") }
            #expect(throws: TerminalError.notATerminal) { try Program(on: "/dev/null") }
            #expect(terminal.modes == modes)
            #expect(terminal.output() == "")
        }
    }
}
