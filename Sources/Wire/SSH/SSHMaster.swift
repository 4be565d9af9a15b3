import Glibc

/// One connection to another machine that is kept and shared: sessions over it start at the price of a local program, and
/// its port forwardings are Unix sockets here.
///
/// OpenSSH's master (ssh(1), -M and ControlPersist) runs in the background and ends by itself a while after the last use, so
/// nothing is left behind by a process that was killed. A master that is gone, or that no longer answers, is replaced.
package actor SSHMaster {
    package nonisolated let settings: SSHSettings
    private let reactor: Reactor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    /// Ports of the other machine's loopback that are wanted here.
    private let ports: [Int]
    private var folder: SocketFolder?
    private var generation = 0
    private var isUp = false
    /// The connection that is being made. It goes on where whoever wanted it gives up: what a deadline was too short for is there
    /// for the next.
    private var attempt: Task<Void, Never>?
    private var outcome: Result<String, WireError>?
    private var waiting: [Ticket] = []

    /// How long an unused connection is kept, in seconds.
    private static let persistence = 30
    /// How long a connection may take to be made at least, however little who wanted it had: about ten times there and back, over half
    /// the world.
    private static let patience: Duration = .seconds(6)

    /// - Parameter ports: ports of the other machine's own loopback, to be reached by `socket(port:)`.
    package init(_ settings: SSHSettings, forwarding ports: [Int] = [], on reactor: Reactor) {
        self.settings = settings
        self.reactor = reactor
        self.ports = ports
    }

    // MARK: Using it

    /// The program and arguments that run `command` over there, over the kept connection.
    ///
    /// - Throws: `WireError` where there is no connection by the deadline.
    package func words(running command: String, deadline: Duration) async throws(WireError) -> [String] {
        let path = try await connect(command, until: .now + deadline)
        // Without the master it would connect anew, with none of what this one is for: so it must not.
        return settings.words(connectingWithin: 1) + ["-S", path, "-o", "ControlMaster=no", "-o", "ProxyCommand=false"]
            + ["-T", "--", settings.host, command]
    }

    /// The Unix socket that leads to a port of the other machine's loopback.
    ///
    /// - Parameter command: what a session is opened with, where there is no connection yet: nothing is sent to it.
    package func socket(port: Int, opening command: String, deadline: Duration) async throws(WireError) -> String {
        _ = try await connect(command, until: .now + deadline)
        return socketPath(port)
    }

    /// Ends the connection; the next use makes another. For one that does not answer.
    package func drop() {
        guard isUp else { return }
        isUp = false
        leave(controlPath)
    }

    /// Ends the connection, or what is being made of it, and removes the sockets' folder.
    package func close() async {
        attempt?.cancel()
        await attempt?.value
        guard let folder else { return }
        isUp = false
        leave(controlPath, removing: folder)
        self.folder = nil
        generation = 0
    }

    // MARK: Making it

    private var controlPath: String { "\(folder?.path ?? "")/\(generation)" }
    private func socketPath(_ port: Int) -> String { "\(controlPath).\(port)" }

    /// The control socket of a connection that is there.
    private func connect(_ command: String, until end: ContinuousClock.Instant) async throws(WireError) -> String {
        while true {
            // OpenSSH removes the socket when the connection ends. A master that was killed cannot: then nobody listens there.
            if isUp, attempt == nil, Socket.isListened(to: controlPath) { return controlPath }
            let isBegun = attempt != nil
            if !isBegun {
                let limit = max(Self.patience, end - .now)
                attempt = Task { self.finish(await self.make(command, within: limit)) }
            }
            switch await reactor.park(until: end, { _, ticket in self.waiting.append(ticket) }) {
            case .ready, .finished: break
            case .timedOut: throw error(.timedOut, "no connection within the deadline")
            case .cancelled: throw error(.cancelled, "cancelled")
            }
            switch outcome {
            case .success(let path)?: return path
            // One that was begun before, and hung: who came later may have the time for another.
            case .failure(let failure)? where isBegun && failure.kind == .timedOut && end > .now: continue
            case .failure(let failure)?: throw failure
            case nil: throw error(.cancelled, "cancelled")
            }
        }
    }

    private func finish(_ outcome: Result<String, WireError>) {
        self.outcome = outcome
        attempt = nil
        let waiting = waiting
        self.waiting = []
        for ticket in waiting { _ = reactor.core.wake(ticket, .ready) }
    }

    private func make(_ command: String, within limit: Duration) async -> Result<String, WireError> {
        let seconds = Int(limit.components.seconds) + (limit.components.attoseconds > 0 ? 1 : 0)
        if isUp { unlink(controlPath) }
        isUp = false
        for port in ports { unlink(socketPath(port)) }
        do throws(WireError) {
            if folder?.exists != true { folder = try SocketFolder() }
            generation += 1
            let forwardings = ports.flatMap { ["-L", "\(socketPath($0)):127.0.0.1:\($0)"] }
            let words =
                settings.words(connectingWithin: seconds)
                + ["-M", "-S", controlPath, "-o", "ControlPersist=\(Self.persistence)"]
                + ["-o", "ExitOnForwardFailure=yes", "-o", "StreamLocalBindMask=0177", "-n", "-T"]
                + forwardings + ["--", settings.host, command]
            let result = try await Command.run(
                words, environment: SSHSettings.environment, deadline: limit)
            // The session's own status is the command's business; 255 is ssh's.
            guard access(controlPath, F_OK) == 0 else { throw failure(result) }
        } catch {
            leave(controlPath)
            if error.kind == .timedOut {
                return .failure(self.error(.timedOut, "no connection within \(seconds) s"))
            }
            return .failure(error)
        }
        isUp = true
        return .success(controlPath)
    }

    /// Tells a master to end, and removes what it may have left. Nobody waits for it.
    private func leave(_ path: String, removing folder: SocketFolder? = nil) {
        let words =
            settings.words(connectingWithin: 1) + ["-S", path, "-o", "ProxyCommand=false", "-O", "exit"]
            + ["--", settings.host]
        let sockets = [path] + ports.map { socketPath($0) }
        Task {
            _ = try? await Command.run(words, environment: SSHSettings.environment, deadline: .seconds(2))
            for socket in sockets { unlink(socket) }
            folder?.remove()
        }
    }

    private func failure(_ result: CommandResult) -> WireError {
        let words = result.standardError.text.split(whereSeparator: \.isNewline)
            .filter { !$0.hasPrefix("@") }.suffix(3).joined(separator: "; ")
        let reason = words.isEmpty ? "ssh ended (\(result.ending))" : words
        let kind: WireError.Kind =
            if reason.contains("Host key verification failed") || reason.contains("IDENTIFICATION HAS CHANGED") {
                .untrusted
            } else if reason.contains("Permission denied") {
                .denied
            } else if reason.contains("Could not resolve") {
                .unresolved
            } else if reason.contains("timed out") {
                .timedOut
            } else {
                .unreachable
            }
        return error(kind, reason)
    }

    private func error(_ kind: WireError.Kind, _ reason: String) -> WireError {
        WireError(kind, "connect", on: settings.target, because: reason)
    }
}
