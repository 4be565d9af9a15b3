/// Which part of a long list is in view: a value that a pane keeps in its model.
package struct Scroll: Hashable, Sendable {
    /// The first row in view.
    package private(set) var top: Int

    package init(top: Int = 0) { self.top = max(0, top) }

    /// The rows in view, of `count` rows in `height` lines. A list that grew shorter never shows an empty page.
    package func visible(count: Int, height: Int) -> Range<Int> {
        guard count > 0, height > 0 else { return 0..<0 }
        let first = min(top, max(0, count - height))
        return first..<min(count, first + height)
    }

    /// Moves as little as it takes to bring a row into view.
    package mutating func reveal(_ row: Int, count: Int, height: Int) {
        let shown = visible(count: count, height: height)
        guard !shown.isEmpty, (0..<count).contains(row) else { return }
        top = row < shown.lowerBound ? row : row >= shown.upperBound ? row - height + 1 : shown.lowerBound
    }

    /// Moves by rows, and stops at either end.
    package mutating func move(by rows: Int, count: Int, height: Int) {
        let furthest = max(0, count - max(0, height))
        top = min(max(0, min(top, furthest) + rows), furthest)
    }
}

/// The thumb on a border that says which part of a list is in view; nothing is drawn when all of it is.
package struct Scrollbar: Sendable {
    package var visible: Range<Int>
    package var count: Int

    package init(visible: Range<Int>, count: Int) {
        self.visible = visible
        self.count = count
    }

    /// Draws upon the rightmost column of the area, usually a panel's border.
    package func render(into frame: inout Frame, area: Rect) {
        guard area.height > 1, area.width > 0, count > visible.count, !visible.isEmpty else { return }
        let length = max(1, area.height * visible.count / count)
        let furthest = count - visible.count
        let start = (area.height - length) * min(visible.lowerBound, furthest) / furthest
        for row in start..<start + length {
            // Half a cell: a full block beside a sparkline would be read as its last sample.
            frame.plot("▐", at: Point(area.x + area.width - 1, area.y + row), .scrollbar)
        }
    }
}
