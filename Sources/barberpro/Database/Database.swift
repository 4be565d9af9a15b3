import Synchronization
import Wire

/// BarberPro's PostgreSQL: a few connections, taken in turn.
struct Database: Sendable {
    private let clients: [PostgresClient]
    private let turn = Turn()

    private final class Turn: Sendable {
        let count = Atomic(0)
    }

    init(_ settings: PostgresSettings, connections: Int, on reactor: Reactor) {
        clients = (0..<connections).map { _ in PostgresClient(settings, on: reactor) }
    }

    /// Runs one statement. A customer waits two seconds at most.
    @discardableResult
    func query(
        _ sql: String, _ parameters: [String?] = [], within limit: Duration = .seconds(2)
    ) async throws(WireError) -> PostgresRows {
        let (number, _) = turn.count.wrappingAdd(1, ordering: .relaxed)
        return try await clients[Int(UInt(bitPattern: number) % UInt(clients.count))].query(
            sql, parameters, deadline: limit)
    }
}
