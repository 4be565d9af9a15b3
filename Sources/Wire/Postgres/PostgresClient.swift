/// One connection to a PostgreSQL server, made when first needed and again when it was lost. Queries run one at a time, in
/// the order of asking.
package actor PostgresClient {
    private let settings: PostgresSettings
    private let limits: PostgresLimits
    private let reactor: Reactor
    private let turn: Turn
    private var connection: PostgresConnection?

    /// How long the last connection took to make, name lookup, TLS and authentication included.
    package private(set) var connectLatency: Duration?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    package init(_ settings: PostgresSettings, on reactor: Reactor, limits: PostgresLimits = PostgresLimits()) {
        self.settings = settings
        self.limits = limits
        self.reactor = reactor
        turn = Turn(on: reactor)
    }

    /// Runs one statement, prepared once a connection. Parameters are `$1`, `$2`, … as text; nil is NULL.
    ///
    /// - Parameters:
    ///   - deadline: for the whole of it: waiting for the query before, connecting, the answer.
    ///   - readOnly: runs it in a READ ONLY transaction.
    /// - Throws: `WireError`. A query that times out or is cancelled drops the connection; the server's
    ///   `statement_timeout` ends it there, too.
    package func query(
        _ sql: String, _ parameters: [String?] = [], deadline: Duration, readOnly: Bool = false
    ) async throws(WireError) -> PostgresRows {
        let end = ContinuousClock.now + deadline
        try await takeTurn("query", until: end)
        defer { turn.pass() }
        let connection = try await established(until: end)
        defer { if !connection.isUsable { drop(connection) } }
        do {
            return try await connection.query(
                sql, parameters, readOnly: readOnly, timeout: Self.milliseconds(deadline), limits: limits, until: end)
        } catch {
            // A plan outlived what it was made for: the table changed, or a pooler discarded it. The next connection
            // makes a new one.
            if [.server(code: "0A000"), .server(code: "26000")].contains(error.kind) { drop(connection) }
            throw error
        }
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

    /// Closes the connection, once the query that runs is done; the next query makes a new one.
    package func close() async {
        guard case .ready = await turn.take(until: nil) else { return }
        connection = nil
        turn.pass()
    }

    private func established(until deadline: ContinuousClock.Instant) async throws(WireError) -> PostgresConnection {
        if let connection, connection.isAlive { return connection }
        connection = nil
        let start = ContinuousClock.now
        let new = try await PostgresConnection.connect(settings, on: reactor, until: deadline)
        connectLatency = .now - start
        connection = new
        return new
    }

    private func drop(_ connection: PostgresConnection) {
        if self.connection === connection { self.connection = nil }
    }

    private func takeTurn(_ operation: String, until deadline: ContinuousClock.Instant) async throws(WireError) {
        reactor.checkIsolated()
        switch await turn.take(until: deadline) {
        case .ready, .finished: return
        case .cancelled: throw WireError(.cancelled, operation, on: settings.target, because: "cancelled")
        case .timedOut:
            throw WireError(.timedOut, operation, on: settings.target, because: "the query before it took all the time")
        }
    }

    /// At least 1: to PostgreSQL, 0 is no limit.
    private static func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return Int(clamping: max(1, min(seconds, 1 << 20) * 1000 + attoseconds / 1_000_000_000_000_000))
    }
}
