import Launch

/// Every action there was, the newest first: who did what, when and why, and what came of it.
struct DeploymentsPage {
    let model: Model
    let selected: ActionID?

    static func room(in body: Rect) -> Int { max(0, body.height - 3) }

    func render(into frame: inout Frame, area: Rect) {
        let words = model.words
        let records = model.deployments
        frame.fill(area, .text)
        let facts = [Span(words(records.count == 1 ? .oneAction : .actionCount, String(records.count)), .dim)]
        let inside = Panel(title: words(.deploymentsTitle), facts: facts, isFocused: true)
            .render(into: &frame, area: area).inset(left: 1, right: 1)
        guard !records.isEmpty else {
            frame.put(words(.noActions), in: inside, .dim)
            return
        }
        let id = selected ?? records.first?.id
        var scroll = Scroll()
        if let index = records.firstIndex(where: { $0.id == id }) {
            scroll.reveal(index, count: records.count, height: max(0, inside.height - 1))
        }
        let table = Table(
            columns: [
                .init(words(.columnWhen), width: 11), .init(words(.columnWhat), width: 8),
                .init(words(.columnOutcome), width: 12), .init(words(.columnTo), width: 18, weight: 4),
                .init(words(.columnWho), width: 7, priority: 2),
                .init(words(.columnTook), width: 7, align: .trailing, priority: 3),
                .init(words(.columnReason), width: 14, weight: 4, priority: 4),
            ], rows: records.map { .init(id: $0.id, cells: cells($0)) }, selection: id, scroll: scroll)
        let visible = table.render(into: &frame, area: inside)
        Scrollbar(visible: visible, count: records.count).render(into: &frame, area: inside.inset(top: 1, right: -2))
    }

    private func cells(_ record: ActionRecord) -> [[Span]] {
        let time = model.zone.civil(record.at.utc)
        let today = model.zone.civil(model.now.utc)
        let isToday = (time.year, time.month, time.day) == (today.year, today.month, today.day)
        let when =
            isToday ? model.figures.clock(time) : model.figures.shortDate(time) + " " + model.figures.shortClock(time)
        let outcome =
            record.ended.map { Span("\($0.body.outcome.glyph) \(model.outcomeWord(of: record))", $0.body.outcome.role) }
            ?? Span("▸ " + model.words(.isRunning), .accent, .bold)
        let took = model.figures.took(record.duration(at: model.now))
        return [
            [Span(when, .text)], [Span(record.kind.title, .value)], [outcome],
            [Span(DeploymentsPage.move(record), .value)],
            [Span(Text.sanitised(record.started.by.name, limit: 40), .text)],
            [Span(took, .dim)], [Span(Text.sanitised(record.started.reason, limit: 200), .text)],
        ]
    }

    /// `blue v1.3.9 → green v1.4.0`, `checkout-v2 5 % → 25 %`
    static func move(_ record: ActionRecord) -> String {
        Text.sanitised(record.move, limit: 120)
    }
}
