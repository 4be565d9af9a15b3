/// Who can be reached, who is on call, and who is told in which order: what the config says of people, without an address.
package struct Roster: Hashable, Sendable, Codable {
    package var contacts: [ContactFacts]
    package var schedules: [OnCallSchedule]
    package var policies: [EscalationPolicy]

    package init(contacts: [ContactFacts] = [], schedules: [OnCallSchedule] = [], policies: [EscalationPolicy] = []) {
        self.contacts = contacts
        self.schedules = schedules
        self.policies = policies
    }

    package func contact(_ name: String) -> ContactFacts? { contacts.first { $0.name == name } }
    package func schedule(_ name: String) -> OnCallSchedule? { schedules.first { $0.name == name } }

    /// The policy of that name. An alert whose policy is gone from the config is told by the first: better somebody than nobody.
    package func policy(_ name: String) -> EscalationPolicy? {
        policies.first { $0.name == name } ?? policies.first
    }

    /// Whom a step tells by what, at `time`: each person and channel once, in the order of the config.
    ///
    /// - Parameter rota: who is on call by schedule, as another system says, where it was asked.
    package func ways(
        of step: EscalationPolicy.Step, at time: Timestamp, in zone: Zone, rota: [String: String] = [:]
    ) -> [PageWay] {
        var ways: [PageWay] = []
        for target in step.notify {
            let name: String?
            switch target.who {
            case .contact(let contact): name = contact
            case .schedule(let schedule):
                name = rota[schedule] ?? self.schedule(schedule)?.onCall(at: time, in: zone)
            case .channel:
                ways += target.by.map { PageWay(contact: nil, channel: $0) }
                continue
            }
            guard let name, let contact = contact(name) else { continue }
            let reachable = target.by.isEmpty ? contact.channels : target.by.filter { contact.channels.contains($0) }
            // Whoever has none of the channels that a step names is told by what they have.
            for channel in reachable.isEmpty ? contact.channels : reachable {
                ways.append(PageWay(contact: name, channel: channel))
            }
        }
        var seen: Set<PageWay> = []
        return ways.filter { seen.insert($0).inserted }
    }
}

/// One way by which a page goes: to a contact by a channel, or to a channel that needs no person.
package struct PageWay: Hashable, Sendable, Codable {
    package var contact: String?
    package var channel: String

    package init(contact: String?, channel: String) {
        self.contact = contact
        self.channel = channel
    }
}
