import GRDB
import Launch
import Testing

@testable import Journal

@Suite("The alerts that a journal opens with")
struct OpenAlertTests {
    let folder: Folder
    let writer: JournalWriter

    init() throws {
        folder = try Folder()
        writer = try JournalWriter(path: folder.journal, origin: "bastion-1")
    }

    private func facts(_ number: Int, _ severity: Severity = .warning) -> AlertEvent.Facts {
        AlertEvent.Facts(
            rule: "slow", labels: ["alertname": "slow", "instance": "\(number)"], severity: severity, summary: "slow",
            since: .at(0))
    }

    private func board(whole: Bool = false) throws -> Board {
        try JournalReader(path: folder.journal).currentBoard(isWhole: whole)
    }

    @Test func anAlertThatFiredLongAgoAndStillFiresIsThere() throws {
        let old = facts(0, .critical)
        try writer.append([.alert(.pending(.init(alert: old))), .alert(.fired(.init(alert: old)))], at: .at(0))
        try writer.append(
            [.alert(.acknowledged(.init(alert: old.fingerprint, by: "ana", way: .sms, until: nil)))], at: .at(1))
        for round in 1...1000 {
            let passing = facts(round)
            try writer.append(
                [
                    .alert(.fired(.init(alert: passing))),
                    .alert(.resolved(.init(alert: passing.fingerprint, value: 1))),
                ], at: .at(Double(round)))
        }
        let log = try board().alerts
        #expect(log[old.fingerprint]?.state == .firing)
        #expect(log[old.fingerprint]?.acknowledged?.body.by == "ana")
        #expect(log[old.fingerprint]?.firedAt == .at(0))
        #expect(log.firing.count == 1)
        #expect(log.alerts.count == 201)
    }

    @Test func aSilenceThatWasSetLongAgoStillCounts() throws {
        func silence(_ id: String) -> Silence {
            Silence(
                id: id, matchers: [LabelMatcher(name: "a", value: "b")], from: .init(seconds: 0),
                until: .init(seconds: 9_000_000_000), by: "ana", comment: "")
        }
        try writer.append([.alert(.silenced(silence("old")))], at: .at(0))
        for number in 0..<500 {
            try writer.append(
                [.alert(.silenced(silence("s\(number)"))), .alert(.unsilenced(.init(silence: "s\(number)")))],
                at: .at(Double(number)))
        }
        #expect(try board().alerts.silences.keys.sorted() == ["old"])
    }

    @Test func aFloodIsTheWorstAndACount() throws {
        let flood = (0..<1500).map { facts($0) } + (1500..<1510).map { facts($0, .critical) }
        try writer.append(flood.map { .alert(.fired(.init(alert: $0))) }, at: .at(0))
        let log = try board().alerts
        #expect(log.firing.count == AlertRows.usualLimit)
        #expect(log.firing.count { $0.facts.severity == .critical } == 10)
        #expect(log.openCount(.critical) == 10)
        #expect(log.openCount(.warning) == 1500)
        #expect(try board(whole: true).alerts.firing.count == 1510)
    }

    @Test func aTimeBeforeShowsWhatFiredThen() throws {
        let alert = facts(0)
        try writer.append([.alert(.fired(.init(alert: alert)))], at: .at(10))
        try writer.append([.alert(.resolved(.init(alert: alert.fingerprint)))], at: .at(20))
        let reader = try JournalReader(path: folder.journal)
        #expect(try reader.board(at: Moment.at(5).utc).alerts.firing.isEmpty)
        #expect(try reader.board(at: Moment.at(15).utc).alerts.firing.count == 1)
        #expect(try reader.board(at: Moment.at(25).utc).alerts.firing.isEmpty)
    }

    @Test func aJournalOfTheFirstDaysIsCaughtUp() throws {
        let (open, over) = (facts(0), facts(1))
        try writer.append(
            [
                .alert(.fired(.init(alert: open))), .alert(.fired(.init(alert: over))),
                .alert(.resolved(.init(alert: over.fingerprint))),
            ], at: .at(0))
        try writer.store.access { db in
            try db.execute(
                sql: """
                    DROP TRIGGER alert_opened; DROP TRIGGER alert_closed; DROP TRIGGER silence_opened; DROP TABLE alert_open
                    """)
        }
        #expect(try board().alerts.firing.map(\.id) == [open.fingerprint])
        _ = try JournalWriter(path: folder.journal, origin: "bastion-1", role: .action)
        #expect(try board().alerts.firing.map(\.id) == [open.fingerprint])
        try writer.append([.alert(.resolved(.init(alert: open.fingerprint)))], at: .at(1))
        #expect(try board().alerts.firing.isEmpty)
    }
}
