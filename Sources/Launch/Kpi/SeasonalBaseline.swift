/// What a figure of the business usually is at this hour of this weekday, and how far it is from that now.
///
/// Revenue has a rhythm of hours and weekdays: a Sunday is no outage. So an hour is compared with the same hour of the same
/// weekday in earlier weeks, and with nothing else; a holiday is compared with nothing, and nothing with it. The middle is their median and the spread their median absolute
/// deviation (MAD), which one odd week (a holiday, an outage) does not move; 1.4826 × MAD is the standard deviation of a
/// normal distribution (Rousseeuw and Croux, 1993).
package struct SeasonalBaseline: Hashable, Sendable {
    /// One figure of the past: the hour that it belongs to, and what it was.
    package struct Sample: Hashable, Sendable {
        package var at: Timestamp
        package var value: Double

        package init(at: Timestamp, value: Double) {
            self.at = at
            self.value = value
        }
    }

    /// What is said of a figure.
    package enum Judgement: Hashable, Sendable {
        /// As it usually is.
        case usual(Expectation)
        /// So far below what it usually is that chance does not explain it.
        case low(Expectation)
        /// The same above it.
        case high(Expectation)
        /// Not judged: outside business hours, or too few weeks are known.
        case unjudged(Reason)
    }

    package enum Reason: Hashable, Sendable {
        case outsideHours
        /// Today is one.
        case holiday(String)
        /// How many weeks are known, of how many that are needed.
        case tooLittlePast(weeks: Int, needed: Int)
    }

    /// What the past weeks say of this hour.
    package struct Expectation: Hashable, Sendable {
        package var median: Double
        /// The standard deviation that the spread of the weeks amounts to.
        package var spread: Double
        package var weeks: Int
        /// How many spreads the figure lies from the median; negative: below.
        package var deviations: Double
    }

    package var zone: Zone
    /// Only these hours are judged; nil: all.
    package var hours: LaunchWindow?
    /// Days that are like no other of their weekday.
    package var holidays: [LaunchHoliday]
    /// How many earlier weeks are looked at.
    package var weeks: Int
    /// With fewer of them nothing is said.
    package var leastWeeks: Int
    /// From how many spreads on a figure is unusual.
    package var limit: Double
    /// The spread is taken to be at least this share of the median: four weeks that happen to be alike would else make
    /// every peso a deviation.
    package var leastSpread: Double

    package init(
        zone: Zone, hours: LaunchWindow? = nil, holidays: [LaunchHoliday] = [], weeks: Int = 6, leastWeeks: Int = 3,
        limit: Double = 3.5,
        leastSpread: Double = 0.1
    ) {
        self.zone = zone
        self.hours = hours
        self.holidays = holidays
        self.weeks = weeks
        self.leastWeeks = leastWeeks
        self.limit = limit
        self.leastSpread = leastSpread
    }

    /// Judges what a figure is now.
    ///
    /// - Parameter past: figures of earlier weeks, several an hour or one; those of other hours are passed over.
    package func judge(_ value: Double, at time: Timestamp, past: some Sequence<Sample>) -> Judgement {
        if let hours, !hours.contains(zone.civil(time)) { return .unjudged(.outsideHours) }
        if let today = holidays.holiday(on: zone.civil(time)) { return .unjudged(.holiday(today.name)) }
        let values = sameHours(as: time, past: past)
        guard values.count >= leastWeeks, value.isFinite else {
            return .unjudged(.tooLittlePast(weeks: values.count, needed: leastWeeks))
        }
        let median = Self.median(values)
        let deviation = Self.median(values.map { abs($0 - median) })
        let spread = max(1.4826 * deviation, abs(median) * leastSpread)
        let expectation = Expectation(
            median: median, spread: spread, weeks: values.count,
            deviations: spread > 0
                ? (value - median) / spread : value == median ? 0 : value > median ? .infinity : -.infinity)
        if expectation.deviations < -limit { return .low(expectation) }
        return expectation.deviations > limit ? .high(expectation) : .usual(expectation)
    }

    /// One figure a week: the median of what was read within half an hour of the same local time, that many weeks ago. By
    /// local time, so that a change of the clocks shifts nobody's lunch hour.
    private func sameHours(as time: Timestamp, past: some Sequence<Sample>) -> [Double] {
        let local = time.seconds + Int64(zone.offset(at: time))
        var byWeek = [[Double]](repeating: [], count: weeks + 1)
        for sample in past where sample.value.isFinite && sample.at < time {
            let ago = local - sample.at.seconds - Int64(zone.offset(at: sample.at))
            let week = (ago + Self.week / 2).flooredDivision(by: Self.week)
            guard week >= 1, week <= Int64(weeks), abs(ago - week * Self.week) <= 1800,
                holidays.holiday(on: zone.civil(sample.at)) == nil
            else { continue }
            byWeek[Int(week)].append(sample.value)
        }
        return byWeek.filter { !$0.isEmpty }.map(Self.median)
    }

    private static let week: Int64 = 7 * 86_400

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
