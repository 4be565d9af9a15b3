/// Hours of the week, in the launch's zone: when a team works, when a layer of a rota covers, when a lesser alert may be told.
package struct BusinessHours: Hashable, Sendable, Codable {
    package var ranges: [Range]

    package init(_ ranges: [Range]) { self.ranges = ranges }

    /// `Mon-Fri 09:00-18:00`. A range that ends before it begins goes on into the next day: `Fri 22:00-06:00`.
    package struct Range: Hashable, Sendable, Codable {
        /// Monday is 1, Sunday 7. `Sat-Mon` goes over the end of the week.
        package var firstDay: Int
        package var lastDay: Int
        /// Minutes of the local day; `toMinute` is no longer in it.
        package var fromMinute: Int
        package var toMinute: Int

        package init(days: (first: Int, last: Int) = (1, 7), fromMinute: Int, toMinute: Int) {
            firstDay = days.first
            lastDay = days.last
            self.fromMinute = fromMinute
            self.toMinute = toMinute
        }

        private func covers(day: Int) -> Bool {
            firstDay <= lastDay ? firstDay <= day && day <= lastDay : day >= firstDay || day <= lastDay
        }

        package func contains(weekday: Int, minute: Int) -> Bool {
            if fromMinute < toMinute { return covers(day: weekday) && fromMinute <= minute && minute < toMinute }
            let yesterday = weekday == 1 ? 7 : weekday - 1
            return (covers(day: weekday) && minute >= fromMinute) || (covers(day: yesterday) && minute < toMinute)
        }
    }

    package func contains(_ time: CivilTime) -> Bool {
        let minute = time.hour * 60 + time.minute
        return ranges.contains { $0.contains(weekday: time.weekday, minute: minute) }
    }

    package func contains(_ time: Timestamp, in zone: Zone) -> Bool { contains(zone.civil(time)) }

    /// The first minute from `time` on that is in these hours; nil where there is none within eight days.
    package func opening(from time: Timestamp, in zone: Zone) -> Timestamp? {
        let minute = time.seconds.flooredDivision(by: 60)
        if contains(time, in: zone) { return time }
        return (1...8 * 1440).lazy.map { Timestamp(seconds: (minute + Int64($0)) * 60) }
            .first { contains($0, in: zone) }
    }
}

/// The hours at which an alert of each severity may be told; nil: always. Quiet hours are what is left out.
package struct SeverityHours: Hashable, Sendable, Codable {
    package var info: BusinessHours?
    package var warning: BusinessHours?
    package var critical: BusinessHours?

    package init(info: BusinessHours? = nil, warning: BusinessHours? = nil, critical: BusinessHours? = nil) {
        self.info = info
        self.warning = warning
        self.critical = critical
    }

    package subscript(severity: Severity) -> BusinessHours? {
        switch severity {
        case .info: info
        case .warning: warning
        case .critical: critical
        }
    }

    package func allow(_ severity: Severity, at time: Timestamp, in zone: Zone) -> Bool {
        self[severity]?.contains(time, in: zone) ?? true
    }
}
