/// What one look at the world brought.
package enum Measurement: Hashable, Sendable {
    case number(Double)
    /// A text; of a series of numbers, a word in place of the number, which is then not judged.
    case text(String)
    /// The look failed or did not happen: why, in words for the operator.
    case missed(String)

    /// A rate or a percentile over so few events that it says nothing.
    package static func tooFew(_ events: Double) -> Measurement {
        .text("too few (\(Int(max(0, min(events, 1e15)).rounded(.down))))")
    }
}

/// One measurement of one series.
package struct Reading: Hashable, Sendable {
    package var series: SeriesID
    package var measurement: Measurement
    /// Why the value is what it is, where it does not say so itself (`up` 0). It goes into the feed, not into the recording.
    package var reason: String?

    package init(_ series: SeriesID, _ measurement: Measurement, because reason: String? = nil) {
        self.series = series
        self.measurement = measurement
        self.reason = reason
    }
}

/// The readings that were taken together, and when: the unit in which the journal records and the board moves on.
///
/// A tick bears the time of its earliest reading, so that no value ever looks younger than it is.
package struct Tick: Hashable, Sendable {
    package var at: Moment
    package var readings: [Reading]

    package init(at: Moment, readings: [Reading]) {
        self.at = at
        self.readings = readings
    }
}
