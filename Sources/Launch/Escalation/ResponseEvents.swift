/// What the engine does by itself, as the config allows: each try, and what came of it.
package enum ResponseEvent: Hashable, Sendable {
    case started(Started)
    case ended(Ended)

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
            /// The alert was over, or somebody had it, before anything was done.
            case notNeeded
            case dryRun
        }

        package var response: String
        package var id: String
        package var outcome: Outcome
        package var detail: String

        package init(response: String, id: String, outcome: Outcome, detail: String) {
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
        case .started: "response.started"
        case .ended: "response.ended"
        }
    }

    var payload: any Encodable & Sendable {
        switch self {
        case .started(let event): event
        case .ended(let event): event
        }
    }
}
