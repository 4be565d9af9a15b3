import Launch
import Settings
import Testing

@Suite struct ChecklistSectionTests {
    private func load(_ section: String) throws -> LaunchConfiguration {
        try LaunchConfigurationFile.load(
            bytes: Array(
                """
                product: {name: X}
                environment: test
                timezone: {name: America/Argentina/Buenos_Aires, abbreviation: ART}
                journal: {path: /tmp/x.journal}
                probes:
                  - {name: api, type: http, url: "http://127.0.0.1/"}
                panes: {health: [{title: API, show: api.p95}]}
                \(section)
                """.utf8), name: "x.yaml", variables: [:]
        ).configuration
    }

    private func errors(_ section: String) throws -> String {
        let errors = #expect(throws: ConfigErrors.self) { try load(section) }
        return try #require(errors).errors.map { "\($0)" }.joined(separator: "\n")
    }

    @Test func itemsHaveTheOwnerOfTheirGroupUnlessTheyNameTheirOwn() throws {
        let items = try load(
            """
            checklist:
              - group: Immediate
                owner: DevOps lead
                items:
                  - {id: watch, text: Watch it, due: T+24h}
                  - {id: brief, text: Brief the team, owner: CTO, due: T-30m}
            """
        ).checklist
        #expect(items.map(\.owner) == ["DevOps lead", "CTO"])
        #expect(items.map(\.due) == [.hours(24), Milliseconds(-1_800_000)])
        #expect(items.map(\.group) == ["Immediate", "Immediate"])
    }

    @Test func whatIsWrongIsSaid() throws {
        #expect(
            try errors("checklist: [{group: A, owner: B, items: [{id: x, text: t, due: 24h}]}]").contains(
                "write it as T+24h"))
        #expect(
            try errors("checklist: [{group: A, items: [{id: x, text: t, due: T+1h}]}]").contains("no owner"))
        let twice = "{id: x, text: t, due: T+1h}"
        #expect(
            try errors("checklist: [{group: A, owner: B, items: [\(twice), \(twice)]}]").contains("two items"))
        #expect(try errors("checklist: [{group: A, owner: B}]").contains("'items' is missing"))
    }
}
