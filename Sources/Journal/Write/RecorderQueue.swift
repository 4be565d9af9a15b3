package import Launch

/// What waits to be written. Pure: it knows no file; ``JournalRecorder`` feeds it, writes what ``next`` names, and tells
/// how that went.
///
/// While writing works, an entry waits no longer than its own write. When it fails, entries pile up to a bound: of ticks
/// the oldest are dropped and counted, to be confessed as a `recording.gap` event; of manifests only the newest waits;
/// events are dropped last, newest first, and counted too.
package struct RecorderQueue: Sendable {
    /// One thing to write, in one transaction.
    package enum Batch: Hashable, Sendable {
        case manifest(Manifest, Moment)
        case events([Event])
        case ticks([Tick])
    }

    /// Ten minutes at one tick a second: with 200 series, about 10 MB.
    package static let tickLimit = 600
    package static let eventLimit = 10_000
    /// How many entries go into one transaction.
    static let batchLimit = 64

    private var manifest: (Manifest, Moment)?
    private var events: [Event] = []
    private var ticks: [Tick] = []
    private var gap: Event.RecordingGap?
    private let origin: String
    /// Why the last write failed; nil while writing works.
    package private(set) var failure: String?

    package init(origin: String) { self.origin = origin }

    package var isEmpty: Bool { manifest == nil && events.isEmpty && ticks.isEmpty }

    // MARK: In

    package mutating func push(_ manifest: Manifest, at moment: Moment) { self.manifest = (manifest, moment) }

    package mutating func push(_ new: [Event]) {
        let room = max(0, RecorderQueue.eventLimit - events.count)
        events += new.prefix(room)
    }

    package mutating func push(_ tick: Tick) {
        ticks.append(tick)
        if ticks.count > RecorderQueue.tickLimit { drop(ticks.removeFirst()) }
    }

    private mutating func drop(_ tick: Tick) {
        let reason = failure ?? "more ticks than could be written"
        gap = Event.RecordingGap(
            from: min(gap?.from ?? tick.at.utc, tick.at.utc), to: max(gap?.to ?? tick.at.utc, tick.at.utc),
            ticks: (gap?.ticks ?? 0) + 1, reason: gap?.reason ?? reason)
    }

    /// The journal is a new one, or one that was written by others meanwhile: it is told first what is shown, what stands,
    /// and why it begins here. What waits follows.
    package mutating func beginAnew(
        manifest: (Manifest, Moment)?, standing: [Event], because reason: String, since: Timestamp, at moment: Moment
    ) {
        self.manifest = self.manifest ?? manifest
        let gap = Event.RecordingGap(from: since, to: moment.utc, ticks: 0, reason: reason)
        events = standing + [Event(origin: origin, at: moment, body: .recordingGap(gap))] + events
    }

    // MARK: Out

    /// What to write next: the manifest first, since ticks are rounded by its units; events before ticks.
    package var next: Batch? {
        if let (manifest, moment) = manifest { return .manifest(manifest, moment) }
        if !events.isEmpty { return .events(Array(events.prefix(RecorderQueue.batchLimit))) }
        if !ticks.isEmpty { return .ticks(Array(ticks.prefix(RecorderQueue.batchLimit))) }
        return nil
    }

    /// The batch that ``next`` named is on the disk.
    package mutating func wrote(_ batch: Batch, at moment: Moment) {
        failure = nil
        switch batch {
        case .manifest: manifest = nil
        case .events(let written): events.removeFirst(written.count)
        case .ticks(let written): ticks.removeFirst(written.count)
        }
        if let gap {
            events.append(Event(origin: origin, at: moment, body: .recordingGap(gap)))
            self.gap = nil
        }
    }

    /// The batch that ``next`` named could not be written, and waits on.
    package mutating func failed(_ reason: String) { failure = reason }
}
