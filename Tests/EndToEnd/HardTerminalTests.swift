import Foundation
import Journal
import Launch
import Testing

/// The dashboard on terminals, sizes and texts that nobody wishes for.
@Suite(.timeLimit(.minutes(3)))
struct HardTerminalTests {
    private let guardia = Program.path("guardia")

    @Test("a resize storm down to one cell and back leaves a whole screen")
    func resizeStorm() async throws {
        let journal = try RecordedJournal()
        let terminal = try TerminalScreen("\(guardia) --journal \(journal.path)", columns: 80, rows: 24)
        try await terminal.expect(text: "5 Blue/green")
        for (columns, rows) in [(1, 1), (300, 100), (2, 50), (40, 12), (200, 1), (39, 11), (120, 40), (1, 2), (80, 24)]
        {
            try terminal.resize(columns: columns, rows: rows)
        }
        let screen = try await terminal.expect("the room at 80×24 again") {
            $0.contains("1 Health") && $0.contains("5 Blue/green") && $0.contains("q quit")
        }
        #expect(screen.split(separator: "\n").allSatisfy { $0.count <= 80 })
        try terminal.press("q")
        #expect(try await eventually { try !terminal.isAlternate() })
    }

    @Test("a terminal too small for anything is told the size that is needed")
    func tooSmall() async throws {
        let journal = try RecordedJournal()
        let terminal = try TerminalScreen("\(guardia) --journal \(journal.path)", columns: 30, rows: 8)
        try await terminal.expect(text: "40×12")
    }

    @Test("a pasted megabyte does nothing, and the next key still works")
    func paste() async throws {
        let journal = try RecordedJournal()
        let terminal = try TerminalScreen("\(guardia) --journal \(journal.path)", columns: 80, rows: 24)
        try await terminal.expect(text: "1 Health")
        try terminal.paste(String(repeating: "q\nRD ", count: 200_000))
        try terminal.press("?")
        try await terminal.expect("the help") { $0.contains("Esc") || $0.contains("esc") }
        #expect(try terminal.isAlternate())
    }

    @Test("where the locale is not UTF-8 the room is drawn with ASCII alone")
    func asciiLocale() async throws {
        let journal = try RecordedJournal()
        let terminal = try TerminalScreen(
            "\(guardia) --journal \(journal.path)", columns: 80, rows: 24, environment: ["LC_ALL": "C"])
        let screen = try await terminal.expect(text: "1 Health")
        #expect(screen.unicodeScalars.allSatisfy { $0.isASCII })
        #expect(screen.contains("+-") || screen.contains("|"))
    }

    @Test("a journal that is not there is waited for, and shown when it comes")
    func journalComesLater() async throws {
        let path = "/tmp/guardia-later-\(UInt32.random(in: 0 ... .max)).journal"
        let terminal = try TerminalScreen("\(guardia) --journal \(path)", columns: 120, rows: 30)
        try await terminal.expect(text: "there is no journal yet")
        let journal = try RecordedJournal(path: path)
        try await terminal.expect(text: "BarberPro")
        _ = journal
    }

    @Test("texts from outside move no cursor, ring no bell and set no title")
    func hostileTexts() async throws {
        let journal = try RecordedJournal(
            product: "Evil\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}gnp", version: "v1\u{1b}[31m\u{9b}5;5Hx👩🏽‍💻e\u{301}漢",
            miss: String(repeating: "\u{1b}[10;10H\u{200b}boom ", count: 20_000))
        let terminal = try TerminalScreen("\(guardia) --journal \(journal.path)", columns: 120, rows: 40)
        let screen = try await terminal.expect(text: "5 Blue/green")
        #expect(screen.contains("Evil"))
        let title = try terminal.title()
        #expect(!title.contains("owned"))
        // Every pane border is where it is without them: nothing was written outside its cells.
        let borders = screen.split(separator: "\n").filter { $0.contains("1 Health") }
        #expect(borders.count == 1)
        #expect(borders.allSatisfy { $0.count == 120 })
    }
}

/// A small journal on disk, as an engine that has just stopped leaves it.
final class RecordedJournal {
    let path: String

    init(
        path: String = "/tmp/guardia-e2e-\(UInt32.random(in: 0 ... .max)).journal", product: String = "BarberPro",
        version: String = "v1.4.0", miss: String = "connection refused by 127.0.0.1:5432",
        deployment: DeploymentFacts? = nil
    ) throws {
        self.path = path
        let all = [
            Series(
                id: "api.p95", title: "API p95", unit: .milliseconds, interval: 1000,
                thresholds: Thresholds(critical: .above(200))),
            Series(id: "db.query", title: "PostgreSQL query", unit: .milliseconds, interval: 1000),
            Series(id: "blue.version", title: "blue version", unit: .text, interval: 1000),
        ]
        let manifest = Manifest(
            product: Product(name: product, version: "blue.version"), zone: .utc, environment: "test", series: all,
            panes: Panes(
                health: [
                    Panes.Row(title: "API", main: "api.p95"), Panes.Row(title: "Postgres", main: "db.query"),
                ], colours: [Panes.Colour(name: "blue", version: "blue.version"), Panes.Colour(name: "green")]),
            deployment: deployment)
        let clock = SystemClock()
        let writer = try JournalWriter(path: path, origin: "test")
        let now = clock.now()
        try writer.record(manifest, at: now)
        try writer.record(
            Tick(
                at: now,
                readings: [
                    Reading("api.p95", .number(87)), Reading("db.query", .missed(miss)),
                    Reading("blue.version", .text(version)),
                ]))
        try writer.beat(Heartbeat(at: now))
    }

    deinit { for suffix in ["", "-wal", "-shm", ".beat", ".lock"] { unlink(path + suffix) } }
}
