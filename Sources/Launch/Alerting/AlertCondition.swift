/// What must hold for an alert to fire. A `*` in the name of a series stands for one part of it: the rule then gives one
/// alert for each series that fits.
package enum AlertCondition: Hashable, Sendable {
    /// A value beyond a bound. One that fires is well again only when the value is back at `clear`: hysteresis.
    case bound(SeriesID, Thresholds.Bound, clear: Double?)
    /// No reading for so long; nil: for five of its intervals.
    case absence(SeriesID, after: Milliseconds?)
    /// A series is judged at least so bad by its own thresholds.
    case verdict(SeriesID, atLeast: Verdict)
    /// How much a value has changed over a span, in its unit, or in per cent of what it was.
    case change(SeriesID, over: Milliseconds, isRelative: Bool, Thresholds.Bound)
    /// The first over the second, times `scale`.
    case ratio(SeriesID, SeriesID, scale: Double, Thresholds.Bound, clear: Double?)
    case burn(BurnRate)
    case anomaly(SeriesID, Anomaly)

    /// The series that it reads, the one that it is about first.
    package var inputs: [SeriesID] {
        switch self {
        case .bound(let id, _, _), .absence(let id, _), .verdict(let id, _), .change(let id, _, _, _),
            .anomaly(let id, _):
            [id]
        case .ratio(let part, let whole, _, _, _): [part, whole]
        case .burn(let rate): rate.inputs
        }
    }

    /// The same with what a `*` stands for in its place.
    func filling(_ value: String) -> AlertCondition {
        func fill(_ id: SeriesID) -> SeriesID { SeriesID(id.name.replacing("*", with: value)) }
        return switch self {
        case .bound(let id, let bound, let clear): .bound(fill(id), bound, clear: clear)
        case .absence(let id, let span): .absence(fill(id), after: span)
        case .verdict(let id, let verdict): .verdict(fill(id), atLeast: verdict)
        case .change(let id, let span, let isRelative, let bound):
            .change(fill(id), over: span, isRelative: isRelative, bound)
        case .ratio(let part, let whole, let scale, let bound, let clear):
            .ratio(fill(part), fill(whole), scale: scale, bound, clear: clear)
        case .burn(let rate): .burn(rate.filling(fill))
        case .anomaly(let id, let anomaly): .anomaly(fill(id), anomaly)
        }
    }

    /// Whether it is that nothing is heard: its value is then how long.
    package var isAbsence: Bool { if case .absence = self { true } else { false } }

    /// The unit of the value that decides, where its series is in `unit`.
    package func valueUnit(_ unit: Unit) -> Unit {
        switch self {
        case .bound, .verdict, .anomaly: unit
        case .absence: .seconds
        case .change(_, _, let isRelative, _): isRelative ? .percent : unit
        case .ratio(_, _, let scale, _, _): scale == 100 ? .percent : .count
        case .burn: .count
        }
    }

    /// The sentence where the rule has none.
    package var standardSummary: SummaryTemplate {
        let text =
            switch self {
            case .bound, .verdict: "{{title}} {{value}} {{bound}}"
            case .absence: "{{title}}: no reading for {{value}}, {{reason}}"
            case .change(_, let span, _, _):
                "{{title}} changed by {{value}} in \(AmountText(.english).span(span.seconds)), {{bound}}"
            case .ratio: "{{title}}: ratio {{value}} {{bound}}"
            case .burn: "{{title}}: the error budget burns {{value}} times too fast, {{reason}}"
            case .anomaly: "{{title}} {{value}}, usual at this hour is {{reason}}"
            }
        // The texts above are well-formed.
        return (try? SummaryTemplate(text)) ?? .plain(text)
    }
}

/// How fast the error budget of an objective is spent, over several pairs of windows (Google, The Site Reliability
/// Workbook, chapter 5: multiwindow, multi-burn-rate alerts).
package struct BurnRate: Hashable, Sendable {
    /// What counts against the budget.
    package enum Bad: Hashable, Sendable {
        /// A series that is the share of bad events: per cent, or 0 to 1.
        case share(SeriesID, weight: SeriesID?)
        /// Every reading beyond a bound: a latency over its limit, a target that is down.
        case beyond(SeriesID, Thresholds.Bound)
    }

    /// Both windows must burn faster than `factor`: the long one says that it matters, the short one that it still goes on.
    package struct Window: Hashable, Sendable {
        package var factor: Double
        package var long: Milliseconds
        package var short: Milliseconds
        package var severity: Severity

        package init(factor: Double, long: Milliseconds, short: Milliseconds, severity: Severity) {
            self.factor = factor
            self.long = long
            self.short = short
            self.severity = severity
        }
    }

    package var bad: Bad
    /// The share that shall be good, in per cent: 99.9.
    package var objective: Double
    package var windows: [Window]

    package init(bad: Bad, objective: Double, windows: [Window] = BurnRate.standardWindows) {
        self.bad = bad
        self.objective = objective
        self.windows = windows
    }

    /// 2 % of a month's budget in an hour, 5 % in six, 10 % in three days.
    package static let standardWindows = [
        Window(factor: 14.4, long: .hours(1), short: .minutes(5), severity: .critical),
        Window(factor: 6, long: .hours(6), short: .minutes(30), severity: .critical),
        Window(factor: 1, long: .days(3), short: .hours(6), severity: .warning),
    ]

    /// The share that may be bad: 0.001 of 99.9.
    package var budget: Double { (100 - objective) / 100 }

    package var longest: Milliseconds { windows.map(\.long).max() ?? .hours(1) }

    package var inputs: [SeriesID] {
        switch bad {
        case .share(let share, let weight): [share] + (weight.map { [$0] } ?? [])
        case .beyond(let id, _): [id]
        }
    }

    func filling(_ fill: (SeriesID) -> SeriesID) -> BurnRate {
        var rate = self
        switch bad {
        case .share(let share, let weight): rate.bad = .share(fill(share), weight: weight.map(fill))
        case .beyond(let id, let bound): rate.bad = .beyond(fill(id), bound)
        }
        return rate
    }
}

/// A value unlike that of the same hour in earlier weeks.
package struct Anomaly: Hashable, Sendable {
    package enum Direction: String, Hashable, Sendable, CaseIterable {
        case below, above, both
    }

    package var direction: Direction
    /// How far from the usual, in per cent of it.
    package var share: Double
    /// And how many times the usual scatter (the median absolute deviation, scaled to a standard deviation).
    package var scatter: Double
    /// How many earlier weeks are asked.
    package var weeks: Int
    /// When it is looked at; nil: always.
    package var hours: LaunchWindow?

    package init(
        direction: Direction = .below, share: Double, scatter: Double = 3, weeks: Int = 4, hours: LaunchWindow? = nil
    ) {
        self.direction = direction
        self.share = share
        self.scatter = scatter
        self.weeks = weeks
        self.hours = hours
    }
}
