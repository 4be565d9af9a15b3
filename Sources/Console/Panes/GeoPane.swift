import Launch

/// The latency of each region, worst first: a table with the past of each, or as many short cells as fit.
struct GeoPane {
    let model: Model

    private static let shortCell = 10
    private static let wideCell = 22

    /// The cells of the pane: how many side by side, and how wide each.
    private struct Grid {
        var columns: Int
        var cell: Int
        var rows: Int

        init(_ size: Size, count: Int) {
            // The legend has a line.
            rows = max(0, size.height - 1)
            let inner = max(0, size.width - 2)
            if rows > 0, rows * (inner / GeoPane.wideCell) >= count {
                columns = max(1, min(inner / GeoPane.wideCell, (count + rows - 1) / rows))
                // Columns of the same height, not a full one beside a remnant.
                rows = min(rows, max(1, (count + columns - 1) / columns))
            } else {
                columns = max(1, inner / GeoPane.shortCell)
            }
            cell = inner / columns
        }
    }

    /// How many of `count` regions fit.
    static func capacity(of count: Int, in size: Size) -> Int {
        let grid = Grid(size, count: count)
        return grid.columns * grid.rows
    }

    /// Draws the pane within its border, and returns what belongs upon that.
    func render(into frame: inout Frame, area: Rect) -> Scrollbar? {
        guard !area.isEmpty else { return nil }
        let regions = Dictionary(
            model.regions.map { (ItemID.series($0.region.latency), $0) }, uniquingKeysWith: { first, _ in first })
        let items = model.items(of: .geo)
        guard !items.isEmpty else {
            let word: Word = model.filter.isEmpty ? .nothingConfigured : .nothingMatches
            frame.put(model.words(word), in: area.inset(left: 1, right: 1), .dim)
            return nil
        }
        let grid = Grid(area.size, count: items.count)
        let room = grid.columns * grid.rows
        let visible = model.visible(items, of: .geo, room: room)
        for (index, id) in items[visible].enumerated() where grid.rows > 0 {
            guard let state = regions[id] else { continue }
            // Down the columns: the eye reads a table by its columns. Short cells are read like a text, line by line.
            let isTable = grid.cell >= Self.wideCell
            let column = isTable ? index / grid.rows : index % grid.columns
            let row = isTable ? index % grid.rows : index / grid.columns
            let cell = Rect(
                x: area.x + 1 + column * grid.cell, y: area.y + row, width: grid.cell, height: 1)
            if isTable {
                renderRow(state, into: &frame, area: cell)
            } else {
                renderShort(state, into: &frame, area: cell)
            }
            if id == model.lists[.geo]?.selected { frame.select(cell) }
        }
        renderLegend(
            Array(regions.values), hidden: items.count - visible.count, into: &frame,
            area: area.row(min(grid.rows + (area.height > grid.rows + 2 ? 1 : 0), area.height - 1)).inset(
                left: 1, right: 1))
        return grid.columns == 1 ? Scrollbar(visible: visible, count: items.count) : nil
    }

    private func look(of state: RegionState) -> (role: Role, mark: Unicode.Scalar) {
        switch state.standing {
        case .breach: (.critical, Verdict.critical.glyph)
        case .warning: (.warning, Verdict.warning.glyph)
        case .unknown: (.unknown, Verdict.unknown.glyph)
        case .ok: (state.freshness == .fresh && !state.isThin ? .value : .stale, " ")
        case .quiet: (.dim, "·")
        }
    }

    /// `JUJ  214✗`
    private func renderShort(_ state: RegionState, into frame: inout Frame, area: Rect) {
        let (role, mark) = look(of: state)
        frame.put(state.region.label, at: area.origin, .label, width: 4)
        let text = number(state)
        frame.put(text, at: Point(area.x + 4, area.y), role, width: 4, align: .trailing)
        frame.plot(mark, at: Point(area.x + 8, area.y), role)
    }

    /// The figure without its unit, which the pane's title bears; seconds say so, being no milliseconds.
    private func number(_ state: RegionState) -> String {
        guard state.standing != .quiet, state.freshness != .never, let latency = state.latency else {
            return state.standing == .quiet ? "0/s" : Figures.none
        }
        if latency < 9999 { return String(Int(latency.rounded())) }
        return model.figures.number(latency / 1000) + "s"
    }

