/// Times of the week at which something is due, in the launch's zone.
package struct WeeklySchedule: Hashable, Sendable, Codable {
    /// The first and the last weekday; Monday is 1, Sunday 7.
    package var firstDay: Int
    package var lastDay: Int
    /// Minutes of the local day, ascending.
    package var minutes: [Int]
    /// Whether it may begin while the launch window is open.
    package var inLaunchWindow: Bool
    /// How long after a failed attempt it is tried again.
    package var retry: Milliseconds

    package init(
        weekdays: ClosedRange<Int> = 1...7, minutes: [Int], inLaunchWindow: Bool = false,
        retry: Milliseconds = .minutes(30)
    ) {
        firstDay = weekdays.lowerBound
        lastDay = weekdays.upperBound
        self.minutes = minutes.sorted()
        self.inLaunchWindow = inLaunchWindow
        self.retry = retry
    }

    /// The first time after `time` at which it is due.
    package func next(after time: Timestamp, in zone: Zone) -> Timestamp? {
        slots(around: time, days: 0...8, zone).first { $0 > time }
    }

    /// The last time not after `time` at which it was due.
    package func latest(until time: Timestamp, in zone: Zone) -> Timestamp? {
        slots(around: time, days: -8...0, zone).last { $0 <= time }
    }

    private func slots(around time: Timestamp, days: ClosedRange<Int64>, _ zone: Zone) -> [Timestamp] {
        let today = (time.seconds + Int64(zone.offset(at: time))).flooredDivision(by: 86_400)
        var slots: [Timestamp] = []
        for day in days {
            let midnight = (today + day) * 86_400
            let weekday = CivilTime(secondsSinceEpoch: midnight).weekday
            guard (firstDay...lastDay).contains(weekday) else { continue }
            slots += minutes.map { zone.timestamp(ofLocalSeconds: midnight + Int64($0) * 60) }
        }
        return slots
    }

    /// What came of the attempts so far.
    package struct Attempts: Hashable, Sendable {
        /// When the newest began, whatever came of it.
        package var last: Timestamp?
        package var hasFailed: Bool
        package var isRunning: Bool

        package init(last: Timestamp? = nil, hasFailed: Bool = false, isRunning: Bool = false) {
            self.last = last
            self.hasFailed = hasFailed
            self.isRunning = isRunning
        }
    }

    /// Whether it is to begin now: a time has come since the last attempt (one that was missed while nobody watched counts
    /// once), or an attempt failed long enough ago; and no launch is wanted just now.
    package func isDue(at now: Timestamp, after attempts: Attempts, in zone: Zone, window: LaunchWindow?) -> Bool {
        guard !attempts.isRunning, !isHeldBack(at: now, in: zone, window: window) else { return false }
        guard let slot = latest(until: now, in: zone) else { return false }
        guard let last = attempts.last else { return true }
        return last < slot || (attempts.hasFailed && now - last >= retry)
    }

    /// Whether the launch window is open, in which it must not begin.
    package func isHeldBack(at now: Timestamp, in zone: Zone, window: LaunchWindow?) -> Bool {
        !inLaunchWindow && window?.contains(zone.civil(now)) ?? false
    }
}
