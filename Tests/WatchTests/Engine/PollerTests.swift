import Launch
import Testing
import Watch
import Wire

struct PollerTests {
    private let clock = ManualClock()
    private let published = Published()
    private let reactor: Reactor

    init() throws { reactor = try Reactor() }

    private func poller(
        _ answers: [ScriptedProber.Answer], interval: Milliseconds = 1000, deadline: Milliseconds = 800,
        retry: Probe.Retry = Probe.Retry(attempts: 0)
    ) -> (Poller, ScriptedProber) {
        let probe = Probe(
            name: "edge", interval: interval, deadline: deadline, retry: retry,
            target: .nginx(
                NginxTarget(statusURL: "http://127.0.0.1/status", testCommand: ["true"], testInterval: .minutes(5))))
        let prober = ScriptedProber(answers, clock: clock)
        let poller = Poller(
            probe, prober: prober, on: reactor, clock: clock, publish: { [published] in published.take($0, at: $1) })
        return (poller, prober)
    }

    @Test("a look that brings findings publishes them and `up`, at the time it began")
    func goodLook() async {
        let (poller, _) = poller([.findings([Finding("requests", 1204)], took: 40)])
        let began = clock.now()
        await poller.look()
        #expect(published.measurements["edge.requests"] == .number(1204))
        #expect(published.measurements["edge.up"] == .number(1))
        #expect(published.all.first?.at == began)
    }

    @Test("a failed look records a miss for every measure that was due, and `up` as 0")
    func failedLook() async {
        let (poller, _) = poller([.failure("connection refused by 127.0.0.1:80")])
        await poller.look()
        #expect(published.measurements["edge.requests"] == .missed("connection refused by 127.0.0.1:80"))
        #expect(published.measurements["edge.config"] == .missed("connection refused by 127.0.0.1:80"))
        #expect(published.measurements["edge.up"] == .number(0))
    }

    @Test("a measure with a slower interval is not missed before it is due again")
    func slowMeasureIsNotMissed() async {
        let (poller, _) = poller([.findings([Finding("config", 0), Finding("requests", 3)]), .failure("no answer")])
        await poller.look()
        clock.advance(1000)
        await poller.look()
        #expect(published.measurements["edge.config"] == .number(0))
        #expect(published.measurements["edge.requests"] == .missed("no answer"))
    }

    @Test("an answer that was no good is `up` 0 with its reason, which every measure without a value gives, too")
    func proberTellsUp() async throws {
        let (poller, _) = poller([
            .findings([
                Finding("up", .missed("status 500")), Finding("requests", 1), Finding("waiting", .missed("none")),
            ])
        ])
        await poller.look()
        let up = try #require(published.all.first?.readings.first { $0.series == "edge.up" })
        #expect(up == Reading("edge.up", .number(0), because: "status 500"))
        #expect(published.measurements["edge.requests"] == .number(1))
        #expect(published.measurements["edge.waiting"] == .missed("status 500"))
    }

    @Test("a target that is left alone goes on saying why it failed", arguments: [true, false])
    func reasonWhileLeftAlone(answers: Bool) async {
        let look: ScriptedProber.Answer =
            answers
            ? .findings([Finding("up", .missed("status 500")), Finding("requests", .missed("none"))])
            : .failure("status 500")
        let (poller, _) = poller(
            Array(repeating: look, count: 4), retry: Probe.Retry(attempts: 0, backoff: .seconds(1)))
        for _ in 0..<4 {
            await poller.look()
            clock.advance(1000)
        }
        #expect(published.all.count > 4)
        #expect(published.all.last?.readings.contains(Reading("edge.requests", .missed("status 500"))) == true)
    }

    @Test("an attempt that fails is repeated while the deadline allows, with what is left of it")
    func retriesWithinDeadline() async {
        let (poller, prober) = poller(
            [.failure("reset", took: 100), .findings([Finding("requests", 7)])],
            retry: Probe.Retry(attempts: 2, backoff: 1))
        await poller.look()
        #expect(published.measurements["edge.requests"] == .number(7))
        #expect(await prober.deadlines == [.milliseconds(800), .milliseconds(700)])
    }

    @Test("no attempt is made when its pause would pass the deadline")
    func noRetryPastDeadline() async {
        let (poller, prober) = poller(
            [.failure("slow", took: 790), .findings([Finding("requests", 7)])],
            retry: Probe.Retry(attempts: 2, backoff: 50))
        await poller.look()
        #expect(await prober.deadlines.count == 1)
        #expect(published.measurements["edge.up"] == .number(0))
    }

    @Test("slots that a slow look overran are recorded as missed")
    func overrunIsRecorded() async {
        let (poller, _) = poller([.findings([Finding("requests", 7)], took: 3500)], deadline: 5000)
        await poller.look()
        #expect(published.all.count == 2)
        let reason = "no look meanwhile: the one before took too long"
        #expect(published.all.last?.readings.contains(Reading("edge.requests", .missed(reason))) == true)
    }

    @Test("a cancelled poller ends and lets its connections go")
    func cancelled() async {
        let (poller, prober) = poller([], interval: .hours(1))
        let task = Task { await poller.run() }
        task.cancel()
        await task.value
        #expect(await prober.closed)
    }
}
