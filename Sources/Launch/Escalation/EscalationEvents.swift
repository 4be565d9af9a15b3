/// What happens on the way from an alert to a person: chains of steps, and the pages that they send.
package enum EscalationEvent: Hashable, Sendable {
    /// A chain began.
    case started(Started)
    /// A chain came to a step: its pages follow.
    case stepped(Stepped)
    /// Another alert joined a chain that runs.
    case joined(Joined)
    case stopped(Stopped)
    /// A page was put into the outbox; from here on it is not lost.
    case queued(Queued)
    /// A try to send a page ended.
    case attempted(Attempted)
    /// Somebody has proved that a way to reach them works.
    case verified(Verified)
    /// Somebody wants a chain to go on now.
    case asked(Asked)
    /// An acknowledgement from outside was not taken.
    case refused(Refused)

    package struct Started: Hashable, Sendable, Codable {
        package var escalation: EscalationID
        package var policy: EscalationPolicy
        package var alerts: [Fingerprint]
        /// What the alerts have in common: one broken database is one page.
        package var group: Labels
        package var severity: Severity
        /// What is wrong, in a sentence: the alerts', or what somebody typed.
        package var summary: String
        /// Who started it by hand; nil: an alert did.
        package var by: String?
        /// The chain that it goes on from: an acknowledgement was taken back or lapsed, or the alert became worse.
        package var continues: EscalationID?
        /// The step that it begins with, from 0; nil: the first.
        package var firstStep: Int?

        package init(
            escalation: EscalationID, policy: EscalationPolicy, alerts: [Fingerprint], group: Labels,
            severity: Severity, summary: String, by: String? = nil, continues: EscalationID? = nil,
            firstStep: Int? = nil
        ) {
            self.escalation = escalation
            self.policy = policy
            self.alerts = alerts
            self.group = group
            self.severity = severity
            self.summary = summary
            self.by = by
            self.continues = continues
            self.firstStep = firstStep
        }
    }

    package struct Stepped: Hashable, Sendable, Codable {
        package var escalation: EscalationID
        /// From 0.
        package var step: Int
        /// Which time through the policy, from 0.
        package var round: Int
        /// When the next step is due unless somebody acknowledges.
        package var due: Moment
        /// The contacts that this step tells.
        package var contacts: [String]
        /// Who pushed it on by hand; nil: time did, or the failure of a channel.
        package var by: String?
        /// By which ways they are told; nil in a journal of an older guardia.
        package var ways: [PageWay]?
        /// Why it came before its time: `nobody of the step before could be reached`.
        package var reason: String?

        package init(
            escalation: EscalationID, step: Int, round: Int, due: Moment, contacts: [String], by: String? = nil,
            ways: [PageWay]? = nil, reason: String? = nil
        ) {
            self.escalation = escalation
            self.step = step
            self.round = round
            self.due = due
            self.contacts = contacts
            self.by = by
            self.ways = ways
            self.reason = reason
        }
    }

    package struct Joined: Hashable, Sendable, Codable {
        package var escalation: EscalationID
        package var alert: Fingerprint
        package init(escalation: EscalationID, alert: Fingerprint) {
            self.escalation = escalation
            self.alert = alert
        }
    }

    package struct Stopped: Hashable, Sendable, Codable {
        package enum Why: String, Hashable, Sendable, Codable {
            case acknowledged, resolved, suppressed, exhausted, cancelled
        }

        package var escalation: EscalationID
        package var why: Why
        package var by: String?

        package init(escalation: EscalationID, why: Why, by: String? = nil) {
            self.escalation = escalation
            self.why = why
            self.by = by
        }
    }

    package struct Queued: Hashable, Sendable, Codable {
        package var page: PageID
        /// Nil: it belongs to no chain (a test, a digest).
        package var escalation: EscalationID?
        package var channel: String
        /// Nil: a channel that needs no person.
        package var contact: String?
        package var purpose: PagePurpose
        /// The step that sent it, from 0.
        package var step: Int?

        package init(
            page: PageID, escalation: EscalationID?, channel: String, contact: String?, purpose: PagePurpose,
            step: Int?
        ) {
            self.page = page
            self.escalation = escalation
            self.channel = channel
            self.contact = contact
            self.purpose = purpose
            self.step = step
        }
    }

    package struct Attempted: Hashable, Sendable, Codable {
        package var page: PageID
        package var outcome: PageOutcome
        package init(page: PageID, outcome: PageOutcome) {
            self.page = page
            self.outcome = outcome
        }
    }

    package struct Verified: Hashable, Sendable, Codable {
        package var contact: String
        package var channel: String
        /// `answered a test`, `acknowledged a page`
        package var how: String
        package init(contact: String, channel: String, how: String) {
            self.contact = contact
            self.channel = channel
            self.how = how
        }
    }

    package struct Asked: Hashable, Sendable, Codable {
        package var escalation: EscalationID
        /// From 0; nil: the next one. A chain never goes back.
        package var toStep: Int?
        package var by: String
        /// Where it was given; nil: by a command.
        package var way: AlertEvent.Acknowledged.Way?
        /// Where the chain stood for who asked. One that is farther by now has done it: asked by two, or heard twice, it is
        /// one step. Nil: wherever it stands.
        package var standing: EscalationPosition?

        package init(
            escalation: EscalationID, toStep: Int? = nil, by: String, way: AlertEvent.Acknowledged.Way? = nil,
            standing: EscalationPosition? = nil
        ) {
            self.escalation = escalation
            self.toStep = toStep
            self.by = by
            self.way = way
            self.standing = standing
        }
    }

    package struct Refused: Hashable, Sendable, Codable {
        package var way: AlertEvent.Acknowledged.Way
        /// The contact that it came from; nil: from nobody that the config knows.
        package var contact: String?
        /// `the code 1234 belongs to no chain that runs`
        package var reason: String
        /// The provider's name of the message, so that it is refused once.
        package var reference: String?

        package init(
            way: AlertEvent.Acknowledged.Way, contact: String?, reason: String, reference: String? = nil
        ) {
            self.way = way
            self.contact = contact
            self.reason = reason
            self.reference = reference
        }
    }
}

