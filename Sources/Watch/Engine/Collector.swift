package import Journal
package import Launch

/// Where all readings come together: computes what is derived from them, judges verdicts, and hands ticks to the journal.
///
/// Readings that arrive within a moment become one tick. A change of verdict does not wait for it: it is written at once.
package actor Collector {
    /// How long a reading may wait for others before its tick is written.
    package static let gathering: Milliseconds = 250

    private let clock: any Clock
    private let recorder: JournalRecorder
    private var evaluator: Evaluator
    private var ledger: VerdictLedger
    private var clockGuard: ClockGuard
    private var pending: [SeriesID: Measurement] = [:]
    private var pendingSince: Moment?
    private var lastClocks: Moment?

    package init(
        evaluator: Evaluator, ledger: VerdictLedger, clockGuard: ClockGuard, recorder: JournalRecorder, clock: any Clock
    ) {
        self.evaluator = evaluator
        self.ledger = ledger
        self.clockGuard = clockGuard
        self.recorder = recorder
        self.clock = clock
    }

    /// Takes in what a poller published.
    package func take(_ readings: [Reading], at moment: Moment) async {
        let trusted = clockGuard.filter(readings)
        let derived = evaluator.advance(Tick(at: moment, readings: trusted))
        var changes: [Event.VerdictChanged] = []
        for reading in trusted + derived {
            pending[reading.series] = reading.measurement
            if let change = ledger.judge(reading, at: moment) { changes.append(change) }
        }
        if pendingSince.map({ moment.uptime < $0.uptime }) ?? true { pendingSince = moment }
        if !changes.isEmpty { await write(changes, at: clock.now()) }
    }

    /// Writes what is due: called several times a second.
    package func flush() async {
        let now = clock.now()
        let changes = ledger.age(to: now)
        let due = pendingSince.map { $0.age(at: now) >= Collector.gathering } ?? false
        if due || !changes.isEmpty { await write(changes, at: now) }
    }

    /// Once a second: the sign of life, and a look whether the wall clock jumped.
    package func beat() async {
        let now = clock.now()
        if let before = lastClocks, before.boot == now.boot {
            let step = (now.utc - before.utc) - (now.uptime - before.uptime)
            if abs(step.count) >= 1000 { await recorder.append([.clockStepped(Event.ClockStepped(by: step))], at: now) }
        }
        lastClocks = now
        await recorder.beat(at: now)
    }

    /// Writes whatever waits, before the engine ends.
    package func finish() async { await write([], at: clock.now()) }

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
