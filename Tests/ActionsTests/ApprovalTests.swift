import Actions
import Edge
import Launch
import Synchronization
import Testing
import Wire

/// The wait for another operator, before anything is changed.
struct ApprovalTests {
    private let journal = Recording()
    private let clock = PausedClock()
    private let id = ActionID("flag-set-1")

    /// - Parameter asked: what is asked after so many seconds of waiting.
    private func approval(
        _ needed: Int = 1, breaksGlass: Bool = false,
        asked: @escaping @Sendable (Int64) -> [(ActionEvent.Asked.Request, Operator)] = { _ in [] }
    ) -> ApprovalWait {
        let (clock, id, heard) = (clock, id, Seconds())
        return ApprovalWait(
            needed: needed, limit: .minutes(15), breaksGlass: breaksGlass, clock: clock,
            pause: { try await clock.pause($0) },
            requests: {
                let second = clock.now().uptime.count / 1000
                let isNew = heard.isNew(second)
                return (isNew ? asked(second) : []).map { .init(action: id, request: $0.0, by: $0.1, reason: "") }
            })
    }

    private func set(
        _ store: FakeFlagStore, _ approval: ApprovalWait?, edit: FlagEdit? = nil, continues: ActionID? = nil
    ) async throws -> ActionResult {
        let edit = edit ?? FlagEdit(rollout: Rollout("25"))
        return await FlagSet(
            .init(
                name: "checkout-v2", edit: edit, expect: 7, reason: "why", by: ana,
                command: ["guardia", "flag", "set"], pid: 1, continues: continues),
            of: FlagSetTests.plan, in: store, clock: clock, reporter: ActionReporter(id, journal: journal),
            approval: approval,
            pause: { [clock] in try await clock.pause($0) }
        ).run()
    }

    @Test func aFlagIsWrittenOnceAnotherOperatorHasApprovedItAndNotBefore() async throws {
        let store = FakeFlagStore([FlagSetTests.flag(5)], clock: clock)
        let seen = Mutex<[String]>([])
        let wait = approval { second in
            seen.withLock { $0.append(store.flag()?.rollout.words ?? "") }
            return second == 60 ? [(.approve, ana)] : second == 120 ? [(.approve, luis)] : []
        }
        let result = try await set(store, wait)
        #expect(result.outcome == .done, "\(result.summary)")
        #expect(store.flag()?.rollout == Rollout("25"))
        #expect(Set(seen.withLock { $0 }) == [Rollout("5")?.words], "nothing moved while it was waited for")
        #expect(clock.now().uptime >= .seconds(120), "ana cannot approve what ana asked for")
        #expect(journal.steps == ["look done", "approve done", "write done", "prove done"])
        #expect(journal.record?.steps.first { $0.step.name == "approve" }?.detail == "approved by luis@bastion")
        #expect(journal.notes.contains("another operator approves by: guardia approve flag-set-1"))
    }

    @Test func whatNobodyApprovesInTimeIsNotWritten() async throws {
        let store = FakeFlagStore([FlagSetTests.flag(5)], clock: clock)
        let result = try await set(store, approval())
        #expect(result.outcome == .refused && result.summary.contains("nobody approved within 15 min"))
        #expect(store.now.log.isEmpty && journal.steps == ["look done", "approve failed"])
    }

    @Test func whatWasApprovedIsAChangeOfTheFlagAsItWasThen() async throws {
        let store = FakeFlagStore([FlagSetTests.flag(5)], clock: clock)
        let other = FlagSetTests.flag(40)
        let result = try await set(
            store,
            approval { second in
                if second == 3 { store.put(other) }
                return second == 5 ? [(.approve, luis)] : []
            })
        #expect(result.outcome == .refused && result.summary.contains("since it was planned"), "\(result.summary)")
        #expect(store.flag()?.rollout == Rollout("40"))
    }

    @Test func whoAskedCanCallItOff() async throws {
        let store = FakeFlagStore([FlagSetTests.flag(5)], clock: clock)
        let result = try await set(store, approval { $0 == 2 ? [(.abort, ana)] : [] })
        #expect(result.outcome == .refused && result.summary.contains("ana called it off"))
        #expect(store.now.log.isEmpty)
    }

    @Test func whoBreaksTheGlassWaitsForNobodyAndIsToldToEverybody() async throws {
        let store = FakeFlagStore([FlagSetTests.flag(5)], clock: clock)
        #expect(try await set(store, approval(breaksGlass: true)).outcome == .done)
        #expect(journal.record?.started.breaksGlass == true)
        #expect(journal.notes.contains("BREAK GLASS: ana@bastion goes ahead without approval: why"))
        #expect(!journal.steps.contains { $0.hasPrefix("approve") })
    }

    @Test func aKillSwitchAndTakingARampBackNeverWait() async throws {
        let store = FakeFlagStore([FlagSetTests.flag(5)], clock: clock)
        #expect(try await set(store, approval(), edit: .off).outcome == .done)
        let again = FakeFlagStore([FlagSetTests.flag(5)], clock: clock)
        #expect(try await set(again, approval(), continues: ActionID("flag-ramp-1")).outcome == .done)
        #expect(!journal.steps.contains { $0.hasPrefix("approve") })
    }

    @Test func anActionOfOneStepWaitsTooAndChangesNothingWhereItIsRefused() async {
        let edge = FakeEdge("edge-1")
        let reporter = ActionReporter(id, journal: journal)
        func freeze(_ approval: ApprovalWait) async -> ActionResult {
            await reporter.single(
                .freeze, by: ana, reason: "payday", command: [], on: EdgeGroup([edge]), approval: approval
            ) { group in
                let answers = await group.each { door throws(EdgeError) in
                    try await door.freeze(by: "ana", reason: "payday", within: .seconds(1))
                }
                return answers.errors.first.map { .failure($0.error) } ?? .success("frozen")
            }
        }
        #expect(await freeze(approval()).outcome == .refused && edge.now.freeze == nil)
        #expect(await freeze(approval { _ in [(.approve, luis)] }).outcome == .done && edge.now.freeze != nil)
    }
}

/// The last second that was heard of.
private final class Seconds: Sendable {
    private let last = Mutex<Int64>(-1)

    func isNew(_ second: Int64) -> Bool {
        last.withLock { last in
            defer { last = second }
            return last != second
        }
    }
}
