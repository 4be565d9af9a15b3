import Foundation
import Journal
import Launch
import Testing

/// What an edge turns away becomes an alert where it is much more than usual, and tells of which edge.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct AttackTests {
    @Test func manyRefusedRequestsAreAnAlertOfTheirEdgeThatNamesItsRunbook() async throws {
        let rehearsal = try await LiveRehearsal.headless()
        func board() throws -> Board { try JournalReader(path: rehearsal.journal).currentBoard(span: .minutes(2)) }
        // The strangers of every day are none.
        let isCounted = try await eventually(within: 60) {
            try board().track("defence.blocked_at.edge-1")?.number != nil
        }
        #expect(isCounted)
        #expect(try !board().alerts.firing.contains { $0.facts.rule == "attack" })
        let url = "\(rehearsal.variables["DOOR_URL"] ?? "")/clientes?cuit=20-12345678-6&n=[1-200]"
        let attack = try Program.run(
            "/usr/bin/curl", ["-s", "-o", "/dev/null", "-w", "%{http_code}\n", "--interface", "127.0.0.66", url])
        let codes = attack.output.split(separator: "\n")
        #expect(codes.count == 200 && codes.allSatisfy { $0.hasPrefix("4") }, "\(Set(codes)) \(attack.errors)")
        let isTold = try await eventually(within: 75) {
            try board().alerts.firing.contains { $0.facts.rule == "attack" }
        }
        let count = try board().track("defence.blocked_at.edge-1")?.number
        try #require(isTold, "\(String(describing: count)) a minute are no alert")
        let alert = try #require(try board().alerts.firing.first { $0.facts.rule == "attack" })
        #expect(alert.facts.severity == .warning && alert.facts.labels["edge"] == "edge-1")
        #expect(alert.facts.runbook == "#attack" && alert.facts.summary.contains("turned away at edge-1"))
        #expect(alert.facts.policy == "business")
    }
}
