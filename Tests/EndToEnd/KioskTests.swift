import Foundation
import Journal
import Launch
import Testing

/// The wall's own program in a real terminal, on a journal that is taken away from under it.
@Suite(.timeLimit(.minutes(3)))
struct KioskTests {
    private let holder: Holder
    private var journal: String { holder.path + "/guardia.journal" }

    /// A folder that goes with the test.
    private final class Holder {
        let path = "/tmp/guardia-wall-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    init() throws { holder = try Holder() }

    /// An engine that has recorded one look at a launch of that name.
    private func engine(_ product: String, at path: String) async throws -> JournalRecorder {
        let recorder = try await JournalRecorder.open(path: path, origin: "test")
        let now = SystemClock().now()
        let series = Series(id: "api.p95", title: "API p95", unit: .milliseconds, interval: 1000)
        await recorder.record(
            Manifest(
                product: Product(name: product), zone: .utc, environment: "production", series: [series],
                panes: Panes(health: [.init(title: "API", main: "api.p95")])), at: now)
        await recorder.record(Tick(at: now, readings: [Reading("api.p95", .number(87))]))
        await recorder.beat(at: now)
        return recorder
    }

    private func kiosk(before: String = "", columns: Int = 100, rows: Int = 30) throws -> TerminalScreen {
        try TerminalScreen(
            "\(before)exec \(Program.path("guardia-kiosk")) --journal \(journal)", columns: columns, rows: rows,
            environment: ["XDG_STATE_HOME": holder.path])
    }

    @Test("the program holds no code of actions, nor of any client")
    func symbols() throws {
        let modules = ["Actions", "Wire", "Edge", "Notify", "Watch", "Security"]
        func holds(_ module: String, _ program: Data) -> Bool {
            program.range(of: Data("$s\(module.utf8.count)\(module)".utf8)) != nil
        }
        let kiosk = try Data(contentsOf: URL(fileURLWithPath: Program.path("guardia-kiosk")), options: .alwaysMapped)
        let guardia = try Data(contentsOf: URL(fileURLWithPath: Program.path("guardia")), options: .alwaysMapped)
        #expect(holds("Console", kiosk))
        for module in modules {
            #expect(!holds(module, kiosk), "\(module) is in the kiosk")
            #expect(holds(module, guardia), "\(module) would not be found where it is")
        }
    }

    @Test("it outlives a journal that is replaced, truncated and gone, and shows the next")
    func replaced() async throws {
        let first = try await engine("Erste", at: journal)
        let terminal = try kiosk()
        try await terminal.expect(text: "Erste")
        // Another file under its name.
        await first.close(at: SystemClock().now())
        let second = try await engine("Zweite", at: journal + ".new")
        await second.close(at: SystemClock().now())
        for suffix in ["-wal", "-shm", ".beat"] { unlink(journal + suffix) }
        rename(journal + ".new", journal)
        for suffix in ["-wal", "-shm", ".beat"] { rename(journal + ".new" + suffix, journal + suffix) }
        try await terminal.expect(text: "Zweite")
        // Nothing left of it; the wall goes on saying what it knows.
        truncate(journal, 0)
        truncate(journal + "-wal", 0)
        try await terminal.expect(text: "KIOSK")
        for suffix in ["", "-wal", "-shm", ".beat"] { unlink(journal + suffix) }
        try await terminal.expect("that the journal is gone") {
            $0.contains("is gone") || $0.contains("there is no journal")
        }
        let third = try await engine("Dritte", at: journal)
        try await terminal.expect(text: "Dritte")
        await third.close(at: SystemClock().now())
    }

    @Test("a file that it wrote would kill it here, and it lives: a full disk is nothing to it")
    func writesNothing() async throws {
        let engine = try await engine("Erste", at: journal)
        // RLIMIT_FSIZE of nothing: the first byte into any file ends a process by SIGXFSZ.
        let terminal = try kiosk(before: "ulimit -f 0; ")
        try await terminal.expect(text: "Erste")
        await engine.record(Tick(at: SystemClock().now(), readings: [Reading("api.p95", .number(91))]))
        await engine.beat(at: SystemClock().now())
        try terminal.press("n")
        try await terminal.expect(text: "KIOSK")
        #expect(try terminal.isAlternate())
        await engine.close(at: SystemClock().now())
    }

    @Test("it takes each size of the terminal, and ends with it")
    func terminal() async throws {
        let engine = try await engine("Erste", at: journal)
        var terminal: TerminalScreen? = try kiosk()
        let shell = try #require(try terminal?.shell())
        try await terminal?.expect(text: "Erste")
        for (columns, rows) in [(200, 60), (80, 24), (30, 8), (120, 40)] {
            try terminal?.resize(columns: columns, rows: rows)
            try await terminal?.expect("the new size") { screen in
                screen.contains(columns < 40 ? "\(columns)×\(rows)" : "Erste")
            }
        }
        try terminal?.press("q", "C-c", "Escape", "Enter", "Up", "R", "D")
        try await terminal?.expect(text: "Erste")
        #expect(try terminal?.isAlternate() == true)
        // The shell has become the kiosk.
        #expect(kill(shell, 0) == 0)
        terminal = nil
        #expect(try await eventually { kill(shell, 0) != 0 })
        await engine.close(at: SystemClock().now())
    }

    @Test("the wall box says that the link is lost, and shows what comes after")
    func linkLost() async throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Config/kiosk/guardia-wall").path
        let mark = holder.path + "/again"
        // Alive, then frozen; the next one lives as soon as the mark is there.
        let command =
            "if [ -e \(mark) ]; then while :; do printf 'alive again '; sleep 0.2; done; fi; "
            + "[ -e \(mark).frozen ] || printf 'all is green'; touch \(mark).frozen; exec sleep 100"
        try FileManager.default.createDirectory(atPath: holder.path, withIntermediateDirectories: true)
        let terminal = try TerminalScreen("\(script) --after 1 -- sh -c \(TerminalScreen.quote(command))")
        try await terminal.expect("the last words of a live link") {
            $0.contains("all is green") && !$0.contains("sh -c") || $0.contains("LINK LOST")
        }
        let lost = try await terminal.expect(text: "LINK LOST since ")
        #expect(!lost.contains("all is green"))
        #expect(FileManager.default.createFile(atPath: mark, contents: nil))
        try await terminal.expect("the new picture") { $0.contains("alive again") && !$0.contains("LINK LOST") }
        try terminal.press("C-c")
        try await terminal.expect("the shell") { $0.contains("$") && !$0.contains("alive") }
    }
}
