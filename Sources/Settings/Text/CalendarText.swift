package import Launch

/// Dates, times of day and weekdays as people write them.
package enum CalendarText {
    /// An RFC 3339 time with its offset: `2026-03-09T09:00:00-03:00`.
    package static func timestamp(_ text: String) throws(Misfit) -> Timestamp {
        let wrong = Misfit(
            "\(text.quoted) is not a time with its offset", hint: "write it as 2026-03-09T09:00:00-03:00")
        let scalars = Array(text.utf8)
        guard scalars.count >= 20, scalars[4] == 45, scalars[7] == 45, [84, 116, 32].contains(scalars[10]),
            scalars[13] == 58, scalars[16] == 58,
            let year = number(scalars[0..<4]), let month = number(scalars[5..<7]), let day = number(scalars[8..<10]),
            let hour = number(scalars[11..<13]), let minute = number(scalars[14..<16]),
            let second = number(scalars[17..<19])
        else { throw wrong }
        var rest = scalars[19...]
        if rest.first == 46 {
            rest = rest.dropFirst().drop { (48...57).contains($0) }
        }
        let offset: Int64
        if rest.count == 1, rest.first == 90 || rest.first == 122 {
            offset = 0
        } else {
            guard rest.count == 6, let sign = rest.first, sign == 43 || sign == 45, rest[rest.startIndex + 3] == 58,
                let hours = number(rest.dropFirst().prefix(2)), let minutes = number(rest.suffix(2)),
                hours <= 23, minutes <= 59
            else { throw wrong }
            offset = (hours * 3600 + minutes * 60) * (sign == 45 ? -1 : 1)
        }
        guard (1970...9999).contains(year), (1...12).contains(month), (1...length(of: month, year)).contains(day),
            hour <= 23, minute <= 59, second <= 59
        else { throw Misfit("\(text.quoted) is not in the calendar") }
        return Timestamp(
            seconds: days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset)
    }

    /// `09:00` as minutes of the day; `24:00` is its end.
    package static func minuteOfDay(_ text: Substring) throws(Misfit) -> Int {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hour = number(parts[0].utf8),
            let minute = number(parts[1].utf8), minute <= 59, hour * 60 + minute <= 1440
        else { throw Misfit("\(String(text).quoted) is not a time of day", hint: "write it as 09:00") }
        return Int(hour * 60 + minute)
    }

    private static let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

    /// `Mon` as 1 … `Sun` as 7.
    package static func weekday(_ text: Substring) throws(Misfit) -> Int {
        guard let index = weekdays.firstIndex(of: String(text)) else {
            throw Misfit(
                "\(String(text).quoted) is not a weekday",
                hint: Nearest.hint(for: String(text), among: weekdays) ?? "the weekdays are Mon Tue Wed Thu Fri Sat Sun"
            )
        }
        return index + 1
    }

    /// `Mon-Fri 09:00-18:00`.
    package static func window(_ text: String) throws(Misfit) -> LaunchWindow {
        let words = text.split(separator: " ")
        guard words.count == 2 else {
            throw Misfit("\(text.quoted) is not a launch window", hint: "write it as Mon-Fri 09:00-18:00")
        }
        let days = words[0].split(separator: "-", maxSplits: 1)
        let times = words[1].split(separator: "-", maxSplits: 1)
        guard let firstDay = days.first, let lastDay = days.last, times.count == 2 else {
            throw Misfit("\(text.quoted) is not a launch window", hint: "write it as Mon-Fri 09:00-18:00")
        }
        let first = try weekday(firstDay)
        let last = try weekday(lastDay)
        let from = try minuteOfDay(times[0])
        let to = try minuteOfDay(times[1])
        guard first <= last, from < to else {
            throw Misfit("\(text.quoted) ends before it begins", hint: "a window lies within one week and one day")
        }
        return LaunchWindow(weekdays: first...last, fromMinute: from, toMinute: to)
    }

    // MARK: Calendar arithmetic

    private static func number(_ digits: some Collection<UInt8>) -> Int64? {
        guard !digits.isEmpty, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int64($1 - 48) }
    }

    private static func length(of month: Int64, _ year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01, for years from 1 on: Howard Hinnant's `days_from_civil`, the inverse of what
    /// ``CivilTime`` does.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
