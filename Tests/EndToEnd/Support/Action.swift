import Foundation
import Journal
import Launch
import Testing

/// Commands of a rehearsal's launch, run as an operator would, with its real edge.
struct Bastion: Sendable {
    let rehearsal: LiveRehearsal
    /// The launch config, with short times.
    let config: String

    /// - Parameters:
    ///   - changes: what is replaced in the rehearsal's own config.
    ///   - comparesSales: whether a canary is compared by what it sells as well. A deploy then waits until what the colour sold
    ///     before has left its figures, which a test of many deploys has no time for.
    init(_ rehearsal: LiveRehearsal, _ changes: [(String, String)] = [], comparesSales: Bool = false) throws {
        self.rehearsal = rehearsal
        config = "\(rehearsal.folder)/test-\(UInt32.random(in: 0 ... .max)).yaml"
        try rehearsal.settings(changes + (comparesSales ? [] : [LiveRehearsal.withoutSales])).write(
            toFile: config, atomically: true, encoding: .utf8)
    }

    private func words(_ command: [String]) -> [String] {
        command + ["--config", config, "--journal", rehearsal.journal]
    }

    /// Runs a command to its end.
    func run(_ command: String...) throws -> Program.Result { try Program.run(Program.path("guardia"), words(command)) }

    /// Starts one and goes on.
    func start(_ command: String...) throws -> RunningProgram {
        try RunningProgram(Program.path("guardia"), words(command))
    }

    /// Starts an engine of this config in the place of the rehearsal's own.
    func startEngine() throws -> RunningProgram {
        for pid in rehearsal.processes("guardia watch") { kill(pid, SIGKILL) }
        return try start("watch")
    }

    var log: ActionLog {
        get throws { try JournalReader(path: rehearsal.journal).currentBoard(span: .minutes(1)).actions }
    }

    /// What `ls -l current` says.
    var split: String {
        let link = try? FileManager.default.destinationOfSymbolicLink(
            atPath: "\(rehearsal.variables["DOOR_FOLDER"] ?? "")/current")
        return link?.split(separator: "/").last.map(String.init) ?? "?"
    }

    /// Waits until `guardia status` is as a condition wants it.
    func expectStatus(
        _ what: String, within seconds: Double = 30, sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: (Program.Result) -> Bool
    ) async throws {
        var last: Program.Result?
        let isSo = try await eventually(within: seconds) {
            let now = try run("status")
            last = now
            // Each asks every edge anew, which is work for a machine that has other things to do.
            if !condition(now) { try await Task.sleep(for: .milliseconds(300)) }
            return condition(now)
        }
        #expect(isSo, "never so: \(what); \(last?.output ?? "")\(last?.errors ?? "")", sourceLocation: sourceLocation)
    }

    /// Waits until the action of that kind that began last satisfies a condition.
    func waitFor(
        _ what: String, of kind: ActionKind = .deploy, within seconds: Double = 40,
        sourceLocation: SourceLocation = #_sourceLocation, _ condition: (ActionRecord) -> Bool
    ) async throws {
        let isSo = try await eventually(within: seconds) {
            try log.records.last { $0.kind == kind }.map(condition) ?? false
        }
        if !isSo {
            let record = try log.records.last { $0.kind == kind }
            let steps = record?.steps.map { "\($0.step.name) \($0.outcome?.rawValue ?? "-") \($0.detail)" } ?? []
            Issue.record(
                "never so: \(what); \(steps), \(record?.ended?.body.summary ?? "not ended")",
                sourceLocation: sourceLocation)
        }
    }
}

/// A program that runs beside the test, and is ended with it.
final class RunningProgram: @unchecked Sendable {
    private let process = Process()
    private let output: String

    init(_ executable: String, _ arguments: [String]) throws {
        output = "/tmp/guardia-run-\(getpid())-\(UInt64.random(in: 0 ... .max)).out"
        _ = FileManager.default.createFile(atPath: output, contents: nil)
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        process.standardOutput = file
        process.standardError = file
        try process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        unlink(output)
    }

    var text: String { (try? String(contentsOfFile: output, encoding: .utf8)) ?? "" }

    func killHard() { kill(process.processIdentifier, SIGKILL) }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// How it ended; nil where it did not within that time.
    func status(within seconds: Double = 60) async throws -> Int32? {
        let isOver = try await eventually(within: seconds) { !self.process.isRunning }
        return isOver
            ? (process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus) : nil
    }
}
