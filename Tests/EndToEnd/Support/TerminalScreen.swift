import Foundation
import Testing

/// A real terminal (a private tmux server) with one program in it, driven as a person would: keys in, screen out.
final class TerminalScreen: Sendable {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    let socket: String
    let columns: Int
    let rows: Int

    /// Opens a terminal of the given size that runs `command` in a shell; the shell stays when the program ends.
    ///
    /// - Parameter environment: added to a small fixed environment, so that tests do not depend on who runs them.
    init(
        _ command: String, columns: Int = 80, rows: Int = 24, environment: [String: String] = [:]
    ) throws {
        let name = "guardia-test-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        socket = "/tmp/\(name).tmux"
        self.columns = columns
        self.rows = rows
        var variables = [
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/tmp", "SHELL": "/bin/sh",
            "PS1": "$ ",
        ]
        variables.merge(environment) { $1 }
        let assignments = variables.map { "\($0.key)=\(TerminalScreen.quote($0.value))" }.sorted().joined(
            separator: " ")
        try run(
            "-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)",
            "env -i TERM=\"$TERM\" \(assignments) sh")
        try run("set-option", "-g", "status", "off")
        try run("set-option", "-g", "history-limit", "2000")
        try type(command)
        try press("Enter")
    }

    deinit {
        _ = try? run("kill-server")
        // tmux leaves its socket behind.
        unlink(socket)
    }

    /// Types text as it is.
    func type(_ text: String) throws { try run("send-keys", "-l", "--", text) }

    /// Presses keys by tmux's names: `q`, `Enter`, `Escape`, `C-l`, `Tab`, `F1`.
    func press(_ keys: String...) throws { for key in keys { try run("send-keys", key) } }

    /// Pastes text as a terminal does, bracketed when the program asked for it.
    func paste(_ text: String) throws {
        let file = socket + ".paste"
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        try run("load-buffer", file)
        try run("paste-buffer", "-p")
    }

    func resize(columns: Int, rows: Int) throws {
        try run("resize-window", "-x", "\(columns)", "-y", "\(rows)")
    }

    /// The visible screen, one line a row.
    func text() throws -> String { try run("capture-pane", "-p") }

    /// The pid of the shell in the terminal.
    func shell() throws -> pid_t {
        let text = try run("display-message", "-p", "#{pane_pid}").trimmingCharacters(in: .whitespacesAndNewlines)
        return try #require(pid_t(text))
    }

    /// Whether the program in the terminal holds the alternate screen.
    func isAlternate() throws -> Bool {
        try run("display-message", "-p", "#{alternate_on}").hasPrefix("1")
    }

    /// The title that the program has set.
    func title() throws -> String { try run("display-message", "-p", "#{pane_title}") }

    /// Whether the terminal shows its cursor.
    func showsCursor() throws -> Bool {
        try run("display-message", "-p", "#{cursor_flag}").hasPrefix("1")
    }

    /// Waits until the screen satisfies `condition`; the test fails with the last screen otherwise.
    @discardableResult
    func expect(
        _ what: String, within seconds: Double = 20, sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: (String) -> Bool
    ) async throws -> String {
        let end = ContinuousClock.now + .seconds(seconds)
        var screen = ""
        while ContinuousClock.now < end {
            screen = (try? text()) ?? ""
            if condition(screen) { return screen }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("the screen never showed \(what); it shows:\n\(screen)", sourceLocation: sourceLocation)
        throw Failure(description: "the screen never showed \(what)")
    }

    @discardableResult
    func expect(
        text wanted: String, within seconds: Double = 20, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> String {
        try await expect("‘\(wanted)’", within: seconds, sourceLocation: sourceLocation) { $0.contains(wanted) }
    }

    @discardableResult
    private func run(_ arguments: String...) throws -> String {
        let result = try Program.run("/usr/bin/tmux", ["-S", socket] + arguments)
        guard result.status == 0 else {
            throw Failure(description: "tmux \(arguments.first ?? ""): \(result.errors)")
        }
        return result.output
    }

    static func quote(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
}
