import Launch
import Testing

@Suite struct ChecklistTests {
    private let ana = Operator(name: "ana", uid: 1000, host: "b")
    private let bruno = Operator(name: "bruno", uid: 1001, host: "b")
    private let items = [
        ChecklistItem(id: "payments", text: "Validate payments", group: "0-24 h", owner: "Ana", due: .hours(2)),
        ChecklistItem(id: "review", text: "Review", group: "1-2 weeks", owner: "CTO", due: .days(14)),
        ChecklistItem(
            id: "brief", text: "Brief the team", group: "before", owner: "Ana", due: Milliseconds(-7_200_000)),
    ]

    private func tick(_ who: Operator, _ revision: Int, note: String = "") -> ChecklistEvent {
        .ticked(.init(item: "payments", by: who, note: note, revision: revision))
    }

    @Test func ofTwoWhoTickAtOnceTheSecondIsRefused() {
        var log = ChecklistLog()
        log.take(tick(ana, 0, note: "three real cards"), at: moment(10))
        log.take(.unticked(.init(item: "payments", by: bruno, revision: 0)), at: moment(11))
        #expect(log["payments"]?.isDone == true)
        #expect(log["payments"]?.by == ana)
        #expect(log["payments"]?.note == "three real cards")
        #expect(log.refused.map(\.by) == [bruno])
    }

    @Test func whoeverHasSeenTheTickMayTakeItBack() {
        var log = ChecklistLog()
        log.take(tick(ana, 0), at: moment(10))
        log.take(.unticked(.init(item: "payments", by: bruno, note: "not on iOS", revision: 1)), at: moment(20))
        #expect(log["payments"]?.isDone == false)
        #expect(log.revision(of: "payments") == 2)
        log.take(tick(ana, 2), at: moment(30))
        #expect(log["payments"]?.isDone == true)
    }

    @Test func whatIsNotDoneInTimeIsOverdue() {
        let launch = moment(0).utc
        let list = Checklist(items, log: ChecklistLog(), launchAt: launch, now: launch + .hours(3))
        #expect(list["payments"]?.standing == .overdue(.hours(1)))
        #expect(list["brief"]?.standing == .overdue(.hours(5)))
        #expect(list["review"]?.standing == .due(in: .days(14) - .hours(3)))
        #expect(list.overdueCount == 2)
        #expect(list.groups == ["0-24 h", "1-2 weeks", "before"])
    }

    @Test func whatIsDoneIsNeverOverdue() {
        var log = ChecklistLog()
        log.take(tick(ana, 0), at: moment(10))
        let list = Checklist(items, log: log, launchAt: moment(0).utc, now: moment(0).utc + .days(30))
        #expect(list["payments"]?.standing == .done)
        #expect(list.doneCount == 1)
    }

    @Test func withoutALaunchTimeNothingIsDueAndNothingOverdue() {
        let list = Checklist(items, log: ChecklistLog(), launchAt: nil, now: moment(0).utc)
        #expect(list.rows.allSatisfy { $0.standing == .open && $0.dueAt == nil })
    }

    @Test func aDueTimeIsSaidInWholeUnits() {
        #expect(items.map(\.dueText) == ["T+2h", "T+2w", "T−2h"])
        #expect(ChecklistItem(id: "x", text: "", group: "", owner: "", due: .minutes(90)).dueText == "T+1h30m")
        #expect(ChecklistItem(id: "x", text: "", group: "", owner: "", due: 0).dueText == "T+0")
    }
}
