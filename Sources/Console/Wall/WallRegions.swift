import Launch

/// The country, and beside it the regions that do worst in big letters.
struct WallRegions {
    let model: Model

    func render(into frame: inout Frame, area: Rect) {
        let states = model.regions
        let (picture, size) = GeoPane.picture(in: Size(width: area.width / 2, height: area.height), model.capabilities)
        let left = picture == .none ? 0 : size.width + 2
        let map = Rect(x: area.x + 1, y: area.y, width: left, height: area.height)
        if left > 0 { GeoPane(model: model).render(picture, states, into: &frame, area: map) }
        renderList(states, into: &frame, area: area.inset(left: left + 1, right: 1))
    }

    private func renderList(_ states: [RegionState], into frame: inout Frame, area: Rect) {
        guard !area.isEmpty else { return }
        let parts = area.rows([.fixed(1), .fill()])
        let limit = model.shownManifest?.panes.geo?.limit
        let title = Text.sanitised(model.shownManifest?.panes.geo?.title ?? "", limit: 60)
        let bound = limit.map { "  \(model.figures.atMost) " + model.figures.value($0, unit: .milliseconds) } ?? ""
        var head = [Span(title + bound + "  ", .strong, .bold)]
        for (standing, word, role) in [
            (RegionState.Standing.breach, Word.breachCount, Role.kioskCritical),
            (.warning, .warningCount, .kioskWarning),
            (.unknown, .unknownCount, .kioskUnknown), (.ok, .okCount, .kioskOk),
        ] {
            let count = states.count { $0.standing == standing }
            if count > 0 { head.append(Span(model.words(word, String(count)) + "  ", role, .bold)) }
        }
        frame.put(head, at: parts[0].origin, width: parts[0].width)
        let height = BigText.height + 1
        let worst = states.filter { $0.standing != .quiet && $0.standing != .few }
        let room = parts[1].height / height
        for (index, state) in worst.prefix(room).enumerated() {
            let row = Rect(x: area.x, y: parts[1].y + 1 + index * height, width: area.width, height: BigText.height)
            render(state, into: &frame, area: row)
        }
    }

    private func render(_ state: RegionState, into frame: inout Frame, area: Rect) {
        let role: Role =
            switch state.standing {
            case .breach: .kioskCritical
            case .warning: .kioskWarning
            case .unknown: .kioskUnknown
            default: .kioskOk
            }
        let value =
            state.standing == .unknown ? "?" : state.latency.map { model.figures.value($0, unit: .milliseconds) } ?? "?"
        let glyph: Unicode.Scalar =
            switch state.standing {
            case .breach: Verdict.critical.glyph
            case .warning: Verdict.warning.glyph
            case .unknown: Verdict.unknown.glyph
            default: Verdict.ok.glyph
            }
        let number = BigText(value, role: role, align: .trailing, largest: 2)
        let width = min(area.width, BigText.width(value) * (area.width >= 70 ? 2 : 1))
        let name = area.inset(right: width + 2)
        number.render(into: &frame, area: area.inset(left: area.width - width))
        let long = "\(glyph) " + Text.sanitised(state.region.name, limit: 60)
        let short = "\(glyph) " + Text.sanitised(state.region.label, limit: 12)
        let fits = BigText(long).setting(of: frame.redacted(long), in: name.size) != nil
        BigText(fits ? long : short, role: role, align: .leading, largest: 2).render(into: &frame, area: name)
    }
}
