import Foundation
import Journal
import Launch
import Testing

@testable import Watch

/// An engine's alerting on a real journal, left without a word as by a kill -9, and taken up by another.
@Suite("Alerting over restarts", .timeLimit(.minutes(1)))
struct RestartTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("restart-\(UUID().uuidString)")
    private var journal: String { folder.appendingPathComponent("launch.journal").path }
    private let clock = ManualClock()
    private let plan: AlertPlan

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let rule = AlertRule(
            name: "payment_success", condition: .bound("kpi.payments_ok", .below(95), clear: nil), severity: .critical,
            hold: .seconds(60), policy: "default")
        let series = Series(id: "kpi.payments_ok", title: "Payments", unit: .percent, interval: .seconds(10))
        plan = AlertPlan(AlertSettings(rules: [rule]), series: [series], zone: .utc)
    }

    /// One life of an engine: readings once a second, every transition written as it happens. It ends without a word.
    private func live(_ seconds: Int, value: Double?) async throws -> [AlertEvent] {
        let recorder = try await JournalRecorder.open(path: journal, origin: "bastion-1")
        let standing = try Standing.read(from: journal)
        let evaluator = AlertEvaluator(
            AlertMachine(plan, log: standing.alerts, past: AlertPast(last: standing.last), now: clock.now()),
            recorder: recorder, clock: clock)
        var told: [AlertEvent] = []
        for _ in 0..<seconds {
            clock.advance(1000)
            var batch: AlertEvaluator.Transitions = []
            if let value {
                batch = await evaluator.handle(.readings([Reading("kpi.payments_ok", .number(value))], at: clock.now()))
            }
            batch += await evaluator.handle(.look)
            if !batch.isEmpty { await recorder.append(batch.map { .alert($0.event) }, at: clock.now()) }
            told += batch.map(\.event)
        }
        // The lock and the file are let go, as the kernel does it for a process that was killed.
        await recorder.close(at: clock.now())
        return told
    }

    @Test func whateverTheMomentNothingIsForgottenAndNothingToldTwice() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(try await live(30, value: 90).count == 1)
        // Pending since the life before: its `for` goes on.
        let fired = try await live(31, value: 90)
        guard case .fired(let body) = try #require(fired.first) else {
            Issue.record("it did not fire")
            return
        }
        #expect(fired.count == 1)
        #expect(try await live(30, value: 90).isEmpty)
        // A life that reads nothing resolves nothing.
        #expect(try await live(30, value: nil).isEmpty)

        let writer = try JournalWriter(path: journal, origin: "bastion-1", role: .action)
        let ack = AlertEvent.Acknowledged(
            alert: body.alert.fingerprint, by: "ana", way: .command, until: clock.now().utc + .seconds(60))
        try writer.append([.alert(.acknowledged(ack))], at: clock.now())
        #expect(try await live(30, value: 90).isEmpty)
        #expect(try await live(40, value: 90) == [.unacknowledged(.init(alert: body.alert.fingerprint))])
        let silence = Silence(
            id: "s-1", matchers: [LabelMatcher(name: "alertname", value: "payment_success")], from: clock.now().utc,
            until: clock.now().utc + .seconds(45), by: "ana", comment: "")
        try writer.append([.alert(.silenced(silence))], at: clock.now())
        #expect(try await live(30, value: 90) == [.suppressed(.init(alert: body.alert.fingerprint, silences: ["s-1"]))])
        #expect(
            try await live(30, value: 90)
                == [.unsilenced(.init(silence: "s-1")), .suppressed(.init(alert: body.alert.fingerprint))])
        // What an engine reads first is no all-clear of what fired before it.
        #expect(
            try await live(31, value: 99) == [
                .recovering(.init(alert: body.alert.fingerprint, isWell: true)),
                .resolved(.init(alert: body.alert.fingerprint, value: 99)),
            ])
        #expect(try await live(5, value: 99).isEmpty)
    }

    @Test func aDiskThatHangsHoldsNobodyUp() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let evaluator = AlertEvaluator(
            AlertMachine(plan, now: clock.now()), recorder: HungRecorder(), clock: clock)
        var heard = await evaluator.transitions().makeAsyncIterator()
        let task = Task { await evaluator.run() }
        evaluator.inbox.yield(.readings([Reading("kpi.payments_ok", .number(90))], at: clock.now()))
        #expect(await heard.next()?.count == 1)
        evaluator.inbox.finish()
        await task.value
    }

    @Test("what follows a write that hangs is heard meanwhile, and written in its order")
    func order() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let recorder = GatedRecorder()
        let evaluator = AlertEvaluator(AlertMachine(plan, now: clock.now()), recorder: recorder, clock: clock)
        var heard = await evaluator.transitions().makeAsyncIterator()
        let task = Task { await evaluator.run() }
        for value in [90.0, 99] {
            evaluator.inbox.yield(.readings([Reading("kpi.payments_ok", .number(value))], at: clock.now()))
            #expect(await heard.next()?.count == 1)
        }
        await recorder.release()
        evaluator.inbox.finish()
        await task.value
        #expect(await recorder.kinds(2).map { $0.split(separator: ".").last } == ["pending", "cleared"])
    }
}

/// A recorder whose disk hangs until it is released.
private actor GatedRecorder: Recorder {
    private var kept: [String] = []
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var listeners: [(count: Int, wake: CheckedContinuation<Void, Never>)] = []

    func release() {
        isOpen = true
        for one in waiting { one.resume() }
        waiting = []
    }

    /// What was kept, once there are so many.
    func kinds(_ count: Int) async -> [String] {
        if kept.count < count { await withCheckedContinuation { listeners.append((count, $0)) } }
        return kept
    }

    func append(_ events: [Event.Body], at moment: Moment) async {
        if !isOpen { await withCheckedContinuation { waiting.append($0) } }
        kept += events.map(\.kind)
        for one in listeners where kept.count >= one.count { one.wake.resume() }
        listeners.removeAll { kept.count >= $0.count }
    }

    func record(_ manifest: Manifest, at moment: Moment) async {}
    func record(_ tick: Tick) async {}
    func beat(at moment: Moment) async {}
}

/// A recorder whose disk never answers.
private struct HungRecorder: Recorder {
    func record(_ manifest: Manifest, at moment: Moment) async {}
    func record(_ tick: Tick) async {}
    func append(_ events: [Event.Body], at moment: Moment) async { try? await Task.sleep(for: .seconds(86_400)) }
    func beat(at moment: Moment) async {}
}
