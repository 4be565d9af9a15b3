/// How one role is painted.
package struct Paint: Hashable, Sendable {
    package var foreground: Colour
    package var background: Colour
    package var attributes: Attributes

    package init(_ foreground: Colour = .terminal, on background: Colour = .terminal, _ attributes: Attributes = []) {
        self.foreground = foreground
        self.background = background
        self.attributes = attributes
    }
}

/// A paint for every role. A theme never says what is shown, only how; glyphs and words carry the status without it.
package struct Theme: Hashable, Sendable {
    package var name: String
    private var paints: [Paint]

    /// A theme that paints every role the same, to be filled by `subscript`.
    package init(name: String, base: Paint = Paint()) {
        self.name = name
        paints = Array(repeating: base, count: Role.allCases.count)
    }

    package subscript(role: Role) -> Paint {
        get { paints[Int(role.rawValue)] }
        set { paints[Int(role.rawValue)] = newValue }
    }

    /// Every colour replaced by the nearest that a terminal of this depth has.
    package func downsampled(to depth: ColourDepth) -> Theme {
        var theme = self
        for index in theme.paints.indices {
            theme.paints[index].foreground = paints[index].foreground.downsampled(to: depth)
            theme.paints[index].background = paints[index].background.downsampled(to: depth)
            // A dark grey whose nearest colour is black would vanish: the terminal's own text, dimmed, says the same.
            if theme.paints[index].foreground == .ansi(0), theme.paints[index].background == .terminal {
                theme.paints[index].foreground = .terminal
                theme.paints[index].attributes.insert(.dim)
            }
            // A block of background colour that no terminal shows would take its meaning with it: reverse it.
            if depth == .mono, paints[index].background != .terminal { theme.paints[index].attributes.insert(.reverse) }
        }
        return theme
    }
}
