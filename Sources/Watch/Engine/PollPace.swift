package import Launch
import Synchronization

/// How often probes look now: as the config says, or more often while the launch is watched more closely.
package final class PollPace: Sendable {
    private let state = Mutex(1)

    package init() {}

    /// How many times as often as usual.
    package var faster: Int {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = max(1, newValue) } }
    }

    package func interval(of probe: Probe) -> Milliseconds {
        CloserWatch.interval(probe.interval, deadline: probe.deadline, faster: faster)
    }
}

/// Follows the launch clock, and says when the closer watch begins and ends.
package final class LaunchWatch: Sendable {
    private let plan: LaunchPlan
    private let log: Mutex<ReadinessLog>

    /// - Parameter log: what the journal holds of the clock.
    package init(_ plan: LaunchPlan, _ log: ReadinessLog) {
        self.plan = plan
        self.log = Mutex(log)
    }

    package func take(_ events: [Event]) {
        for event in events {
            guard case .readiness(let body) = event.body else { continue }
            switch body {
            case .clockHeld, .clockResumed, .clockSet: log.withLock { $0.take(body, at: event.at) }
            default: break
            }
        }
    }

    /// Whether the launch is watched more closely now.
    package func isCloser(at now: Moment) -> Bool {
        LaunchClock(base: plan.at, log.withLock(\.clock), at: now)?.closerWatchLeft(plan.closerWatch) != nil
    }
}
