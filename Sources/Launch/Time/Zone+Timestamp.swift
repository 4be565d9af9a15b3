extension Zone {
    /// When a wall clock in this zone shows a civil time. A time that a change of the clocks leaves out is taken as if the
    /// clocks had not changed yet; of one that comes twice the first is meant.
    package func timestamp(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0)
        -> Timestamp
    {
        timestamp(
            ofLocalSeconds: Int64(CivilTime.days(year, month, day)) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
        )
    }

    /// The same of a time that is written as seconds since 1970 on that clock.
    package func timestamp(ofLocalSeconds local: Int64) -> Timestamp {
        // The offset that holds a day before is the one that a clock change has not touched yet.
        let early = local - Int64(offset(at: Timestamp(seconds: local - 86_400)))
        let guess = offset(at: Timestamp(seconds: early))
        return Timestamp(seconds: local - Int64(guess))
    }
}

extension CivilTime {
    /// Days since 1970-01-01: Howard Hinnant's `days_from_civil`, the inverse of what ``init(secondsSinceEpoch:)`` does.
    package static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = Int(Int64(shifted).flooredDivision(by: 400))
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// How many days a month has.
    package static func length(ofMonth month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
