import Actions
import Edge
import Foundation
import Journal
import Launch
import Synchronization
import Testing

struct ActionWardenTests {
    private let folder: String
    private var path: String { "\(folder)/a.journal" }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("warden-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    private func warden(_ edges: [FakeEdge]) -> ActionWarden {
        ActionWarden(
            journal: path, origin: "bastion", clock: SystemClock(),
            deployment: deployment(edges: edges.map(\.plan.name)),
            edges: EdgeGroup(edges))
    }

    /// A rollback to green that did not reach edge-2.
    private func tellOfTheLost() throws {
        try JournalWriter(path: path, origin: "bastion").append(
            [
                started("rollback-1", kind: .rollback),
                .action(
                    .ended(
                        .init(
                            action: ActionID("rollback-1"), outcome: .undecided, summary: "", missing: ["edge-2"],
                            split: "green"))),
            ], at: SystemClock().now())
    }

    private func started(_ id: String, kind: ActionKind = .deploy, host: String = "bastion") -> Event.Body {
        .action(
            .started(
                .init(
                    id: ActionID(id), kind: kind, by: Operator(name: "ana", uid: 1000, host: host), reason: "",
                    command: [],
                    from: .init(colour: "blue"), steps: [], pid: Int32.max)))
    }

    private func log() throws -> ActionLog { try JournalReader(path: path).currentBoard(span: .minutes(1)).actions }

