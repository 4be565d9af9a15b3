/// Who has a dashboard open: told by a companion of each dashboard, never by the dashboard itself.
package enum PresenceEvent: Hashable, Sendable {
    case opened(Opened)
    /// It is still open. Told now and then, and when a key is pressed after a pause.
    case seen(Seen)
    case closed(Closed)

    package struct Opened: Hashable, Sendable, Codable {
        package var session: String
        package var by: Operator
        /// `pts/3`; nil where there is none to name.
        package var terminal: String?

        package init(session: String, by: Operator, terminal: String? = nil) {
            self.session = session
            self.by = by
            self.terminal = terminal
        }
    }

    package struct Seen: Hashable, Sendable, Codable {
        package var session: String
        /// When a key was last pressed there.
        package var keyAt: Moment

        package init(session: String, keyAt: Moment) {
            self.session = session
            self.keyAt = keyAt
        }
    }

    package struct Closed: Hashable, Sendable, Codable {
        package enum Why: String, Hashable, Sendable, Codable {
            /// The operator left it.
            case left
            /// Its process is gone: it was killed, or its machine took it away.
            case died
        }

        package var session: String
        package var why: Why
        /// When a key was last pressed there.
        package var keyAt: Moment

        package init(session: String, why: Why, keyAt: Moment) {
            self.session = session
            self.why = why
            self.keyAt = keyAt
        }
    }

    var kind: String {
        switch self {
        case .opened: "presence.opened"
        case .seen: "presence.seen"
        case .closed: "presence.closed"
        }
    }

    var payload: any Encodable & Sendable {
        switch self {
        case .opened(let event): event
        case .seen(let event): event
        case .closed(let event): event
        }
    }
}
