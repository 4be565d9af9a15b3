package import Launch

/// The engine's recorder: a ``JournalWriter`` on a thread of its own, behind a queue that outlasts a full disk.
///
/// Nothing here throws after `open`: what cannot be written waits, and the heartbeat says why.
package actor JournalRecorder {
    private nonisolated let executor: ThreadExecutor
    private let path: String
    private let origin: String
    private let retention: Retention
    private(set) var writer: JournalWriter?
    private var queue: RecorderQueue
    /// What a journal that is begun anew is told.
    private var manifest: (Manifest, Moment)?
    private var standing = StandingVerdicts()
    /// What became of the journal that was open, and since when there is none.
    private var loss: (loss: JournalLoss, at: Moment)?
    /// Whether a ``BeatRefuge`` may be there: of a run before, too.
    private var mayHaveRefuge = true
    private var pruning = PruningPace()

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Why nothing is being recorded, in words for the operator; nil while it works.
    package var notRecording: String? { queue.failure }

    /// Opens the journal at `path`, creating it where there is none, and takes its lock.
    package static func open(
        path: String, origin: String, retention: Retention = Retention()
    ) async throws -> JournalRecorder {
        let recorder = JournalRecorder(path: path, origin: origin, retention: retention)
        try await recorder.open()
        return recorder
    }

    private init(path: String, origin: String, retention: Retention) {
        executor = ThreadExecutor(name: "journal")
        self.path = path
        self.origin = origin
        self.retention = retention
        queue = RecorderQueue(origin: origin)
    }

    deinit { executor.stop() }

    /// An engine that does not start pages nobody: on a damaged journal it begins anew, and while there is no disk to write
    /// to it goes on in memory.
    private func open() throws(JournalError) {
        do throws(JournalError) {
            do throws(JournalError) { try takeOver() } catch {
                guard isDamage(error) else { throw error }
                try JournalFiles(path: path).setAside(at: SystemClock().now().utc)
                writer = try JournalWriter(path: path, origin: origin)
                confess(.damaged)
            }
        } catch {
            guard isOfTheDisk(error) else { throw error }
            loss = (.neverOpened, SystemClock().now())
            queue.failed(error.brief)
        }
    }

    /// Goes on with the journal that is there, once all that a screen reads of it can be read.
    private func takeOver() throws(JournalError) {
        let writer = try JournalWriter(path: path, origin: origin)
        try writer.inspect()
        var standing = StandingVerdicts()
        for event in try writer.standing() { standing.take(event) }
        (self.writer, self.standing) = (writer, standing)
        if writer.hasSetAside { confess(.truncated) }
    }

    private func isDamage(_ error: JournalError) -> Bool {
        switch error {
        case .damaged: true
        // One byte of its first page is enough that it is no database any more.
        case .notAJournal: JournalFiles(path: path).beginsAlmostAsJournal
        default: false
        }
    }

    private func isOfTheDisk(_ error: JournalError) -> Bool {
        switch error {
        case .full, .ioError: true
        case .readOnly, .failed: JournalFiles(path: path).isOnUnwritableDisk
        default: false
        }
    }

    /// The first event of a journal that is begun anew says why.
    private func confess(_ loss: JournalLoss) {
        let now = SystemClock().now()
        queue.beginAnew(manifest: nil, standing: [], because: loss.reason, since: now.utc, at: now)
    }

    /// Appends events; while the disk takes writes, they are on it when this returns.
    package func append(_ bodies: [Event.Body], at moment: Moment) {
        let events = bodies.map { Event(origin: origin, at: moment, body: $0) }
        for event in events { standing.take(event) }
        queue.push(events)
        drainUnlessFailing(at: moment)
    }

    package func record(_ manifest: Manifest, at moment: Moment) {
        self.manifest = (manifest, moment)
        queue.push(manifest, at: moment)
        drainUnlessFailing(at: moment)
    }

    package func record(_ tick: Tick) {
        queue.push(tick)
        drainUnlessFailing(at: tick.at)
    }

    /// The engine's pulse, once a second: tries again what waits, writes the heartbeat, keeps the log and the file small.
    package func beat(at moment: Moment) {
        if loss != nil { beginAnew(at: moment) } else { watchFiles(at: moment) }
        drain(at: moment)
        let beat = Heartbeat(at: moment, notRecording: queue.failure)
        guard let writer else {
            // A close recorder beats no more; one that has lost its journal says so where readers look.
            if loss != nil {
                tell(beat) { () throws(JournalError) in try BeatFile.Writer(JournalFiles(path: path)).write(beat) }
            }
            return
        }
        tell(beat) { () throws(JournalError) in try writer.beat(beat) }
        guard queue.failure == nil else { return }
        writer.checkpoint()
        if pruning.isDue(at: moment) {
            do throws(JournalError) {
                pruning.pruned(at: moment, hasMore: try writer.prune(now: moment.utc, retention: retention))
            } catch {
                pruning.pruned(at: moment, hasMore: false)
                if case .damaged = error { lose(.damaged, at: moment) }
            }
        }
    }

    /// Beats where readers look first, else in memory. Where even this fails no reader sees a beat: to them the engine is silent.
    private func tell(_ beat: Heartbeat, _ write: () throws(JournalError) -> Void) {
        do throws(JournalError) {
            try write()
            if mayHaveRefuge { BeatRefuge(of: path)?.remove() }
            mayHaveRefuge = false
        } catch {
            BeatRefuge(of: path)?.write(beat)
            mayHaveRefuge = true
        }
    }

    /// Writes what waits and lets the journal go; nothing is recorded after it.
    package func close(at moment: Moment) {
        drain(at: moment)
        writer?.checkpoint()
        (writer, loss) = (nil, nil)
    }

    // MARK: Files that were taken away

    /// Sees whether what is written still goes where readers look.
    private func watchFiles(at moment: Moment) {
        if let loss = writer?.loss() { lose(loss, at: moment) }
    }

    /// Lets the lost files go. A beat later a new journal is begun; until then every screen says why nothing is recorded.
    private func lose(_ loss: JournalLoss, at moment: Moment) {
        if loss == .logLost { writer?.rescueLog() }
        writer = nil
        self.loss = (loss, moment)
        queue.failed(loss.reason)
    }

    /// Opens what is under the journal's name now, or makes it, and tells it what stands.
    private func beginAnew(at moment: Moment) {
        guard let (loss, since) = loss else { return }
        do throws(JournalError) {
            // A pipe or a folder under its name is nobody's remains: it is left alone, and named.
            if loss.leavesRemains, FileIdentity(path: path)?.isRegular == true {
                try JournalFiles(path: path).setAside(at: moment.utc)
            }
            writer = try JournalWriter(path: path, origin: origin)
            // What the log held is in the file, and what was never told still waits: nothing is to be told twice.
            let isSame = loss == .logLost || loss == .lockLost || loss == .neverOpened
            queue.beginAnew(
                manifest: isSame ? nil : manifest, standing: isSame ? [] : standing.events, because: loss.reason,
                since: since.utc, at: moment)
            self.loss = nil
        } catch {
            // At the next beat it is moved out of the way.
            if case .damaged = error { self.loss = (.damaged, since) }
            queue.failed(error.brief)
        }
    }

    /// A failing disk is tried again once a beat, not with each entry.
    private func drainUnlessFailing(at moment: Moment) {
        if queue.failure == nil { drain(at: moment) }
    }

    private func drain(at moment: Moment) {
        guard let writer else { return }
        while let batch = queue.next {
            do throws(JournalError) {
                switch batch {
                case .manifest(let manifest, let moment): try writer.record(manifest, at: moment)
                case .events(let events): try writer.append(events)
                case .ticks(let ticks): try writer.record(ticks)
                }
                queue.wrote(batch, at: moment)
            } catch {
                if case .damaged = error { return lose(.damaged, at: moment) }
                return queue.failed(error.brief)
            }
        }
    }
}
