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
    ///
    /// One comes after the other in a fixed order, and where one has no room those behind it have none either: so what a narrow
    /// pane shows, a wider one shows too.
    struct Columns {
        var title: Int
        var value: ValueColumns
        /// The bound of the main figure (`≤200`); 0 where it is not shown.
        var bound = 0
        /// The change against last week; 0 where it is not shown.
        var change = 0
        var sparkline = 0
        var facts = 0
        var chart = 0
        /// Whether bounds are written without their unit.
        var isShort = true
        /// The cells at the very end.
        let margin: Int

        /// Fewer cells are no sparkline.
        private static let leastSparkline = 3

        private enum Part {
            case sparkline, change
            /// So many facts of each row.
            case facts(Int)
        }

        init(pane: RowsPane, width: Int, hasChart: Bool) {
            let rows = pane.all
            let longest = rows.map { Text.width(of: $0.title, atMost: 30) }.max() ?? 0
            // Titles take no more of a wider pane than it has gained.
            title = min(longest, 10 + min(2, max(0, width - 46)) + min(12, max(0, width - 60)))
            value = ValueColumns(rows.map { pane.series($0.main)?.unit ?? .count })
            margin = width < 46 ? 0 : 1
            // A space, the glyph and a space before the title; one behind the title.
            let room = width - 4 - margin - title - value.width
            if hasChart {
                // Title, value and facts take the left third or what they need; the chart has the rest.
                chart = min(room - 1, max(width * 6 / 10, room - 14))
                return
            }
            let isWhole = fill(pane, rows, room: room)
            // Units last of all, where there is plenty of room.
            let long = rows.map { pane.boundWidth(of: $0, isShort: false) }.max() ?? 0
            if isWhole, bound > 0, sparkline - max(0, long - bound) >= 12 {
                isShort = false
                sparkline -= max(0, long - bound)
                bound = max(bound, long)
            }
        }

        /// - Returns: whether there was room for all of them.
        private mutating func fill(_ pane: RowsPane, _ rows: [Panes.Row], room: Int) -> Bool {
            var left = room
            let compares = pane.model.comparesWeeks(rows)
            let widths = rows.map { pane.boundWidth(of: $0, isShort: true) }
            let bounds = widths.max() ?? 0
            // Until there is a column for changes, a line without a bound has its change in the bound's place.
            let isShared = zip(rows, widths).contains { $1 == 0 && pane.model.comparesWeeks([$0]) }
            let shared = isShared ? max(bounds, KpiText.shortWidth) : bounds
            for width in [shared, bounds] where bound == 0 && width > 0 && left >= width + 1 { bound = width }
            left -= bound == 0 ? 0 : bound + 1
            guard bound > 0 || shared == 0 else { return false }
            let least = pane.model.capabilities.slow ? 0 : Self.leastSparkline + 1
            // Where few lines have a fact, its column would leave the others empty.
            let haveFacts = rows.count { !$0.facts.isEmpty }
            let parts: [Part] =
                haveFacts * 2 >= rows.count
                ? [.facts(1), .sparkline, .change, .facts(2), .facts(3)]
                : [.sparkline, .change, .facts(1), .facts(2), .facts(3)]
            // One cell short of the further figures, the bound gives the one before it.
            let first = rows.map { pane.factsWidth(of: $0, count: 1) }.max() ?? 0
            if haveFacts * 2 >= rows.count, left == first, bound > 1 {
                bound -= 1
                left += 1
            }
            var reserved = 0
            var isWhole = true
            for part in parts {
                switch part {
                case .sparkline:
                    guard left >= least else {
                        isWhole = false
                        break
                    }
                    reserved = least
                case .change:
                    guard compares else { continue }
                    let gained = bound - bounds + (bounds == 0 && bound > 0 ? 1 : 0)
                    guard left + gained >= KpiText.shortWidth + 1 + reserved else {
                        isWhole = false
                        break
                    }
                    (change, bound) = (KpiText.shortWidth, bounds)
                    left += gained - change - 1
                case .facts(let count):
                    let wanted = rows.map { pane.factsWidth(of: $0, count: count) }.max() ?? 0
                    guard wanted > facts else { continue }
                    // The first fact of a line is worth more than a long sparkline, further ones are not.
                    let more = wanted - facts + (facts == 0 ? 1 : 0)
                    guard left >= more + max(reserved, count > 1 ? 12 : 0) else {
                        isWhole = false
                        break
                    }
                    facts = wanted
                    left -= more
                }
                guard isWhole else { break }
            }
            sparkline = pane.model.capabilities.slow || left < least ? 0 : left - 1
            return isWhole
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
