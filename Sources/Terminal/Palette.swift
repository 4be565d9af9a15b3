import CNcurses
import Console

/// A theme in ncurses' terms: for each role its attributes and the number of its colour pair.
struct Palette {
    let theme: Theme
    private typealias Entry = (attributes: attr_t, pair: Int32)
    private var entries: [Entry] = []
    /// The same for what stands on a dialog.
    private var raised: [Entry] = []

    /// Defines the pairs. Pairs are shared between roles of the same colours, since a terminal of 8 colours has 64 only.
    init(theme: Theme, depth: ColourDepth) {
        self.theme = theme
        let shown = theme.downsampled(to: depth)
        let limit = depth == .mono ? 0 : max(0, tigetnum("pairs") - 1)
        var pairs: [Paint: Int32] = [Paint(): 0]
        func pair(of paint: Paint) -> Int32? {
            let colours = Paint(paint.foreground, on: paint.background)
            if let pair = pairs[colours] { return pair }
            guard pairs.count <= limit else { return nil }
            let next = Int32(pairs.count)
            init_extended_pair(next, Self.number(of: paint.foreground, depth), Self.number(of: paint.background, depth))
            pairs[colours] = next
            return next
        }
        for role in Role.allCases { entries.append((Self.bits(shown[role].attributes), pair(of: shown[role]) ?? 0)) }
        // After all others: where the pairs run out, a dialog has the terminal's own background in places.
        for (role, entry) in zip(Role.allCases, entries) {
            var paint = shown[role]
            if paint.background == .terminal { paint.background = shown[.dialog].background }
            raised.append((entry.attributes, pair(of: paint) ?? entry.pair))
        }
    }

    /// What to give `setcchar` for a cell of this style.
    func look(_ style: Style) -> (attributes: attr_t, pair: Int32) {
        guard !style.attributes.isEmpty else { return entries[Int(style.role.rawValue)] }
        let entry = (style.attributes.contains(.raised) ? raised : entries)[Int(style.role.rawValue)]
        let extra = Self.bits(style.attributes)
        // Reversed twice is not reversed: a chip on a role that mono shows reversed must still stand out from it.
        let reverse = (entry.attributes ^ extra) & GUARDIA_REVERSE
        return ((entry.attributes | extra) & ~GUARDIA_REVERSE | reverse, entry.pair)
    }

    /// ncurses' number of a colour: -1 is the terminal's own; on a direct-colour terminal, the RGB value, of which the
    /// first eight are taken by the ANSI colours.
    private static func number(of colour: Colour, _ depth: ColourDepth) -> Int32 {
        switch colour {
        case .terminal: return -1
        case .ansi(let index) where depth < .direct || index < 8: return Int32(index)
        case .indexed(let index) where depth < .direct: return Int32(index)
        case .ansi, .indexed, .rgb:
            guard let (red, green, blue) = colour.components else { return -1 }
            let value = Int32(red << 16 | green << 8 | blue)
            return (1..<8).contains(value) ? 8 : value
        }
    }

    private static func bits(_ attributes: Attributes) -> attr_t {
        var bits: attr_t = 0
        if attributes.contains(.bold) { bits |= GUARDIA_BOLD }
        if attributes.contains(.dim) { bits |= GUARDIA_DIM }
        if attributes.contains(.italic) { bits |= GUARDIA_ITALIC }
        if attributes.contains(.underline) { bits |= GUARDIA_UNDERLINE }
        if attributes.contains(.blink) { bits |= GUARDIA_BLINK }
        if attributes.contains(.reverse) { bits |= GUARDIA_REVERSE }
        return bits
    }
}
