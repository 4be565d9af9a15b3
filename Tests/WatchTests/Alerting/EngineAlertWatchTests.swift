import Foundation
import Journal
import Launch
import Synchronization
import Testing

@testable import Watch

/// The engine's own alerts, from a real journal to the transitions that are told.
@Suite("The engine's own alerts on a journal", .timeLimit(.minutes(1)))
final class EngineAlertWatchTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("own-\(UUID().uuidString)")
    private var journal: String { folder.appendingPathComponent("launch.journal").path }
    private let clock = ManualClock()
    private let plan = EngineAlertPlan(
        actionStuck: .init(severity: .critical, policy: "default"),
        checklistOverdue: .init(severity: .warning, policy: "business"))
    private let edge = EdgeSeries(name: "edge-1")
    private let id = ActionID("deploy-20260309T120000Z-0001")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func manifest() -> Manifest {
        var manifest = Manifest(
            product: Product(name: "X"), zone: .utc, launchAt: clock.now().utc, environment: "test",
            series: [Series(id: edge.lock, title: "lock", unit: .text, interval: 1000)], panes: Panes(),
            deployment: DeploymentFacts(colours: ["blue", "green"], edges: [edge], canarySteps: [], bake: .seconds(1)))
        manifest.checklist = [
            ChecklistItem(
                id: "payments", text: "Validate payments", group: "0-24 h", owner: "Backend lead", due: .minutes(10))
        ]
        return manifest
    }

    /// One life of an engine: what it was told before stands in the journal.
    private final class Life {
        let evaluator: AlertEvaluator
        let recorder: JournalRecorder
        private let watch: EngineAlertWatch
        private let found = Found()
        private let clock: ManualClock

        init(_ journal: String, _ plan: EngineAlertPlan, _ clock: ManualClock) async throws {
            recorder = try await JournalRecorder.open(path: journal, origin: "bastion-1")
            let standing = try Standing.read(from: journal)
            let none = AlertPlan(AlertSettings(), series: [], zone: .utc)
            evaluator = AlertEvaluator(
                AlertMachine(none, log: standing.alerts, sources: [EngineAlerts.source], now: clock.now()),
                recorder: recorder, clock: clock)
            let found = found
            watch = EngineAlertWatch(journal: journal, plan: plan, clock: clock) { answer in
                found.list.withLock { $0.append(answer) }
            }
            self.clock = clock
        }

        /// What one look leads to; what follows is written, as an engine does.
        func look() async throws -> [AlertEvent] {
            await watch.look()
            var told: [AlertEvent] = []
            for answer in found.list.withLock({ list in
                defer { list = [] }; return list
            }) {
                told += await evaluator.handle(.outside(answer)).map(\.event)
            }
            told += await evaluator.handle(.look).map(\.event)
            if !told.isEmpty { await recorder.append(told.map { .alert($0) }, at: clock.now()) }
            return told
        }

        func end() async { await recorder.close(at: clock.now()) }
    }

    /// What a watch has told.
    private final class Found: Sendable {
        let list = Mutex<[OutsideAlerts]>([])
    }

    private func say(_ body: Event.Body) throws {
        try JournalWriter(path: journal, origin: "bastion-1", role: .action).append([body], at: clock.now())
    }

    private var started: Event.Body {
        .action(
            .started(
                .init(
                    id: id, kind: .deploy, by: Operator(name: "ana", uid: 1000, host: "bastion-1"), reason: "",
                    command: [],
                    to: .init(colour: "green", version: "v1.5.0"), edges: ["edge-1"], steps: [], pid: 7)))
    }

    @Test func aDeadActionIsToldOnceOverRestartsUntilItIsUndone() async throws {
        var life = try await Life(journal, plan, clock)
        await life.recorder.record(manifest(), at: clock.now())
        #expect(try await life.look().isEmpty)
        try say(started)
        #expect(try await life.look().isEmpty)
        try say(.action(.ended(.init(action: id, outcome: .died, summary: "its process died"))))
        let told = try await life.look()
        guard case .fired(let body) = try #require(told.first) else { return #expect(Bool(false), "\(told)") }
        #expect(told.count == 1 && body.alert.rule == "ActionStuck" && body.alert.policy == "default")
        clock.advance(1000)
        #expect(try await life.look().isEmpty, "told once")
        await life.end()

        life = try await Life(journal, plan, clock)
        #expect(try await life.look().isEmpty, "a restart tells it no second time, and ends it not")
        let undo = ActionID("rollback-20260309T120100Z-0002")
        try say(
            .action(
                .started(
                    .init(
                        id: undo, kind: .rollback, by: Operator(name: "leo", uid: 1, host: "bastion-1"), reason: "",
                        command: [],
                        steps: [], pid: 8))))
        // Somebody undoes it: whatever comes of that is told of that.
        #expect(try await life.look() == [.resolved(.init(alert: body.alert.fingerprint))])
        try say(.action(.ended(.init(action: undo, outcome: .done, summary: "blue serves"))))
        #expect(try await life.look().isEmpty)
        await life.end()
    }

    @Test func anActionWhoseLockLapsesIsToldAndWhenItGoesOnItIsOver() async throws {
        let life = try await Life(journal, plan, clock)
        await life.recorder.record(manifest(), at: clock.now())
        try say(started)
        func lock(_ text: String) async {
            clock.advance(1000)
            await life.recorder.record(Tick(at: clock.now(), readings: [Reading(edge.lock, .text(text))]))
        }
        await lock("ana@bastion-1 \(id.text)")
        #expect(try await life.look().isEmpty)
        await lock("\(EdgeLock.lapsedMark)ana@bastion-1 \(id.text)")
        guard case .fired(let body) = try #require(try await life.look().first) else { return #expect(Bool(false)) }
        #expect(body.alert.summary.contains("hangs"))
        await lock("ana@bastion-1 \(id.text)")
        #expect(try await life.look() == [.resolved(.init(alert: body.alert.fingerprint))])
        await life.end()
    }

    @Test func aLateItemIsToldToItsOwnPolicyUntilItIsTickedAndSwitchedOffItIsOver() async throws {
        var life = try await Life(journal, plan, clock)
        await life.recorder.record(manifest(), at: clock.now())
        #expect(try await life.look().isEmpty)
        clock.advance(.minutes(11))
        guard case .fired(let body) = try #require(try await life.look().first) else { return #expect(Bool(false)) }
        #expect(body.alert.rule == "ChecklistOverdue" && body.alert.policy == "business")
        #expect(body.alert.summary.contains("Backend lead"))
        await life.end()
        // Another config switches it off: what was told is over.
        life = try await Life(journal, EngineAlertPlan(actionStuck: nil, breakGlass: nil, checklistOverdue: nil), clock)
        #expect(try await life.look() == [.resolved(.init(alert: body.alert.fingerprint))])
        await life.end()
        life = try await Life(journal, plan, clock)
        #expect(try await life.look().count == 1)
        try say(.checklist(.ticked(.init(item: "payments", by: Operator(name: "ana", uid: 1, host: "b"), revision: 0))))
        #expect(try await life.look() == [.resolved(.init(alert: body.alert.fingerprint))])
        await life.end()
    }

    @Test func aJournalThatCannotBeReadEndsNothing() async throws {
        let found = Found()
        let watch = EngineAlertWatch(journal: "\(journal).nowhere", plan: plan, clock: clock) { answer in
            found.list.withLock { $0.append(answer) }
        }
        await watch.look()
        #expect(found.list.withLock { $0.isEmpty })
    }
}
