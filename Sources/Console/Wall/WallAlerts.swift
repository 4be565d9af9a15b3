import Launch

/// What fires, the worst first, in letters as large as the number of lines allows.
struct WallAlerts {
    let model: Model

    private struct Line {
        var glyph: Unicode.Scalar
        var role: Role
        var title: String
        var facts: [Span]
    }

    func render(into frame: inout Frame, area: Rect) {
        let items = model.feed.live.items.filter { $0.standing != .over }
        guard !items.isEmpty, !area.isEmpty else { return }
        // A line is large letters and a row below them; where that shows no more than one, ordinary letters.
        let height = BigText.height + 2
        let isLarge = area.height >= 2 * height
        let room = isLarge ? area.height / height : area.height
        let shown = min(room, items.count)
        let rows = isLarge ? area.rows((0..<shown).map { _ in .fill() }) : (0..<shown).map { area.row($0) }
        for (index, item) in items.prefix(shown).enumerated() {
            let hidden = index == shown - 1 ? items.count - shown : 0
            render(line(of: item), into: &frame, area: rows[index].inset(left: 1, right: 1), isLarge: isLarge, hidden)
        }
    }

    private func render(_ line: Line, into frame: inout Frame, area: Rect, isLarge: Bool, _ hidden: Int) {
        let title = "\(line.glyph) " + line.title
        let more = hidden > 0 ? [Span("  " + model.words(.more, String(hidden)), .dim)] : []
        guard isLarge else {
            frame.put([Span(title + "  ", line.role, .bold)] + line.facts + more, at: area.origin, width: area.width)
            return
        }
        let parts = area.rows([.fill(), .fixed(1), .fixed(area.height > BigText.height + 1 ? 1 : 0)])
        BigText(title, role: line.role, align: .leading, largest: 3).render(into: &frame, area: parts[0])
        frame.put(line.facts + more, at: parts[1].origin, width: parts[1].width)
    }

    private func line(of item: FeedItem) -> Line {
        switch item.id {
        case .alert(let id):
            guard let alert = model.board.alerts[id] else { break }
            let (glyph, _, _) = alert.facts.severity.look
            let since = model.words(.since, model.shortClock(alert.firesSince.utc))
            return Line(
                glyph: glyph, role: item.standing == .open ? item.weight.wallRole : .text,
                title: model.title(of: alert),
                facts: [Span(model.wallFacts(of: alert) + "  " + since + "  ", .text)] + model.standing(of: alert))
        case .series(let id):
            guard let track = model.board.track(id) else { break }
            let verdict = model.liveAssessment(of: id).verdict
            let value = model.isHidden(track.series) ? "" : model.value(of: track) + "  "
            return Line(
                glyph: verdict.glyph, role: verdict.wallRole, title: model.title(of: id),
                facts: [Span(value + model.words(.since, model.shortClock(item.at)), .text)])
        }
        return Line(glyph: "?", role: .kioskUnknown, title: model.title(of: item.id), facts: [])
    }
}

extension FeedItem.Weight {
    fileprivate var wallRole: Role {
        switch self {
        case .critical: .kioskCritical
        case .warning: .kioskWarning
        case .unknown: .kioskUnknown
        case .info: .text
        }
    }
}
