import Foundation
import Journal
import Launch
import Testing

/// The business figures, the journey and the country on a real rehearsal.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct KpiTests {
    @Test("guardia kpi prints what the figures stand on, explains their queries, and the journey leaves nothing behind")
    func figuresOfTheRehearsal() async throws {
        let rehearsal = try await LiveRehearsal.headless("--bookings 135000")
        let reader = try JournalReader(path: rehearsal.journal)
        var board = try reader.currentBoard()
        func number(_ id: SeriesID) -> Double? { board.track(id)?.number }
        let isThere = try await eventually(within: 60) {
            board = try reader.currentBoard()
            return number("journey.total") != nil && number("cdn_ar.slowest") != nil && number("slo.budget") != nil
                && number("people.users.AR-X") != nil && number("kpi.revenue.week") != nil
                // By night so few book that last week's rate is a word.
                && board.track("kpi.bookings_ok.week")?.value != nil
        }
        let known = board.tracks.filter { $0.value != nil }.map(\.series.id.name)
        #expect(isThere, "\(known)")
        #expect(number("journey.up") == 1)
        #expect(number("journey.passed") == 5)
        #expect(number("journey.cleanup") == 0)
        #expect(number("arca.up") == 1)
        #expect(number("cdn_ar.answering") == 6)
        #expect((number("people.users.AR-B") ?? 0) > (number("people.users.AR-V") ?? 0))
        #expect(board.manifest?.panes.geo?.regions.first { $0.code == "AR-V" }?.cdn == "cdn_ar.first_byte.AR-V")
        let marked = try sql(
            rehearsal,
            "SELECT (SELECT count(*) FROM users WHERE synthetic) + (SELECT count(*) FROM bookings WHERE synthetic) + (SELECT count(*) FROM payments WHERE synthetic)"
        )
        #expect(marked == "0")

        let guardia = Program.path("guardia")
        let all = try Program.run(guardia, ["kpi", "--journal", rehearsal.journal])
        #expect(all.status == 0)
        for title in ["Booking success", "Payment success", "Revenue", "Availability", "p95 of Argentina"] {
            #expect(all.output.contains(title))
        }
        #expect(all.output.contains("events · in 5 min"))
        let config = "\(rehearsal.folder)/launch.yaml"
        for name in [
            "bookings", "payments", "payment_time", "revenue", "acquisition", "active_users", "provider_response",
        ] {
            let explained = try Program.run(
                guardia, ["kpi", name, "--explain", "--json", "--journal", rehearsal.journal, "--config", config])
            let json = try #require(
                try JSONSerialization.jsonObject(with: Data(explained.output.utf8)) as? [String: Any])
            #expect(json["name"] as? String == name)
            #expect((json["planCost"] as? Double ?? -1) > 0)
            let plan = (json["plan"] as? [String] ?? []).joined(separator: "\n")
            #expect(plan.contains("Index"), "\(name): \(plan)")
            #expect(!plan.contains("Seq Scan"), "\(name) reads a table from end to end: \(plan)")
        }
        let unknown = try Program.run(guardia, ["kpi", "bokings", "--journal", rehearsal.journal])
        #expect(unknown.status == 2)
        #expect(unknown.errors.contains("did you mean 'bookings'"))
        try rehearsal.terminal.press("C-c")
    }

    @Test func theCountryStandsAtTheRightOfALargeScreen() async throws {
        let rehearsal = try await LiveRehearsal.headless()
        let terminal = try rehearsal.dashboard(columns: 200, rows: 60)
        let screen = try await terminal.expect("the map with its capital", within: 60) {
            $0.contains("◉╴CABA") && $0.contains("SCZ") && $0.contains("⣿⣿⣿")
        }
        #expect(screen.contains("4 Argentina p95"))
        try terminal.press("4", "Down", "Enter")
        try await terminal.expect("the page of a province", within: 15) {
            $0.contains("Censo 2022") && $0.contains("p50 · p95 · p99")
        }
        try rehearsal.terminal.press("C-c")
    }

    private func sql(_ rehearsal: LiveRehearsal, _ query: String) throws -> String {
        let variables = rehearsal.variables
        let result = try Program.run(
            "/usr/bin/psql",
            [
                "-h", variables["POSTGRES_SOCKET_DIR"] ?? "", "-p", variables["POSTGRES_PORT"] ?? "", "-U", "guardia",
                "-d",
                "barberpro", "-Atc", query,
            ])
        #expect(result.status == 0, "\(result.errors)")
        return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
