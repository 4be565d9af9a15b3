import Launch

/// The health and the business pane: a line for each row of the manifest, or, with room, a chart.
struct RowsPane {
    let model: Model
    let pane: PaneID
    /// What is shown, in order.
    let rows: [Panes.Row]
    /// All rows of the pane: a filter moves no column.
    let all: [Panes.Row]

    /// How far back a sparkline reaches.
    private static let sparklineSpan: Milliseconds = .minutes(5)
    static let chartSpan: Milliseconds = .minutes(15)
    /// The lines that a row takes when it has a chart; fewer than the least are no chart.
    private static let chartLines = 2...8
    private static let chartWidth = 56

    /// The lines of one row.
    static func lines(rows: Int, in size: Size) -> Int {
        guard rows > 0, size.width >= chartWidth, size.height >= rows * chartLines.lowerBound else { return 1 }
        return min(size.height / rows, chartLines.upperBound)
    }

    static func capacity(rows: Int, in size: Size) -> Int { size.height / lines(rows: rows, in: size) }

    /// Draws the pane within its border, and returns what belongs upon that.
    func render(into frame: inout Frame, area: Rect) -> Scrollbar? {
        guard !area.isEmpty else { return nil }
        guard !rows.isEmpty else {
            frame.put(
                model.words(model.filter.isEmpty ? .nothingConfigured : .nothingMatches), in: area.inset(left: 1), .dim)
            return nil
        }
        let lines = Self.lines(rows: rows.count, in: area.size)
        let visible = model.visible(rows.map { .series($0.main) }, of: pane, room: area.height / lines)
        let columns = Columns(pane: self, width: area.width, hasChart: lines > 1)
        for (index, row) in rows[visible].enumerated() {
            let part = Rect(x: area.x, y: area.y + index * lines, width: area.width, height: lines)
            RowLine(pane: self, row: row, columns: columns).render(into: &frame, area: part)
            if model.lists[pane]?.selected == .series(row.main) { frame.select(part.row(0)) }
        }
        return Scrollbar(visible: visible, count: rows.count)
    }

    func series(_ id: SeriesID) -> Series? { model.track(id)?.series }

    /// The columns of the pane: they follow from the rows and the width, never from the values of the moment.
    struct Columns {
        var title: Int
        var value: ValueColumns
        /// The bound of the main figure (`≤200`); 0 where it is not shown.
        var bound = 0
        var sparkline = 0
        var facts = 0
        /// The change against last week; 0 where it is not shown.
        var change = 0
        var chart = 0
        /// Whether bounds are written without their unit.
        var isShort = false

        init(pane: RowsPane, width: Int, hasChart: Bool) {
            let rows = pane.all
            let longest = rows.map { Text.width(of: $0.title, atMost: 30) }.max() ?? 0
            title = min(longest, width < 46 ? 10 : width < 60 ? 12 : 24)
            value = ValueColumns(rows.map { pane.series($0.main)?.unit ?? .count })
            // A space, the glyph and a space before the title; one behind the title; one at the very end.
            var left = width - (width < 46 ? 4 : 5) - title - value.width
            if hasChart {
                // Title, value and facts take the left third or what they need; the chart has the rest.
                chart = min(left - 1, max(width * 6 / 10, left - 14))
                return
            }
            let wanted = rows.map { pane.factsWidth(of: $0, count: left >= 60 ? 3 : left >= 40 ? 2 : 1) }.max() ?? 0
            if wanted > 0, left >= wanted + 1 + 4 {
                facts = wanted
                left -= wanted + 1
            }
            if pane.model.comparesWeeks(rows), left >= KpiText.shortWidth + 1 + (width < 46 ? 9 : 12) {
                change = KpiText.shortWidth
                left -= change + 1
            }
            isShort = width < 46
            // Where there is no room for both, a line without a bound has its change in the bound's place.
            let bounds =
                rows.map { row in
                    let bound = pane.boundWidth(of: row, isShort: isShort)
                    let isCompared = change == 0 && bound == 0 && pane.model.comparesWeeks([row])
                    return isCompared ? KpiText.shortWidth : bound
                }.max() ?? 0
            if bounds > 0, left >= bounds + 1 + (isShort ? 4 : 6) {
                bound = bounds
                left -= bounds + 1
            }
            sparkline = pane.model.capabilities.slow || left < 4 ? 0 : left - 1
        }
    }

    /// `≥90`, `≤200`: what the main figure has to keep, or has crossed.
    func bound(of row: Panes.Row, isShort: Bool = false) -> String {
        guard let track = model.track(row.main), let bound = model.bound(of: track) else { return "" }
        return model.figures.kept(bound, unit: track.series.unit, isShort: isShort)
    }

    /// The cells of the widest that ``bound(of:isShort:)`` may say: 0 where it says nothing.
    func boundWidth(of row: Panes.Row, isShort: Bool) -> Int {
        guard let track = model.track(row.main) else { return 0 }
        return model.bounds(of: track)
            .map { Text.width(of: model.figures.kept($0, unit: track.series.unit, isShort: isShort)) }.max() ?? 0
    }

    /// The cells that the first `count` facts of a row take.
    func factsWidth(of row: Panes.Row, count: Int) -> Int {
        row.facts.prefix(count).reduce(-2) { width, fact in
            let value = ValueColumns(fact: series(fact.series)?.unit ?? .count)
            return width + 2 + value.width + 1 + Text.width(of: fact.word, atMost: 16)
        }
    }

    func trend(_ track: Track, count: Int, isChart: Bool) -> Trend {
        Trend(
            of: track, count: count, span: isChart ? Self.chartSpan : Self.sparklineSpan, until: model.shownNow)
    }
}

extension Frame {
    /// Marks the cursor's row. What the row says keeps its glyphs; only the colours change.
    mutating func select(_ area: Rect) {
        restyle(area) { $0.role = .selection }
    }
}

extension Model {
    /// Which of a pane's items are in view.
    func visible(_ items: [ItemID], of pane: PaneID, room: Int) -> Range<Int> {
        let list = lists[pane] ?? ListState()
        let selected = list.selected.flatMap { items.firstIndex(of: $0) }
        let top = ListState.top(list.top, showing: selected, count: items.count, room: room)
        return top..<min(items.count, top + max(0, room))
    }
}
