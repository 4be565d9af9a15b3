/// Everything an operator can do with a key now. The raw value is the stable name that settings use.
package enum Action: String, CaseIterable, Sendable {
    case up, down
    case pageUp = "page_up"
    case pageDown = "page_down"
    case first, last
    case focusNext = "focus_next"
    case focusPrevious = "focus_previous"
    case health, business, alerts, geo, colours
    case open, back, zoom, filter, palette, help, pause
    /// What acts on production; each asks first.
    case deploy, rollback, promote, abort
    /// Holds the running deploy before its next step.
    case hold
    case deployments
    /// How the backups stand.
    case backups
    // MARK: Alerts
    /// Each asks first.
    case ack, silence, escalate
    /// Who is on call, the chains, the pages.
    case escalation
    /// The past: a step back or forward, the event before or after, a time that is typed.
    case stepBack = "step_back"
    case stepForward = "step_forward"
    case eventBefore = "event_before"
    case eventAfter = "event_after"
    case goToTime = "go_to_time"
    /// The screen as a file.
    case shot
    // MARK: Security
    case security
    // MARK: Flags
    /// The page of feature flags; and a change of one, which asks first.
    case flags, flag
    // MARK: Operations
    /// The launch's checklist; what whoever takes over must know.
    case checklist, handover
    // MARK: Readiness
    /// The go/no-go poll; and a word of one's own on it, which asks first.
    case readiness, say
    case nextPage = "next_page"
    case redraw, suspend, quit

    /// The pane that the action brings to the front, if it does that.
    package var pane: PaneID? {
        switch self {
        case .health: .health
        case .business: .business
        case .alerts: .alerts
        case .geo: .geo
        case .colours: .colours
        default: nil
        }
    }
}

/// Where the keys go: what lies uppermost on the screen.
package enum Context: CaseIterable, Sendable {
    case warRoom, detail, help
    /// The steps of an action as they happen; all actions that were; one of those.
    case action, deployments, deployment
    /// The backups and drills.
    case backups
    /// One alert; who is told.
    case alert, escalation
    /// The launch's security.
    case security
    /// All feature flags.
    case flags
    // MARK: Operations
    case checklist, handover
    /// The go/no-go poll; one station of it.
    case readiness, station
    /// One line that is typed into: letters write, they do not act.
    case filterPrompt, palette, choice, timePrompt
    /// The question before an action: it takes every key that does not belong to the terminal itself.
    case confirmation
    /// The wall screen.
    case wall

    /// Whether keys that write something write it here.
    package var isTyping: Bool { [.filterPrompt, .palette, .choice, .confirmation, .timePrompt].contains(self) }
}

extension Action {
    /// Whether it may change what serves; each of these asks first.
    package var actsOnProduction: Bool {
        switch self {
        case .deploy, .rollback, .promote, .abort, .hold, .flag: true
        default: false
        }
    }

    /// Whether it is about an alert, and asks first.
    package var actsOnAlert: Bool { self == .ack || self == .silence || self == .escalate }
}
