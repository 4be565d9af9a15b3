import Foundation
import Journal
import Launch
import Testing

/// A rehearsal as a user starts one, in a terminal of its own or headless, ended whatever happens to the test.
final class LiveRehearsal: Sendable {
    let terminal: TerminalScreen
    /// What `guardia rehearse --headless` printed of itself.
    let variables: [String: String]

    var journal: String { variables["JOURNAL"] ?? "" }
    var folder: String { variables["REHEARSAL_FOLDER"] ?? "" }

    private init(terminal: TerminalScreen, variables: [String: String]) {
        self.terminal = terminal
        self.variables = variables
    }

    /// Starts one without a dashboard and waits until its engine watches.
    ///
    /// - Parameter program: the words by which a shell runs guardia.
    static func headless(
        _ options: String = "--bookings 2000", program: String = Program.path("guardia")
    ) async throws -> LiveRehearsal {
        let terminal = try TerminalScreen("\(program) rehearse --headless \(options)", columns: 200, rows: 50)
        let screen = try await terminal.expect(text: "REHEARSAL_FOLDER=", within: 60)
        var variables: [String: String] = [:]
        for line in screen.split(separator: "\n") {
            let parts = line.trimmingCharacters(in: .whitespaces).split(separator: "=", maxSplits: 1)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
        }
        return LiveRehearsal(terminal: terminal, variables: variables)
    }

    /// Opens a dashboard on it.
    func dashboard(columns: Int = 80, rows: Int = 24) throws -> TerminalScreen {
        try TerminalScreen(
            "\(Program.path("guardia")) --journal \(journal) --config \(folder)/launch.yaml", columns: columns,
            rows: rows)
    }

    /// The processes of this rehearsal whose command line contains `text`.
    func processes(_ text: String) -> [pid_t] {
        Processes.all(in: folder).filter { Processes.commandLine($0).contains(text) }
    }
}

/// The machine's processes, as /proc shows them.
enum Processes {
    /// Every process that works in `folder`, or names it on its command line.
    static func all(in folder: String) -> [pid_t] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap(pid_t.init).filter { pid in
            let here = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd")) ?? ""
            return here.hasPrefix(folder) || commandLine(pid).contains(folder)
        }
    }

    static func commandLine(_ pid: pid_t) -> String {
        let bytes = (try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/cmdline"))) ?? Data()
        return String(decoding: bytes.map { $0 == 0 ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
    }

    static func parent(_ pid: pid_t) -> pid_t? {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        return pid_t(text[text.index(after: end)...].split(separator: " ")[1])
    }
}

/// Waits for other processes to bring something about, up to a bound.
func eventually(within seconds: Double = 15, _ condition: () async throws -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(50))
    }
    return try await condition()
}

extension LiveRehearsal {
    /// A canary that is compared by errors and latencies alone.
    static let withoutSales = (
        """
            kpis:
              - title: Searches answered
                series: {blue: blue_app.searches, green: green_app.searches}
                better: higher
                worse_by: {absolute: 5%}
                samples: 15

        """, ""
    )

    /// Its own config with short spans and nothing that a machine under test might not have, and with what else is to be replaced.
    func settings(_ changes: [(String, String)]) throws -> String {
        let short = [
            ("watch: {span: 2m, before: 2m}", "watch: {span: 1s, before: 1m}"),
            ("requires: [host.disk, db.connections_used, redis.memory_used]", "requires: []"),
        ]
        return try (short + changes).reduce(String(contentsOfFile: "\(folder)/launch.yaml", encoding: .utf8)) {
            text, change in
            try #require(text.contains(change.0), "the rehearsal's config has no ‘\(change.0)’")
            return text.replacing(change.0, with: change.1)
        }
    }
}
