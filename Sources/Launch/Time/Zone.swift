/// A time zone as a table of its UTC offsets, so that a journal shows the same local times on any machine.
package struct Zone: Hashable, Sendable, Codable {
    /// From `since` on, local time is UTC + `offset` seconds.
    package struct Transition: Hashable, Sendable, Codable {
        package var since: Int64
        package var offset: Int32
        package init(since: Int64, offset: Int32) {
            self.since = since
            self.offset = offset
        }
    }

    /// The IANA name, as `America/Argentina/Buenos_Aires`.
    package var name: String
    /// What people call it on the screen. tzdata has no letters for Argentina (`-03`), so the config gives them: `ART`.
    package var abbreviation: String
    /// The offset before the first transition, in seconds east of UTC.
    package var baseOffset: Int32
    /// Sorted by `since`.
    package var transitions: [Transition]

    package init(name: String, abbreviation: String, baseOffset: Int32, transitions: [Transition] = []) {
        self.name = name
        self.abbreviation = abbreviation
        self.baseOffset = baseOffset
        self.transitions = transitions
    }

    package static let utc = Zone(name: "UTC", abbreviation: "UTC", baseOffset: 0)

    /// Seconds east of UTC at `time`.
    package func offset(at time: Timestamp) -> Int32 {
        transitions.last { $0.since <= time.seconds }?.offset ?? baseOffset
    }

    /// The civil date and time in this zone.
    package func civil(_ time: Timestamp) -> CivilTime {
        CivilTime(secondsSinceEpoch: time.seconds + Int64(offset(at: time)))
    }
}

/// A date and time of day as a wall calendar and a wall clock show them (proleptic Gregorian).
package struct CivilTime: Hashable, Sendable {
    package var year: Int
    /// 1 … 12
    package var month: Int
    /// 1 … 31
    package var day: Int
    package var hour: Int
    package var minute: Int
    package var second: Int
    /// Monday is 1, Sunday 7 (ISO 8601).
    package var weekday: Int

    /// Splits local seconds since 1970 into fields. The algorithm is Howard Hinnant's `civil_from_days`
    /// (http://howardhinnant.github.io/date_algorithms.html): exact for every Gregorian date, with no table and no locale.
    package init(secondsSinceEpoch seconds: Int64) {
        let days = seconds.flooredDivision(by: 86_400)
        let time = Int(seconds - days * 86_400)
        let shifted = days + 719_468
        let era = shifted.flooredDivision(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
        month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
        hour = time / 3600
        minute = time / 60 % 60
        second = time % 60
        // 1970-01-01 was a Thursday.
        weekday = Int((days + 3) - (days + 3).flooredDivision(by: 7) * 7) + 1
    }
}
