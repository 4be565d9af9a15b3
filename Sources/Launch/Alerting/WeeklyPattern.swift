/// What is usual of a series at an hour of the week: the median of that hour in earlier weeks, and how far they scatter.
package struct WeeklyPattern: Sendable {
    package struct Usual: Hashable, Sendable {
        package var median: Double
        /// The median absolute deviation, scaled by 1.4826 to be a standard deviation where the scatter is normal.
        package var scatter: Double
        /// How many weeks are known.
        package var weeks: Int
    }

    /// With fewer earlier weeks nothing is usual yet.
    package static let fewestWeeks = 2
    private static let hoursOfWeek: Int64 = 168

    private let zone: Zone
    private let holidays: [LaunchHoliday]
    private let weeks: Int
    private var hours: [Int64: (sum: Double, count: Int)] = [:]

    /// - Parameter holidays: days that say nothing of others.
    package init(zone: Zone, holidays: [LaunchHoliday] = [], weeks: Int) {
        self.zone = zone
        self.holidays = holidays
        self.weeks = weeks
    }

    package mutating func take(_ value: Double, at time: Timestamp) {
        let hour = hour(of: time)
        if hours[hour] == nil { hours = hours.filter { hour - $0.key <= Int64(weeks) * WeeklyPattern.hoursOfWeek } }
        let known = hours[hour] ?? (0, 0)
        hours[hour] = (known.sum + value, known.count + 1)
    }

    /// What is usual at a time; nil where too few weeks are known.
    package func usual(at time: Timestamp) -> Usual? {
        let now = hour(of: time)
        let values = (1...max(weeks, 1)).compactMap { week -> Double? in
            let then = now - Int64(week) * WeeklyPattern.hoursOfWeek
            guard holidays.holiday(on: CivilTime(secondsSinceEpoch: then * 3600)) == nil else { return nil }
            return hours[then].map { $0.sum / Double($0.count) }
        }
        guard values.count >= WeeklyPattern.fewestWeeks else { return nil }
        let median = WeeklyPattern.median(values)
        let scatter = WeeklyPattern.median(values.map { abs($0 - median) }) * 1.4826
        return Usual(median: median, scatter: scatter, weeks: values.count)
    }

    /// The local hour: a shop opens at nine, whatever UTC says.
    private func hour(of time: Timestamp) -> Int64 {
        (time.seconds + Int64(zone.offset(at: time))).flooredDivision(by: 3600)
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
