/// Rows under columns that give way, the least important first, as the area gets narrower.
package struct Table<ID: Hashable & Sendable>: Sendable {
    package struct Column: Sendable {
        package var title: String
        /// The least width at which the column is useful.
        package var width: Int
        /// Its share of the width left over; 0 keeps the column at its width.
        package var weight: Int
        package var align: Alignment
        /// Columns of the highest number go first when the area is too narrow; 0 stays as long as there is a cell.
        package var priority: Int

        package init(
            _ title: String, width: Int, weight: Int = 0, align: Alignment = .leading, priority: Int = 0
        ) {
            self.title = title
            self.width = max(1, width)
            self.weight = max(0, weight)
            self.align = align
            self.priority = priority
        }
    }

    package struct Row: Sendable {
        /// Whose row it is: a selection follows it wherever it is sorted to.
        package var id: ID
        /// One line of spans a column.
        package var cells: [[Span]]

        package init(id: ID, cells: [[Span]]) {
            self.id = id
            self.cells = cells
        }
    }

    package var columns: [Column]
    package var rows: [Row]
    package var selection: ID?
    package var scroll: Scroll
    package var showsHeader: Bool

    package init(
        columns: [Column], rows: [Row], selection: ID? = nil, scroll: Scroll = Scroll(), showsHeader: Bool = true
    ) {
        self.columns = columns
        self.rows = rows
        self.selection = selection
        self.scroll = scroll
        self.showsHeader = showsHeader
    }

    /// How many rows an area of this height has room for.
    package func rowCapacity(height: Int) -> Int { max(0, height - (showsHeader && height > 1 ? 1 : 0)) }

    /// Draws the rows in view and returns which they are.
    @discardableResult
    package func render(into frame: inout Frame, area: Rect) -> Range<Int> {
        let shown = shownColumns(width: area.width)
        let hasHeader = rowCapacity(height: area.height) < area.height
        let body = area.inset(top: hasHeader ? 1 : 0)
        if hasHeader {
            frame.fill(area.row(0), .tableHeader)
            for (index, part) in shown {
                frame.put(
                    columns[index].title, at: Point(area.x + part.lowerBound, area.y), .tableHeader, width: part.count,
                    align: columns[index].align)
            }
        }
        let visible = scroll.visible(count: rows.count, height: body.height)
        for (line, row) in rows[visible].enumerated() {
            let y = body.y + line
            for (index, part) in shown where index < row.cells.count {
                frame.put(
                    row.cells[index], at: Point(area.x + part.lowerBound, y), width: part.count,
                    align: columns[index].align)
            }
            if row.id == selection { frame.restyle(body.row(line)) { $0.role = .selection } }
        }
        return visible
    }

    /// The columns that fit, in their order, with the part of the width that each takes; one column lies between two.
    func shownColumns(width: Int) -> [(index: Int, columns: Range<Int>)] {
        var kept = Array(columns.indices)
        func needed() -> Int { kept.reduce(max(0, kept.count - 1)) { $0 + columns[$1].width } }
        while kept.count > 1, needed() > width {
            // Among equals the rightmost goes.
            let victim = kept.indices.max { columns[kept[$0]].priority <= columns[kept[$1]].priority }
            kept.remove(at: victim ?? kept.count - 1)
        }
        guard width > 0 else { return [] }
        let line = Rect(x: 0, y: 0, width: width, height: 1)
        let spare = max(0, width - needed())
        let weights = kept.map { columns[$0].weight }
        let shares = Rect(x: 0, y: 0, width: spare, height: 1).columns(weights.map { .fill($0) }).map(\.width)
        let parts = line.columns(
            zip(kept, shares).map { .fixed(columns[$0].width + $1) }, spacing: 1)
        return zip(kept, parts).map { ($0, $1.columns) }.filter { !$0.1.isEmpty }
    }
}
