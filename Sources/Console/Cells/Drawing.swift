/// Where a text stands in the columns it was given.
package enum Alignment: Hashable, Sendable {
    case leading, trailing, centre
}

extension Frame {
    /// Writes one line of text from a position and returns how many cells it took. It never leaves the frame nor the
    /// `width` given; a text too long ends in `…`, at a cost bound by the width, not by the text; and it passes the
    /// sanitiser, so that nothing raw can reach a cell.
    @discardableResult
    package mutating func put(
        _ text: some StringProtocol, at point: Point, _ role: Role, _ attributes: Attributes = [],
        width: Int? = nil, align: Alignment = .leading
    ) -> Int {
        put(text, at: point, Style(role, attributes), width: width, align: align)
    }

    @discardableResult
    package mutating func put(
        _ text: some StringProtocol, at point: Point, _ style: Style, width: Int? = nil, align: Alignment = .leading
    ) -> Int {
        // The one place where a text becomes cells, so what is hidden is hidden in all of them.
        if redaction != nil {
            let safe = redacted(String(text.prefix(Text.limit)))
            return write(safe, at: point, style, width: width, align: align)
        }
        return write(text, at: point, style, width: width, align: align)
    }

    /// The text without what this frame may not show.
    func redacted(_ text: String) -> String { redaction.map { $0(text) } ?? text }

    private mutating func write(
        _ text: some StringProtocol, at point: Point, _ style: Style, width: Int?, align: Alignment
    ) -> Int {
        let room = min(width ?? .max, size.width - point.x)
        guard room > 0, (0..<size.height).contains(point.y) else { return 0 }
        let used = Text.width(of: text, atMost: room)
        let cut = used > room
        let indent =
            switch align {
            case .leading: 0
            case .trailing: max(0, room - used)
            case .centre: max(0, (room - used) / 2)
            }
        var x = point.x + indent
        let end = point.x + room
        if !cut, point.x >= 0, let plain = Text.plainCount(of: text, atMost: room) {
            for byte in text.utf8 {
                set(Cell(Unicode.Scalar(byte), style), x: x, y: point.y)
                x += 1
            }
            return plain
        }
        for cluster in Clusters(text) {
            // The last column of a text that is cut belongs to the ellipsis.
            guard x + cluster.width <= (cut ? end - 1 : end) else { break }
            draw(cluster, x: x, y: point.y, style)
            x += cluster.width
        }
        if cut {
            if x >= 0 { set(Cell("…", style), x: x, y: point.y) }
            x += 1
            // A wide character that did not fit beside the ellipsis leaves a column.
            while x < end {
                if x >= 0 { set(.blank(style), x: x, y: point.y) }
                x += 1
            }
        }
        return x - point.x - indent
    }

    /// Writes a text in one row of an area, within the area's columns.
    @discardableResult
    package mutating func put(
        _ text: some StringProtocol, in area: Rect, row: Int = 0, _ role: Role, _ attributes: Attributes = [],
        align: Alignment = .leading
    ) -> Int {
        let line = area.row(row)
        return put(text, at: line.origin, Style(role, attributes), width: line.width, align: align)
    }

    /// Writes pieces of different styles one after the other, as one line of at most `width` cells; one too long ends in `…`,
    /// also where a piece ends just there.
    @discardableResult
    package mutating func put(
        _ spans: [Span], at point: Point, width: Int? = nil, align: Alignment = .leading
    ) -> Int {
        let room = min(width ?? .max, size.width - point.x)
        guard room > 0 else { return 0 }
        let spans = redaction == nil ? spans : spans.map { $0.changed(redacted) }
        var indent = 0
        if align != .leading {
            var used = 0
            for span in spans where used < room { used += Text.width(of: span.text, atMost: room - used) }
            indent = max(0, align == .trailing ? room - used : (room - used) / 2)
        }
        var x = indent
        for (index, span) in spans.enumerated() where x < room {
            let left = room - x
            let fills = Text.width(of: span.text, atMost: left) == left
            let isCut = fills && spans[(index + 1)...].contains { $0.text.contains { $0 != " " } }
            x += put(isCut ? span.text + "…" : span.text, at: Point(point.x + x, point.y), span.style, width: left)
        }
        return x - indent
    }

    /// Gives every cell of an area the same character, a space by default.
    package mutating func fill(
        _ area: Rect, _ role: Role, _ attributes: Attributes = [], with scalar: Unicode.Scalar = " "
    ) {
        let area = area.intersection(bounds)
        unlink(area)
        guard !area.isEmpty else { return }
        let cell = Cell(scalar, Style(role, attributes))
        for y in area.rows { replace(area.columns, of: y) { $0.update(repeating: cell) } }
    }

    /// Draws one scalar that is known to take one cell (our own glyphs); outside the frame it draws nothing.
    package mutating func plot(_ scalar: Unicode.Scalar, at point: Point, _ role: Role, _ attributes: Attributes = []) {
        guard bounds.contains(point) else { return }
        set(Cell(scalar, Style(role, attributes)), x: point.x, y: point.y)
    }

    private mutating func draw(_ cluster: Cluster, x: Int, y: Int, _ style: Style) {
        // A text that begins left of the frame is clipped there; a wide character cut in half leaves a blank.
        guard x >= 0 else {
            if x + cluster.width > 0 { set(.blank(style), x: 0, y: y) }
            return
        }
        let cell =
            cluster.marks.isEmpty
            ? Cell(cluster.base, style) : Cell(cluster: intern([cluster.base] + cluster.marks), style)
        if cluster.width == 2 { setWide(cell, x: x, y: y) } else { set(cell, x: x, y: y) }
    }
}
