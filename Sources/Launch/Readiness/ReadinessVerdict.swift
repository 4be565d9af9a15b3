/// What a station answers in the poll. Ordered by what decides: the worst of several is their maximum.
///
/// Unknown is never go: it outranks a hold, because a person who holds knows why, and nobody knows what stale data hides.
package enum ReadinessVerdict: UInt8, Hashable, Comparable, Sendable, Codable, CaseIterable {
    case go = 0
    /// A person holds it, or a person has still to say something.
    case hold = 1
    /// What it stands on is stale, missing, or the engine is silent.
    case unknown = 2
    case noGo = 3

    package static func < (left: ReadinessVerdict, right: ReadinessVerdict) -> Bool { left.rawValue < right.rawValue }

    /// The worst of several; of none, unknown: nothing was polled.
    package static func worst(_ verdicts: some Sequence<ReadinessVerdict>) -> ReadinessVerdict {
        verdicts.max() ?? .unknown
    }

    /// The word that flight directors use, and scripts read.
    package var word: String {
        switch self {
        case .go: "GO"
        case .hold: "HOLD"
        case .unknown: "UNKNOWN"
        case .noGo: "NO-GO"
        }
    }

    /// What `guardia readiness` exits with: 0 only on GO.
    package var exitCode: Int32 {
        switch self {
        case .go: 0
        case .noGo: 1
        case .hold: 3
        case .unknown: 4
        }
    }

    /// A verdict of a series or a station of the security page: what is only a warning waits for a person.
    package init(_ verdict: Verdict) {
        switch verdict {
        case .ok: self = .go
        case .warning: self = .hold
        case .unknown: self = .unknown
        case .critical: self = .noGo
        }
    }
}
