import Launch
import Synchronization
import Watch
import Wire

/// A clock that moves only when it is told to.
final class ManualClock: Clock {
    private let moment: Mutex<Moment>

    init(utc: Int64 = 1_773_320_400, uptime: Milliseconds = .seconds(1000)) {
        moment = Mutex(Moment(utc: Timestamp(seconds: utc), uptime: uptime, boot: BootID(rawValue: 1)))
    }

    func now() -> Moment { moment.withLock { $0 } }

    func advance(_ span: Milliseconds) { moment.withLock { $0 = $0.advanced(by: span) } }

    func stepWallClock(_ span: Milliseconds) { moment.withLock { $0.utc = $0.utc + span } }
}

/// A prober that answers from a script and moves the clock by what each answer took.
actor ScriptedProber: Prober {
    struct Refusal: Error, CustomStringConvertible { var description: String }

    enum Answer: Sendable {
        case findings([Finding], took: Milliseconds = 5)
        case failure(String, took: Milliseconds = 5)
    }

    private var answers: [Answer]
    private let clock: ManualClock
    private(set) var deadlines: [Duration] = []
    private(set) var closed = false

    init(_ answers: [Answer], clock: ManualClock) {
        self.answers = answers
        self.clock = clock
    }

    func look(deadline: Duration) async throws -> [Finding] {
        deadlines.append(deadline)
        switch answers.isEmpty ? .failure("the script is over") : answers.removeFirst() {
        case .findings(let findings, let took):
            clock.advance(took)
            return findings
        case .failure(let reason, let took):
            clock.advance(took)
            throw Refusal(description: reason)
        }
    }

    func close() async { closed = true }
}

/// A recorder that remembers what it was told.
actor MemoryRecorder: Recorder {
    private(set) var manifests: [Manifest] = []
    private(set) var ticks: [Tick] = []
    private(set) var events: [Event.Body] = []
    private(set) var beats: [Moment] = []

    func record(_ manifest: Manifest, at moment: Moment) async { manifests.append(manifest) }
    func record(_ tick: Tick) async { ticks.append(tick) }
    func append(_ events: [Event.Body], at moment: Moment) async { self.events += events }
    func beat(at moment: Moment) async { beats.append(moment) }
}

/// Collects what a poller publishes.
final class Published: Sendable {
    private let state = Mutex<[(readings: [Reading], at: Moment)]>([])

    func take(_ readings: [Reading], at moment: Moment) { state.withLock { $0.append((readings, moment)) } }

    var all: [(readings: [Reading], at: Moment)] { state.withLock { $0 } }

    var measurements: [SeriesID: Measurement] {
        Dictionary(all.flatMap(\.readings).map { ($0.series, $0.measurement) }, uniquingKeysWith: { $1 })
    }
}
