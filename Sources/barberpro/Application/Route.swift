/// What BarberPro answers to. Its name is a metric's label: it never holds an id.
enum Route: Sendable, Hashable {
    case asset(String)
    case register
    case search
    case book
    case booking(String)
    case pay
    case confirm(booking: String)
    case cancel(booking: String)
    /// Removes a user that a synthetic journey made, with all that they did.
    case clean(user: String)
    case health
    case version
    case metrics
    case fault

    init?(method: String, path: String) {
        let parts = path.split(separator: "/")
        switch (method, parts.first, parts.count) {
        case ("GET", "static", 2): self = .asset(String(parts[1]))
        case ("POST", "register", 1): self = .register
        case ("GET", "search", 1): self = .search
        case ("POST", "bookings", 1): self = .book
        case ("GET", "bookings", 2): self = .booking(String(parts[1]))
        case ("POST", "payments", 1): self = .pay
        case ("POST", "bookings", 3) where parts[2] == "confirm": self = .confirm(booking: String(parts[1]))
        case ("POST", "bookings", 3) where parts[2] == "cancel": self = .cancel(booking: String(parts[1]))
        case ("DELETE", "users", 2): self = .clean(user: String(parts[1]))
        case ("GET", "healthz", 1): self = .health
        case ("GET", "version", 1): self = .version
        case ("GET", "metrics", 1): self = .metrics
        case ("POST", "admin", 2) where parts[1] == "fault": self = .fault
        default: return nil
        }
    }

    /// The label of what customers ask for; nil for what operators and probes do.
    var label: String? {
        switch self {
        case .asset: "static"
        case .register: "register"
        case .search: "search"
        case .book: "bookings"
        case .booking: "booking"
        case .pay: "payments"
        case .confirm: "confirm"
        case .cancel: "cancel"
        case .clean, .health, .version, .metrics, .fault: nil
        }
    }
}
