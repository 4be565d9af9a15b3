import Launch

/// One colour: its version, share and health, and each of its figures with its past; beside it the same of the other one.
struct ColourPage {
    let model: Model
    let colour: Panes.Colour

    private var words: Words { model.words }

    func render(into frame: inout Frame, area: Rect) {
        frame.fill(area, .text)
        let state = ColourState(colour, model: model)
        let inside = Panel(
            title: colour.name.uppercased() + " " + state.version,
            facts: [Span(state.health(words), state.healthRole)], isFocused: true
        ).render(into: &frame, area: area).inset(left: 1, right: 1)
        let lines = lines(state, width: inside.width)
        let parts = inside.rows([.fixed(min(lines.count, max(0, inside.height - 6))), .fixed(1), .fill()])
        for (row, line) in lines.prefix(parts[0].height).enumerated() {
            frame.put(line, at: parts[0].row(row).origin, width: inside.width)
        }
        renderCharts(into: &frame, area: parts[2])
    }

    private static let label = 12

    private func line(_ label: String, _ spans: [Span]) -> [Span] {
        [Span(Text.padded(label, to: Self.label), .dim)] + spans
    }

    private func lines(_ state: ColourState, width: Int) -> [[Span]] {
        let share = state.share.map { model.figures.percent($0, decimals: $0 == $0.rounded() ? 0 : 1) } ?? "?"
        let age = state.age.map { words(.checkedAgo, model.figures.age($0)) } ?? ""
        var lines = [
            line(
                words(.columnState),
                [
                    Span("\(state.glyph) \(words(state.word)) ", state.role, .bold),
                    Span(share, state.share == nil ? .unknown : .value),
                    Span("  " + state.health(words), state.healthRole), Span("  " + age, .dim),
                ])
        ]
        for figure in figures {
            lines.append(line(figure.label, value(of: figure.id) + against(figure.of)))
        }
        if let rejection = model.traffic?.rejection(of: colour.name, model.shown.actions) {
            let text = "! " + model.left(rejection, version: state.version)
            lines += Text.wrapped(text, to: max(10, width - Self.label), lines: 3).map {
                line("", [Span($0, .warning, .bold)])
            }
        }
        return lines
    }

    private struct Figure {
        var label: String
        var id: SeriesID
        var of: KeyPath<Panes.Colour, SeriesID?>
    }

    /// What is measured of it, what customers feel first.
    private var figures: [Figure] {
        let all: [(String, KeyPath<Panes.Colour, SeriesID?>)] = [
            (words(.regionErrors), \.errors), (words(.latencyShort), \.latency), (words(.median), \.median),
            (words(.regionRequests), \.requests),
        ]
        return all.compactMap { label, path in
            colour[keyPath: path].map { Figure(label: Text.sanitised(label, limit: 12), id: $0, of: path) }
        }
    }

    private func value(of id: SeriesID) -> [Span] {
        guard let track = model.track(id) else { return [Span(words(.neverRead), .unknown)] }
        let judged = model.assessment(of: id)
        switch judged.freshness {
        case .never: return [Span(words(.neverRead) + (track.miss.map { " · " + $0 } ?? ""), .unknown)]
        case .lastKnown:
            return track.valueAt.map { model.lastKnown(track, at: $0, words: true, room: 40) } ?? []
        case .fresh, .stale:
            let role: Role =
                judged.freshness == .stale ? .stale : judged.verdict > .unknown ? judged.verdict.role : .value
            let bound = model.bound(of: track).map {
                "  " + model.figures.kept($0, unit: track.series.unit, isShort: false)
            }
            return [
                Span(Text.padded(model.value(of: track), to: 10, align: .trailing), role, .bold),
                Span(bound ?? "", .dim),
            ]
        }
    }

    /// `  GREEN 0,0 %`: the same figure of the other colour.
    private func against(_ path: KeyPath<Panes.Colour, SeriesID?>) -> [Span] {
        guard let other = model.shownManifest?.panes.colours.first(where: { $0.name != colour.name }),
            let id = other[keyPath: path], model.known(id) != nil, let track = model.track(id)
        else { return [] }
        return [Span("   " + other.name.uppercased() + " ", .dim), Span(model.value(of: track), .label)]
    }

    /// The last hour of what customers feel: errors and latency, side by side or one below the other.
    private func renderCharts(into frame: inout Frame, area: Rect) {
        guard area.height >= 5, !model.capabilities.slow else { return }
        let ids = [colour.errors, colour.latency, colour.requests].compactMap(\.self)
        let isWide = area.width >= 100
        let shown = ids.prefix(isWide ? 3 : max(1, area.height / 6))
        let parts =
            isWide ? area.columns(shown.map { _ in .fill() }, spacing: 2) : area.rows(shown.map { _ in .fill() })
        for (id, part) in zip(shown, parts) {
            guard let track = model.track(id) else { continue }
            frame.put(model.title(of: id), in: part, .title)
            SeriesChart(model: model, track: track, span: .hours(1), labelWidth: 7, showsTimes: true)
                .render(into: &frame, area: part.inset(top: 1))
        }
    }
}

extension Model {
    /// The colour that an item of the pane of colours stands for.
    func colour(of id: SeriesID) -> Panes.Colour? {
        shownManifest?.panes.colours.first { $0.all.first == id }
    }
}
