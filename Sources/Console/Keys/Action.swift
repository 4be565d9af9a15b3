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
    /// One line that is typed into: letters write, they do not act.
    case filterPrompt, palette
    /// The wall screen.
    case wall

    /// Whether keys that write something write it here.
    package var isTyping: Bool { self == .filterPrompt || self == .palette }
}
