/// A real server of a rehearsal, in a private folder: what every test of a client may do to it.
package protocol Server: Sendable {
    /// Its processes.
    var daemon: Daemon { get }
    /// Where it listens, in order of preference.
    var addresses: [ServerAddress] { get }
}

extension Server {
    /// The file that holds all it printed.
    package var logFile: String { daemon.logFile }
    /// The leader's process id; nil while there is none.
    package var pid: Int32? { get async { await daemon.pid } }

    /// Starts it and waits until it serves.
    package func start() async throws { try await daemon.start() }
    /// Ends it as its operator would.
    package func stop() async { await daemon.stop() }
    /// Stops it where it stands: SIGSTOP to all its processes.
    package func pause() async throws { try await daemon.pause() }
    /// Lets it go on after `pause()`.
    package func resume() async throws { try await daemon.resume() }
    /// Kills it: SIGKILL to all its processes.
    package func kill() async { await daemon.kill() }
    /// Stops it, then starts it at the same address.
    package func restart() async throws { try await daemon.restart() }
}

/// Starts a server on a free port; on another one where somebody was faster.
func startOnFreePort<S: Server>(_ make: (UInt16) throws -> S) async throws -> S {
    var lastFailure: (any Error)?
    for _ in 0..<5 {
        let server = try make(LoopbackPort.free())
        do {
            try await server.start()
            return server
        } catch let error as ServerError where error.isPortTaken {
            lastFailure = error
        }
    }
    throw lastFailure ?? ServerError.noFreePort
}

extension ServerError {
    /// PostgreSQL, Redis, nginx and we ourselves all log EADDRINUSE in the C library's words.
    var isPortTaken: Bool {
        guard case .didNotStart(_, _, _, let log) = self else { return false }
        return log.contains { $0.contains("Address already in use") }
    }
}
