/// A bordered pane with a title at the left and facts at the right of its top edge.
package struct Panel: Sendable {
    package var title: String
    package var facts: [Span]
    package var isFocused: Bool

    package init(title: String, facts: [Span] = [], isFocused: Bool = false) {
        self.title = title
        self.facts = facts
        self.isFocused = isFocused
    }

    /// Draws the border and returns the area inside it. The facts give way where both do not fit: first they are cut,
    /// then they go.
    @discardableResult
    package func render(into frame: inout Frame, area: Rect) -> Rect {
        // Focus is seen on the top edge alone: moving it sends two lines, where two whole frames would be sixty.
        let borderRole: Role = isFocused ? .borderFocused : .border
        frame.box(area, .rounded, .border)
        if isFocused { frame.heavyTop(of: area, borderRole) }
        let inside = area.inset(1)

        // Corner, line, space … space, line, corner.
        let room = area.width - 6
        guard room > 0, area.height > 0 else { return inside }
        let start = area.x + 2
        let titleWidth = frame.put(
            title, at: Point(start + 1, area.y), isFocused ? .titleFocused : .title, width: room)
        if titleWidth > 0 {
            frame.plot(" ", at: Point(start, area.y), borderRole)
            frame.plot(" ", at: Point(start + 1 + titleWidth, area.y), borderRole)
        }
        let left = room - titleWidth - 3
        let wanted = facts.reduce(0) { $0 + Text.width(of: $1.text, atMost: area.width) }
        guard wanted > 0, left >= min(wanted, 6) else { return inside }
        let width = min(wanted, left)
        let end = area.x + area.width - 3
        frame.put(facts, at: Point(end - width, area.y), width: width)
        frame.plot(" ", at: Point(end - width - 1, area.y), borderRole)
        frame.plot(" ", at: Point(end, area.y), borderRole)
        return inside
    }
}
