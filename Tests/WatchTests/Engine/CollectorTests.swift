import Launch
import Testing
import Watch

struct CollectorTests {
    private let clock = ManualClock()
    private let recorder = MemoryRecorder()

    private func collector(_ derivations: [Derivation] = []) throws -> Collector {
        let all = [
            Series(
                id: "api.p95", title: "p95", unit: .milliseconds, interval: 1000,
                thresholds: Thresholds(critical: .above(200))),
            Series(id: "api.size", title: "size", unit: .bytes, interval: 1000),
            Series(id: "double", title: "double", unit: .bytes, interval: 1000),
        ]
        let graph = try SeriesGraph(probed: ["api.p95", "api.size"], derivations: derivations)
        return Collector(
            evaluator: Evaluator(graph: graph, series: all), ledger: VerdictLedger(series: all, now: clock.now()),
            clockGuard: ClockGuard(dependents: [], witnesses: []), recorder: recorder, clock: clock)
    }

    @Test("readings of one moment become one tick, with what is derived, at the time of the earliest")
    func oneTick() async throws {
        let collector = try collector([Derivation(series: "double", formula: .sum(["api.size", "api.size"]))])
        let first = clock.now()
        await collector.handle(.readings([Reading("api.size", .number(21))], at: first))
        clock.advance(100)
        await collector.handle(.readings([Reading("api.p95", .number(90))], at: clock.now()))
        await collector.handle(.flush)
        #expect(await recorder.ticks.isEmpty)
        clock.advance(200)
        await collector.handle(.flush)
        let tick = try #require(await recorder.ticks.first)
        #expect(tick.at == first)
        #expect(
            Set(tick.readings)
                == [
                    Reading("api.size", .number(21)), Reading("double", .number(42)), Reading("api.p95", .number(90)),
                ])
        #expect(await recorder.ticks.count == 1)
    }

    @Test("a change of verdict is written at once, after the reading that caused it")
    func verdictAtOnce() async throws {
        let collector = try collector()
        await collector.handle(.readings([Reading("api.p95", .number(250))], at: clock.now()))
        #expect(await recorder.ticks.count == 1)
        guard case .verdictChanged(let change) = await recorder.events.first else {
            Issue.record("no change of verdict was recorded")
            return
        }
        #expect(change.to == .critical)
        #expect(change.value == 250)
    }

    @Test("a step of the wall clock is an event, a suspended machine is none")
    func clockStep() async throws {
        let collector = try collector()
        await collector.handle(.beat)
        clock.advance(.hours(8))
        await collector.handle(.beat)
        #expect(await recorder.events.isEmpty)
        clock.stepWallClock(.hours(-1))
        await collector.handle(.beat)
        #expect(await recorder.events == [.clockStepped(Event.ClockStepped(by: .hours(-1)))])
        #expect(await recorder.beats.count == 3)
    }

    @Test("what still waits is written when the inputs end")
    func lastTick() async throws {
        let collector = try collector()
        let (inputs, inbox) = AsyncStream.makeStream(of: Collector.Input.self)
        inbox.yield(.readings([Reading("api.size", .number(1))], at: clock.now()))
        inbox.finish()
        await collector.run(inputs)
        #expect(await recorder.ticks.count == 1)
    }

    @Test("a series that falls silent turns unknown without any reading")
    func silence() async throws {
        let collector = try collector()
        await collector.handle(.readings([Reading("api.p95", .number(90))], at: clock.now()))
        clock.advance(.seconds(6))
        await collector.handle(.flush)
        guard case .verdictChanged(let change) = await recorder.events.last else {
            Issue.record("no change of verdict was recorded")
            return
        }
        #expect(change.to == .unknown)
    }
}
