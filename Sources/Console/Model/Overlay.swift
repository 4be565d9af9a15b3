package import Launch

/// What lies over the panes; Esc takes the uppermost away.
package enum Overlay: Hashable, Sendable {
    /// The keys; `top` is the first line shown.
    case help(top: Int)
    case palette(Palette)
    /// The filter is being typed; `previous` comes back on Esc.
    case filterPrompt(TextField, previous: String)
    /// A time of the past is being typed.
    case timePrompt(TextField)
    /// Everything about one series.
    case detail(SeriesID)
    /// Which version, or which colour, an action is to be about.
    case choice(Choice)
    /// The question before an action.
    case confirmation(Confirmation)
    /// An action that was fired here, as it happens.
    case action(ActionFollow)
    /// All actions, newest first; the cursor is on one by its name.
    case deployments(selected: ActionID?)
    /// One action with its steps and what it changed; `top` is the first line shown.
    case deployment(ActionID, top: Int)
    /// The backups and drills; `top` is the first line shown.
    case backups(top: Int)
    // MARK: Alerts
    /// Everything about one alert; `top` is the first line shown.
    case alert(Fingerprint, top: Int)
    /// Who is on call, the chains, the contacts, the pages sent.
    case escalation(top: Int)
    // MARK: Security
    /// The launch's security; `top` is the first line shown.
    case security(top: Int)
    /// All feature flags; the cursor is on one by its name.
    case flags(selected: String?)

    // MARK: Operations
    /// The launch's checklist; the cursor is on one item by its name.
    case checklist(selected: String?)
    /// What changed and how things stand; `top` is the first line shown.
    case handover(top: Int)
    // MARK: Readiness
    /// The go/no-go poll; the cursor is on a station by its name.
    case readiness(selected: String?)
    /// One station with all its evidence; `top` is the first line shown.
    case station(String, top: Int)

    var context: Context {
        switch self {
        case .help: .help
        case .palette: .palette
        case .filterPrompt: .filterPrompt
        case .timePrompt: .timePrompt
        case .detail: .detail
        case .choice: .choice
        case .confirmation: .confirmation
        case .action: .action
        case .deployments: .deployments
        case .deployment: .deployment
        case .backups: .backups
        case .alert: .alert
        case .escalation: .escalation
        case .security: .security
        case .readiness: .readiness
        case .station: .station
        case .flags: .flags
        case .checklist: .checklist
        case .handover: .handover
        }
    }
}

/// The palette: what is typed, and which of the finds is chosen.
package struct Palette: Hashable, Sendable {
    package var field = TextField(limit: TextField.promptLimit)
    package var selected = 0

    package var query: String { field.text }
}

extension TextField {
    /// The longest filter or query.
    static let promptLimit = 80
}
