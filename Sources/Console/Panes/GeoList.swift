import Launch

/// The regions as text: a table with the past of each, or as many short cells as fit; and the legend.
struct GeoList {
    let model: Model

    /// Draws the regions and returns how many rows they took.
    ///
    /// - Parameter count: how many regions there are with those that are out of view: the columns follow from it.
    func render(_ states: [RegionState], of count: Int, into frame: inout Frame, area: Rect) -> Int {
        let grid = GeoGrid(area.size, count: count)
        for (index, state) in states.enumerated() where grid.rows > 0 {
            // Down the columns: the eye reads a table by its columns. Short cells are read like a text, line by line.
            let column = grid.isTable ? index / grid.rows : index % grid.columns
            let row = grid.isTable ? index % grid.rows : index / grid.columns
            let cell = Rect(
                x: area.x + 1 + column * grid.cell, y: area.y + row, width: grid.cell, height: 1)
            if grid.isTable {
                renderRow(state, into: &frame, area: cell)
            } else {
                renderShort(state, into: &frame, area: cell)
            }
            if .series(state.region.latency) == model.lists[.geo]?.selected { frame.select(cell) }
        }
        return grid.rows
    }

    /// The worst few, where the picture has room for them.
    ///
    /// - Parameter isBlank: whether the picture shows nothing in a cell, counted from `origin`.
    func renderCorner(
        _ states: [RegionState], isBlank: (Point) -> Bool, into frame: inout Frame, area: Rect, origin: Point
    ) -> Int {
        // A line that would cover the country says less than the country.
        let rows = (0..<area.height).map { area.row($0) }.filter { row in
            row.columns.allSatisfy { isBlank(Point($0 - origin.x, row.y - origin.y)) }
        }
        for (row, state) in zip(rows, states) {
            let (role, _) = look(of: state)
            frame.put(Text.padded(state.region.label, to: 4), at: row.origin, role == .value ? .label : role)
            frame.put(
                figure(of: state) + (state.shortMark.isEmpty ? " " : state.shortMark), at: Point(row.x + 4, row.y),
                role,
                width: max(0, row.width - 4), align: .trailing)
            if .series(state.region.latency) == model.lists[.geo]?.selected { frame.select(row) }
        }
        return area.height
    }

    private func look(of state: RegionState) -> (role: Role, mark: Unicode.Scalar) {
        switch state.standing {
        case .breach: (.critical, Verdict.critical.glyph)
        case .warning: (.warning, Verdict.warning.glyph)
        case .unknown: (.unknown, Verdict.unknown.glyph)
        case .ok: (state.freshness == .fresh ? .value : .stale, " ")
        case .few, .quiet: (.dim, "·")
        }
    }

    /// `JUJ  214✗`
    private func renderShort(_ state: RegionState, into frame: inout Frame, area: Rect) {
        let (role, mark) = look(of: state)
        frame.put(state.region.label, at: area.origin, .label, width: 4)
        frame.put(figure(of: state), at: Point(area.x + 5, area.y), role, width: 4, align: .trailing)
        // A dot behind a word would be read as a part of it.
        if state.standing != .few { frame.plot(mark, at: Point(area.x + 9, area.y), role) }
    }

    /// The figure without its unit, which the pane's title bears; seconds say so, being no milliseconds, and where there is no
    /// `room` for all digits: a number that is cut is another one.
    func figure(of state: RegionState, room: Int = 4) -> String {
        switch state.standing {
        case .quiet: return "0/s"
        case .few: return model.words(.fewShort)
        default: break
        }
        guard state.freshness != .never, let latency = state.latency else { return Figures.none }
        let whole = String(Int(min(latency, 9999).rounded()))
        if latency < 9999, whole.utf8.count <= room { return whole }
        let tenths = model.figures.number(latency / 1000, decimals: 1) + "s"
        if latency < 9950, Text.width(of: tenths) <= room { return tenths }
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
            frame.put(name(of: state), at: Point(x, area.y), .dim, width: width)
            x += width + 1
        }
        if state.standing == .quiet {
            frame.put(model.words(.noTraffic), at: Point(x, area.y), .dim, width: end - x)
            return
        }
        if state.freshness == .lastKnown, let track = model.track(state.region.latency), let at = track.valueAt {
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
        if let word = state.word {
            frame.put(word, at: Point(x, area.y), .dim, width: end - x)
            renderTraffic(state, into: &frame, endingAt: end, from: x + Text.width(of: word), y: area.y)
            return
        }
        let columns = ValueColumns(.milliseconds)
        frame.put(
            ValueText(state.latency.map { model.figures.value($0, unit: .milliseconds) } ?? Figures.none),
            at: Point(x, area.y), columns: columns, role)
        frame.plot(mark, at: Point(x + columns.width, area.y), role)
        x += columns.width + 2
        let traffic = renderTraffic(state, into: &frame, endingAt: end, from: x, y: area.y)
        let room = end - x - traffic
        if state.standing == .few {
            frame.put(model.words(.fewRequests), at: Point(x, area.y), .dim, width: room)
        } else {
            renderPast(state, into: &frame, area: Rect(x: x, y: area.y, width: room, height: 1))
        }
    }

