package import Launch

/// One notification in the outbox.
package struct OutboxEntry: Hashable, Sendable, Codable {
    /// Its place in the order of coming, over all channels.
    package var sequence: Int64
    package var channel: String
    package var notification: Notification
    package var escalation: EscalationID?
    package var step: Int?
    /// When it came.
    package var at: Moment

    package init(
        sequence: Int64, channel: String, notification: Notification, escalation: EscalationID?, step: Int?, at: Moment
    ) {
        self.sequence = sequence
        self.channel = channel
        self.notification = notification
        self.escalation = escalation
        self.step = step
        self.at = at
    }

    /// How long it is worth being sent. A span, not a time: a clock that is put forward must not expire what nobody has read.
    package var lifetime: Milliseconds { notification.expires - at.utc }

    package func isExpired(at now: Moment) -> Bool { at.age(at: now) >= lifetime }

    /// What must keep its order: what is said of one thing to one address.
    var thread: ThreadKey {
        ThreadKey(channel: channel, group: notification.group, address: notification.address)
    }

    /// A page that somebody is to be woken by.
    var isUrgent: Bool { notification.purpose == .page && notification.severity == .critical }
}

/// Names what a channel says of one thing to one address.
package struct ThreadKey: Hashable, Sendable, Codable {
    package var channel: String
    package var group: String
    package var address: String
}
