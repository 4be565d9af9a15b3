/// What the whole screen shows: a grid of styled cells and a cursor. A value: two frames are compared to know what to send.
package struct Frame: Sendable {
    package private(set) var size: Size
    /// Where the terminal's cursor is shown; nil hides it.
    package var cursor: Point?
    /// Row by row, `size.width` cells each.
    private(set) var cells: [Cell]
    /// The side table: what the few cells show that hold a base character with combining marks.
    private(set) var clusters: [[Unicode.Scalar]] = []

    /// What no text of this frame may show; nil: it is for whoever sees it.
    package var redaction: Redaction?

    /// Cells that lead somewhere.
    package internal(set) var links: [FrameLink] = []

    package init(size: Size, style: Style = Style(.text)) {
        self.size = size
        cells = Array(repeating: .blank(style), count: size.width * size.height)
    }

    /// The whole frame as an area.
    package var bounds: Rect { Rect(origin: .zero, size: size) }

    /// Makes the frame blank again, in the storage it has: a program draws into the same two frames for ever.
    package mutating func reset(size: Size, style: Style = Style(.text)) {
        let count = size.width * size.height
        if count == cells.count {
            cells.withUnsafeMutableBufferPointer { $0.update(repeating: .blank(style)) }
        } else {
            cells = Array(repeating: .blank(style), count: count)
        }
        clusters.removeAll(keepingCapacity: true)
        links.removeAll(keepingCapacity: true)
        self.size = size
        cursor = nil
    }

    /// The cell at a position; nil outside the frame.
    package subscript(point: Point) -> Cell? {
        bounds.contains(point) ? cells[point.y * size.width + point.x] : nil
    }

    /// The cells of a part of a row, which must lie in the frame.
    package func cells(row: Int, _ columns: Range<Int>) -> ArraySlice<Cell> {
        cells[row * size.width + columns.lowerBound..<row * size.width + columns.upperBound]
    }

    /// What a cell shows: a base character and its combining marks; nothing for the right half of a wide one.
    package func scalars(of cell: Cell) -> [Unicode.Scalar] {
        if cell.isTail { return [] }
        if let index = cell.clusterIndex { return clusters[index] }
        return Unicode.Scalar(cell.glyph).map { [$0] } ?? []
    }

    /// The text of a row, without styles: what the tests and the copy key read.
    package func text(row: Int) -> String {
        var text = String.UnicodeScalarView()
        guard (0..<size.height).contains(row) else { return "" }
        for cell in cells[row * size.width..<(row + 1) * size.width] { text.append(contentsOf: scalars(of: cell)) }
        return String(text)
    }

    /// Replaces one cell and mends its neighbours: half of a wide character is never left standing.
    mutating func set(_ cell: Cell, x: Int, y: Int) {
        let index = y * size.width + x
        let old = cells[index]
        if old.isTail {
            cells[index - 1] = .blank(cells[index - 1].style)
        }
        if !cell.isTail, x + 1 < size.width, cells[index + 1].isTail {
            cells[index + 1] = .blank(cells[index + 1].style)
        }
        cells[index] = cell
    }

    /// Replaces two cells by one wide character.
    mutating func setWide(_ cell: Cell, x: Int, y: Int) {
        set(cell, x: x, y: y)
        // The right cell may be the left half of another wide character: `set` mends that one, and must not mend ours.
        let index = y * size.width + x + 1
        if x + 2 < size.width, cells[index + 1].isTail { cells[index + 1] = .blank(cells[index + 1].style) }
        cells[index] = .tail(cell.style)
    }

    mutating func intern(_ scalars: [Unicode.Scalar]) -> Int {
        clusters.append(scalars)
        return clusters.count - 1
    }

    /// Lays a smaller frame upon this one.
    mutating func place(_ picture: Frame, at origin: Point) {
        let area = Rect(origin: origin, size: picture.size).intersection(bounds)
        guard !area.isEmpty else { return }
        let first = clusters.count
        clusters += picture.clusters
        takeLinks(of: picture, at: origin, within: area)
        for y in area.rows {
            let from = (y - origin.y) * picture.size.width + area.x - origin.x
            replace(area.columns, of: y) { row in
                _ = row.update(fromContentsOf: picture.cells[from..<from + area.width])
                guard !picture.clusters.isEmpty else { return }
                for index in row.indices { row[index] = row[index].movingCluster(by: first) }
            }
        }
    }

    /// Replaces some cells of a row, which must lie in the frame; what stood half below them is gone whole.
    mutating func replace(
        _ columns: Range<Int>, of y: Int, with write: (inout UnsafeMutableBufferPointer<Cell>.SubSequence) -> Void
    ) {
        let start = y * size.width + columns.lowerBound
        let end = y * size.width + columns.upperBound
        if cells[start].isTail { cells[start - 1] = .blank(cells[start - 1].style) }
        if columns.upperBound < size.width, cells[end].isTail { cells[end] = .blank(cells[end].style) }
        cells.withUnsafeMutableBufferPointer { write(&$0[start..<end]) }
    }

    /// Changes the style of cells and leaves what they show, as a selection does.
    package mutating func restyle(_ area: Rect, _ change: (inout Style) -> Void) {
        let area = area.intersection(bounds)
        for y in area.rows {
            for x in area.columns { change(&cells[y * size.width + x].style) }
        }
    }
}
