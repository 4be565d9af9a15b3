/// What was said of the launch clock: a fold of holds, resumptions and new times.
package struct ClockLog: Hashable, Sendable {
    /// T−0 in the config when these were said; another makes them void.
    package private(set) var base: Timestamp?
    /// T−0 as a person set it since.
    package private(set) var set: Timestamp?
    /// How long the clock has stood still, all holds that are over together.
    package private(set) var shift: Milliseconds = 0
    package private(set) var held: Hold?

    package struct Hold: Hashable, Sendable {
        package var body: ReadinessEvent.ClockHeld
        package var at: Moment
    }

    package init() {}

    private mutating func begin(_ base: Timestamp) {
        guard base != self.base else { return }
        self = ClockLog()
        self.base = base
    }

    mutating func take(_ body: ReadinessEvent.ClockHeld, at moment: Moment) {
        begin(body.base)
        if held == nil { held = Hold(body: body, at: moment) }
    }

    mutating func take(_ body: ReadinessEvent.ClockResumed, at moment: Moment) {
        begin(body.base)
        guard let hold = held else { return }
        shift = shift + hold.at.age(at: moment)
        held = nil
    }

    mutating func take(_ body: ReadinessEvent.ClockSet, at moment: Moment) {
        begin(body.base)
        set = body.to
        shift = 0
        // A clock that stands goes on standing, from the new time on.
        if let hold = held { held = Hold(body: hold.body, at: moment) }
    }
}

/// The launch clock at one instant: T− and T+, and the hold that it stands in.
package struct LaunchClock: Hashable, Sendable {
    /// T−0; while the clock stands, as if it went on now.
    package let zero: Timestamp
    /// How long after T−0 it is; negative: how long is left.
    package let since: Milliseconds
    package let held: ClockLog.Hold?
    /// How long it has stood in this hold.
    package let heldFor: Milliseconds?

    /// - Parameters:
    ///   - base: T−0 as the config has it; nil: the launch has no clock.
    package init?(base: Timestamp?, _ log: ClockLog, at now: Moment) {
        guard let base else { return nil }
        let isOurs = log.base == base
        let planned = (isOurs ? log.set : nil).map { $0 } ?? base
        let standing = planned + (isOurs ? log.shift : 0)
        held = isOurs ? log.held : nil
        heldFor = held.map { $0.at.age(at: now) }
        zero = standing + (heldFor ?? 0)
        // By the second that the time of day beside it shows; while it stands, by the one at which it stopped.
        since = Timestamp(seconds: (held?.at ?? now).utc.seconds) - standing
    }

    package var isBefore: Bool { since.count < 0 }

    /// How much of the closer watch after the launch is left; nil: there is none now.
    package func closerWatchLeft(_ watch: CloserWatch?) -> Milliseconds? {
        guard let watch, held == nil, since.count >= 0, since < watch.span else { return nil }
        return watch.span - since
    }
}

/// The time after a launch in which it is watched more closely: probes look more often, and hours of quiet do not hold pages
/// back.
package struct CloserWatch: Hashable, Sendable, Codable {
    package var span: Milliseconds
    /// How many times as often probes look.
    package var faster: Int

    package init(span: Milliseconds = .hours(48), faster: Int = 2) {
        self.span = span
        self.faster = max(1, faster)
    }

    /// How often a probe looks now. Never so often that a look could not end in time, and at most once a second.
    package static func interval(_ usual: Milliseconds, deadline: Milliseconds, faster: Int) -> Milliseconds {
        guard faster > 1 else { return usual }
        return min(usual, max(Milliseconds(usual.count / Int64(faster)), deadline, 1000))
    }
}
