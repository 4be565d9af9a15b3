package import Launch

/// Runs the ``AlertMachine`` of an engine: one task handles one input after the other. What it tells goes into the journal,
/// then to whoever listens.
package actor AlertEvaluator {
    /// One input.
    package enum Input: Sendable {
        case readings([Reading], at: Moment)
        /// Events of the journal, or what somebody in this process knows before the journal does.
        case events([Event])
        /// What an Alertmanager answered.
        case outside(OutsideAlerts)
        /// What the journal knows of the time before.
        case past([SeriesID: [AlertPast.Sample]])
        /// Time has passed. Comes five times a second.
        case look
    }

    package typealias Transitions = [(event: AlertEvent, at: Moment)]

    /// How long a transition waits for the disk before those who listen hear of it anyway: a hung disk pages nobody.
    private static let patience: Duration = .milliseconds(500)
    /// How often everything is looked at, not only what is pending or fires.
    private static let pace: Milliseconds = 1000

    package nonisolated let plan: AlertPlan
    /// Where inputs go: it never waits.
    package nonisolated let inbox: AsyncStream<Input>.Continuation
    private nonisolated let inputs: AsyncStream<Input>
    private let recorder: any Recorder
    private let clock: any Clock
    private var machine: AlertMachine
    /// How many batches the journal was given that it has not taken yet.
    private var unwritten = 0
    private var lookedAt: Moment?
    /// When the newest canary came by: proof for the dead man's switch that readings reach the rules.
    package private(set) var canaryAt: Moment?
    private var listeners: [AsyncStream<Transitions>.Continuation] = []

    package init(_ machine: AlertMachine, recorder: any Recorder, clock: any Clock) {
        self.machine = machine
        plan = machine.plan
        self.recorder = recorder
        self.clock = clock
        (inputs, inbox) = AsyncStream.makeStream(of: Input.self, bufferingPolicy: .unbounded)
    }

    /// Every transition from now on, in its order, each batch as it happened.
    package func transitions() -> AsyncStream<Transitions> {
        let (stream, continuation) = AsyncStream.makeStream(of: Transitions.self, bufferingPolicy: .unbounded)
        listeners.append(continuation)
        return stream
    }

    /// The alerts as they are now.
    package var log: AlertLog { machine.log }

    /// The worst of what fires, and how many alerts do.
    package func worst(_ limit: Int) -> (alerts: [Alert], count: Int) { machine.log.worst(limit) }

    /// So long without a look the engine was stopped, or its machine was.
    private static let standstill: Duration = .seconds(3)

    /// Handles inputs until ``inbox`` is finished.
    package func run() async {
        let (batches, outbox) = AsyncStream.makeStream(of: Transitions.self, bufferingPolicy: .unbounded)
        // Not a child: what was told before the end is written, though this task is cancelled.
        let publishing = Task { await publish(batches) }
        var looked: ContinuousClock.Instant?
        for await input in inputs {
            // Whether this process was stopped is a matter of its own time, whatever clock it judges by.
            if case .look = input {
                if let looked, looked.duration(to: .now) > AlertEvaluator.standstill { machine.excuse(at: clock.now()) }
                looked = .now
            }
            let events = handle(input)
            if !events.isEmpty { outbox.yield(events) }
        }
        outbox.finish()
        await publishing.value
        for listener in listeners { listener.finish() }
    }

    /// Handles one input, and returns what follows from it: what `run` does with each. What operators said is not among that:
    /// the journal has it already.
    func handle(_ input: Input) -> Transitions {
        let now = clock.now()
        var told: Transitions = []
        switch input {
        case .readings(let readings, let moment):
            if readings.contains(where: { $0.series == Canary.series.id }) { canaryAt = moment }
            told = machine.take(readings, at: moment, now: now).map { ($0, now) }
        case .events(let events):
            for event in events {
                guard case .alert(let alert) = event.body else { continue }
                told += machine.take(alert, at: event.at, now: now).map { ($0, now) }
            }
        case .outside(let alerts): told = machine.take(alerts, now: now).map { ($0, now) }
        case .past(let samples): machine.learn(samples, now: now)
        case .look:
            let isDue = lookedAt.map { $0.age(at: now) >= AlertEvaluator.pace } ?? true
            if isDue { lookedAt = now }
            told = machine.advance(to: now, all: isDue).map { ($0, now) }
        }
        return told
    }

    private func publish(_ batches: AsyncStream<Transitions>) async {
        let (jobs, queue) = AsyncStream.makeStream(of: Job.self, bufferingPolicy: .unbounded)
        // One after the other, in their order: a restart reads back what was written last. Not a child: a disk that hangs
        // holds up neither those who listen nor the end.
        Task {
            for await job in jobs {
                await recorder.append(job.bodies, at: job.moment)
                job.done.finish()
                unwritten -= 1
            }
        }
        for await batch in batches {
            guard let moment = batch.first?.at else { continue }
            let (written, done) = AsyncStream.makeStream(of: Never.self)
            // Behind a write that has not come back there is nothing to wait for.
            let isHung = unwritten > 0
            unwritten += 1
            queue.yield(Job(bodies: batch.map { .alert($0.event) }, moment: moment, done: done))
            if !isHung {
                let timer = Task {
                    try? await Task.sleep(for: AlertEvaluator.patience)
                    done.finish()
                }
                for await _ in written {}
                timer.cancel()
            }
            for listener in listeners { listener.yield(batch) }
        }
        queue.finish()
    }

    /// Transitions that the journal is to take, and whom to tell when it has.
    private struct Job: Sendable {
        var bodies: [Event.Body]
        var moment: Moment
        var done: AsyncStream<Never>.Continuation
    }
}
