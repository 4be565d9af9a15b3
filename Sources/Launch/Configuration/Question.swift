/// A named number that a user's own query, command or expression brings.
package struct Question: Hashable, Sendable {
    /// The measure's name: the series is `probe.name`.
    package var name: String
    /// SQL, a Redis command or PromQL.
    package var text: String
    package var unit: Unit
    /// The column of an SQL answer that holds the number; nil: the answer has no other.
    package var column: String?
    /// One series for each value of a label: the query brings a row, or a sample, for each.
    package var by: FanOut?
    /// A rate over fewer events than this says nothing; nil: over however few.
    package var few: Double?
    /// A command or an expression that brings the number of events; SQL brings it in the column ``eventsColumn``.
    package var count: String?
    /// For how many weeks back it is asked, too; 0: for none. One week brings `probe.name.week`; from three on it also
    /// brings what the figure usually is at this hour, `probe.name.usual`, and how far it is from that,
    /// `probe.name.deviation`.
    package var weeks: Int
    /// The hours in which a deviation is judged; nil: all.
    package var hours: LaunchWindow?

    /// The column in which SQL brings the number of events that the number stands on.
    package static let eventsColumn = "events"
    /// How often each week is asked for: it does not change, only the hour goes on.
    package static let weekInterval: Milliseconds = .minutes(5)
    /// With fewer weeks nothing is called usual.
    package static let leastWeeks = 3

    package init(
        name: String, text: String, unit: Unit, column: String? = nil, by: FanOut? = nil, few: Double? = nil,
        count: String? = nil, weeks: Int = 0, hours: LaunchWindow? = nil
    ) {
        self.name = name
        self.text = text
        self.unit = unit
        self.column = column
        self.by = by
        self.few = few
        self.count = count
        self.weeks = weeks
        self.hours = hours
    }

    /// The measure of the events that the number stands on.
    package var events: String { "\(name).events" }
    /// The measure of the number a week ago.
    package var weekAgo: String { "\(name).week" }
    /// The measure of what the number usually is.
    package var usual: String { "\(name).usual" }
    /// The measure of how many spreads the number lies from that.
    package var deviation: String { "\(name).deviation" }

    /// What it brings at each look.
    package var measures: [Measure] {
        // Rates over nobody and regions without visitors are no alarm.
        let absence: Series.Absence = by == nil && few == nil ? .alarming : .normal
        var measures: [Measure] = []
        if let by {
            measures += by.measures(of: name, unit, absence: absence)
            measures += by.hasElsewhere ? [by.elsewhereNames(of: name)] : []
        } else {
            measures.append(Measure(name, name, unit, absence: absence))
        }
        if few != nil {
            measures +=
                by?.measures(of: events, .count, absence: .normal)
                ?? [Measure(events, "\(name) events", .count, absence: .normal)]
        }
        if weeks > 0 {
            measures.append(
                Measure(weekAgo, "\(name) a week ago", unit, interval: Question.weekInterval, absence: .normal))
        }
        if weeks >= Question.leastWeeks {
            measures.append(Measure(usual, "\(name) as usual", unit, interval: Question.weekInterval, absence: .normal))
            measures.append(
                Measure(
                    deviation, "\(name) against usual", .count, thresholds: Thresholds(warning: .below(-3.5)),
                    absence: .normal))
        }
        return measures
    }
}

/// One series for each value of a label.
package struct FanOut: Hashable, Sendable {
    package var label: String
    package var values: [String]
    /// The values are the provinces of Argentina: a label may name one in any usual way, and what names none is gathered
    /// as elsewhere instead of being lost.
    package var isArgentina: Bool

    package init(label: String, values: [String], isArgentina: Bool = false) {
        self.label = label
        self.values = values
        self.isArgentina = isArgentina
    }

    package var hasElsewhere: Bool { isArgentina }

    /// The value that a label's text means; nil: it is none of ours.
    package func value(meantBy text: String) -> String? {
        if values.contains(text) { return text }
        guard isArgentina, let iso = Province.meant(by: text)?.iso else { return nil }
        return values.contains(iso) ? iso : nil
    }

    /// The measures that a figure becomes.
    func measures(of name: String, _ unit: Unit, absence: Series.Absence) -> [Measure] {
        var measures = values.map { Measure("\(name).\($0)", "\(name) \($0)", unit, absence: absence) }
        if hasElsewhere {
            measures.append(Measure("\(name).\(Province.elsewhere)", "\(name) elsewhere", unit, absence: .normal))
        }
        return measures
    }

    /// Text: what those call themselves whose label is none of ours.
    func elsewhereNames(of name: String) -> Measure {
        Measure(FanOut.elsewhereNames(of: name), "\(name) elsewhere names", .text, absence: .normal)
    }

    package static func elsewhereNames(of name: String) -> String { "\(name).\(Province.elsewhere)_names" }
}
