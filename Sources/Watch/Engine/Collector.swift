package import Launch

/// Where all readings come together: computes what is derived from them, judges verdicts, and hands ticks to the journal.
///
/// Readings that arrive within a moment become one tick. A change of verdict does not wait for it: it is written at once.
/// One task handles one input after the other, so that the journal sees them in order; a disk that hangs delays it, and
/// nobody else.
package actor Collector {
    /// What the collector is told.
    package enum Input: Sendable {
        case readings([Reading], at: Moment)
        /// Time has passed: write what is due. Comes ten times a second.
        case flush
        /// Give the sign of life. Comes once a second.
        case beat
    }

    /// How long a reading may wait for others before its tick is written.
    package static let gathering: Milliseconds = 250

    private let clock: any Clock
    private let recorder: any Recorder
    /// Where all readings go that are to be judged by rules: it only hands over.
    private let forward: Poller.Publish
    private var evaluator: Evaluator
    private var ledger: VerdictLedger
    private var clockGuard: ClockGuard
    private var pending: [SeriesID: Measurement] = [:]
    private var pendingSince: Moment?
    private var lastBeat: Moment?

    package init(
        evaluator: Evaluator, ledger: VerdictLedger, clockGuard: ClockGuard, recorder: any Recorder, clock: any Clock,
        forward: @escaping Poller.Publish = { _, _ in }
    ) {
        self.evaluator = evaluator
        self.ledger = ledger
        self.clockGuard = clockGuard
        self.recorder = recorder
        self.clock = clock
        self.forward = forward
    }

    /// Handles inputs until they end, then writes what still waits.
    package func run(_ inputs: AsyncStream<Input>) async {
        for await input in inputs { await handle(input) }
        await write([], at: clock.now())
    }

    /// Handles one input: what `run` does with each.
    package func handle(_ input: Input) async {
        switch input {
        case .readings(let readings, let moment): await take(readings, at: moment)
        case .flush: await flush()
        case .beat: await beat()
        }
    }

    private func take(_ readings: [Reading], at moment: Moment) async {
        let trusted = clockGuard.filter(readings)
        let derived = evaluator.advance(Tick(at: moment, readings: trusted))
        var changes: [Event.VerdictChanged] = []
        forward(trusted + derived, moment)
        for reading in trusted + derived {
            pending[reading.series] = reading.measurement
            if let change = ledger.judge(reading, at: moment) { changes.append(change) }
        }
        if pendingSince.map({ moment.uptime < $0.uptime }) ?? true { pendingSince = moment }
        if !changes.isEmpty { await write(changes, at: clock.now()) }
    }

    private func flush() async {
        let now = clock.now()
        let changes = ledger.age(to: now)
        let due = pendingSince.map { $0.age(at: now) >= Collector.gathering } ?? false
        if due || !changes.isEmpty { await write(changes, at: now) }
    }

    /// The sign of life, and a look whether the wall clock jumped against the monotonic one.
    private func beat() async {
        let now = clock.now()
        if let before = lastBeat, before.boot == now.boot {
            let step = (now.utc - before.utc) - (now.uptime - before.uptime)
            if abs(step.count) >= 1000 { await recorder.append([.clockStepped(Event.ClockStepped(by: step))], at: now) }
        }
        lastBeat = now
        await recorder.beat(at: now)
    }

    private func write(_ changes: [Event.VerdictChanged], at now: Moment) async {
        if let since = pendingSince {
            let readings = pending.map { Reading($0.key, $0.value) }
            pending.removeAll(keepingCapacity: true)
            pendingSince = nil
            await recorder.record(Tick(at: since, readings: readings))
        }
        if !changes.isEmpty { await recorder.append(changes.map(Event.Body.verdictChanged), at: now) }
    }
}
