import Edge
import FoundationEssentials
import Glibc
import Launch
import Rehearsal
import Testing
import Wire

/// A private folder with the helper in it and, mostly, a door beside it.
struct DoorLab: Sendable {
    let folder: PrivateFolder
    let door: String
    let helper: String
    /// What runs the helper: nothing, for its own first line.
    var shell: [String] = []

    /// What the helper said: its exit status and its lines.
    struct Outcome: Sendable {
        var status: Int
        var lines: [String]
        var error: String

        var last: String { lines.last ?? "" }
        /// The line that begins with a word.
        func line(_ word: String) -> String? { lines.first { $0.hasPrefix("\(word) ") } }
    }

    init(in folder: PrivateFolder, split: String? = "blue", shell: [String] = []) async throws {
        self.folder = folder
        self.shell = shell
        door = "\(folder.path)/door"
        helper = "\(folder.path)/guardia-door"
        try Data(EdgeHelper.script).write(to: URL(filePath: helper))
        try #require(chmod(helper, 0o755) == 0)
        if let split { #expect(try await run("init", split).last == "ok") }
    }

    @discardableResult
    func run(_ words: String..., environment: [String: String] = [:]) async throws -> Outcome {
        try await run(words, environment: environment)
    }

    func run(_ words: [String], environment: [String: String] = [:]) async throws -> Outcome {
        let result = try await Command.run(
            shell + [helper, "--door", door] + words,
            environment: environment.merging(["PATH": Command.defaultPath]) { given, _ in given },
            deadline: .seconds(60))
        let status: Int
        switch result.ending {
        case .exited(let code): status = code
        case .signalled(let signal): status = -signal
        }
        return Outcome(
            status: status, lines: result.standardOutput.text.split(separator: "\n").map(String.init),
            error: result.standardError.text)
    }

    /// The split that serves; nil where the door is broken.
    var split: String? {
        get async throws {
            try await run("status").line("split").map { String($0.dropFirst("split ".count)) }
        }
    }

    /// Sends lines to one `serve`, and returns its answers.
    func serve(_ input: String) async throws -> [String] {
        let file = "\(folder.path)/input-\(UInt32.random(in: 0...UInt32.max))"
        try Data(input.utf8).write(to: URL(filePath: file))
        let script = "exec \"$@\" <\"$0\""
        let result = try await Command.run(
            ["sh", "-c", script, file] + shell + [helper, "--door", door, "serve"], deadline: .seconds(60))
        return result.standardOutput.text.split(separator: "\n").map(String.init)
    }

    func plan(name: String = "edge-1", port: UInt16 = 1) -> EdgePlan {
        EdgePlan(name: name, door: door, front: "http://127.0.0.1:\(port)", helper: helper)
    }
}

/// Runs a test in a private folder.
func withLab(
    split: String? = "blue", shell: [String] = [], _ body: (DoorLab) async throws -> Void
) async throws {
    let folder = try await PrivateFolder()
    do {
        try await body(try await DoorLab(in: folder, split: split, shell: shell))
    } catch {
        await folder.close()
        throw error
    }
    await folder.close()
}

extension Deployment {
    /// Two colours behind edges.
    static func sample(
        _ edges: [EdgePlan], blue: [String] = ["127.0.0.1:1"], green: [String] = ["127.0.0.1:2"],
        sticky: StickyKey = .cookie("client")
    ) -> Deployment {
        Deployment(
            colours: [ColourPlan(name: "blue", hosts: blue), ColourPlan(name: "green", hosts: green)], edges: edges,
            sticky: sticky, release: ReleasePlan(command: CommandPlan(words: ["true"])))
    }
}

/// The error of something that must fail.
func edgeError<Result>(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Result
) async -> EdgeError? {
    do {
        _ = try await body()
        Issue.record("it succeeded", sourceLocation: sourceLocation)
    } catch let error as EdgeError {
        return error
    } catch {
        Issue.record(error, sourceLocation: sourceLocation)
    }
    return nil
}

/// Waits for another process to bring something about, up to a bound.
func eventually(within limit: Duration = .seconds(20), _ condition: () async throws -> Bool) async rethrows -> Bool {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
        if try await condition() { return true }
        try? await Task.sleep(for: .milliseconds(20))
    }
    return try await condition()
}

let limit = Duration.seconds(20)
