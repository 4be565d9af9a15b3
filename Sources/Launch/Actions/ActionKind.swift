/// What can be done to a launch, by name; the raw value is the command's and the journal's word.
package enum ActionKind: String, Hashable, Sendable, Codable, CaseIterable {
    case deploy
    case rollback
    /// Goes on: the next canary step now, a paused or interrupted deploy, or the confirmation of a promotion.
    case promote
    case pause
    /// Ends a deploy and takes the traffic back to the colour that served before.
    case abort
    case takeLock = "lock-take"
    case releaseLock = "lock-release"
    case freeze
    case thaw
    case approve
    /// Brings an edge that was out of reach to what a rollback decided meanwhile; the engine alone does it.
    case mend
    // MARK: Backups and drills
    case backup
    /// Tries on purpose what must not surprise: a restore, lost connections, a Redis that restarts, a host that is gone.
    case drill
    /// Removes the backups that the retention policy no longer keeps.
    case prune = "backup-prune"

    // MARK: Flags
    /// Changes who has a feature; grave where ``FlagChange/risk`` says so.
    case flagSet = "flag-set"
    /// The kill switch: nobody has the feature any more.
    case flagOff = "flag-off"
    /// Lets a flag's share grow by itself, step by step.
    case flagRamp = "flag-ramp"

    // MARK: Alerts
    /// Takes an alert, or gives it back.
    case ack
    /// Keeps alerts quiet, or ends that.
    case silence
    /// Tells people, or tells more of them, by hand.
    case escalate

    // MARK: Operations
    /// Ticks an item of the launch's checklist, or takes the tick back.
    case checklist
    // MARK: Readiness
    /// Says that a station of the poll is go, or holds it.
    case readiness
    /// Lets a station pass that is not go.
    case waive
    /// Asks the team whether they stand by.
    case rollCall = "rollcall"
    /// Holds the launch clock, or lets it go on.
    case clock

    /// What it is called where people read; the raw value is for commands and the journal.
    package var title: String {
        switch self {
        case .takeLock: "take lock"
        case .releaseLock: "release lock"
        case .prune: "prune backups"
        case .flagSet: "set flag"
        case .flagOff: "flag off"
        case .flagRamp: "ramp flag"
        case .rollCall: "roll-call"
        default: rawValue
        }
    }

    /// Whether it is about the poll, who stands by, or the clock: what it does is a word in the journal.
    package var isAboutReadiness: Bool { [.readiness, .waive, .rollCall, .clock].contains(self) }

    /// Whether it is about who serves.
    package var movesTraffic: Bool { self == .deploy || self == .rollback }

    /// Whether it looks after backups or drills: nothing of it is finished or undone by hand, the next run clears up.
    package var clearsUpItself: Bool { [.backup, .drill, .prune].contains(self) }

    /// Whether it is about alerts and who is told of them: it moves nothing that serves.
    package var isAboutAlerts: Bool { self == .ack || self == .silence || self == .escalate }
    /// Whether it is about a feature flag.
    package var isAboutFlag: Bool { self == .flagSet || self == .flagOff || self == .flagRamp }

    /// Whether it only asks something of a deploy that runs.
    package var isSteering: Bool {
        switch self {
        case .promote, .pause, .abort, .approve: true
        default: false
        }
    }

    /// How much an action may break. It has no default: an action without one does not compile.
    package var risk: Risk {
        switch self {
        case .deploy, .rollback, .promote, .takeLock, .flagRamp: .grave
        case .pause, .abort, .releaseLock, .freeze, .thaw, .approve, .mend, .flagOff: .routine
        // Of itself; ``FlagChange/risk`` says of which share it is grave.
        case .flagSet: .routine
        case .drill, .prune: .grave
        case .backup: .routine
        case .ack, .checklist: .routine
        case .waive: .grave
        case .readiness, .rollCall, .clock: .routine
        // Of itself; ``Silence/risk(for:)`` says of which span it is grave.
        case .silence: .routine
        // Only to the first step of a policy is it routine: nobody who need not be is woken.
        case .escalate: .grave
        }
    }
}

/// How an action is confirmed: a grave one by typing its target, a routine one by a plain yes.
package enum Risk: String, Hashable, Sendable, Codable {
    case routine
    case grave
}

/// Names one run of an action: kind, UTC and a random end, as `deploy-20261126T235501Z-3f9a`. It sorts by time.
package struct ActionID: Hashable, Sendable, Codable, CustomStringConvertible {
    package var text: String

    package init(_ text: String) { self.text = text }

    package init(_ kind: ActionKind, at time: Timestamp, random: UInt16) {
        text = "\(kind.rawValue)-\(Self.stamp(time))-\(Self.hexadecimal(random))"
    }

    /// `20261126T235501Z`
    static func stamp(_ time: Timestamp) -> String {
        let civil = Zone.utc.civil(time)
        func digits(_ number: Int, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        return "\(digits(civil.year, 4))\(digits(civil.month, 2))\(digits(civil.day, 2))"
            + "T\(digits(civil.hour, 2))\(digits(civil.minute, 2))\(digits(civil.second, 2))Z"
    }

    /// Four digits.
    static func hexadecimal(_ number: UInt16) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: max(0, 4 - text.count)) + text
    }

    package var description: String { text }

    package init(from decoder: any Decoder) throws { text = try decoder.singleValueContainer().decode(String.self) }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// Who acts: the Unix user behind sudo and SSH.
package struct Operator: Hashable, Sendable, Codable {
    /// The login name.
    package var name: String
    package var uid: UInt32
    /// The machine that the action ran on.
    package var host: String
    /// The address that the SSH session came from, as the session tells it; nil: no SSH.
    package var client: String?

    package init(name: String, uid: UInt32, host: String, client: String? = nil) {
        self.name = name
        self.uid = uid
        self.host = host
        self.client = client
    }

    /// `ana@bastion-1`
    package var signature: String { "\(name)@\(host)" }
}
