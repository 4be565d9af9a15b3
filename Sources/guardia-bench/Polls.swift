import ArgumentParser
import Wire

/// `guardia-bench polls`: what our PostgreSQL client costs a poll.
struct Polls: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Ask a PostgreSQL server the same question many times.")

    @Argument(help: "libpq's connection string.") var server: String
    @Argument(help: "The statement.") var sql: String
    @Argument(help: "How often to ask.") var count: Int

    func run() async throws {
        let reactor = try Reactor()
        defer { reactor.shutdown() }
        let client = PostgresClient(try PostgresSettings(connectionString: server), on: reactor)
        let poller = Poller(client: client, reactor: reactor)
        // The connection and the plan are made.
        try await poller.ask(sql, times: 20)
        let start = Meter.cpu
        try await poller.ask(sql, times: count)
        print("cpu_ms_per_1000 \((Meter.cpu - start) * 1e6 / Double(count))")
        await client.close()
    }
}

/// Pinned to the reactor, as the engine's pollers are: a poll costs no change of thread.
private actor Poller {
    private let client: PostgresClient
    private nonisolated let reactor: Reactor

    nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    init(client: PostgresClient, reactor: Reactor) {
        self.client = client
        self.reactor = reactor
    }

    func ask(_ sql: String, times: Int) async throws(WireError) {
        for _ in 0..<times { _ = try await client.query(sql, deadline: .seconds(5)) }
    }
}
