/// Lines one below the other, one of which may be selected: a table of a single column.
package struct List<ID: Hashable & Sendable>: Sendable {
    package struct Item: Sendable {
        package var id: ID
        package var line: [Span]

        package init(id: ID, line: [Span]) {
            self.id = id
            self.line = line
        }
    }

    package var items: [Item]
    package var selection: ID?
    package var scroll: Scroll

    package init(_ items: [Item], selection: ID? = nil, scroll: Scroll = Scroll()) {
        self.items = items
        self.selection = selection
        self.scroll = scroll
    }

    /// Draws the items in view and returns which they are.
    @discardableResult
    package func render(into frame: inout Frame, area: Rect) -> Range<Int> {
        let visible = scroll.visible(count: items.count, height: area.height)
        for (line, item) in items[visible].enumerated() {
            let row = area.row(line)
            frame.put(item.line, at: row.origin, width: row.width)
            if item.id == selection { frame.restyle(row) { $0.role = .selection } }
        }
        return visible
    }
}
