import FoundationEssentials
import Glibc
import Subprocess

/// A server's processes: started, asked until it answers, stopped, paused, killed and started again, at the same
/// address.
package actor Daemon {
    /// What to run, and how to know and to end it.
    struct Recipe: Sendable {
        var name: String
        var command: [String]
        /// The folder it runs in.
        var folder: String
        /// The polite end: the signal, and its name for the warden.
        var endSignal: (number: Int32, name: String)
        /// Runs it as the servers' user where we are root; our own programs, which that user may not be able to read,
        /// as ourselves.
        var asServerUser = true
        /// Asks the server whether it serves.
        var isReady: @Sendable (_ pid: Int32) async throws -> Bool
    }

    package nonisolated let logFile: String
    package nonisolated var name: String { recipe.name }
    private nonisolated let recipe: Recipe
    private nonisolated let privateFolder: PrivateFolder
    private var process: ChildProcess?

    init(_ recipe: Recipe, in privateFolder: PrivateFolder) {
        self.recipe = recipe
        self.privateFolder = privateFolder
        self.logFile = "\(privateFolder.path)/\(recipe.name).log"
    }

    /// The leader's process id; nil while there is none.
    package var pid: Int32? { process.flatMap { $0.isRunning ? $0.pid : nil } }

    /// Starts the server and waits until it serves. Does nothing where it runs.
    package func start(within limit: Duration = .seconds(15)) async throws {
        guard pid == nil else { return }
        let user = recipe.asServerUser ? ServerUser.current?.prefix ?? [] : []
        let logged = fileSize(logFile)
        let process = try await Warden.launch(
            user + recipe.command, register: privateFolder.register, endSignal: recipe.endSignal.name, log: logFile,
            workingIn: recipe.folder)
        self.process = process
        let isDecided = try await poll(within: limit) {
            if !process.isRunning { return true }
            return try await recipe.isReady(process.pid)
        }
        if process.isRunning && isDecided { return }
        let reason = process.exitStatus.map { "it ended (\($0))" } ?? "it did not answer within \(limit)"
        await kill()
        throw ServerError.didNotStart(
            server: recipe.name, reason: reason, logFile: logFile, log: lastLines(of: logFile, from: logged))
    }

    /// Ends the server as its operator would; kills it where it does not end.
    package func stop(within limit: Duration = .seconds(5)) async {
        guard let process, process.isRunning else { return }
        signalMembers(SIGCONT)
        process.send(recipe.endSignal.number)
        await settle(within: limit) { $0.members.isEmpty }
        await kill()
    }

    /// Stops the server where it stands (SIGSTOP), with all its processes: it keeps its connections and answers
    /// nothing.
    package func pause() async throws {
        guard let pid else { throw ServerError.notRunning(server: recipe.name) }
        // The leader first, and again until none moves: it might have been making a process.
        await settle { daemon in
            let moving = daemon.members.filter { !$0.isStopped }
            for row in moving { Glibc.kill(row.pid, SIGSTOP) }
            return moving.isEmpty || daemon.pid != pid
        }
    }

    /// Lets a paused server go on.
    package func resume() async throws {
        guard pid != nil else { throw ServerError.notRunning(server: recipe.name) }
        signalMembers(SIGCONT)
        await settle { !$0.members.contains(where: \.isStopped) }
    }

    /// Kills all processes of the server (SIGKILL); returns when they are gone and its port is free.
    package func kill() async {
        guard let process else { return }
        let pids = members.map(\.pid)
        for pid in pids { Glibc.kill(pid, SIGKILL) }
        await settle { _ in
            let table = ProcessTable.read()
            return pids.allSatisfy { table.row($0) == nil } && !process.isRunning
        }
        self.process = nil
    }

    /// Stops the server and starts it again, at the same address.
    package func restart() async throws {
        await stop()
        try await start()
    }

    private var members: [ProcessTable.Row] {
        process.map { ProcessTable.read().members(of: $0.pid) } ?? []
    }

    private func signalMembers(_ signal: Int32) {
        for row in members { Glibc.kill(row.pid, signal) }
    }

    /// Waits for processes to follow a signal, also when our task is cancelled: what was begun is brought to its end.
    private func settle(
        within limit: Duration = .seconds(5), _ isDone: @escaping @Sendable (isolated Daemon) -> Bool
    ) async {
        _ = try? await Task { try await poll(within: limit) { isDone(self) } }.value
    }
}
