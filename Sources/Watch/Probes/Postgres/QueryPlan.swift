package import Launch
package import Wire

/// What PostgreSQL says a question would cost, without running it.
package struct QueryPlan: Hashable, Sendable {
    /// EXPLAIN's lines.
    package let lines: [String]

    package init(lines: [String]) { self.lines = lines }

    /// The planner's estimate of the whole, in its own unit (a page read in sequence is 1).
    package var cost: Double? {
        lines.first?.firstMatch(of: /cost=[0-9.]+\.\.([0-9.]+)/).flatMap { Double($0.1) }
    }

    /// The tables that are read from end to end: of a large one, an index is missing.
    package var sequentialScans: [String] {
        lines.compactMap { $0.firstMatch(of: /Seq Scan on (\S+)/).map { String($0.1) } }
    }

    /// Asks for the plan of a question as its probe asks it: in a read-only transaction.
    ///
    /// - Throws: what resolving the password throws, and `WireError`.
    package static func explain(
        _ question: Question, on target: PostgresTarget, secret: (Secret) throws -> String, reactor: Reactor
    ) async throws -> QueryPlan {
        let client = PostgresClient(try PostgresSettings(target, secret: secret), on: reactor)
        let rows = try await client.query(
            "EXPLAIN " + question.text, question.weeks > 0 ? ["0"] : [], deadline: .seconds(5), readOnly: true)
        await client.close()
        return QueryPlan(lines: (0..<rows.count).compactMap { rows[$0, 0] })
    }
}