    @Test func anActionWhoseProcessIsGoneIsToldToHaveDied() async throws {
        try JournalWriter(path: path, origin: "bastion").append([started("deploy-1")], at: SystemClock().now())
        await warden([]).look()
        #expect(try log().interrupted?.id == ActionID("deploy-1"))
        #expect(try log().records.first?.ended?.body.outcome == .died)
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test func anActionThatHoldsItsSignLivesAndOneOfAnotherMachineIsNotOurs() async throws {
        try JournalWriter(path: path, origin: "bastion").append(
            [started("deploy-1"), started("deploy-2", host: "elsewhere")], at: SystemClock().now())
        do {
            let sign = try ActionLock(ActionID("deploy-1"), journal: path)
            await warden([]).look()
            #expect(try log().running.count == 2)
            _ = consume sign
        }
        await warden([]).look()
        #expect(try log().running.map(\.id) == [ActionID("deploy-2")])
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test func whatWasSpooledIsInTheJournalAtTheNextLook() async throws {
        _ = try JournalWriter(path: path, origin: "bastion")
        let moment = SystemClock().now()
        try Spool(of: path).keep([Event(origin: "bastion", at: moment, body: started("rollback-1", kind: .rollback))])
        await warden([]).look()
        #expect(try JournalReader(path: path).events(limit: 10).first?.at == moment)
        #expect(try JournalReader(path: path).verify().holds)
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(path).spool").isEmpty)
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test func anEdgeThatComesBackIsTakenToWhatWasDecided() async throws {
        let edge = FakeEdge("edge-2") { $0.isCut = true }
        let other = FakeEdge("edge-1") { $0.split = Split(all: "green") }
        try tellOfTheLost()
        let warden = warden([other, edge])
        await warden.look()
        #expect(edge.now.split == Split(all: "blue"))
        edge.change { $0.isCut = false }
        await warden.look()
        #expect(edge.now.split == Split(all: "green"))
        #expect(edge.now.lock == nil)
        #expect(other.now.log.isEmpty)
        #expect(try log().unmended == nil)
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test func anEdgeThatSomebodyHoldsIsLeftAlone() async throws {
        let edge = FakeEdge("edge-2") {
            $0.lock = EdgeLock(holder: "luis@bastion", action: "lock-1", kind: "lock", reason: "", left: 100)
        }
        try tellOfTheLost()
        await warden([edge]).look()
        #expect(edge.now.split == Split(all: "blue"))
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test("the lock that an action left on an edge which it lost is no reason to wait", arguments: ["blue", "green"])
    func aLockThatWasLeft(serving: String) async throws {
        let edge = FakeEdge("edge-2") {
            $0.split = Split(all: serving)
            $0.lock = EdgeLock(holder: "ana@bastion", action: "rollback-1", kind: "rollback", reason: "", left: 100)
        }
        try tellOfTheLost()
        await warden([edge]).look()
        #expect(edge.now.split == Split(all: "green"))
        #expect(edge.now.lock == nil)
        try FileManager.default.removeItem(atPath: folder)
    }

    // MARK: Drills

    private func drillStarted(_ id: String, kind: DrillKind = .edge) -> Event.Body {
        .backup(
            .drillStarted(
                .init(
                    id: ActionID(id), kind: kind, by: "ana@bastion", silences: [], limit: .minutes(5),
                    target: .seconds(30))))
    }

    @Test func aHostThatADeadDrillHadStoppedIsStartedUntilThatWorksAndToldOnce() async throws {
        let clock = PausedClock()
        let tries = Mutex(0)
        let warden = ActionWarden(
            journal: path, origin: "bastion", clock: clock, deployment: nil, edges: EdgeGroup([]),
            startHost: {
                tries.withLock { tries in
                    tries += 1
                    return tries == 1 ? "no route to api-2" : nil
                }
            })
        func backups() throws -> BackupLog { try JournalReader(path: path).currentBoard(span: .minutes(1)).backups }
        /// Looks until something is so: the command runs beside the looks.
        func look(until condition: () throws -> Bool) async throws {
            let end = ContinuousClock.now + .seconds(30)
            while try !condition(), ContinuousClock.now < end {
                await warden.look()
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(try condition())
        }
        let writer = try JournalWriter(path: path, origin: "bastion")
        try writer.append([started("drill-1", kind: .drill), drillStarted("drill-1")], at: clock.now())
        do {
            // While it lives it does so itself.
            let sign = try ActionLock(ActionID("drill-1"), journal: path)
            for _ in 0..<5 { await warden.look() }
            #expect(tries.withLock { $0 } == 0)
            _ = consume sign
        }
        try await look {
            try JournalReader(path: path).events(limit: 50).contains { "\($0.body)".contains("no route to api-2") }
        }
        for _ in 0..<5 { await warden.look() }
        #expect(tries.withLock { $0 } == 1, "not every second")
        #expect(try backups().drills.last?.ended == nil)
        try await clock.pause(.seconds(11))
        try await look { try backups().drills.last?.ended != nil }
        #expect(try backups().drills.last?.ended?.hasPassed == false && tries.withLock { $0 } == 2)
        #expect(try log().records.last?.ended?.body.outcome == .died)
        for _ in 0..<5 { await warden.look() }
        #expect(tries.withLock { $0 } == 2)

        // One of another machine, and one that stops no host, are not ours.
        try writer.append(
            [
                started("drill-2", kind: .drill, host: "elsewhere"), drillStarted("drill-2"),
                started("drill-3", kind: .drill), drillStarted("drill-3", kind: .redis),
            ], at: clock.now())
        for _ in 0..<5 { await warden.look() }
        #expect(tries.withLock { $0 } == 2)
        try FileManager.default.removeItem(atPath: folder)
    }

    // MARK: Flags

    @Test func aFlagThatSomebodyElseChangedIsToldWithoutADeploymentToo() async throws {
        let clock = PausedClock()
        let name = "checkout-v2"
        let target = FlagsTarget(redis: RedisTarget(), algorithm: .unleash, names: [name])
        let plan = FlagsPlan(target: target, flags: [KnownFlag(name: name)])
        let writer = try JournalWriter(path: path, origin: "bastion")
        try writer.record(
            Manifest(
                product: Product(name: "x"), zone: .utc, environment: "test", series: plan.probe.series, panes: Panes(),
                flags: plan.facts(actAs: [])), at: clock.now())
        let warden = ActionWarden(
            journal: path, origin: "bastion", clock: clock, deployment: nil, edges: EdgeGroup([]))
        func read(_ share: Int, version: Int64) async throws {
            for _ in 0..<5 {
                let flag = FeatureFlag(
                    name: name, rollout: Rollout(percent: share)!, version: version, updatedBy: "luis@b2",
                    updatedAt: Timestamp(seconds: version))
                try writer.record(
                    Tick(at: clock.now(), readings: [Reading(FlagSeries.state(name), .text(FlagGlance(flag).text))]))
                await warden.look()
                try await clock.pause(1000)
            }
        }
        try await read(5, version: 1)
        try await read(50, version: 2)
        let flags = try JournalReader(path: path).currentBoard(span: .minutes(1)).flags
        #expect(flags.changes.map(\.body.words) == ["first seen: 5 %", "5 % → 50 %"])
        #expect(flags.changes.map(\.body.by) == ["luis@b2", "luis@b2"])
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test func aDeadRampIsToldWhatGoesOnWithIt() async throws {
        try JournalWriter(path: path, origin: "bastion").append(
            [started("flag-ramp-1", kind: .flagRamp)], at: SystemClock().now())
        await warden([]).look()
        let record = try log().records.first
        #expect(record?.ended?.body.outcome == .died)
        #expect(record?.ended?.body.summary.contains("guardia flag resume goes on with it") == true)
        #expect(try log().interrupted == nil)
        try FileManager.default.removeItem(atPath: folder)
    }
}
