import Launch

/// What a small screen shows in place of five panes: what is wrong, worst first, and who serves.
struct Digest {
    let model: Model

    /// One line of the digest: a row of a pane, or a region that is too slow.
    private struct Line {
        var id: SeriesID
        var title: String
        var verdict: Verdict
        /// Nil for a region.
        var row: Panes.Row?
    }

    func render(into frame: inout Frame, area: Rect) {
        guard let panes = model.shownManifest?.panes else { return }
        let colours = min(panes.colours.count, max(0, area.height - 3))
        let traffic = model.traffic
        let parts = area.rows([.fill(), .fixed(colours), .fixed(traffic == nil ? 0 : 1)])
        if let traffic { renderLight(traffic, into: &frame, area: parts[2]) }
        let lines = lines(of: panes)
        for (index, line) in lines.prefix(parts[0].height).enumerated() {
            render(line, into: &frame, area: parts[0].row(index))
        }
        if lines.count > parts[0].height, parts[0].height > 0 {
            let hidden = lines.count - parts[0].height
            frame.put("+\(hidden) ", in: parts[0], row: parts[0].height - 1, .dim, align: .trailing)
        }
        for (index, colour) in panes.colours.prefix(colours).enumerated() {
            render(ColourState(colour, model: model), into: &frame, area: parts[1].row(index))
        }
    }

    /// What runs, else the rollback light.
    private func renderLight(_ traffic: Traffic, into frame: inout Frame, area: Rect) {
        let line = area.inset(left: 1)
        guard let running = model.running(in: traffic) else {
            frame.put([model.light(of: traffic)], at: line.origin, width: line.width)
            return
        }
        frame.put(running, at: line.origin, width: line.width)
    }

    private func lines(of panes: Panes) -> [Line] {
        var lines = (panes.health + panes.business).map { row in
            Line(id: row.main, title: row.title, verdict: model.verdict(of: row), row: row)
        }
        for state in model.regions where state.standing == .breach || state.standing == .warning {
            lines.append(
                Line(
                    id: state.region.latency, title: state.region.name,
                    verdict: state.standing == .breach ? .critical : .warning))
        }
        return lines.enumerated()
            .filter { model.isWanted($0.element.title) }
            .sorted { ($0.element.verdict, $1.offset) > ($1.element.verdict, $0.offset) }.map(\.element)
    }

    private func render(_ line: Line, into frame: inout Frame, area: Rect) {
        let x = area.x + 1
        frame.plot(line.verdict.glyph, at: Point(x, area.y), line.verdict.role)
        frame.put(model.words(line.verdict.word), at: Point(x + 2, area.y), line.verdict.role, width: 4)
        let title = min(20, max(10, area.width / 3))
        frame.put(line.title, at: Point(x + 7, area.y), line.verdict > .unknown ? .strong : .label, width: title)
        // The last cells of the last line say how many more there are.
        let rest = Rect(x: x + 8 + title, y: area.y, width: area.width - 13 - title, height: 1)
        // What makes it as bad as it is, where that is another figure than its own: by its name.
        if let culprit = line.row.flatMap({ model.culprit(of: $0) }) {
            frame.put([culprit.span], at: rest.origin, width: rest.width)
            return
        }
        guard let track = model.track(line.id) else { return }
        let judged = model.assessment(of: line.id)
        switch judged.freshness {
        case .never:
            frame.put(model.words(.neverRead) + (track.miss.map { " · " + $0 } ?? ""), in: rest, .unknown)
        case .lastKnown:
            guard let at = track.valueAt else { return }
            // The line's word says already that it is not known now: where room is scarce the figures have it.
            let spans = model.lastKnown(track, at: at, words: rest.width >= 24, room: rest.width)
            frame.put(spans, at: rest.origin, width: rest.width)
        case .fresh, .stale:
            if track.series.tellsWhetherUp, let number = track.number {
                frame.put(model.upText(of: track, number), in: rest, judged.verdict.role)
                return
            }
            let columns = ValueColumns(number: 9, unit: 4)
            let role: Role =
                judged.freshness == .stale ? .stale : judged.verdict > .unknown ? judged.verdict.role : .value
            frame.put(
                track: track, figures: model.figures, words: model.words, at: rest.origin, columns: columns, role)
        }
    }

    private func render(_ state: ColourState, into frame: inout Frame, area: Rect) {
        let share = state.share.map { model.figures.percent($0, decimals: 0) } ?? "?"
        let spans = [
            Span(" \(state.glyph) \(Text.padded(state.colour.name.uppercased(), to: 6))", state.role, .bold),
            Span(Text.padded(state.version, to: 9), state.versionIsKnown ? .value : .unknown),
        ]
        let standing =
            state.isChecking && state.share == nil
            ? [Span(Text.padded(model.words(.checking), to: 13), .unknown)]
            : [
                Span(Text.padded(model.words(state.word), to: 5), state.isServing == true ? state.role : .dim),
                Span(Text.padded(share, to: 6, align: .trailing) + "  ", state.share == nil ? .unknown : .value),
            ]
        let health = [
            Span(state.health(model.words), state.healthRole)
        ]
        frame.put(spans + standing + health, at: area.origin, width: area.width)
    }
}
