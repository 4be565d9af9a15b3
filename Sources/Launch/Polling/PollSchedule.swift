/// When one poller looks next: a grid of slots one interval apart, shifted by the poller's own phase, without overlap.
///
/// States: *waiting* for `due`, or *looking* since `started`. A slot that passes while a look is still under way, or
/// while a failing target is left alone, is a missed slot: counted and recorded, never caught up with a burst.
package struct PollSchedule: Hashable, Sendable {
    package private(set) var interval: Milliseconds
    /// Where in the interval this poller's slots lie, so that a thousand pollers do not look at the same instant.
    package let phase: Milliseconds
    package let retry: Probe.Retry
    /// Failed looks since the last good one.
    package private(set) var failures = 0
    /// The slot that comes next, by the monotonic clock.
    package private(set) var due: Milliseconds

    package init(
        interval: Milliseconds, phase: Milliseconds = 0, retry: Probe.Retry = Probe.Retry(), now: Milliseconds
    ) {
        self.interval = max(interval, 1)
        self.phase = phase
        self.retry = retry
        due = now
        due = slot(after: now - 1)
        // A certificate that is looked at every five minutes is not unknown for the first of them.
        if due - now > PollSchedule.patience { due = now + Milliseconds(phase.count % PollSchedule.patience.count) }
    }

    /// How long after the start the first look may come.
    private static let patience: Milliseconds = 1000

    /// What a finished look means for the slots that it overran.
    package struct Outcome: Hashable, Sendable {
        /// Slots that passed unused.
        package var missed: Int
    }

    /// From the next slot on, looks are so far apart.
    package mutating func pace(_ interval: Milliseconds) { self.interval = max(interval, 1) }

    /// A look ended at `now`: moves `due` on and tells how many slots were missed meanwhile.
    package mutating func finished(ok: Bool, at now: Milliseconds) -> Outcome {
        failures = ok ? 0 : failures + 1
        let next = slot(after: max(now, due) + pause)
        let missed = max(0, Int((next - due).count / interval.count) - 1)
        due = next
        return Outcome(missed: missed)
    }

    /// How much longer than to the next slot a failing target is left alone.
    ///
    /// The pause doubles with each failure. It stays within one interval whatever the config says: with the way to the
    /// next slot and an interval for each of the two looks that is four, so that what is known of a broken target is
    /// renewed before it is too old to be called known (``Freshness``).
    private var pause: Milliseconds {
        guard failures > 1 else { return 0 }
        let doublings = min(failures - 2, 20)
        let wanted = Milliseconds(retry.backoff.count << Int64(doublings))
        return min(wanted, retry.backoffLimit, interval)
    }

    /// The pause before attempt `attempt` (1 is the first repetition) within one look.
    package func pause(beforeAttempt attempt: Int) -> Milliseconds {
        min(Milliseconds(retry.backoff.count << Int64(min(max(attempt - 1, 0), 20))), retry.backoffLimit)
    }

    private func slot(after time: Milliseconds) -> Milliseconds {
        let number = (time.count - phase.count).flooredDivision(by: interval.count) + 1
        return Milliseconds(number * interval.count + phase.count)
    }

    /// A phase for the poller called `name`: spread over `window`, the same at every start (FNV-1a of the name).
    package static func phase(of name: String, within window: Milliseconds) -> Milliseconds {
        guard window.count > 0 else { return 0 }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Milliseconds(Int64(hash % UInt64(window.count)))
    }
}
