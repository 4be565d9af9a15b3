/// One connection to a Redis server, made when first needed and again when it was lost. Commands run one at a time, in
/// the order of asking.
package actor RedisClient {
    private let settings: RedisSettings
    private let reactor: Reactor
    private let turn: Turn
    private var connection: RedisConnection?

    /// How long the last connection took to make, name lookup and authentication included.
    package private(set) var connectLatency: Duration?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    package init(_ settings: RedisSettings, on reactor: Reactor) {
        self.settings = settings
        self.reactor = reactor
        turn = Turn(on: reactor)
    }

    /// Sends one command, by its name and arguments.
    ///
    /// - Parameter deadline: for the whole of it: waiting for the command before, connecting, the reply.
    /// - Throws: `WireError`; an error that Redis replies is `.server`. A command that times out drops the connection; the
    ///   reply to one that is cancelled is thrown away when it comes.
    package func command(_ arguments: [String], deadline: Duration) async throws(WireError) -> RedisValue {
        let end = ContinuousClock.now + deadline
        let operation = arguments.first ?? "send"
        guard !arguments.isEmpty else {
            throw WireError(.invalid, operation, on: settings.target, because: "the command is empty")
        }
        try await takeTurn(operation, until: end)
        defer { turn.pass() }
        let connection = try await established(until: end)
        defer { if !connection.isUsable { self.connection = nil } }
        return try await connection.command(arguments, until: end)
    }

    /// Makes a new connection in place of the present one.
    ///
    /// - Returns: how long it took.
    @discardableResult
    package func connect(deadline: Duration) async throws(WireError) -> Duration {
        let end = ContinuousClock.now + deadline
        try await takeTurn("connect", until: end)
        defer { turn.pass() }
        connection = nil
        _ = try await established(until: end)
        return connectLatency ?? .zero
    }

    /// Closes the connection, once the command that runs is done; the next command makes a new one.
    package func close() async {
        guard case .ready = await turn.take(until: nil) else { return }
        connection = nil
        turn.pass()
    }

    private func established(until deadline: ContinuousClock.Instant) async throws(WireError) -> RedisConnection {
        if let connection, connection.isAlive() { return connection }
        connection = nil
        let start = ContinuousClock.now
        let new = try await RedisConnection.connect(settings, on: reactor, until: deadline)
        connectLatency = .now - start
        connection = new
        return new
    }

    private func takeTurn(_ operation: String, until deadline: ContinuousClock.Instant) async throws(WireError) {
        reactor.checkIsolated()
        switch await turn.take(until: deadline) {
        case .ready, .finished: return
        case .cancelled: throw WireError(.cancelled, operation, on: settings.target, because: "cancelled")
        case .timedOut:
            throw WireError(
                .timedOut, operation, on: settings.target, because: "the command before it took all the time")
        }
    }
}
