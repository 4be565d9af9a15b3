import Foundation
import Testing

/// The war room on a real rehearsal, in a real terminal.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct WarRoomTests {
    @Test("guardia rehearse opens five panes with real readings, and leaves nothing behind after q")
    func rehearseShowsRealReadings() async throws {
        let terminal = try TerminalScreen("\(Program.path("guardia")) rehearse --bookings 2000", columns: 120, rows: 40)
        let screen = try await terminal.expect("five panes with readings", within: 60) { screen in
            ["1 Health", "2 Business", "3 Alerts", "4 Argentina", "5 Blue/green", "v1.4.0", "LIVE  100 %"]
                .allSatisfy(screen.contains)
                && screen.split(separator: "\n").contains { $0.contains("Postgres") && $0.contains(" ms ") }
                && screen.split(separator: "\n").contains { $0.contains("nginx") && $0.contains("/s ") }
        }
        #expect(screen.contains("REHEARSAL"))
        let folder = try #require(try folders().first { try isOf(terminal, folder: $0) })
        #expect(Processes.all(in: folder).count > 5)
        try terminal.press("q")
        #expect(try await eventually { try !terminal.isAlternate() })
        #expect(try await eventually { !FileManager.default.fileExists(atPath: folder) })
        #expect(Processes.all(in: folder).isEmpty)
        #expect(try terminal.showsCursor())
    }

    @Test(
        "each server stopped in turn goes stale on its own line while the screen stays live, and comes back by itself")
    func stoppedServersGoStale() async throws {
        let rehearsal = try await LiveRehearsal.headless()
        let terminal = try rehearsal.dashboard(columns: 120, rows: 40)
        for (row, program) in [("Redis", "redis-server"), ("Postgres", "postgres"), ("nginx", "nginx")] {
            try await terminal.expect("a healthy \(row)", within: 30) { line(row, in: $0).contains("✓") }
            let pids = rehearsal.processes(program)
            #expect(!pids.isEmpty)
            for pid in pids { kill(pid, SIGSTOP) }
            defer { for pid in pids { kill(pid, SIGCONT) } }
            // Known to be down at once, and its value no longer called known after five intervals.
            try await terminal.expect("\(row) marked as down", within: 30) { line(row, in: $0).contains("✗") }
            try await terminal.expect("\(row) as last known", within: 30) { line(row, in: $0).contains("LAST") }
            let before = try clock(terminal)
            try await terminal.expect("a clock that goes on", within: 5) { (try? clock(in: $0)) != before }
            for pid in pids { kill(pid, SIGCONT) }
        }
        try await terminal.expect("everything healthy again", within: 40) { screen in
            ["Redis", "Postgres", "nginx"].allSatisfy { line($0, in: screen).contains("✓") }
        }
        try rehearsal.terminal.press("C-c")
        let folder = rehearsal.folder
        #expect(try await eventually { !FileManager.default.fileExists(atPath: folder) })
    }

    @Test("a killed engine is called silent, and nothing that it said stays green")
    func killedEngineIsSilent() async throws {
        let rehearsal = try await LiveRehearsal.headless()
        let terminal = try rehearsal.dashboard()
        try await terminal.expect("a healthy Postgres", within: 30) { line("Postgres", in: $0).contains("✓") }
        let engine = try #require(rehearsal.processes(" watch ").first)
        kill(engine, SIGKILL)
        let screen = try await terminal.expect(text: "ENGINE SILENT", within: 15)
        #expect(!screen.contains("✓"))
        try rehearsal.terminal.press("C-c")
        #expect(try await eventually { !FileManager.default.fileExists(atPath: rehearsal.folder) })
    }

    @Test("kill -9 of the rehearsal ends its servers and removes its folder; a dashboard on its journal lives on")
    func killedRehearsalIsCleanedUp() async throws {
        let rehearsal = try await LiveRehearsal.headless()
        let terminal = try rehearsal.dashboard()
        try await terminal.expect(text: "1 Health")
        let guardia = try #require(
            Processes.all(in: rehearsal.folder).compactMap(Processes.parent)
                .first { Processes.commandLine($0).contains("rehearse --headless") })
        kill(guardia, SIGKILL)
        #expect(try await eventually { !FileManager.default.fileExists(atPath: rehearsal.folder) })
        #expect(Processes.all(in: rehearsal.folder).filter { !Processes.commandLine($0).contains("--journal") }.isEmpty)
        try await terminal.expect(text: "ENGINE SILENT", within: 15)
        try terminal.press("q")
        #expect(try await eventually { try !terminal.isAlternate() })
    }

    @Test("the kiosk shows the launch, takes no orders, and links no client of any backend")
    func kiosk() async throws {
        let libraries = try Program.run("/usr/bin/ldd", [Program.path("guardia-kiosk")]).output
        for library in ["libpq", "libhiredis", "libcurl"] { #expect(!libraries.contains(library)) }
        let rehearsal = try await LiveRehearsal.headless()
        let terminal = try TerminalScreen(
            "\(Program.path("guardia-kiosk")) --journal \(rehearsal.journal)", columns: 120, rows: 40)
        try await terminal.expect("who serves") { $0.contains("KIOSK") && $0.contains("v1.4.0") }
        try terminal.press("q", "Escape", "Enter")
        try await terminal.expect(text: "KIOSK")
        #expect(try terminal.isAlternate())
        try rehearsal.terminal.press("C-c")
        #expect(try await eventually { !FileManager.default.fileExists(atPath: rehearsal.folder) })
    }

    // MARK: Reading the screen

    /// The line of the health pane that a title stands on.
    private func line(_ title: String, in screen: String) -> String {
        let lines = screen.split(separator: "\n").map(String.init)
        let found = lines.first { $0.contains(" \(title) ") && !$0.contains("─") && !$0.contains("━") } ?? ""
        // The pane is the left part of the screen: what stands right of it is another pane's.
        let end = found.dropFirst().firstIndex { $0 == "┃" || $0 == "│" } ?? found.endIndex
        return String(found[..<end])
    }

    private func clock(in screen: String) throws -> String {
        String(try #require(screen.firstMatch(of: /\d\d:\d\d:\d\d ART/)).output)
    }

    private func clock(_ terminal: TerminalScreen) throws -> String { try clock(in: terminal.text()) }

    private func folders() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/tmp").filter { $0.hasPrefix("guardia-") }
            .map { "/tmp/\($0)" }
            .filter { FileManager.default.fileExists(atPath: "\($0)/launch.yaml") }
    }

    /// Whether a private folder belongs to the rehearsal that runs in a terminal.
    private func isOf(_ terminal: TerminalScreen, folder: String) throws -> Bool {
        let shell = try terminal.shell()
        return Processes.all(in: folder).contains { pid in
            var current: pid_t? = pid
            while let pid = current, pid > 1 {
                if pid == shell { return true }
                current = Processes.parent(pid)
            }
            return false
        }
    }
}
