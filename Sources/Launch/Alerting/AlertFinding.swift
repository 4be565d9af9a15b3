/// What a condition is found to be now.
package enum AlertFinding: Hashable, Sendable {
    /// It holds. The severity is the one that the condition itself says, where the rule leaves it to it.
    case met(Met)
    case clear(value: Double?)
    /// It cannot be told: that is neither a reason to fire nor one to resolve.
    case unknown(String)

    package struct Met: Hashable, Sendable {
        package var value: Double?
        package var bound: Thresholds.Bound?
        package var severity: Severity
        package var reason: String?

        package init(
            _ value: Double?, _ bound: Thresholds.Bound? = nil, severity: Severity = .warning, reason: String? = nil
        ) {
            self.value = value
            self.bound = bound
            self.severity = severity
            self.reason = reason
        }
    }
}

/// What is known of one series, for the rules that read it.
struct SeriesKnowledge: Sendable {
    let series: Series
    var value: Measurement?
    var valueAt: Moment?
    /// Why the last look brought nothing.
    var miss: String?
    /// Why the value is what it is.
    var reason: String?
    /// Since when a series that never answers counts as silent.
    var started: Moment

    func isKnown(at now: Moment) -> Bool {
        guard value != nil, let valueAt else { return false }
        return Freshness(age: valueAt.age(at: now), interval: series.interval) != .lastKnown
    }

    /// From when on what it says is not known any more.
    var knownUntil: Moment { valueAt?.advanced(by: series.interval * 5) ?? started }

    /// Its number; nil where it has none now.
    func number(at now: Moment) -> Double? {
        guard isKnown(at: now), case .number(let number)? = value, !number.isNaN else { return nil }
        return number
    }

    /// How long nothing has been heard of it. A restart is no silence of the series: it counts from the start.
    func silence(at now: Moment) -> Milliseconds {
        let quiet = valueAt?.age(at: now) ?? .max
        return min(quiet, started.age(at: now))
    }

    func trouble(at now: Moment) -> String {
        if let miss { return miss }
        if value == nil { return "never read" }
        return isKnown(at: now) ? "not a number" : "no reading for \((valueAt?.age(at: now).count ?? 0) / 1000) s"
    }
}

extension Milliseconds {
    fileprivate static var max: Milliseconds { Milliseconds(.max) }
}
