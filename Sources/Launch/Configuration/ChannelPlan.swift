/// A channel as the config names it: how notifications leave the house.
package struct ChannelPlan: Hashable, Sendable, Identifiable {
    package var id: String { name }
    package var name: String
    package var kind: Kind
    package var limit: RateLimit
    /// Where a notification goes that names no address: a Slack channel, an e-mail list. Empty: it must name one, or the
    /// channel knows by itself.
    package var to: String
    /// Whether it is told what changes: deploys, rollbacks, flags.
    package var tellsChanges: Bool

    package init(name: String, kind: Kind, limit: RateLimit, to: String = "", tellsChanges: Bool = false) {
        self.name = name
        self.kind = kind
        self.limit = limit
        self.to = to
        self.tellsChanges = tellsChanges
    }

    package enum Kind: Hashable, Sendable {
        /// An SMS by Twilio, in at most so many segments.
        case sms(TwilioPlan, segments: Int)
        case voice(TwilioPlan, VoicePlan)
        case push(FirebasePlan)
        /// A Slack incoming webhook: its address is the secret.
        case slackWebhook(url: Secret)
        case slack(SlackPlan)
        case pagerDuty(PagerDutyPlan)
        case email(EmailPlan)
        case webhook(WebhookPlan)
        case command(CommandChannelPlan)
    }

    /// The type's name in the config.
    package var type: String {
        switch kind {
        case .sms: "sms"
        case .voice: "voice"
        case .push: "push"
        case .slackWebhook: "slack-webhook"
        case .slack: "slack"
        case .pagerDuty: "pagerduty"
        case .email: "email"
        case .webhook: "webhook"
        case .command: "command"
        }
    }

    /// Whether each notification needs an address: a number, a token, a mailbox.
    package var needsAddress: Bool {
        switch kind {
        case .sms, .voice, .push, .slack, .email: to.isEmpty
        case .slackWebhook, .pagerDuty, .webhook, .command: false
        }
    }
}

/// An account at Twilio.
package struct TwilioPlan: Hashable, Sendable {
    /// `https://api.twilio.com`
    package var url: String
    /// `AC` and 32 hexadecimal digits.
    package var account: String
    /// The user of Basic authentication: the account, or an API key (`SK…`).
    package var user: String
    /// The account's auth token, or the API key's secret.
    package var password: Secret
    /// The number that it comes from, or a messaging service (`MG…`).
    package var from: String

    package init(url: String, account: String, user: String, password: Secret, from: String) {
        self.url = url
        self.account = account
        self.user = user
        self.password = password
        self.from = from
    }
}

/// What a telephone call says, and who hears the digit.
package struct VoicePlan: Hashable, Sendable {
    /// Where Twilio tells the digit that was pressed, on the mobile page's address; nil: the call only speaks.
    package var callback: String?
    /// The account's auth token, by which Twilio signs what it tells there.
    package var signing: Secret?
    /// `en-US`, as Twilio's `<Say>` takes it.
    package var language: String
    /// How long it rings.
    package var ring: Milliseconds

    package init(callback: String?, signing: Secret? = nil, language: String, ring: Milliseconds) {
        self.callback = callback
        self.signing = signing
        self.language = language
        self.ring = ring
    }
}

/// A project at Firebase, as its service account's key file says it.
package struct FirebasePlan: Hashable, Sendable {
    /// `https://fcm.googleapis.com`
    package var url: String
    package var project: String
    /// The key file: JSON with `client_email`, `private_key` and `token_uri`.
    package var serviceAccount: Secret

    package init(url: String, project: String, serviceAccount: Secret) {
        self.url = url
        self.project = project
        self.serviceAccount = serviceAccount
    }
}

/// A Slack app's bot.
package struct SlackPlan: Hashable, Sendable {
    /// `https://slack.com`
    package var url: String
    /// `xoxb-…`
    package var token: Secret

    package init(url: String, token: Secret) {
        self.url = url
        self.token = token
    }
}

/// A service at PagerDuty, by its Events API v2 integration.
package struct PagerDutyPlan: Hashable, Sendable {
    /// `https://events.pagerduty.com`
    package var url: String
    /// The integration's key, 32 characters.
    package var routingKey: Secret
    /// What an incident says that it comes from.
    package var source: String

    package init(url: String, routingKey: Secret, source: String) {
        self.url = url
        self.routingKey = routingKey
        self.source = source
    }
}

/// A mail server that takes our mail.
package struct EmailPlan: Hashable, Sendable {
    package enum Encryption: String, Hashable, Sendable {
        /// Port 587: nothing is said before STARTTLS.
        case starttls
        /// Port 465: TLS from the first byte.
        case tls
        /// For a server on this machine alone.
        case none
    }

    package var host: String
    package var port: Int
    package var encryption: Encryption
    package var user: String?
    package var password: Secret?
    /// A mailbox: `guardia@barberpro.ar`.
    package var from: String
    package var tls: TLSPolicy

    package init(
        host: String, port: Int, encryption: Encryption, user: String? = nil, password: Secret? = nil, from: String,
        tls: TLSPolicy = TLSPolicy()
    ) {
        self.host = host
        self.port = port
        self.encryption = encryption
        self.user = user
        self.password = password
        self.from = from
        self.tls = tls
    }
}

/// Somebody's own endpoint, which gets Alertmanager's payload.
package struct WebhookPlan: Hashable, Sendable {
    package var url: String
    package var headers: [Header]
    package var tls: TLSPolicy
    package var deadline: Milliseconds

    package init(url: String, headers: [Header] = [], tls: TLSPolicy = TLSPolicy(), deadline: Milliseconds) {
        self.url = url
        self.headers = headers
        self.tls = tls
        self.deadline = deadline
    }
}

/// A program that gets the notification as JSON on its standard input.
package struct CommandChannelPlan: Hashable, Sendable {
    package var run: [String]
    package var deadline: Milliseconds
    /// What it finds in its environment, beside PATH.
    package var secrets: [String: Secret]

    package init(run: [String], deadline: Milliseconds, secrets: [String: Secret] = [:]) {
        self.run = run
        self.deadline = deadline
        self.secrets = secrets
    }
}
