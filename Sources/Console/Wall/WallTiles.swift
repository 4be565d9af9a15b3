import Launch

/// Figures in big letters, a tile each: what it is, how much, how it stands.
struct WallTiles {
    let model: Model
    let rows: ArraySlice<Panes.Row>

    /// Title, digits, a line below, a row between two tiles.
    private static let leastHeight = BigText.height + 3
    private static let leastWidth = 36

    /// How many tiles an area has room for.
    static func capacity(_ count: Int, in area: Size) -> Int {
        let grid = grid(count, in: area)
        return grid.width * grid.height
    }

    /// Columns and rows of tiles: all of them if that can be, and then as large as can be.
    static func grid(_ count: Int, in area: Size) -> Size {
        let grids = (1...3).filter { $0 == 1 || area.width / $0 >= leastWidth }.map { columns in
            let wanted = (count + columns - 1) / columns
            return Size(width: columns, height: max(1, min(wanted, area.height / leastHeight)))
        }
        func score(_ grid: Size) -> (Int, Int) {
            let tile = Size(width: area.width / grid.width, height: area.height / grid.height)
            // What a figure of eight characters may take.
            return (
                min(count, grid.width * grid.height), min(tile.width / 32, 2 * ((tile.height - 3) / BigText.height))
            )
        }
        return grids.max { score($0) < score($1) } ?? Size(width: 1, height: 1)
    }

    func render(into frame: inout Frame, area: Rect) {
        guard !rows.isEmpty, !area.isEmpty else { return }
        let grid = Self.grid(rows.count, in: area.size)
        let lines = area.rows((0..<grid.height).map { _ in .fill() })
        for (index, row) in rows.enumerated() where index < grid.width * grid.height {
            let columns = lines[index / grid.width].columns((0..<grid.width).map { _ in .fill() })
            render(row, into: &frame, area: columns[index % grid.width].inset(left: 1, right: 1))
        }
    }

    private func render(_ row: Panes.Row, into frame: inout Frame, area: Rect) {
        let verdict = model.verdict(of: row)
        let role = verdict.wallRole
        guard area.height >= Self.leastHeight - 1 else {
            let line = "\(verdict.glyph) \(model.words(verdict.word)) \(row.title)  \(figure(of: row).text)"
            frame.put(line, in: area, role, .bold)
            return
        }
        let mark = "\(verdict.glyph) "
        let isLarge = area.height >= 2 * BigText.height + 4
        let parts = area.rows([.fixed(isLarge ? BigText.height + 1 : 1), .fill(), .fixed(1), .fixed(isLarge ? 1 : 0)])
        let title = Text.sanitised(row.title, limit: 80)
        let name = BigText(mark + title, role: role, align: .leading, largest: 2)
        if isLarge, name.setting(of: frame.redacted(mark + title), in: parts[0].size) != nil {
            name.render(into: &frame, area: parts[0])
        } else {
            frame.put(
                mark + model.words(verdict.word) + " " + title, in: parts[0], row: parts[0].height - 1, role, .bold)
        }
        let (figure, below) = figure(of: row)
        BigText(figure, role: role, align: .leading, largest: 6).render(into: &frame, area: parts[1])
        frame.put(below, at: parts[2].origin, width: parts[2].width)
    }

    /// The figure of a row, and the line below it.
    private func figure(of row: Panes.Row) -> (text: String, below: [Span]) {
        guard let track = model.track(row.main) else { return ("?", [Span(model.words(.neverRead), .unknown)]) }
        switch model.assessment(of: row.main).freshness {
        case .never: return ("?", [Span(model.words(.neverRead), .unknown)])
        case .lastKnown:
            guard let at = track.valueAt else { return ("?", [Span(model.words(.neverRead), .unknown)]) }
            let time = model.words(.lastKnown, model.clock(at.utc))
            let value = model.isHidden(track.series) ? "" : " " + model.value(of: track)
            return ("?", [Span(time, .unknown), Span(value, .stale)])
        case .fresh, .stale:
            if model.isHidden(track.series) {
                return (model.words(model.verdict(of: row).word), [Span(model.words(.valueHidden), .dim)])
            }
            return (model.value(of: track), below(row, track))
        }
    }

    /// What the figure is held against; where another measure makes the row as bad as it is, that one.
    private func below(_ row: Panes.Row, _ track: Track) -> [Span] {
        let worst = row.judged.max { model.assessment(of: $0).verdict < model.assessment(of: $1).verdict } ?? row.main
        let isOther = model.assessment(of: worst).verdict > model.assessment(of: row.main).verdict
        if isOther, let other = model.track(worst), !model.isHidden(other.series) {
            return [Span("\(model.title(of: worst)) \(model.value(of: other))", model.verdict(of: row).role)]
        }
        // The bound that the panes of a dashboard have beside it.
        var spans =
            model.bound(of: track).map { bound in
                [Span(model.figures.kept(bound, unit: track.series.unit, isShort: false), .dim)]
            } ?? []
        if let kpi = model.kpi(of: row.main) {
            if let short = kpi.short {
                if !spans.isEmpty { spans.append(Span("  ", .dim)) }
                spans.append(short)
            }
        }
        return spans
    }
}
