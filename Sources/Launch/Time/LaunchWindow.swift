/// When a launch is wanted: on some days of the week, between two times of the day, in the team's zone.
package struct LaunchWindow: Hashable, Sendable, Codable {
    /// The first and the last weekday; Monday is 1, Sunday 7.
    package var firstDay: Int
    package var lastDay: Int
    /// Minutes of the local day; the last is no longer in it.
    package var fromMinute: Int
    package var toMinute: Int

    package init(weekdays: ClosedRange<Int>, fromMinute: Int, toMinute: Int) {
        firstDay = weekdays.lowerBound
        lastDay = weekdays.upperBound
        self.fromMinute = fromMinute
        self.toMinute = toMinute
    }

    /// Whether a local time lies in it. `18:00` as its end means that 17:59:59 is the last second.
    package func contains(_ time: CivilTime) -> Bool {
        let minute = time.hour * 60 + time.minute
        return firstDay <= time.weekday && time.weekday <= lastDay && fromMinute <= minute && minute < toMinute
    }
}
