import Testing

@testable import Rehearsal

@Suite("The process table")
struct ProcessTableTests {
    @Test("a name may hold spaces and parentheses")
    func oddNames() throws {
        let row = try #require(ProcessTable.Row(stat: "42 (a) b (c) T 7 42 41 0 -1 4194560 0"))
        #expect(row.pid == 42)
        #expect(row.parent == 7)
        #expect(row.session == 41)
        #expect(row.isStopped)
    }

    @Test("what is no row is none", arguments: ["", "42", "42 (x", "x (y) S 1 1 1", "42 (x) S"])
    func noRow(text: String) {
        #expect(ProcessTable.Row(stat: text) == nil)
    }

    @Test("a server's members are its leader, its session and its children, without those that ended")
    func members() {
        let stats = [
            "10 (nginx) S 1 10 10 0", "11 (nginx) S 10 10 10 0", "12 (orphan) S 1 10 10 0",
            "13 (postgres) S 10 13 13 0",
            "14 (ended) Z 10 10 10 0", "15 (other) S 1 15 15 0",
        ]
        let table = ProcessTable(rows: stats.compactMap(ProcessTable.Row.init))
        #expect(table.members(of: 12).map(\.pid) == [12])
        #expect(table.members(of: 10).map(\.pid) == [10, 11, 12, 13])
        #expect(table.members(of: 13).map(\.pid) == [13])
    }
}
