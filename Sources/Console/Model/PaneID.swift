/// The five panes of the war room, in the order of their digits.
package enum PaneID: Int, CaseIterable, Hashable, Sendable {
    case health = 1
    case business, alerts, geo, colours

    /// The digit that brings it to the front.
    var digit: String { String(rawValue) }

    var next: PaneID { PaneID(rawValue: rawValue % 5 + 1) ?? .health }
    var previous: PaneID { PaneID(rawValue: (rawValue + 3) % 5 + 1) ?? .colours }

    /// The action of its digit.
    var action: Action {
        switch self {
        case .health: .health
        case .business: .business
        case .alerts: .alerts
        case .geo: .geo
        case .colours: .colours
        }
    }
}
