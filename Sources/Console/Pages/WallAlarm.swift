import Launch

/// A critical alert that nobody has, over the whole wall: how long already, in digits for four metres, what, and who comes.
struct WallAlarm {
    let model: Model
    let alert: Alert

    func render(into frame: inout Frame, area: Rect) {
        let role: Role = .kioskCritical
        frame.fill(area, role)
        let since = alert.firedAt ?? alert.at
        let others = model.feed.live.items.prefix { $0.standing == .open && $0.weight == .critical }
            .filter { $0.id != .alert(alert.id) }
        let listed = max(0, min(others.count, area.height - BigText.height - 7))
        let isTall = area.height >= BigText.height + 5
        let parts = area.rows([
            .fill(), .fixed(isTall ? BigText.height : 1), .fixed(isTall ? 1 : 0), .fixed(3),
            .fixed(listed > 0 ? listed + 1 : 0), .fill(),
        ])
        BigText(model.figures.countdown(since.age(at: model.now)), role: role).render(into: &frame, area: parts[1])
        let (glyph, word, _) = alert.facts.severity.look
        let lines = [
            [Span("\(glyph) \(model.words(word))  \(model.title(of: alert))", role, .bold)],
            [Span(model.facts(of: alert), role), Span("  " + model.words(.since, model.shortClock(since.utc)), .text)],
            model.standing(of: alert),
        ]
        for (row, line) in lines.enumerated() {
            frame.put(line, at: parts[3].row(row).origin, width: area.width, align: .centre)
        }
        for (row, item) in others.prefix(listed).enumerated() {
            let isCut = row == listed - 1 && others.count > listed
            let more = isCut ? "  " + model.words(.more, String(others.count - listed)) : ""
            frame.put(
                "\(glyph) " + model.title(of: item.id) + more, in: parts[4], row: row + 1, role, align: .centre)
        }
    }
}

extension Model {
    /// The alert that has the wall: the worst, while it is critical and nobody has taken it. A silent engine's last word does not.
    var wallAlarm: Alert? {
        guard page == .wall, !isSilent else { return nil }
        let critical = feed.live.items.lazy.prefix { $0.standing == .open && $0.weight == .critical }
        return critical.compactMap(\.id.alert).first.flatMap { board.alerts[$0] }
    }
}
