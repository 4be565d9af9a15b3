/// What a reading means for the launch. Ordered by what an operator looks at first: `worst` of several is their maximum.
///
/// `unknown` is never green: it ranks above `ok`, below what is known to be wrong (as Nagios' plugins rank it).
package enum Verdict: UInt8, Hashable, Comparable, Sendable, Codable, CaseIterable {
    case ok = 0
    case unknown = 1
    case warning = 2
    case critical = 3

    package static func < (left: Verdict, right: Verdict) -> Bool { left.rawValue < right.rawValue }

    /// The worst of several verdicts; of none, `unknown`: nothing was checked.
    package static func worst(_ verdicts: some Sequence<Verdict>) -> Verdict { verdicts.max() ?? .unknown }

    /// The number of a verdict series: Nagios' exit codes (0 ok, 1 warning, 2 critical, 3 unknown).
    package var nagiosCode: Int {
        switch self {
        case .ok: 0
        case .warning: 1
        case .critical: 2
        case .unknown: 3
        }
    }

    /// The verdict of a Nagios exit code; anything else is `unknown`.
    package init(nagiosCode: Int) {
        switch nagiosCode {
        case 0: self = .ok
        case 1: self = .warning
        case 2: self = .critical
        default: self = .unknown
        }
    }
}

/// How old a value is against its own interval (contract C2).
package enum Freshness: Hashable, Sendable {
    /// Younger than twice the interval.
    case fresh
    /// Older than twice the interval: shown dim.
    case stale
    /// Older than five times the interval: shown as `LAST KNOWN hh:mm:ss`, its verdict is unknown.
    case lastKnown
    /// No value has ever come.
    case never

    package init(age: Milliseconds, interval: Milliseconds) {
        if age > interval * 5 {
            self = .lastKnown
        } else if age > interval * 2 {
            self = .stale
        } else {
            self = .fresh
        }
    }
}