/// Names one run of a chain.
package struct EscalationID: Hashable, Sendable, Codable, CustomStringConvertible {
    package var text: String
    package init(_ text: String) { self.text = text }
    package var description: String { text }

    package init(from decoder: any Decoder) throws { text = try decoder.singleValueContainer().decode(String.self) }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// Names one page: what a channel that can tells a repetition by (PagerDuty's `dedup_key`, a Message-ID).
package struct PageID: Hashable, Sendable, Codable, CustomStringConvertible {
    package var text: String
    package init(_ text: String) { self.text = text }
    package var description: String { text }

    package init(from decoder: any Decoder) throws { text = try decoder.singleValueContainer().decode(String.self) }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// What a page is for.
package enum PagePurpose: String, Hashable, Sendable, Codable {
    /// Wakes somebody.
    case page
    /// Tells those who were woken that somebody has it.
    case acknowledged
    /// Tells those who were woken that it is over.
    case resolved
    /// A test, marked as one.
    case test
    /// A change: a deploy, a flag.
    case change
    /// A report to the business.
    case digest
    // MARK: Readiness
    /// Asks somebody whether they stand by.
    case rollCall = "rollcall"
}

/// How a try to send a page ended.
package enum PageOutcome: Hashable, Sendable, Codable {
    /// The provider has taken it. That is not that somebody has read it.
    case sent(reference: String)
    /// It says that it was delivered to the device.
    case delivered
    /// It will be tried again.
    case deferred(reason: String, until: Timestamp)
    /// It will never get through: the number does not exist, the token was refused.
    case failed(reason: String)
    /// It was tried for as long as it made sense.
    case expired(reason: String)
}

extension EscalationEvent {
    var kind: String {
        switch self {
        case .started: "escalation.started"
        case .stepped: "escalation.stepped"
        case .joined: "escalation.joined"
        case .stopped: "escalation.stopped"
        case .queued: "page.queued"
        case .attempted: "page.attempted"
        case .verified: "contact.verified"
        case .asked: "escalation.asked"
        case .refused: "escalation.refused"
        }
    }

    var payload: any Encodable & Sendable {
        switch self {
        case .started(let event): event
        case .stepped(let event): event
        case .joined(let event): event
        case .stopped(let event): event
        case .queued(let event): event
        case .attempted(let event): event
        case .verified(let event): event
        case .asked(let event): event
        case .refused(let event): event
        }
    }
}
