extension Key {
    /// What the key writes into a field; nil for a key that writes nothing.
    package var typed: Unicode.Scalar? {
        if case .character(let scalar) = code, modifiers.isEmpty { scalar } else { nil }
    }

    /// As the footer and the help show it: the name, but an arrow for an arrow, and pages by their short names.
    package var label: String {
        guard modifiers.isEmpty else { return name }
        return switch code {
        case .up: "↑"
        case .down: "↓"
        case .left: "←"
        case .right: "→"
        case .pageUp: "pgup"
        case .pageDown: "pgdn"
        case .function(let number): "F\(number)"
        default: name
        }
    }
}
