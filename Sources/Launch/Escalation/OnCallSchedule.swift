/// Who is on call when: rotations in layers, and overrides above them, in the launch's zone.
package struct OnCallSchedule: Hashable, Sendable, Codable, Identifiable {
    package var id: String { name }
    package var name: String
    /// Where several cover a time, the last of them decides.
    package var layers: [Layer]
    /// Above all layers; the last that covers a time decides.
    package var overrides: [Override]
    /// PagerDuty's schedule that is asked first; nil: this rota stands alone.
    package var pagerDuty: String?

    package init(name: String, layers: [Layer], overrides: [Override] = [], pagerDuty: String? = nil) {
        self.name = name
        self.layers = layers
        self.overrides = overrides
        self.pagerDuty = pagerDuty
    }

    /// Some people who take turns.
    package struct Layer: Hashable, Sendable, Codable {
        package enum Rotation: String, Hashable, Sendable, Codable {
            case daily, weekly
        }

        package var rotation: Rotation
        /// How many days or weeks a turn lasts.
        package var every: Int
        /// Minutes of the local day at which a turn ends and the next begins.
        package var handover: Int
        /// The weekday on which a weekly turn begins; Monday is 1.
        package var weekday: Int
        /// In the order of their turns.
        package var contacts: [String]
        /// The first turn of the first contact begins on this day (days since 1970-01-01, local); nil: the turns are
        /// counted from 2024-01-01, a Monday, and there is no time before.
        package var firstDay: Int64?
        /// The hours that it covers; nil: all.
        package var hours: BusinessHours?

        package init(
            rotation: Rotation, every: Int = 1, handover: Int, weekday: Int = 1, contacts: [String],
            firstDay: Int64? = nil, hours: BusinessHours? = nil
        ) {
            self.rotation = rotation
            self.every = every
            self.handover = handover
            self.weekday = weekday
            self.contacts = contacts
            self.firstDay = firstDay
            self.hours = hours
        }

        /// 2024-01-01, a Monday.
        private static let anchor: Int64 = 19_723

        /// The day on which turn 0 begins.
        var beginning: Int64 {
            let day = firstDay ?? Layer.anchor
            guard rotation == .weekly else { return day }
            // The first handover's weekday on or before the first day.
            let isoWeekday = (day + 3) - (day + 3).flooredDivision(by: 7) * 7 + 1
            return day - (isoWeekday - Int64(weekday) + 7) % 7
        }

        /// Whose turn it is; nil before the first turn, or outside the layer's hours.
        func contact(at time: Timestamp, in zone: Zone) -> String? {
            guard !contacts.isEmpty else { return nil }
            let local = time.seconds + Int64(zone.offset(at: time))
            if let firstDay, local < firstDay * 86_400 + (rotation == .daily ? Int64(handover) * 60 : 0) { return nil }
            if let hours, !hours.contains(zone.civil(time)) { return nil }
            let span = (rotation == .daily ? 1 : 7) * Int64(max(1, every)) * 86_400
            let turn = (local - beginning * 86_400 - Int64(handover) * 60).flooredDivision(by: span)
            let count = Int64(contacts.count)
            return contacts[Int(turn - turn.flooredDivision(by: count) * count)]
        }
    }

    /// Somebody stands in for whoever would be on call.
    package struct Override: Hashable, Sendable, Codable {
        package var contact: String
        package var from: Timestamp
        package var until: Timestamp

        package init(contact: String, from: Timestamp, until: Timestamp) {
            self.contact = contact
            self.from = from
            self.until = until
        }
    }

    /// Who is on call; nil: nobody, which `guardia check` refuses.
    package func onCall(at time: Timestamp, in zone: Zone) -> String? {
        if let override = overrides.last(where: { $0.from <= time && time < $0.until }) { return override.contact }
        return layers.reversed().lazy.compactMap { $0.contact(at: time, in: zone) }.first
    }

    /// Everybody who can ever be on call by it.
    package var contacts: Set<String> { Set(layers.flatMap(\.contacts) + overrides.map(\.contact)) }
}

extension OnCallSchedule {
    /// Who is on call next after `time`, and from when; nil where nothing changes within `span`.
    package func next(
        after time: Timestamp, in zone: Zone, within span: Milliseconds = .days(60)
    ) -> (contact: String?, from: Timestamp)? {
        let now = onCall(at: time, in: zone)
        for instant in instants(from: time, until: time + span, in: zone) {
            let contact = onCall(at: instant, in: zone)
            if contact != now { return (contact, instant) }
        }
        return nil
    }

    /// The first minute from the rota's beginning on at which nobody is on call; nil where there is none.
    ///
    /// What comes round once a week is looked at for two weeks after the last thing that does not.
    package func firstGap(in zone: Zone) -> Timestamp? {
        func time(day: Int64) -> Timestamp {
            let noon = Timestamp(seconds: day * 86_400 + 43_200)
            return Timestamp(seconds: day * 86_400 - Int64(zone.offset(at: noon)))
        }
        guard !layers.isEmpty else { return overrides.map(\.from).min() ?? Timestamp(seconds: 0) }
        let firsts = layers.map { time(day: $0.firstDay ?? $0.beginning) }
        var start = firsts.min() ?? Timestamp(seconds: 0)
        if let first = layers.first(where: { $0.firstDay.map(time) == start }), first.rotation == .daily {
            start = start + .minutes(Int64(first.handover))
        }
        let changing = firsts + overrides.map(\.until)
        let end = (changing.max() ?? start) + .days(15)
        if onCall(at: start, in: zone) == nil { return start }
        return instants(from: start, until: end, in: zone).first { onCall(at: $0, in: zone) == nil }
    }

    /// Every time in a span at which somebody else may come on call, in order: between two of them nothing changes.
    private func instants(from start: Timestamp, until end: Timestamp, in zone: Zone) -> [Timestamp] {
        var minutes: Set<Int64> = [0]
        for layer in layers {
            minutes.insert(Int64(layer.handover))
            for range in layer.hours?.ranges ?? [] {
                minutes.formUnion([Int64(range.fromMinute), Int64(range.toMinute) % 1440])
            }
        }
        let offset = Int64(zone.offset(at: start))
        let firstDay = (start.seconds + offset).flooredDivision(by: 86_400) - 1
        let lastDay = (end.seconds + offset).flooredDivision(by: 86_400) + 1
        guard lastDay - firstDay < 20_000 else { return [] }
        var instants = Set(zone.transitions.map { Timestamp(seconds: $0.since) })
        for override in overrides { instants.formUnion([override.from, override.until]) }
        for day in firstDay...lastDay {
            for minute in minutes {
                let local = day * 86_400 + minute * 60
                // Right on each side of a change of the offset; the other is an instant at which nothing changes.
                for offset in offsets(around: local, in: zone) { instants.insert(Timestamp(seconds: local - offset)) }
            }
        }
        return instants.filter { start < $0 && $0 < end }.sorted()
    }

    private func offsets(around local: Int64, in zone: Zone) -> Set<Int64> {
        Set([-86_400, 0, 86_400].map { Int64(zone.offset(at: Timestamp(seconds: local + $0))) })
    }
}
