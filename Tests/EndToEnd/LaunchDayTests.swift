import Foundation
import Journal
import Launch
import Testing

/// The commands of a launch day, run as a user runs them: without an engine where none is needed.
@Suite(.timeLimit(.minutes(3)))
final class LaunchDayTests {
    private let guardia = Program.path("guardia")
    private let folder = "/tmp/guardia-day-\(UInt32.random(in: 0 ... .max))"
    private var config: String { "\(folder)/launch.yaml" }
    private var journal: String { "\(folder)/launch.journal" }
    private let recording = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Config/recordings/bad-deploy.journal").path

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try """
        product: {name: X}
        environment: test
        timezone: {name: America/Argentina/Buenos_Aires, abbreviation: ART}
        journal: {path: \(journal)}
        operators: [{anyone: true}]
        probes:
          - {name: disk, type: command, run: ["/bin/sh", "-c", "echo 'DISK OK'; exit 0"], deadline: 2s, every: 10s}
          - {name: hung, type: command, run: ["/bin/sleep", "60"], deadline: 500ms, every: 10s}
        checklist:
          - group: Immediate (0-24 hours)
            owner: Ana
            items:
              - {id: payments, text: Validate payment processing with real transactions, due: T+24h}
        panes: {health: [{title: Disk, show: disk.verdict}]}
        """.write(toFile: config, atomically: true, encoding: .utf8)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func manifest() throws {
        var manifest = Manifest(
            product: Product(name: "X"), zone: .utc, environment: "test", series: [], panes: Panes())
        manifest.checklist = [
            ChecklistItem(
                id: "payments", text: "Validate payment processing with real transactions",
                group: "Immediate (0-24 hours)",
                owner: "Ana", due: .hours(24))
        ]
        try JournalWriter(path: journal, origin: "b").record(manifest, at: SystemClock().now())
    }

    @Test("health ends in time though a probe hangs, says which, and exits with 1")
    func health() throws {
        let began = ContinuousClock.now
        let result = try Program.run(guardia, ["health", "--config", config])
        #expect(ContinuousClock.now - began < .seconds(20))
        #expect(result.status == 1, "\(result.errors)")
        #expect(result.output.contains("✗ hung"))
        #expect(result.output.contains("✓ disk"))
        #expect(try Program.run(guardia, ["health", "--config", config, "disk"]).status == 0)
        let line = try Program.run(guardia, ["health", "--config", config, "--json", "--all", "disk"]).output
        #expect(line.contains(#""probe":"disk""#))
        #expect(
            try Program.run(guardia, ["health", "--config", config, "disc"]).errors.contains("did you mean 'disk'"))
    }

    @Test("of two who tick one item the second is told what the first did")
    func checklist() throws {
        try manifest()
        let tick = ["checklist", "tick", "payments", "--config", config]
        let first = try Program.run(guardia, tick + ["--note", "three real cards"])
        #expect(first.status == 0, "\(first.errors)")
        // The second looked before the first had ticked.
        let second = try Program.run(guardia, tick + ["--revision", "0"])
        #expect(second.status == 3)
        #expect(second.errors.contains("ticked payments at"))
        #expect(second.errors.contains("three real cards"))
        let shown = try Program.run(guardia, ["checklist", "--journal", journal])
        #expect(shown.output.contains("✓ payments"))
        #expect(shown.output.contains("1 of 1 done"))
        #expect(try Program.run(guardia, ["checklist", "untick", "pay", "--config", config]).status == 0)
        #expect(try Program.run(guardia, ["checklist", "tick", "paint", "--config", config]).status == 3)
    }

    @Test("a setup that is run twice says that all is so already")
    func setup() throws {
        let words = ["setup", "--config", config, "--only-launch"]
        let dry = try Program.run(guardia, words + ["--dry-run"])
        #expect(dry.output.contains("would make the journal"))
        #expect(!FileManager.default.fileExists(atPath: journal))
        #expect(try Program.run(guardia, words).output.contains("✓ \(journal)  make the journal"))
        let again = try Program.run(guardia, words)
        #expect(again.status == 0)
        #expect(again.output.contains("– \(journal)  already so"))
    }

    @Test("a recording alone makes a report that opens without a network")
    func report() throws {
        let result = try Program.run(
            guardia, ["report", "--journal", recording, "--out", "\(folder)/report.html"])
        #expect(result.status == 0, "\(result.errors)")
        let page = try String(contentsOfFile: "\(folder)/report.html", encoding: .utf8)
        #expect(page.contains("rollback"))
        #expect(page.contains("<svg"))
        #expect(!page.contains("http://") && !page.contains("https://") && !page.contains("<script"))
        let markdown = try Program.run(guardia, ["report", "--md", "--journal", recording]).output
        #expect(markdown.contains("## Actions"))
    }

    private func sessions() throws -> PresenceLog { try JournalReader(path: journal).currentBoard().presence }

    /// A dashboard, once the journal knows that it is open.
    private func openDashboard() async throws -> (TerminalScreen, PresenceLog.Session) {
        try manifest()
        let screen = try TerminalScreen("\(guardia) --journal \(journal)", columns: 100, rows: 30)
        try await screen.expect(text: "OPERATOR")
        #expect(try await eventually { try sessions().open(at: SystemClock().now()).count == 1 })
        return (screen, try #require(try sessions().sessions.first))
    }

    @Test("a dashboard says that it was opened, and killed it is told gone")
    func presence() async throws {
        let (screen, session) = try await openDashboard()
        let pid = try #require(session.id.split(separator: "-").last.flatMap { pid_t($0) })
        kill(pid, SIGKILL)
        #expect(try await eventually { try sessions().open(at: SystemClock().now()).isEmpty })
        #expect(try sessions().sessions.first?.closed?.why == .died)
        withExtendedLifetime(screen) {}
    }

    @Test("of a dashboard whose journal went meanwhile nothing is left, neither a new journal nor a spool")
    func presenceWithoutJournal() async throws {
        let (screen, session) = try await openDashboard()
        for suffix in ["", "-wal", "-shm", ".beat"] { unlink(journal + suffix) }
        try screen.press("q")
        let companion = ["-f", "presence --id \(session.id)"]
        #expect(try await eventually { try Program.run("/usr/bin/pgrep", companion).status == 1 })
        for path in [journal, "\(journal).spool", Spool(of: journal).memoryFolder] {
            #expect(!FileManager.default.fileExists(atPath: path), "\(path)")
        }
    }

    @Test("a handover tells of what came after the last look")
    func handover() throws {
        try manifest()
        let text = try Program.run(guardia, ["handover", "--journal", journal]).output
        #expect(text.contains("# Handover · X"))
        // Nobody records here: nothing is told as of now.
        #expect(text.contains("**The engine is silent") && text.contains("- nothing was known to fire"))
        #expect(text.contains("- [ ] Validate payment processing with real transactions"))
    }
}
