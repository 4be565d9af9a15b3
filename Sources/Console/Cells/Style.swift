/// How a cell looks: a role, whose colours the theme knows, and attributes on top of the theme's own.
package struct Style: Hashable, Sendable {
    package var role: Role
    package var attributes: Attributes

    package init(_ role: Role, _ attributes: Attributes = []) {
        self.role = role
        self.attributes = attributes
    }
}

/// What a terminal can do to a cell besides colouring it.
package struct Attributes: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let bold = Attributes(rawValue: 1 << 0)
    package static let dim = Attributes(rawValue: 1 << 1)
    package static let italic = Attributes(rawValue: 1 << 2)
    package static let underline = Attributes(rawValue: 1 << 3)
    package static let blink = Attributes(rawValue: 1 << 4)
    /// Foreground and background change places.
    package static let reverse = Attributes(rawValue: 1 << 5)
    /// It stands on a dialog: where its role has no background of its own, it has the dialog's.
    package static let raised = Attributes(rawValue: 1 << 6)

    /// Each attribute with the name that a theme file and a snapshot use.
    package static let named: [(name: String, attribute: Attributes)] = [
        ("bold", .bold), ("dim", .dim), ("italic", .italic), ("underline", .underline), ("blink", .blink),
        ("reverse", .reverse),
    ]
}
