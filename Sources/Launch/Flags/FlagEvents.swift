/// What the journal is told of flags.
package enum FlagEvent: Hashable, Sendable {
    /// A flag is not what it was.
    case changed(Changed)
    /// A ramp begins; its plan does not change any more.
    case rampPlanned(RampPlanned)
    /// A ramp goes a step, waits, holds, or ends.
    case rampTurned(RampTurned)

    package struct Changed: Hashable, Sendable, Codable {
        package enum Source: String, Hashable, Sendable, Codable {
            /// An action of guardia's wrote it, and read it back.
            case guardia
            /// The engine found it changed: by somebody else, or by an action that died before it could tell.
            case found
        }

        package var flag: String
        /// Nil: there was none.
        package var from: FlagGlance?
        /// Nil: it is gone.
        package var to: FlagGlance?
        /// In a few words: `5 % → 25 %`.
        package var words: String
        package var by: String
        package var reason: String
        package var source: Source
        package var action: ActionID?

        package init(
            flag: String, from: FlagGlance?, to: FlagGlance?, words: String, by: String, reason: String = "",
            source: Source, action: ActionID? = nil
        ) {
            self.flag = flag
            self.from = from
            self.to = to
            self.words = words
            self.by = by
            self.reason = reason
            self.source = source
            self.action = action
        }
    }

    package struct RampPlanned: Hashable, Sendable, Codable {
        package var action: ActionID
        package var flag: String
        package var plan: RampPlan

        package init(action: ActionID, flag: String, plan: RampPlan) {
            self.action = action
            self.flag = flag
            self.plan = plan
        }
    }

    package struct RampTurned: Hashable, Sendable, Codable {
        package enum Standing: String, Hashable, Sendable, Codable {
            /// The share is in force, and is watched until its time is over.
            case baking
            /// The time stands still: the guard, or Redis, does not let it go on.
            case holding
            case paused
            /// The guard alerted: the share before is in force again, and nothing goes on by itself.
            case steppedBack = "stepped-back"
            case ended
        }

        package var action: ActionID
        package var flag: String
        package var standing: Standing
        /// How many steps are behind it.
        package var step: Int
        /// The share that is in force, as far as it knows.
        package var share: Rollout
        /// When the next step is due, where nothing holds it up.
        package var due: Timestamp?
        package var reason: String

        package init(
            action: ActionID, flag: String, standing: Standing, step: Int, share: Rollout, due: Timestamp? = nil,
            reason: String = ""
        ) {
            self.action = action
            self.flag = flag
            self.standing = standing
            self.step = step
            self.share = share
            self.due = due
            self.reason = reason
        }
    }

    /// The flag that it is about.
    package var flag: String {
        switch self {
        case .changed(let event): event.flag
        case .rampPlanned(let event): event.flag
        case .rampTurned(let event): event.flag
        }
    }

    var kind: String {
        switch self {
        case .changed: "flag.changed"
        case .rampPlanned: "flag.ramp.planned"
        case .rampTurned: "flag.ramp.turned"
        }
    }

    var payload: any Encodable & Sendable {
        switch self {
        case .changed(let event): event
        case .rampPlanned(let event): event
        case .rampTurned(let event): event
        }
    }
}
