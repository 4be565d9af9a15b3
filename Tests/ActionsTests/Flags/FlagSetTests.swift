import Actions
import Launch
import Testing

struct FlagSetTests {
    private let journal = Recording()
    private let clock = PausedClock()

    static let plan = FlagsPlan(
        target: FlagsTarget(redis: RedisTarget(), algorithm: .unleash, names: ["checkout-v2", "refunds"]),
        flags: [KnownFlag(name: "checkout-v2", guards: ["kpi"]), KnownFlag(name: "refunds")])

    static func flag(_ percent: Int, version: Int64 = 7, on: Bool = true) -> FeatureFlag {
        FeatureFlag(
            name: "checkout-v2", isEnabled: on, rollout: Rollout(percent: percent)!, algorithm: .unleash,
            version: version, updatedBy: "luis@b2", updatedAt: Timestamp(seconds: 1_800_000_000))
    }

    private func set(
        _ store: FakeFlagStore, _ edit: FlagEdit, name: String = "checkout-v2", expect: Int64? = nil,
        creates: Bool = false
    ) async -> ActionResult {
        await FlagSet(
            .init(
                name: name, edit: edit, expect: expect, creates: creates, reason: "trial", by: ana,
                command: ["guardia"],
                pid: 1), of: Self.plan, in: store, clock: clock,
            reporter: ActionReporter(ActionID("flag-set-1"), journal: journal)
        ) { [clock] in try await clock.pause($0) }.run()
    }

    private func store(_ flags: FeatureFlag...) -> FakeFlagStore { FakeFlagStore(flags, clock: clock) }
    private let quarter = FlagEdit(rollout: Rollout(percent: 25)!)

    @Test func aChangeIsWrittenReadBackAndTold() async {
        let store = store(Self.flag(5))
        let result = await set(store, quarter, expect: 7)
        #expect(result == ActionResult(.done, "checkout-v2 5 % → 25 %, version 8, read back"))
        #expect(journal.steps == ["look done", "write done", "prove done"])
        let flag = store.flag()
        #expect(flag?.rollout.percent == 25 && flag?.version == 8 && flag?.updatedBy == "ana@bastion")
        #expect(flag?.change == "flag-set-1" && flag?.updatedAt == clock.now().utc)
        guard case .changed(let told)? = journal.flagEvents.first else {
            Issue.record("nothing was told")
            return
        }
        #expect(told.words == "5 % → 25 %" && told.by == "ana@bastion" && told.reason == "trial")
        #expect(told.source == .guardia && told.to?.flag.version == 8 && journal.flagEvents.count == 1)
        #expect(journal.record?.started.subject == "checkout-v2 5 % → 25 %")
    }

    @Test func anotherVersionThanWasSeenIsRefusedWithWhatChanged() async {
        let store = store(Self.flag(10, version: 8))
        let result = await set(store, quarter, expect: 7)
        #expect(result.outcome == .refused)
        #expect(
            result.summary
                == "checkout-v2 was changed by luis@b2 at 08:00:00 UTC: it is 10 % now, version 8; you saw version 7")
        #expect(store.now.log == [] && journal.flagEvents == [])
    }

    @Test func aChangeThatComesBetweenLookAndWriteIsRefusedWithWhatChanged() async {
        let store = store(Self.flag(5))
        store.change { now in
            now.before = { hashes in
                hashes["checkout-v2"]?["rollout"] = "50"
                hashes["checkout-v2"]?["version"] = "8"
                hashes["checkout-v2"]?["updated_by"] = "eva@b3"
            }
        }
        let result = await set(store, quarter)
        #expect(result.outcome == .refused && result.summary.contains("changed by eva@b3"))
        #expect(result.summary.contains("5 % → 50 % (version 8)"))
        #expect(store.flag()?.rollout == .half && journal.steps == ["look done", "write failed"])
    }

    @Test func aStoreThatIsSilentIsAskedWhetherItWrote() async {
        let store = store(Self.flag(5))
        store.change { $0.writes = [.unheard] }
        #expect(await set(store, quarter).outcome == .done)
        #expect(journal.steps == ["look done", "write done", "prove done"] && journal.flagEvents.count == 1)
    }

    @Test func aWriteOfWhichNothingIsKnownNeedsAPersonAndSaysUntilWhen() async {
        let store = store(Self.flag(5))
        store.change { $0.writes = [.lost] }
        let result = await set(store, quarter)
        #expect(result.outcome == .undecided && result.summary.contains("it can take effect until 08:00:05 UTC"))
        #expect(journal.steps == ["look done", "write undecided"] && journal.flagEvents == [])
    }

    @Test func aStoreThatRefusesHasWrittenNothing() async {
        let store = store(Self.flag(5))
        store.change { $0.writes = [.refused("OOM command not allowed")] }
        let refused = await set(store, quarter)
        #expect(refused == ActionResult(.wentBack, "nothing was written: OOM command not allowed"))
        store.change { $0.writes = [.late] }
        #expect(await set(store, quarter).outcome == .wentBack)
        store.change { $0.isSilent = true }
        #expect(await set(store, quarter).outcome == .wentBack)
        #expect(store.flag()?.rollout.percent == 5)
    }

    @Test func theKillSwitchGoesAheadWhateverTheFlagIs() async {
        let store = store(Self.flag(100))
        #expect(await set(store, .off).outcome == .done)
        #expect(store.flag()?.isEnabled == false && store.flag()?.rollout == .all)
        #expect(journal.record?.kind == .flagOff)
        store.change { $0.hashes["checkout-v2"] = ["enabled": "1", "rollout": "101"] }
        #expect(await set(store, .off).outcome == .done)
        #expect(store.flag()?.share == Rollout.none)
    }

    @Test func aFlagThatIsNoneIsMendedByAShareAlone() async {
        let store = store()
        store.change { $0.hashes["checkout-v2"] = ["enabled": "1", "rollout": "101", "version": "3"] }
        let refused = await set(store, FlagEdit(isEnabled: true))
        #expect(refused.outcome == .refused && refused.summary.contains("rollout '101'"))
        #expect(await set(store, FlagEdit(isEnabled: true, rollout: Rollout(percent: 25)!)).outcome == .done)
        #expect(store.flag()?.version == 4 && store.flag()?.share.percent == 25)
    }

    @Test func aFlagIsMadeOnlyWhereItIsKnownOrAskedFor() async {
        let store = store()
        #expect(await set(store, quarter, name: "chekout").outcome == .refused)
        #expect(await set(store, quarter, name: "che ckout", creates: true).outcome == .refused)
        #expect(store.now.hashes == [:])
        #expect(await set(store, quarter, name: "refunds").outcome == .done)
        #expect(await set(store, quarter, name: "other", creates: true).outcome == .done)
        #expect(store.flag("refunds")?.version == 1 && store.flag("other")?.algorithm == .unleash)
    }

    @Test func whatIsSoAlreadyIsNotWritten() async {
        let store = store(Self.flag(25))
        #expect(await set(store, quarter).outcome == .done)
        #expect(store.now.log == [])
    }

    @Test func aFlagsOwnAlgorithmIsKept() async {
        var flag = Self.flag(5)
        flag.algorithm = .flagd
        let store = store(flag)
        #expect(await set(store, FlagEdit(rollout: Rollout("12.5")!)).outcome == .done)
        #expect(store.flag()?.algorithm == .flagd)
        let other = FakeFlagStore([Self.flag(5)], clock: clock)
        #expect(await set(other, FlagEdit(rollout: Rollout("12.5")!)).outcome == .refused)
    }
}
