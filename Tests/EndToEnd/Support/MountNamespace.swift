import Foundation
import Testing

/// A mount namespace of the test's own: what is mounted in it nobody else sees, and it goes with the process that holds it,
/// however the test ends. So a test can give a machine users, or a disk that is full, and change nothing of it.
final class MountNamespace {
    /// On the machine's own disk, and empty; a script mounts over it.
    let folder: String
    private let holder = Process()
    private let line = Pipe()

    /// Why none can be made here; nil where it can.
    static let refusal: String? = {
        guard geteuid() == 0 else { return "only root can mount" }
        let tried = try? Program.run(
            "/usr/bin/env", ["unshare", "--mount", "--propagation", "private", "mount", "-t", "tmpfs", "none", "/mnt"])
        return tried?.status == 0 ? nil : "this machine lets nobody mount: \(tried?.errors ?? "there is no unshare")"
    }()

    /// - Parameter script: run by sh in the namespace before anything else, with the folder as $1.
    init(_ script: String, _ arguments: String...) async throws {
        folder = "/tmp/guardia-mounts-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let (ready, log) = (folder + ".ready", folder + ".log")
        defer { for path in [ready, log] { unlink(path) } }
        // It ends when the other end of its input is closed: also where the test's process is killed.
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        holder.arguments =
            [
                "unshare", "--mount", "--propagation", "private", "sh", "-c",
                "set -eu; exec 2>'\(log)'\n\(script)\n: >'\(ready)'; exec cat", "sh", folder,
            ] + arguments
        holder.standardInput = line
        holder.standardOutput = FileHandle.nullDevice
        try holder.run()
        let isReady = try await eventually(within: 30) {
            FileManager.default.fileExists(atPath: ready) || !holder.isRunning
        }
        guard isReady, FileManager.default.fileExists(atPath: ready) else {
            let why = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            close()
            throw Program.Failure(description: "no mount namespace: \(why)")
        }
    }

    deinit { close() }

    /// Lets it go, once nothing runs in it.
    func close() {
        if holder.isRunning { kill(holder.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// The words that run a program in it.
    func words(_ command: [String]) -> [String] {
        ["nsenter", "--target", "\(holder.processIdentifier)", "--mount", "--"] + command
    }

    /// Runs a program in it, to its end.
    @discardableResult
    func run(_ command: [String]) throws -> Program.Result { try Program.run("/usr/bin/env", words(command)) }

    /// Runs a line of sh in it, which must succeed.
    @discardableResult
    func shell(_ script: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        let result = try run(["sh", "-c", script])
        #expect(result.status == 0, "\(script): \(result.errors)", sourceLocation: sourceLocation)
        return result.output
    }

    /// Starts one in it and goes on.
    func start(_ command: [String]) throws -> RunningProgram { try RunningProgram("/usr/bin/env", words(command)) }
}
