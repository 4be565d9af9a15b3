import Console
import Glibc
import Terminal
import Testing

/// Contract C6: whatever ends the program, the terminal is given back.
@Suite(.timeLimit(.minutes(2))) struct RestoreTests {
    private func expectGivenBack(
        _ terminal: PseudoTerminal, modes: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let output = terminal.output()
        #expect(output.contains("\u{1b}[?1049h"), "never entered", sourceLocation: sourceLocation)
        for (taken, given) in [
            ("\u{1b}[?1049h", "\u{1b}[?1049l"), ("\u{1b}[?25l", "\u{1b}[?25h"), ("\u{1b}[?2004h", "\u{1b}[?2004l"),
        ] {
            let last = output.ranges(of: taken).last?.upperBound ?? output.startIndex
            #expect(
                output[last...].contains(given), "\(given.debugDescription) is missing", sourceLocation: sourceLocation)
        }
        #expect(terminal.modes == modes, sourceLocation: sourceLocation)
    }

    @Test("on quit")
    func quit() async throws {
        let terminal = try PseudoTerminal()
        let modes = terminal.modes
        await #expect(processExitsWith: .exitCode(0)) { [path = terminal.path as String] in
            let program = try Program(on: path)
            program.show("guardia")
            program.session.restore()
            program.session.restore()
        }
        expectGivenBack(terminal, modes: modes)
    }

    @Test("on a signal that ends the program", arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT])
    func signals(signal: Int32) async throws {
        let terminal = try PseudoTerminal()
        let modes = terminal.modes
        await #expect(processExitsWith: .exitCode(128 + signal)) {
            [path = terminal.path as String, signal = signal as Int32] in
            let program = try Program(on: path)
            program.show("guardia")
            kill(getpid(), signal)
            program.runUntilEnd()
        }
        expectGivenBack(terminal, modes: modes)
    }

    @Test(
        "on a crash, and the signal takes its course", arguments: [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT])
    func crashes(signal: Int32) async throws {
        let terminal = try PseudoTerminal()
        let modes = terminal.modes
        await #expect(processExitsWith: .signal(signal)) { [path = terminal.path as String, signal = signal as Int32] in
            let program = try Program(on: path)
            program.show("guardia")
            // abort() is more than its signal: it gets through where SIGABRT is ignored.
            if signal == SIGABRT { abort() } else { raise(signal) }
        }
        expectGivenBack(terminal, modes: modes)
    }

    @Test("on a trap of Swift's own, on another thread")
    func swiftTrap() async throws {
        let terminal = try PseudoTerminal()
        let modes = terminal.modes
        await #expect(processExitsWith: .failure) { [path = terminal.path as String] in
            let program = try Program(on: path)
            program.show("guardia")
            await Task.detached {
                let empty: [Int] = []
                print(empty[Int(getpid())])
            }.value
        }
        expectGivenBack(terminal, modes: modes)
    }

    @Test("on SIGTSTP, and taken again on SIGCONT")
    func stop() async throws {
        let terminal = try PseudoTerminal()
        let modes = terminal.modes
        await #expect(processExitsWith: .exitCode(0)) { [path = terminal.path as String] in
            // A process group of its own, whose parent is in another one: there SIGTSTP really stops.
            setpgid(0, 0)
            let program = try Program(on: path)
            program.show("guardia")
            let check = """
                n=0; while [ $n -lt 400 ]; do
                  if grep -q '^State:.T' /proc/\(getpid())/status; then
                    stty -a < \(path) | grep -q ' echo ' && kill -CONT \(getpid()); exit
                  fi
                  sleep 0.02; n=$((n+1))
                done
                """
            try spawn(["/bin/sh", "-c", check])
            kill(getpid(), SIGTSTP)
            #expect(program.session.readEvents(timeout: .seconds(15)) == [.resumed])
            program.show("again")
            program.session.restore()
        }
        let output = terminal.output()
        #expect(output.ranges(of: "\u{1b}[?1049h").count == 2)
        #expect(output.ranges(of: "\u{1b}[?1049l").count == 2)
        #expect(output.contains("again"))
        terminal.type("")
        #expect(terminal.modes == modes)
    }

    @Test("a SIGCONT nobody asked for repaints")
    func cont() async throws {
        let terminal = try PseudoTerminal()
        await #expect(processExitsWith: .exitCode(0)) { [path = terminal.path as String] in
            let program = try Program(on: path)
            program.show("guardia")
            kill(getpid(), SIGCONT)
            #expect(program.session.readEvents(timeout: .seconds(15)) == [.resumed])
            program.show("guardia")
            program.session.restore()
        }
        #expect(terminal.output().ranges(of: "guardia").count == 2)
    }

    @Test("a terminal that was hung up ends the session at once")
    func hangup() async {
        await #expect(processExitsWith: .exitCode(1)) {
            let path: String
            let program: Program
            do {
                let terminal = try PseudoTerminal()
                path = terminal.path
                program = try Program(on: path)
                program.show("guardia")
            }
            program.runUntilEnd()
        }
    }

    @Test("what was typed and not read does not reach the shell")
    func typeahead() async throws {
        let terminal = try PseudoTerminal()
        terminal.type("rm -rf /\n")
        await #expect(processExitsWith: .exitCode(0)) { [path = terminal.path as String] in
            let program = try Program(on: path)
            program.session.restore()
            let slave = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK)
            var byte: UInt8 = 0
            #expect(read(slave, &byte, 1) == -1)
        }
    }

    @Test("reset-terminal brings back what a killed program left")
    func reset() async throws {
        let terminal = try PseudoTerminal()
        let modes = terminal.modes
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = terminal.path as String] in
            let program = try Program(on: path)
            program.show("guardia")
            kill(getpid(), SIGKILL)
        }
        #expect(terminal.modes != modes)
        let slave = open(terminal.path, O_RDWR | O_NOCTTY)
        try ResetSequence.apply(to: slave)
        close(slave)
        expectGivenBack(terminal, modes: modes)
    }
}

/// Starts a command that outlives nobody: it ends by itself.
private func spawn(_ arguments: [String]) throws {
    var pid: pid_t = 0
    let pointers = arguments.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    let failure = posix_spawn(&pid, arguments[0], nil, nil, pointers, environ)
    guard failure == 0 else { throw PseudoTerminal.Failure(what: "posix_spawn: \(failure)") }
}
