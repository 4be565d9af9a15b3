/// The line that a box is drawn with.
package enum Border: Hashable, Sendable {
    case rounded
    case heavy

    /// Top left, top, top right, side, bottom left, bottom right.
    var glyphs: (Unicode.Scalar, Unicode.Scalar, Unicode.Scalar, Unicode.Scalar, Unicode.Scalar, Unicode.Scalar) {
        switch self {
        case .rounded: ("╭", "─", "╮", "│", "╰", "╯")
        case .heavy: ("┏", "━", "┓", "┃", "┗", "┛")
        }
    }
}

extension Frame {
    /// Draws the top edge of a box heavily: what has the focus shows in its shape, not only in its colour, in mono too.
    mutating func heavyTop(of area: Rect, _ role: Role) {
        guard area.height > 0, area.width > 1 else { return }
        for x in area.columns { plot("━", at: Point(x, area.y), role) }
        plot("┍", at: area.origin, role)
        plot("┑", at: Point(area.x + area.width - 1, area.y), role)
    }

    /// Draws the outline of an area; one of a single row or column becomes a line.
    package mutating func box(_ area: Rect, _ border: Border, _ role: Role, _ attributes: Attributes = []) {
        guard !area.isEmpty else { return }
        let (topLeft, horizontal, topRight, vertical, bottomLeft, bottomRight) = border.glyphs
        let right = area.x + area.width - 1
        let bottom = area.y + area.height - 1
        for x in area.columns {
            plot(horizontal, at: Point(x, area.y), role, attributes)
            plot(horizontal, at: Point(x, bottom), role, attributes)
        }
        guard area.height > 1 else { return }
        for y in area.rows {
            plot(vertical, at: Point(area.x, y), role, attributes)
            plot(vertical, at: Point(right, y), role, attributes)
        }
        guard area.width > 1 else { return }
        plot(topLeft, at: Point(area.x, area.y), role, attributes)
        plot(topRight, at: Point(right, area.y), role, attributes)
        plot(bottomLeft, at: Point(area.x, bottom), role, attributes)
        plot(bottomRight, at: Point(right, bottom), role, attributes)
    }
}