    /// The requests a second at the right, where there is room; returns the cells that they took.
    @discardableResult
    private func renderTraffic(
        _ state: RegionState, into frame: inout Frame, endingAt end: Int, from x: Int, y: Int
    ) -> Int {
        let columns = ValueColumns(.perSecond)
        guard end - x >= columns.width + 8, state.region.traffic != nil else { return 0 }
        let text = state.traffic.map { model.figures.value($0, unit: .perSecond) } ?? "?"
        frame.put(ValueText(text), at: Point(end - columns.width + 1, y), columns: columns, .dim)
        return columns.width
    }

    /// A region's name; of elsewhere, what those places call themselves.
    private func name(of state: RegionState) -> String {
        guard !state.isOnMap, !model.elsewhereNames.isEmpty else { return state.region.name }
        return model.elsewhereNames
    }

    private func renderPast(_ state: RegionState, into frame: inout Frame, area: Rect) {
        guard area.width >= 4, !model.capabilities.slow, let track = model.track(state.region.latency) else {
            return
        }
        let trend = Trend(of: track, count: min(area.width, 30), span: .minutes(5), until: model.shownNow)
        Sparkline(trend.samples, role: state.freshness == .fresh ? .sparkline : .stale)
            .render(into: &frame, area: Rect(x: area.x, y: area.y, width: min(area.width, 30), height: 1))
    }

    /// `3 breach · 7 warn · 14 ok`
    func renderLegend(_ regions: [RegionState], hidden: Int, into frame: inout Frame, area: Rect) {
        var spans: [Span] = []
        let words: [(RegionState.Standing, Word, Role)] = [
            (.breach, .breachCount, .critical), (.warning, .warningCount, .warning),
            (.unknown, .unknownShort, .unknown),
            (.ok, .okCount, .dim), (.few, .fewCount, .dim), (.quiet, .quietCount, .dim),
        ]
        for (standing, word, role) in words {
            let count = regions.count { $0.standing == standing }
            guard count > 0 else { continue }
            if !spans.isEmpty { spans.append(Span(" · ", .dim)) }
            spans.append(Span(model.words(word, String(count)), role))
        }
        let more = hidden > 0 && area.width >= 20 ? model.words(.regionMore, String(hidden)) : ""
        if spans.reduce(0, { $0 + Text.width(of: $1.text) }) > area.width
            - (more.isEmpty ? 0 : Text.width(of: more) + 1)
        {
            spans = shortLegend(regions)
        }
        let room = area.width - Text.width(of: more) - (more.isEmpty ? 0 : 1)
        // Whole counts only: half a word beside the number of the hidden ones would be read as one text.
        while spans.count > 1, spans.reduce(0, { $0 + Text.width(of: $1.text) }) > room { spans.removeLast(2) }
        frame.put(spans, at: area.origin, width: room)
        frame.put(more, in: area, .dim, align: .trailing)
    }

    /// `3✗ 7! 14 ok`
    private func shortLegend(_ regions: [RegionState]) -> [Span] {
        let marks: [(Set<RegionState.Standing>, String, Role)] = [
            ([.breach], String(Verdict.critical.glyph), .critical),
            ([.warning], String(Verdict.warning.glyph), .warning),
            ([.unknown], String(Verdict.unknown.glyph), .unknown),
            ([.ok], " " + model.words(.ok), .dim), ([.few, .quiet], "·", .dim),
        ]
        var spans: [Span] = []
        for (standings, mark, role) in marks {
            let count = regions.count { standings.contains($0.standing) }
            guard count > 0 else { continue }
            if !spans.isEmpty { spans.append(Span(" ", .dim)) }
            spans.append(Span(String(count) + mark, role))
        }
        return spans
    }
}
