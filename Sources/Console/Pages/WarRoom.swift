import Launch

/// The war room: header, headline, panes, footer.
struct WarRoom {
    let model: Model
    let layout: Layout

    func render(into frame: inout Frame, keeping pictures: inout Pictures) {
        renderTop(into: &frame, keeping: &pictures)
        renderBody(into: &frame, keeping: &pictures)
        Footer(model: model).render(into: &frame, area: layout.footer)
    }

    /// Header and headline.
    func renderTop(into frame: inout Frame, keeping pictures: inout Pictures) {
        let header = pictures.picture(of: .header, size: layout.header.size, model: model) {
            Header(model: model).render(into: &$0.frame, area: $0.frame.bounds)
        }
        frame.place(header.frame, at: layout.header.origin)
        let headline = pictures.picture(of: .headline, size: layout.headline.size, model: model) {
            Headline(model: model).render(into: &$0.frame, area: $0.frame.bounds)
        }
        frame.place(headline.frame, at: layout.headline.origin)
    }

    func renderBody(into frame: inout Frame, keeping pictures: inout Pictures) {
        if model.shownManifest == nil {
            frame.put(
                model.readingText ?? model.words(.noManifest), in: layout.body, row: layout.body.height / 2, .unknown,
                align: .centre)
        } else if layout.panes.isEmpty {
            Digest(model: model).render(into: &frame, area: layout.body)
        } else {
            for pane in PaneID.allCases {
                if let area = layout.panes[pane] { render(pane, into: &frame, area: area, keeping: &pictures) }
            }
        }
    }

    /// The border is drawn each time: the focus moves from pane to pane, and what they hold stays what it was.
    private func render(_ pane: PaneID, into frame: inout Frame, area: Rect, keeping pictures: inout Pictures) {
        guard let panes = model.shownManifest?.panes else { return }
        let picture = pictures.picture(of: .pane(pane), size: area.inset(1).size, model: model) { picture in
            picture.scrollbar = draw(pane, panes, into: &picture.frame)
            picture.facts = facts(of: pane, panes)
        }
        let inside = Panel(
            title: "\(pane.digit) \(title(of: pane, panes))", facts: picture.facts,
            isFocused: pane == model.focus && !model.mode.isKiosk
        ).render(into: &frame, area: area)
        if model.frozen != nil { frame.markPaused(area) }
        frame.place(picture.frame, at: inside.origin)
        picture.scrollbar?.render(into: &frame, area: inside.inset(right: -1))
    }

    private func draw(_ pane: PaneID, _ panes: Panes, into frame: inout Frame) -> Scrollbar? {
        let area = frame.bounds
        switch pane {
        case .health, .business:
            let all = pane == .health ? panes.health : panes.business
            return RowsPane(model: model, pane: pane, rows: model.rows(of: pane), all: all).render(
                into: &frame, area: area)
        case .alerts: return AlertsPane(model: model).render(into: &frame, area: area)
        case .geo: return GeoPane(model: model).render(into: &frame, area: area)
        case .colours:
            ColoursPane(model: model).render(into: &frame, area: area)
            return nil
        }
    }

    private func title(of pane: PaneID, _ panes: Panes) -> String {
        if pane == .geo, let title = panes.geo?.title { return Text.sanitised(title, limit: 60) }
        return model.words(model.keymap[pane.action].title)
    }

    private func facts(of pane: PaneID, _ panes: Panes) -> [Span] {
        switch pane {
        case .health: counts(panes.health)
        case .business: counts(panes.business)
        case .alerts: AlertsPane(model: model).facts
        case .geo: GeoPane(model: model).facts
        case .colours: ColoursPane(model: model).facts
        }
    }

    /// `9 ok · 1 WARN`, the worst first; only what there is.
    private func counts(_ rows: [Panes.Row]) -> [Span] {
        var counts: [Verdict: Int] = [:]
        for row in rows { counts[model.verdict(of: row), default: 0] += 1 }
        var spans: [Span] = []
        for verdict in [Verdict.critical, .warning, .unknown, .ok] {
            guard let count = counts[verdict] else { continue }
            if !spans.isEmpty { spans.append(Span(" · ", .dim)) }
            let word: Word =
                switch verdict {
                case .critical: .criticalShort
                case .warning: .warningCount
                case .unknown: .unknownShort
                case .ok: .okCount
                }
            spans.append(Span(model.words(word, String(count)), verdict == .ok ? .dim : verdict.role))
        }
        return spans
    }
}

extension Frame {
    /// Gives a pane's border the look of the pause: nobody must take a held picture for the present.
    fileprivate mutating func markPaused(_ area: Rect) {
        let edges = [
            area.row(0), area.row(area.height - 1), Rect(x: area.x, y: area.y, width: 1, height: area.height),
            Rect(x: area.x + area.width - 1, y: area.y, width: 1, height: area.height),
        ]
        for edge in edges {
            restyle(edge) { style in
                if style.role == .border || style.role == .borderFocused { style.role = .modePaused }
            }
        }
    }
}

extension Model {
    /// The rows of the health or business pane, in the order of ``items(of:)``.
    func rows(of pane: PaneID) -> [Panes.Row] {
        guard let panes = shownManifest?.panes else { return [] }
        let rows = rowOrder(pane == .health ? panes.health : panes.business, room: capacity(of: pane))
        guard let held = lists[pane]?.held else { return rows }
        let order = ListState(held: held).arranged(rows.map { .series($0.main) })
        let byID = Dictionary(rows.map { (ItemID.series($0.main), $0) }, uniquingKeysWith: { first, _ in first })
        return order.compactMap { byID[$0] }
    }
}
