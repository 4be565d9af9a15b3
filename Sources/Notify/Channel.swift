package import Launch

/// A way out of the house: SMS, a call, Slack, an e-mail. It puts a notification into its own words, sends it once and says
/// what came of it; that it is tried again, later, and not too often is the ``Outbox``'s business.
package protocol Channel: Sendable {
    /// The provider's limit, or the config's.
    var limit: RateLimit { get }

    /// Whether it answers to, or changes, what it said of the same thing before.
    var keepsThreads: Bool { get }
    /// Whether the provider says what became of what it took.
    var tellsProgress: Bool { get }

    /// Sends it once. It ends within the channel's deadline, whatever the provider does.
    ///
    /// - Parameter thread: what this channel answered to the first notification of the same group to the same address:
    ///   the message to answer to, or to change; nil: this is the first.
    func send(_ notification: Notification, thread: String?) async -> ChannelAnswer

    /// What has become of a notification that the provider took.
    ///
    /// - Parameter reference: what `send` brought.
    func progress(of reference: String) async -> Delivery
}

extension Channel {
    package var keepsThreads: Bool { false }
    package var tellsProgress: Bool { false }

    package func send(_ notification: Notification) async -> ChannelAnswer { await send(notification, thread: nil) }

    /// Most providers say no more than that they took it.
    package func progress(of reference: String) async -> Delivery { .unknown }
}

/// What came of one try to send. Reasons hold no secret and no address: they go to the journal and the screen.
package enum ChannelAnswer: Hashable, Sendable {
    /// The provider has it. The reference is its name for it: Twilio's sid, Slack's channel and ts, a Message-ID.
    case taken(reference: String)
    /// It will never get through as it is: no such number, a token that was revoked, a wrong key.
    case refused(String)
    /// The provider answered that it cannot now; where it said so, not before a span has passed.
    case later(String, after: Milliseconds? = nil)
    /// Nothing was sent: no name, no connection, no trust.
    case unreachable(String)
    /// It may have arrived: it was sent, and then the answer did not come, or not whole.
    case ambiguous(String)
}

/// What a provider knows of a notification that it took.
package enum Delivery: Hashable, Sendable {
    /// It is on its way.
    case underway
    /// It came to the device; of a call: somebody took it.
    case delivered
    /// It did not, and will not.
    case failed(String)
    /// The provider does not say, or could not be asked.
    case unknown
}
