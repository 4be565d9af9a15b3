/// A person who can be reached, and how. The addresses are the config's; readers of the journal get ``ContactFacts``.
package struct Contact: Hashable, Sendable, Identifiable {
    /// A short unique name: `ana`.
    package var id: String { name }
    package var name: String
    /// What people call them, and what they do: `Ana Pereyra`, `DevOps lead`.
    package var title: String
    package var role: String
    package var ways: [Way]

    package init(name: String, title: String, role: String, ways: [Way]) {
        self.name = name
        self.title = title
        self.role = role
        self.ways = ways
    }

    /// One way to reach somebody.
    package struct Way: Hashable, Sendable {
        /// The channel's name in the config: `sms`, `voice`, `push`, `slack`, `pagerduty`, `email` or one's own.
        package var channel: String
        /// A telephone number, a device token, a Slack user or channel, an e-mail address; as that channel has it.
        package var address: String

        package init(channel: String, address: String) {
            self.channel = channel
            self.address = address
        }
    }
}

/// A contact as readers of the journal may know it: without an address.
package struct ContactFacts: Hashable, Sendable, Codable, Identifiable {
    package var id: String { name }
    package var name: String
    package var title: String
    package var role: String
    /// The channels by which they can be reached, in the order of the config.
    package var channels: [String]

    package init(name: String, title: String, role: String, channels: [String]) {
        self.name = name
        self.title = title
        self.role = role
        self.channels = channels
    }

    package init(_ contact: Contact) {
        self.init(name: contact.name, title: contact.title, role: contact.role, channels: contact.ways.map(\.channel))
    }
}
