/// A text that may be a secret: written as it is, or as a reference.
package enum SecretText: Hashable, Sendable {
    case plain(String)
    case secret(Secret)
}

/// Someone else's machine that expects to hear from the engine, and calls people when it does not.
package struct DeadManPlan: Hashable, Sendable, Identifiable {
    package var id: String { name }
    package var name: String
    /// Its address holds the key: it is a secret, as a rule.
    package var url: SecretText
    package var method: String
    package var every: Milliseconds
    package var deadline: Milliseconds

    package init(
        name: String, url: SecretText, method: String = "GET", every: Milliseconds = .seconds(30),
        deadline: Milliseconds = .seconds(5)
    ) {
        self.name = name
        self.url = url
        self.method = method
        self.every = every
        self.deadline = deadline
    }
}

/// Where acknowledgements from outside are asked for.
package struct RepliesPlan: Hashable, Sendable {
    /// How often each is asked while a chain runs.
    package var every: Milliseconds
    /// Channels whose replies are read, by name.
    package var channels: [String]
    /// PagerDuty's REST API, which tells who has acknowledged and who is on call; nil: it is not asked.
    package var pagerDuty: PagerDutyAPIPlan?

    package init(every: Milliseconds = .seconds(5), channels: [String] = [], pagerDuty: PagerDutyAPIPlan? = nil) {
        self.every = every
        self.channels = channels
        self.pagerDuty = pagerDuty
    }
}

/// An account at PagerDuty, by its REST API.
package struct PagerDutyAPIPlan: Hashable, Sendable {
    /// `https://api.pagerduty.com`
    package var url: String
    package var token: Secret
    /// Which contact a user is, by e-mail address or user id.
    package var users: [String: String]

    package init(url: String, token: Secret, users: [String: String] = [:]) {
        self.url = url
        self.token = token
        self.users = users
    }
}

/// Something that the engine does by itself when an alert fires.
package struct ResponsePlan: Hashable, Sendable, Identifiable {
    package enum Deed: Hashable, Sendable {
        /// A program of this machine; `{alert}`, `{rule}`, `{severity}`, `{summary}` and `{label:NAME}` stand for the alert's.
        case run([String])
        /// The alert as JSON, by POST.
        case webhook(SecretText)
        /// Back to the colour that served before, as `guardia rollback --yes` does it.
        case rollback
    }

    package enum Trigger: Hashable, Sendable {
        /// An alert that all of these match begins to fire.
        case alert([LabelMatcher])
        /// A deploy's own watch after its promotion found it worse than before.
        case watchFailed
    }

    package var id: String { name }
    package var name: String
    package var on: Trigger
    package var deed: Deed
    /// How often in an hour; beyond that people are told.
    package var perHour: Int
    package var deadline: Milliseconds
    /// The alert is looked at again after so long, and nothing is done if it is over.
    package var recheck: Milliseconds
    /// Tells what it would do, and does nothing.
    package var dryRun: Bool
    /// The policy by which people are told when it has failed, or was done too often; nil: they are told of the alert alone.
    package var escalate: String?

    package init(
        name: String, on: Trigger, deed: Deed, perHour: Int = 2, deadline: Milliseconds = .seconds(30),
        recheck: Milliseconds = 0, dryRun: Bool = false, escalate: String? = nil
    ) {
        self.name = name
        self.on = on
        self.deed = deed
        self.perHour = perHour
        self.deadline = deadline
        self.recheck = recheck
        self.dryRun = dryRun
        self.escalate = escalate
    }
}
