/// What an edge's helper says of its door at one instant.
package struct EdgeStatus: Hashable, Sendable {
    /// What `current` is.
    package enum Door: Hashable, Sendable {
        case open(Split)
        /// nginx sends everybody to any colour; why.
        case broken(String)
    }

    package var door: Door
    /// The number that the next lock will be above: whoever bears an older one may change nothing.
    package var fence: Int64
    /// The lock, if somebody holds it, expired or not.
    package var lock: EdgeLock?
    package var freeze: EdgeFreeze?
    /// What will happen by itself, unless it is disarmed.
    package var armed: ArmedRevert?
    /// The last revert that happened by itself; kept until the next lock.
    package var fired: FiredRevert?
    /// The edge's wall clock, in seconds since 1970.
    package var clock: Int64
    /// What was noted on the edge for the day when nothing else is there: `schema.current`, `schema.v1.4.0` = `12:15`.
    package var notes: [String: String]

    package init(
        door: Door, fence: Int64, lock: EdgeLock? = nil, freeze: EdgeFreeze? = nil, armed: ArmedRevert? = nil,
        fired: FiredRevert? = nil, clock: Int64, notes: [String: String] = [:]
    ) {
        self.door = door
        self.fence = fence
        self.lock = lock
        self.freeze = freeze
        self.armed = armed
        self.fired = fired
        self.clock = clock
        self.notes = notes
    }

    package var split: Split? { if case .open(let split) = door { split } else { nil } }
}

/// Who may change an edge's traffic now.
package struct EdgeLock: Hashable, Sendable {
    /// `ana@bastion-1`
    package var holder: String
    /// The action that holds it.
    package var action: String
    /// `deploy`, `rollback`, `lock` (taken by hand).
    package var kind: String
    package var reason: String
    /// Seconds until it lapses, by the edge's own clock; negative once it has.
    package var left: Int64

    package init(holder: String, action: String, kind: String, reason: String, left: Int64) {
        self.holder = holder
        self.action = action
        self.kind = kind
        self.reason = reason
        self.left = left
    }

    package var hasLapsed: Bool { left <= 0 }

    /// What a lock that has lapsed begins with where it is told as a text.
    package static let lapsedMark = "lapsed: "
}

/// Deploys are off, by whom and why; a rollback never is.
package struct EdgeFreeze: Hashable, Sendable {
    package var by: String
    /// Seconds since 1970, by the edge's clock.
    package var since: Int64
    package var reason: String

    package init(by: String, since: Int64, reason: String) {
        self.by = by
        self.since = since
        self.reason = reason
    }
}

/// What an edge does by itself if nobody confirms: back to a split, at a time.
package struct ArmedRevert: Hashable, Sendable {
    /// The revert happens only while this is what serves; empty: from whatever the action made the edge serve.
    package var from: String
    package var to: String
    package var action: String
    /// Seconds until it happens.
    package var left: Int64

    package init(from: String, to: String, action: String, left: Int64) {
        self.from = from
        self.to = to
        self.action = action
        self.left = left
    }
}

/// What an edge did by itself because nobody confirmed.
package struct FiredRevert: Hashable, Sendable {
    /// Seconds since 1970, by the edge's clock.
    package var at: Int64
    package var from: String
    package var to: String
    /// The action that had armed it.
    package var action: String

    package init(at: Int64, from: String, to: String, action: String) {
        self.at = at
        self.from = from
        self.to = to
        self.action = action
    }
}

extension FiredRevert: CustomStringConvertible {
    /// `green → blue`
    package var description: String { "\(from) → \(to)" }
}
