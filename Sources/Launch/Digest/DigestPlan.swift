/// A report to the business by e-mail: when, to whom, about what.
package struct DigestPlan: Hashable, Sendable, Codable, Identifiable {
    package var id: String { name }
    package var name: String
    /// The e-mail channel that it goes by.
    package var channel: String
    /// Mailboxes. Each gets a message of its own.
    package var to: [String]
    /// Minutes of the local day at which it goes, ascending.
    package var minutes: [Int]
    /// The weekdays on which it does; Monday is 1. Empty: all.
    package var days: [Int]
    /// How long after the launch it goes once more; nil: it does not.
    package var afterLaunch: Milliseconds?
    package var language: PeopleLanguage
    /// The series of availability and of what is left of the error budget; those of the config's own derivations.
    package var availability: [SeriesID]
    package var budgets: [SeriesID]

    package init(
        name: String, channel: String, to: [String], minutes: [Int], days: [Int] = [], afterLaunch: Milliseconds? = nil,
        language: PeopleLanguage = .english, availability: [SeriesID] = [], budgets: [SeriesID] = []
    ) {
        self.name = name
        self.channel = channel
        self.to = to
        self.minutes = minutes
        self.days = days
        self.afterLaunch = afterLaunch
        self.language = language
        self.availability = availability
        self.budgets = budgets
    }
}

extension DigestPlan {
    /// The first time after `time` at which it is due; nil: it never is again.
    package func next(after time: Timestamp, launchAt: Timestamp?, in zone: Zone) -> Timestamp? {
        let fixed = fixedTimes(from: time + .days(-1), days: 10, in: zone).first { $0 > time }
        let launch = launchAt.flatMap { at in afterLaunch.map { at + $0 } }.flatMap { $0 > time ? $0 : nil }
        return [fixed, launch].compactMap { $0 }.min()
    }

    /// The time before `time` at which it was due last, within eight days: what a report tells of begins there.
    package func last(before time: Timestamp, in zone: Zone) -> Timestamp? {
        fixedTimes(from: time + .days(-9), days: 10, in: zone).last { $0 < time }
    }

    /// Whether it goes because of the launch.
    package func isOfLaunch(_ due: Timestamp, launchAt: Timestamp?) -> Bool {
        launchAt.flatMap { at in afterLaunch.map { at + $0 } } == due
    }

    private func fixedTimes(from start: Timestamp, days count: Int64, in zone: Zone) -> [Timestamp] {
        let first = (start.seconds + Int64(zone.offset(at: start))).flooredDivision(by: 86_400)
        return (0...count).flatMap { day -> [Timestamp] in
            let midnight = (first + day) * 86_400
            guard days.isEmpty || days.contains(CivilTime(secondsSinceEpoch: midnight).weekday) else { return [] }
            return minutes.sorted().map { minute in
                let local = midnight + Int64(minute) * 60
                // The offset that holds then: guessed once, and corrected where a change lies between.
                let guess = local - Int64(zone.offset(at: Timestamp(seconds: local)))
                return Timestamp(seconds: local - Int64(zone.offset(at: Timestamp(seconds: guess))))
            }
        }.sorted()
    }
}
