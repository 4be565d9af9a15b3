import Actions
import Launch
import Synchronization
import Wire

/// A journal in memory.
final class Recording: ActionJournal {
    private let events = Mutex<[ActionEvent]>([])
    private let bodies = Mutex<[Event.Body]>([])

    func tell(_ event: ActionEvent) async { events.withLock { $0.append(event) } }
    func tell(_ body: Event.Body) async { bodies.withLock { $0.append(body) } }

    /// What was told of flags.
    var flagEvents: [FlagEvent] {
        bodies.withLock { $0 }.compactMap { body in if case .flag(let event) = body { event } else { nil } }
    }
    func settle(within limit: Duration) async {}

    var log: ActionLog {
        var log = ActionLog()
        for event in events.withLock({ $0 }) { log.take(event, at: moment(0)) }
        return log
    }

    var record: ActionRecord? { log.records.last }

    /// What was noted on the way.
    var notes: [String] {
        events.withLock { $0 }.compactMap { if case .noted(let note) = $0 { note.text } else { nil } }
    }

    /// `lock done`, `flip failed` … in the order in which they ended.
    var steps: [String] {
        events.withLock { $0 }.compactMap { event in
            if case .stepEnded(let step) = event { "\(step.step) \(step.outcome.rawValue)" } else { nil }
        }
    }
}

func moment(_ milliseconds: Int64) -> Moment {
    Moment(
        utc: Timestamp(milliseconds: 1_800_000_000_000 + milliseconds), uptime: Milliseconds(milliseconds),
        boot: BootID(rawValue: 1))
}

/// A clock that is moved by those who wait on it: a pause of a minute is over at once, and a minute later.
final class PausedClock: Clock {
    private let time = Mutex<Int64>(0)

    func now() -> Moment { moment(time.withLock { $0 }) }

    func move(by span: Milliseconds) { time.withLock { $0 += span.count } }

    func pause(_ span: Milliseconds) async throws {
        try Task.checkCancellation()
        time.withLock { $0 += span.count }
        await Task.yield()
    }
}

let ana = Operator(name: "ana", uid: 1000, host: "bastion")
let luis = Operator(name: "luis", uid: 1001, host: "bastion")

func deployment(edges: [String] = ["edge-1", "edge-2"], _ change: (inout Deployment) -> Void = { _ in }) -> Deployment {
    var deployment = Deployment(
        colours: [ColourPlan(name: "blue", hosts: ["10.0.0.1:80"]), ColourPlan(name: "green", hosts: ["10.0.0.2:80"])],
        edges: edges.map { EdgePlan(name: $0, front: "http://127.0.0.1:1") },
        release: ReleasePlan(command: CommandPlan(words: ["release", "{colour}", "{version}"])),
        gate: GatePlan(healthy: 2, every: 100, deadline: .seconds(5)),
        canary: CanaryPlan(steps: [5, 50], bake: .seconds(30), analysis: AnalysisPlan(samples: 50)),
        watch: WatchPlan(span: .seconds(10), before: .seconds(10)))
    change(&deployment)
    return deployment
}
