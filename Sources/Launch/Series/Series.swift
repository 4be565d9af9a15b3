/// The name of a series: `probe.measure`, as `api.p95`; a fanned-out one adds the label's value, as `app.p95.AR-C`.
package struct SeriesID: Hashable, Comparable, Sendable, Codable, ExpressibleByStringLiteral, CustomStringConvertible {
    package var name: String

    package init(_ name: String) { self.name = name }
    package init(stringLiteral value: String) { name = value }

    package var description: String { name }

    package static func < (left: SeriesID, right: SeriesID) -> Bool { left.name < right.name }

    package init(from decoder: any Decoder) throws {
        name = try decoder.singleValueContainer().decode(String.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}

/// What a reader must know to show and judge one stream of readings.
package struct Series: Hashable, Sendable, Codable, Identifiable {
    package var id: SeriesID
    /// A few words for people: `API p95`.
    package var title: String
    package var unit: Unit
    /// How often a reading is due; ages are judged against it.
    package var interval: Milliseconds
    /// What makes a value a warning or critical; nil where nothing is judged.
    package var thresholds: Thresholds?
    /// What it means when no reading comes.
    package var absence: Absence
    /// The series that this one is computed from; empty for what a probe reads.
    package var inputs: [SeriesID]

    /// What it means that a series has no reading. Its verdict is unknown either way; the feed tells only what is news.
    package enum Absence: String, Hashable, Sendable, Codable {
        /// It should be there: its absence is told.
        case alarming
        /// Not every installation has it (a replica, a memory bound): told when it was there and is gone.
        case alarmingOnceSeen
        /// It comes and goes with the traffic (a quantile over no requests): not told.
        case normal
    }

    /// Whether the series can be anything but well.
    package var isJudged: Bool { thresholds != nil || unit == .verdict }

    /// Whether it is a probe's own `up`: 1 when the last look brought an answer, 0 when it failed.
    package var tellsWhetherUp: Bool { id.name.hasSuffix(".up") && unit == .count }

    /// What it is about, for a line that goes on with how that is: `MercadoPago`, where `MercadoPago up` and `down` would be a riddle.
    package var subject: String { tellsWhetherUp && title.hasSuffix(" up") ? String(title.dropLast(3)) : title }

    package init(
        id: SeriesID, title: String, unit: Unit, interval: Milliseconds, thresholds: Thresholds? = nil,
        absence: Absence = .alarming, inputs: [SeriesID] = []
    ) {
        self.id = id
        self.title = title
        self.unit = unit
        self.interval = interval
        self.thresholds = thresholds
        self.absence = absence
        self.inputs = inputs
    }
}

/// The bounds that turn a number into a verdict.
package struct Thresholds: Hashable, Sendable, Codable {
    /// One bound: crossing it is the verdict. A value equal to the bound has not crossed it.
    package enum Bound: Hashable, Sendable, Codable {
        case above(Double)
        case below(Double)

        package func isCrossed(by value: Double) -> Bool {
            switch self {
            case .above(let limit): value > limit
            case .below(let limit): value < limit
            }
        }

        package var limit: Double {
            switch self {
            case .above(let limit), .below(let limit): limit
            }
        }
    }

    /// How many decimals a bound has, at most three: 99.95 is not to be read as 100.
    package static func decimals(of limit: Double) -> Int {
        (0..<3).first { Self.rounded(limit, $0) == limit } ?? 3
    }

    /// A value as it is written beside a bound, and with how many decimals, from one to three: never so that it reads as the
    /// bound itself, which it crossed or did not. One nearer than the last decimal is written as that decimal away.
    package static func told(_ value: Double, beside limit: Double) -> (value: Double, decimals: Int) {
        guard value != limit else { return (value, 1) }
        if let decimals = (1...3).first(where: { rounded(value, $0) != rounded(limit, $0) }) {
            return (value, decimals)
        }
        return (rounded(limit, 3) + (value < limit ? -0.001 : 0.001), 3)
    }

    private static func rounded(_ value: Double, _ decimals: Int) -> Double {
        let scale: Double = [1, 10, 100, 1000][decimals]
        return (value * scale).rounded() / scale
    }

    package var warning: Bound?
    package var critical: Bound?

    package init(warning: Bound? = nil, critical: Bound? = nil) {
        self.warning = warning
        self.critical = critical
    }

    /// The verdict of a value; a number that is none (NaN) is unknown, never ok.
    package func verdict(of value: Double) -> Verdict {
        if value.isNaN { return .unknown }
        if let critical, critical.isCrossed(by: value) { return .critical }
        if let warning, warning.isCrossed(by: value) { return .warning }
        return .ok
    }
}
