/// What the engine does by itself, as the config allows: each try, and what came of it.
package enum ResponseEvent: Hashable, Sendable {
    /// It looks at the alert again before it does anything.
    case waiting(Waiting)
    case started(Started)
    case ended(Ended)

    package struct Waiting: Hashable, Sendable, Codable {
        package var response: String
        /// Names this run.
        package var id: String
        package var alert: Fingerprint
        /// When the alert is looked at again.
        package var until: Timestamp

        package init(response: String, id: String, alert: Fingerprint, until: Timestamp) {
            self.response = response
            self.id = id
            self.alert = alert
            self.until = until
        }
    }

    package struct Started: Hashable, Sendable, Codable {
        package var response: String
        /// Names this run.
        package var id: String
        /// The alert that it answers; nil: a deploy's watch.
        package var alert: Fingerprint?
        /// What is done, in words: the command line, `POST` and a host.
        package var deed: String
        /// Whether it is only said.
        package var isDryRun: Bool

        package init(response: String, id: String, alert: Fingerprint?, deed: String, isDryRun: Bool) {
            self.response = response
            self.id = id
            self.alert = alert
            self.deed = deed
            self.isDryRun = isDryRun
        }
    }

    package struct Ended: Hashable, Sendable, Codable {
        package enum Outcome: String, Hashable, Sendable, Codable {
            case done, failed
            /// It was done as often as it may be in an hour: people are told instead.
            case limited
            /// The alert was over, or somebody had it, before anything was done; or there was nobody to do it to.
            case notNeeded
            case dryRun
        }

        package var response: String
        package var id: String
        package var outcome: Outcome
        package var detail: String
        /// The alert that it answered; nil: a deploy's watch, and in older journals.
        package var alert: Fingerprint?

        package init(response: String, id: String, outcome: Outcome, detail: String, alert: Fingerprint? = nil) {
            self.alert = alert
            self.response = response
            self.id = id
            self.outcome = outcome
            self.detail = detail
        }
    }
}

extension ResponseEvent {
    var kind: String {
        switch self {
        case .waiting: "response.waiting"
        case .started: "response.started"
        case .ended: "response.ended"
        }
    }

    var payload: any Encodable & Sendable {
        switch self {
        case .waiting(let event): event
        case .started(let event): event
        case .ended(let event): event
        }
    }
}

extension ResponseEvent {
    /// The run that it is about.
    package var id: String {
        switch self {
        case .waiting(let event): event.id
        case .started(let event): event.id
        case .ended(let event): event.id
        }
    }

    package var response: String {
        switch self {
        case .waiting(let event): event.response
        case .started(let event): event.response
        case .ended(let event): event.response
        }
    }

    package var alert: Fingerprint? {
        switch self {
        case .waiting(let event): event.alert
        case .started(let event): event.alert
        case .ended(let event): event.alert
        }
    }
}
