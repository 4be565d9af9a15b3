import Synchronization
import Testing

@testable import Rehearsal

@Suite("The scenario runner")
struct ScenarioRunnerTests {
    @Test("it does each deed at its time, and a deed that fails does not stop the others")
    func followsTimeline() async {
        let clock = LeapingClock(end: .seconds(250))
        let done = Mutex<[String]>([])
        let runner = ScenarioRunner(
            scenario: .databaseHang, clock: clock,
            perform: { deed in
                done.withLock { $0.append("\(clock.now.offset.components.seconds) \(deed)") }
                if deed == .hangDatabase { throw ServerError.notRunning(server: "postgres") }
            },
            note: { deed, error in done.withLock { $0.append("noted \(error == nil ? "done" : "failed")") } })
        await runner.run()
        #expect(
            done.withLock { $0 } == [
                "15 PostgreSQL stopped", "noted failed", "55 PostgreSQL goes on", "noted done",
                "135 PostgreSQL stopped", "noted failed",
                "175 PostgreSQL goes on", "noted done",
            ])
    }
}

/// A clock that leaps to whatever is waited for, and ends the wait that passes its end.
private final class LeapingClock: Clock, Sendable {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let time = Mutex(Duration.zero)
    private let end: Duration

    init(end: Duration) { self.end = end }

    var now: Instant { time.withLock { Instant(offset: $0) } }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        guard deadline.offset < end else { throw CancellationError() }
        time.withLock { $0 = max($0, deadline.offset) }
    }
}
