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

    private func open() throws { writer = try JournalWriter(path: path, origin: origin) }

    /// Appends events; while the disk takes writes, they are on it when this returns.
    package func append(_ bodies: [Event.Body], at moment: Moment) {
        queue.push(bodies.map { Event(origin: origin, at: moment, body: $0) })
        drainUnlessFailing(at: moment)
    }

    package func record(_ manifest: Manifest, at moment: Moment) {
        queue.push(manifest, at: moment)
        drainUnlessFailing(at: moment)
    }

    package func record(_ tick: Tick) {
        queue.push(tick)
        drainUnlessFailing(at: tick.at)
    }

    /// The engine's pulse, once a second: tries again what waits, writes the heartbeat, keeps the log and the file small.
    package func beat(at moment: Moment) {
        drain(at: moment)
        guard let writer else { return }
        // Where even this fails no reader sees a beat: to them the engine is silent, which is the truth.
        try? writer.beat(Heartbeat(at: moment, notRecording: queue.failure))
        guard queue.failure == nil else { return }
        writer.checkpoint()
        if pruning.isDue(at: moment) {
            let hasMore = try? writer.prune(now: moment.utc, retention: retention)
            pruning.pruned(at: moment, hasMore: hasMore ?? false)
        }
    }

    /// Writes what waits and lets the journal go; nothing is recorded after it.
    package func close(at moment: Moment) {
        drain(at: moment)
        writer?.checkpoint()
        writer = nil
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
                return queue.failed(error.brief)
            }
        }
    }
}
