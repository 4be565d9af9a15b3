import Console
import Glibc
import Terminal
import Testing

/// Links (OSC 8), the bell and notifications, as the bytes that a terminal gets.
@Suite(.timeLimit(.minutes(2))) struct LinkTests {
    private static let close = "\u{1b}]8;;\u{1b}\\"

    @Test("a link is begun before its text and ended behind it, and only where the terminal takes links")
    func sent() async {
        await #expect(processExitsWith: .exitCode(0)) {
            let terminal = try PseudoTerminal()
            let program = try Program(on: terminal.path, hasLinks: true)
            program.show("runbook", link: "https://a.example/b#c")
            let sent = terminal.output()
            let parts = sent.split(separator: "\u{1b}]8;;https://a.example/b#c\u{1b}\\")
            #expect(parts.count == 2)
            #expect(parts.last?.split(separator: "\u{1b}]8;;\u{1b}\\").first?.contains("runbook") == true)
            #expect(parts.first?.contains("see") == true && parts.first?.contains("runbook") == false)
            // What has not changed is not sent again.
            program.show("runbook", link: "https://a.example/b#c")
            #expect(terminal.output() == "")
            program.session.restore()
        }
    }

    @Test("the same text that leads elsewhere is sent again, and one that leads nowhere without a link")
    func changed() async {
        await #expect(processExitsWith: .exitCode(0)) {
            let terminal = try PseudoTerminal()
            let program = try Program(on: terminal.path, hasLinks: true)
            program.show("runbook", link: "https://a.example/1")
            _ = terminal.output()
            program.show("runbook", link: "https://a.example/2")
            let second = terminal.output()
            #expect(second.contains("]8;;https://a.example/2") && second.contains("runbook"))
            #expect(!second.contains("a.example/1"))
            program.show("runbook", link: nil)
            let third = terminal.output()
            #expect(!third.contains("]8;;http") && third.contains("runbook"))
            program.show("runbook", link: "https://a.example/3", after: "look ")
            #expect(terminal.output().contains("]8;;https://a.example/3"))
            program.session.restore()
        }
    }

    @Test("a terminal that is not known to take links is sent none")
    func off() async {
        await #expect(processExitsWith: .exitCode(0)) {
            let terminal = try PseudoTerminal()
            let program = try Program(on: terminal.path)
            program.show("runbook", link: "https://a.example/b")
            #expect(!terminal.output().contains("]8;"))
            program.session.restore()
            #expect(!terminal.output().contains("]8;"))
        }
    }

    @Test("a crash within a link ends it")
    func crash() async throws {
        let terminal = try PseudoTerminal()
        let path = terminal.path
        await #expect(processExitsWith: .failure) { [path = path as String] in
            let program = try Program(on: path, hasLinks: true)
            program.show("runbook", link: "https://a.example/b")
            raise(SIGSEGV)
        }
        let sent = terminal.output()
        #expect(sent.contains(Self.close + ResetSequence.standard))
    }

    @Test("an address that is none never becomes a sequence")
    func hostile() async {
        await #expect(processExitsWith: .exitCode(0)) {
            let terminal = try PseudoTerminal()
            let program = try Program(on: terminal.path, hasLinks: true)
            for link in ["https://a.example/\u{7}\u{1b}]0;owned", "javascript:alert(1)", "https://a.example/\u{1b}\\x"]
            {
                program.show("runbook", link: link)
                let sent = terminal.output()
                #expect(!sent.contains("]8;") && !sent.contains("owned"))
            }
            program.session.restore()
        }
    }

    // MARK: The bell

    @Test("a bell and a notification, as each terminal takes it")
    func bell() {
        let alarm = Alarm(title: "BarberPro: critical", body: "Payments; fail")
        #expect(Bell().bytes(for: alarm).isEmpty)
        #expect(Bell(rings: true).bytes(for: alarm) == "\u{7}")
        #expect(
            Bell(notification: .osc9).bytes(for: alarm) == "\u{1b}]9;BarberPro: critical - Payments, fail\u{7}")
        #expect(
            Bell(rings: true, notification: .osc777).bytes(for: alarm)
                == "\u{7}\u{1b}]777;notify;BarberPro: critical;Payments, fail\u{7}")
        #expect(
            Bell(notification: .osc9, isInTmux: true).bytes(for: alarm)
                == "\u{1b}Ptmux;\u{1b}\u{1b}]9;BarberPro: critical - Payments, fail\u{7}\u{1b}\\")
    }

    @Test(
        "no text ends its own sequence",
        arguments: [
            "\u{7}\u{1b}[2J", "\u{1b}\\\u{1b}]0;x\u{7}", "\u{9c}\u{9d}", String(repeating: "a", count: 10_000),
            "4;1;50",
        ])
    func hostileText(text: String) {
        for notification in [Bell.Notification.osc9, .osc777] {
            let bytes = Bell(notification: notification).bytes(for: Alarm(title: text, body: text))
            let inside = bytes.dropFirst(2).dropLast()
            #expect(!inside.unicodeScalars.contains { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) })
            #expect(bytes.utf8.count < 1000)
            #expect(!bytes.contains("]9;4"))
        }
    }

    @Test(
        "what a terminal is known to take",
        arguments: [
            (["TERM": "xterm-256color"], Bell.Notification.none, false, false),
            (["TERM": "xterm-kitty"], .osc9, false, true), (["TERM": "foot"], .osc777, false, true),
            (["TERM": "xterm-256color", "VTE_VERSION": "7200"], .osc777, false, true),
            (["TERM": "tmux-256color", "TMUX": "/tmp/x,1,0"], .osc9, true, true),
            (["TERM": "screen-256color", "TMUX": "/tmp/x,1,0"], .osc9, true, true),
            (["TERM": "screen-256color"], .none, false, false), (["TERM": "linux"], .none, false, false),
            ([:], .none, false, false),
        ])
    func known(environment: [String: String], notification: Bell.Notification, isInTmux: Bool, links: Bool) {
        let found = Bell.notification(environment: environment)
        #expect(found.0 == notification && found.isInTmux == isInTmux)
        #expect(Hyperlinks.isKnown(environment: environment) == links)
    }
}