    /// `JUJ  Jujuy      214 ms✗ ▂▂▃▅▂▂  12/s`
    private func renderRow(_ state: RegionState, into frame: inout Frame, area: Rect) {
        let (role, mark) = look(of: state)
        frame.put(state.region.label, at: area.origin, role == .value ? .label : role, width: 4)
        var x = area.x + 5
        let end = area.x + area.width - 1
        if end - x >= 36 {
            let width = min(20, end - x - 26)
            frame.put(state.region.name, at: Point(x, area.y), .dim, width: width)
            x += width + 1
        }
        if state.standing == .quiet {
            frame.put(model.words(.noTraffic), at: Point(x, area.y), .dim, width: end - x)
            return
        }
        if state.freshness == .lastKnown, let track = model.shown.track(state.region.latency), let at = track.valueAt {
            frame.put(
                model.lastKnown(
                    track, at: at, words: true, room: end - x, column: ValueColumns(.milliseconds).width),
                at: Point(x, area.y), width: end - x)
            return
        }
        if state.freshness == .never {
            frame.put(model.words(.neverRead), at: Point(x, area.y), .unknown, width: end - x)
            return
        }
        let columns = ValueColumns(.milliseconds)
        frame.put(
            ValueText(state.latency.map { model.figures.value($0, unit: .milliseconds) } ?? Figures.none),
            at: Point(x, area.y), columns: columns, role)
        frame.plot(mark, at: Point(x + columns.width, area.y), role)
        x += columns.width + 2
        if end - x >= 16, state.region.traffic != nil {
            let traffic = ValueColumns(.perSecond)
            let text = state.traffic.map { model.figures.value($0, unit: .perSecond) } ?? "?"
            frame.put(ValueText(text), at: Point(end - traffic.width + 1, area.y), columns: traffic, .dim)
            let room = end - traffic.width - x
            if state.isThin {
                frame.put(model.words(.fewRequests), at: Point(x, area.y), .dim, width: room)
                return
            }
            renderPast(state, into: &frame, area: Rect(x: x, y: area.y, width: room, height: 1))
        } else {
            renderPast(state, into: &frame, area: Rect(x: x, y: area.y, width: end - x, height: 1))
        }
    }

    private func renderPast(_ state: RegionState, into frame: inout Frame, area: Rect) {
        guard area.width >= 4, !model.capabilities.slow, let track = model.shown.track(state.region.latency) else {
            return
        }
        let trend = Trend(of: track, count: min(area.width, 30), span: .minutes(5), until: model.shownNow)
        Sparkline(trend.samples, role: state.freshness == .fresh ? .sparkline : .stale)
            .render(into: &frame, area: Rect(x: area.x, y: area.y, width: min(area.width, 30), height: 1))
    }

    /// `3 breach · 7 warn · 14 ok`
    private func renderLegend(_ regions: [RegionState], hidden: Int, into frame: inout Frame, area: Rect) {
        var spans: [Span] = []
        let words: [(RegionState.Standing, Word, Role)] = [
            (.breach, .breachCount, .critical), (.warning, .warningCount, .warning),
            (.unknown, .unknownShort, .unknown),
            (.ok, .okCount, .dim), (.quiet, .quietCount, .dim),
        ]
        for (standing, word, role) in words {
            let count = regions.count { $0.standing == standing }
            guard count > 0 else { continue }
            if !spans.isEmpty { spans.append(Span(" · ", .dim)) }
            spans.append(Span(model.words(word, String(count)), role))
        }
        let more = hidden > 0 ? model.words(.regionMore, String(hidden)) : ""
        let room = area.width - Text.width(of: more) - (hidden > 0 ? 1 : 0)
        // Whole counts only: half a word beside the number of the hidden ones would be read as one text.
        while spans.count > 1, spans.reduce(0, { $0 + Text.width(of: $1.text) }) > room { spans.removeLast(2) }
        frame.put(spans, at: area.origin, width: room)
        frame.put(more, in: area, .dim, align: .trailing)
    }

    /// The agreed bound, in the title.
    var facts: [Span] {
        guard let limit = model.shown.manifest?.panes.geo?.limit else { return [] }
        return [Span(model.words(.limit, model.figures.value(limit, unit: .milliseconds)), .dim)]
    }
}
