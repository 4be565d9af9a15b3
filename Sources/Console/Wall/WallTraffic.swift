import Launch

/// Who serves, in two halves of big letters, and whether there is a way back.
struct WallTraffic {
    let model: Model

    func render(into frame: inout Frame, area: Rect) {
        guard let colours = model.shownManifest?.panes.colours.prefix(2), !colours.isEmpty else { return }
        let below = model.traffic == nil ? 0 : area.height >= 30 ? 2 * BigText.height + 3 : 2
        let parts = area.rows([.fill(), .fixed(below)])
        for (column, colour) in zip(parts[0].columns(colours.map { _ in .fill() }), colours) {
            render(ColourState(colour, model: model), into: &frame, area: column.inset(left: 1, right: 1))
        }
        if let traffic = model.traffic { model.renderWay(traffic, into: &frame, area: parts[1]) }
    }

    private func render(_ state: ColourState, into frame: inout Frame, area: Rect) {
        let role = state.isServing == nil ? Role.kioskUnknown : state.role
        let share = state.share.map { model.figures.percent($0, decimals: 0).replacing("\u{a0}", with: " ") } ?? "?"
        let health = Span(state.health(model.words), state.healthRole, .bold)
        let word = Span(model.words(state.word) + "  ", role, .bold)
        let parts = area.rows([.fixed(1), .fill(2), .fill(2), .fill(2), .fixed(1)])
        frame.put("\(state.glyph) " + model.words(state.word), in: parts[0], role, .bold, align: .centre)
        let size = area.height >= 24 ? 3 : 2
        BigText(state.colour.name, role: role, largest: size).render(into: &frame, area: parts[1])
        BigText(state.version, role: state.versionIsKnown ? .kioskClock : .kioskUnknown, largest: size)
            .render(into: &frame, area: parts[2])
        BigText(share, role: state.share == nil ? .kioskUnknown : role, largest: size + 1)
            .render(into: &frame, area: parts[3])
        frame.put([word, health], at: parts[4].origin, width: parts[4].width, align: .centre)
    }
}

extension Model {
    /// What runs, else whether there is a way back.
    func renderWay(_ traffic: Traffic, into frame: inout Frame, area: Rect) {
        guard !area.isEmpty else { return }
        let spans = running(in: traffic) ?? [light(of: traffic)]
        let big = BigText(spans.map(\.text).joined(), role: spans.first?.style.role ?? .text, lines: 2, largest: 3)
        if big.setting(of: frame.redacted(big.text), in: area.size) != nil {
            big.render(into: &frame, area: area)
        } else if area.width >= spans.reduce(0, { $0 + Text.width(of: $1.text, atMost: 999) }) {
            frame.put(spans, at: area.row(area.height / 2).origin, width: area.width, align: .centre)
        } else {
            big.render(into: &frame, area: area)
        }
    }
}
