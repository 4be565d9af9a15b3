/// When a launch is wanted: on some days of the week, between two times of the day, in the team's zone, and on no holiday.
package struct LaunchWindow: Hashable, Sendable, Codable {
    /// The first and the last weekday; Monday is 1, Sunday 7.
    package var firstDay: Int
    package var lastDay: Int
    /// Minutes of the local day; the last is no longer in it.
    package var fromMinute: Int
    package var toMinute: Int
    /// The days on which it does not open; nil: nobody gave any.
    package var holidays: [LaunchHoliday]?

    package init(weekdays: ClosedRange<Int>, fromMinute: Int, toMinute: Int, holidays: [LaunchHoliday]? = nil) {
        firstDay = weekdays.lowerBound
        lastDay = weekdays.upperBound
        self.fromMinute = fromMinute
        self.toMinute = toMinute
        self.holidays = holidays
    }

    package enum State: Hashable, Sendable {
        case open
        case closed(Reason)
    }

    /// Why it is closed.
    package enum Reason: Hashable, Sendable {
        case weekday
        case hour
        case holiday(String)
        /// The list of holidays has none of this year: whether it is one is not known.
        case noHolidays(year: Int)

        package var words: String {
            switch self {
            case .weekday: "not on this day of the week"
            case .hour: "not at this hour"
            case .holiday(let name): "today is a holiday, \(name)"
            case .noHolidays(let year): "the holidays of \(year) are not in the list"
            }
        }
    }

    package func state(at time: CivilTime) -> State {
        let minute = time.hour * 60 + time.minute
        guard firstDay <= time.weekday, time.weekday <= lastDay else { return .closed(.weekday) }
        if let holidays {
            if let today = holidays.holiday(on: time) { return .closed(.holiday(today.name)) }
            if !holidays.contains(where: { $0.year == time.year }) { return .closed(.noHolidays(year: time.year)) }
        }
        return fromMinute <= minute && minute < toMinute ? .open : .closed(.hour)
    }

    /// Whether a local time lies in it. `18:00` as its end means that 17:59:59 is the last second.
    package func contains(_ time: CivilTime) -> Bool { state(at: time) == .open }

    /// When it next opens after `time`; nil: not within sixty days.
    package func nextOpening(after time: Timestamp, in zone: Zone) -> Timestamp? {
        let today = zone.civil(time)
        let first = CivilTime.days(today.year, today.month, today.day)
        for day in first..<(first + 60) {
            let date = CivilTime(secondsSinceEpoch: Int64(day) * 86_400)
            let opening = zone.timestamp(
                year: date.year, month: date.month, day: date.day, hour: fromMinute / 60, minute: fromMinute % 60)
            if opening > time, contains(zone.civil(opening)) { return opening }
        }
        return nil
    }
}

/// A day on which nobody launches.
package struct LaunchHoliday: Hashable, Sendable, Codable {
    package var year: Int
    package var month: Int
    package var day: Int
    package var name: String

    package init(year: Int, month: Int, day: Int, name: String) {
        self.year = year
        self.month = month
        self.day = day
        self.name = name
    }
}

extension Sequence<LaunchHoliday> {
    /// The holiday that a local day is; nil where it is none.
    package func holiday(on time: CivilTime) -> LaunchHoliday? {
        first { $0.year == time.year && $0.month == time.month && $0.day == time.day }
    }
}
