import Foundation
import Journal
import Launch
import Testing

/// From the keys to a process, in a real terminal. A script stands where `sudo` would and notes what it was told; the
/// journal has no engine, so that a rollback is confirmed knowing nothing, as on the worst of nights.
@Suite(.timeLimit(.minutes(3)))
struct ActionStartTests {
    private let folder: String
    private let journal: RecordedJournal

    init() throws {
        folder = "/tmp/guardia-act-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let script =
            "#!/bin/sh\nprintf '%s\\n' \"$@\" > \(folder)/words.part\nmv \(folder)/words.part \(folder)/words\n"
            + "echo $$ > \(folder)/pid\n[ -e \(folder)/fail ] && { echo no way >&2; exit 7; }\nexec sleep 120\n"
        try script.write(toFile: "\(folder)/sudo", atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/sudo")
        journal = try RecordedJournal(
            deployment: DeploymentFacts(
                colours: ["blue", "green"], edges: [EdgeSeries(name: "edge-1")], canarySteps: [], bake: .minutes(5),
                actAs: ["sudo", "-u", "guardia"]))
    }

    private func cleanUp() {
        if let pid { kill(pid, SIGKILL) }
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// The process that was started.
    private var pid: pid_t? {
        (try? String(contentsOfFile: "\(folder)/pid", encoding: .utf8)).flatMap {
            pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    private func isAlive(_ pid: pid_t) -> Bool { Processes.commandLine(pid).contains("sleep") }

    /// Opens the dashboard and confirms a rollback to green.
    private func confirm() async throws -> TerminalScreen {
        let terminal = try TerminalScreen(
            "\(Program.path("guardia")) --journal \(journal.path) --config \(folder)/launch.yaml", columns: 100,
            rows: 30, environment: ["PATH": "\(folder):/usr/bin:/bin"])
        try await terminal.expect(text: "rollback")
        try terminal.press("R")
        try await terminal.expect(text: "to which colour?")
        try terminal.type("green")
        try terminal.press("Enter")
        try await terminal.expect(text: "Type the colour you are going to:")
        // Until the dialog takes keys, and then until the target has stood for half a second: what comes too early counts for
        // nothing and is typed again.
        try await terminal.expect("the target typed") { screen in
            if screen.contains("type it first") { try? terminal.type("green") }
            return !screen.contains("type it first")
        }
        try terminal.press("Tab")
        try await terminal.expect("the steps' place") { screen in
            if screen.contains("No, go back") { try? terminal.press("Enter") }
            return screen.contains("starting") || screen.contains("could not be started")
        }
        return terminal
    }

    @Test("what is confirmed is the command line that was shown, with the config of the dashboard")
    func words() async throws {
        defer { cleanUp() }
        let terminal = try await confirm()
        #expect(try await eventually { pid != nil })
        let words = try String(contentsOfFile: "\(folder)/words", encoding: .utf8).split(separator: "\n").map(
            String.init)
        #expect(words.prefix(7) == ["-u", "guardia", Program.path("guardia"), "rollback", "--to", "green", "--yes"])
        // Who acts as another user takes that user's journal.
        #expect(words.count == 11 && words[7] == "--id" && words[8].hasPrefix("rollback-"))
        #expect(words.suffix(2) == ["--config", "\(folder)/launch.yaml"])
        try terminal.press("Escape")
        try await terminal.expect(text: "goes on without you")
    }

    @Test(
        "however the dashboard ends, what it started goes on", arguments: ["kill -9", "SIGHUP", "the terminal closed"])
    func survives(ending: String) async throws {
        defer { cleanUp() }
        var terminal: TerminalScreen? = try await confirm()
        #expect(try await eventually { pid.map(isAlive) == true })
        let child = try #require(pid)
        let shell = try #require(try terminal?.shell())
        let dashboard = try #require(Processes.all(in: journal.path).first { Processes.parent($0) == shell })
        switch ending {
        case "kill -9": kill(dashboard, SIGKILL)
        case "SIGHUP": kill(dashboard, SIGHUP)
        default: terminal = nil
        }
        #expect(try await eventually { Processes.commandLine(dashboard).isEmpty })
        #expect(isAlive(child))
        // A session of its own, and no terminal to be hung up by.
        let stat = try String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8).split(separator: " ")
        #expect(stat[5] == stat[0] && stat[6] == "0")
        _ = terminal
    }

    @Test("an action that ends before it said anything is told with its last words")
    func failure() async throws {
        #expect(FileManager.default.createFile(atPath: "\(folder)/fail", contents: nil))
        defer { cleanUp() }
        let terminal = try await confirm()
        try await terminal.expect(text: "rollback could not be started: no way (it ended with exit code 7)")
    }
}
