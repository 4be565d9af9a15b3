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
        guard (1970...9999).contains(year), (1...12).contains(month),
            (1...Int64(CivilTime.length(ofMonth: Int(month), Int(year)))).contains(day),
            hour <= 23, minute <= 59, second <= 59
        else { throw Misfit("\(text.quoted) is not in the calendar") }
        return Timestamp(
            seconds: Int64(CivilTime.days(Int(year), Int(month), Int(day))) * 86_400 + hour * 3600 + minute * 60
                + second - offset)
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

    private static func number(_ digits: some Collection<UInt8>) -> Int64? {
        guard !digits.isEmpty, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int64($1 - 48) }
    }
}
