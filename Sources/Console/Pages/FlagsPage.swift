import Launch

/// All feature flags: what each is, who has it, who said so when, whom the next step concerns, and how its ramp does. Below the
/// table everything about the one that the cursor is on.
struct FlagsPage {
    let model: Model
    let selected: String?

    var words: Words { model.words }

    /// How many flags the table has room for.
    static func room(in body: Rect) -> Int { max(1, tableHeight(in: body) - 1) }

    private static func tableHeight(in body: Rect) -> Int { max(2, (body.height - 2) / 2) }

    func render(into frame: inout Frame, area: Rect) {
        let names = model.flagNames
        frame.fill(area, .text)
        let inside = Panel(
            title: words(.flagsTitle), facts: [Span(words(.flagCount, String(names.count)), .dim)], isFocused: true
        )
        .render(into: &frame, area: area).inset(left: 1, right: 1)
        guard let name = selected ?? names.first else {
            frame.put(words(.noFlags), in: inside, .dim)
            return
        }
        // No more lines than flags: the rest is for the details.
        let height = min(Self.tableHeight(in: area), names.count + 1)
        let top = Rect(x: inside.x, y: inside.y, width: inside.width, height: min(height, inside.height))
        table(names, selected: name, into: &frame, area: top)
        let below = inside.inset(top: top.height + 1)
        let lines = details(name, width: below.width)
        for (row, line) in lines.prefix(below.height).enumerated() {
            frame.put(line, at: below.row(row).origin, width: below.width)
        }
        charts(name, into: &frame, area: below.inset(top: lines.count + 1))
    }

    /// Where there is room: its share over the last hour, and beside it what guards it, both with the marks of what happened.
    private func charts(_ name: String, into frame: inout Frame, area: Rect) {
        guard area.height >= 8, !model.capabilities.slow else { return }
        let all = [FlagSeries.share(name)] + (model.shownManifest?.flags?[name]?.guards ?? []).compactMap(\.series)
        let series = all.prefix(area.width >= 120 ? 2 : 1)
        let parts = area.columns(series.map { _ in .fill() }, spacing: 3)
        for (id, part) in zip(series, parts) {
            guard let track = model.track(id) else { continue }
            frame.put(model.title(of: id), in: part, .title)
            let chart = Rect(x: part.x, y: part.y + 1, width: part.width, height: min(part.height - 1, 14))
            SeriesChart(model: model, track: track, span: .hours(1), showsTimes: true).render(into: &frame, area: chart)
        }
    }

    private func table(_ names: [String], selected: String, into frame: inout Frame, area: Rect) {
        var scroll = Scroll()
        if let index = names.firstIndex(of: selected) {
            scroll.reveal(index, count: names.count, height: max(0, area.height - 1))
        }
        let table = Table(
            columns: [
                .init(words(.columnFlag), width: 16, weight: 2), .init(words(.columnState), width: 9),
                .init(words(.columnShare), width: 7, align: .trailing),
                .init(words(.columnNext), width: 7, align: .trailing, priority: 4),
                .init(words(.columnUsers), width: 16, weight: 1, priority: 5),
                .init(words(.columnChanged), width: 16, weight: 2, priority: 2),
                .init(words(.columnRamp), width: 16, weight: 4, priority: 1),
            ], rows: names.map { .init(id: $0, cells: cells($0)) }, selection: selected, scroll: scroll)
        let visible = table.render(into: &frame, area: area)
        Scrollbar(visible: visible, count: names.count).render(into: &frame, area: area.inset(top: 1, right: -2))
    }

    private func cells(_ name: String) -> [[Span]] {
        let sight = model.sight(of: name)
        let isCurrent = sight.isCurrent
        let role: Role = isCurrent ? .value : .unknown
        let share: String =
            switch sight.state {
            case .known(let glance): model.figures.share(glance.flag.share)
            case .faulty, .never: "?"
            }
        let next = self.next(name)
        let isOff = sight.flag.map { !$0.isEnabled } ?? false
        return [
            [Span(Text.sanitised(name, limit: 64), .value)], [state(sight)],
            [Span(isCurrent ? share : "? " + share, role)],
            [Span(next.map { (isOff ? words(.flagOn) + " " : "") + model.figures.share($0) } ?? Figures.none, .dim)],
            [Span(next.map { users(name, $0) } ?? Figures.none, .dim)],
            [Span(changed(sight, name), .text)], [ramp(name, short: true) ?? Span(Figures.none, .dim)],
        ]
    }

    /// What it is, by glyph and word; what is not known now is never claimed.
    func state(_ sight: FlagSight) -> Span {
        guard sight.isCurrent else { return Span("? " + words(.flagUnknown), .unknown, .bold) }
        switch sight.state {
        case .known(let glance) where glance.flag.isEnabled: return Span("● " + words(.flagOn), .ok, .bold)
        case .known: return Span("○ " + words(.flagOff), .idle, .bold)
        case .faulty: return Span("✗ " + words(.flagFaulty), .critical, .bold)
        case .never: return Span("? " + words(.flagUnknown), .unknown, .bold)
        }
    }

    /// The share that comes next: that of its ramp, else that of the usual steps; nil: none does.
    private func next(_ name: String) -> Rollout? {
        guard let flag = model.sight(of: name).flag else { return nil }
        // Of one that is off, what `on` brings.
        if !flag.isEnabled, flag.rollout > .none { return flag.rollout }
        let ramp = runningRamp(name)
        return (ramp?.plan.steps ?? model.flagFacts?.steps ?? []).first { $0 > flag.share }
    }

    private func users(_ name: String, _ share: Rollout) -> String {
        let card = Planner(board: model.shown, now: model.shownNow, feed: model.feed.shown).card(
            for: .flag(name, .edit(FlagEdit(isEnabled: true, rollout: share))))
        guard let flag = card.flag, let affected = flag.affected else { return "?" }
        let text = "+" + model.figures.percent(affected, decimals: affected == affected.rounded() ? 0 : 2)
        guard let users = flag.users else { return text }
        return text + ", " + model.figures.number((users * affected / 100).rounded())
    }

    private func changed(_ sight: FlagSight, _ name: String) -> String {
        guard let hand = model.lastHand(on: sight, model.shown.flags.lastChange(of: name)) else { return Figures.none }
        let who = hand.by.split(separator: "@").first.map { Text.sanitised(String($0), limit: 24) } ?? "?"
        return model.figures.age(max(model.shownNow.utc - hand.at, 0)) + ", " + who
    }

    // MARK: Ramps

    private func runningRamp(_ name: String) -> FlagBoard.Ramp? {
        model.shown.flags.ramp(of: name).flatMap { model.shown.actions[$0.id]?.ended == nil ? $0 : nil }
    }

    /// How its newest ramp does; nil: it never had one.
    func ramp(_ name: String, short: Bool) -> Span? {
        guard let ramp = model.shown.flags.ramp(of: name), let record = model.shown.actions[ramp.id] else { return nil }
        let count = ramp.plan.steps.count
        let turned = ramp.turned
        let step = "\(min(turned?.step ?? 0, count))/\(count)"
        let reason = short ? "" : Text.sanitised(turned?.reason ?? "", limit: 200)
        func span(_ glyph: Unicode.Scalar, _ brief: Word, _ text: String, _ role: Role) -> Span {
            Span("\(glyph) " + (short ? "\(step) \(words(brief))" : text), role, .bold)
        }
        if let end = record.ended { return ended(ramp, end, step, short: short) }
        switch turned?.standing {
        case .holding?: return span("!", .rampHoldsShort, words(.rampHolds, step, reason), .warning)
        case .paused?: return span("!", .rampPausedShort, words(.rampPaused, step), .warning)
        case .steppedBack?: return span("✗", .rampBackShort, words(.rampSteppedBack, reason), .critical)
        case .baking?, .ended?, nil:
            let due = turned?.due.map { model.figures.countdown($0 - model.shownNow.utc) } ?? "?"
            if short { return Span("▸ \(step) " + words(.rampDueShort, due), .accent, .bold) }
            guard let next = ramp.plan.steps.dropFirst(turned?.step ?? 0).first else {
                return Span("▸ " + words(.rampLast, step, due), .accent, .bold)
            }
            return Span("▸ " + words(.rampNext, step, model.figures.share(next), due), .accent, .bold)
        }
    }

    private func ended(_ ramp: FlagBoard.Ramp, _ end: ActionRecord.End, _ step: String, short: Bool) -> Span {
        let outcome = end.body.outcome
        let hasSteppedBack = ramp.turned?.standing == .steppedBack
        if outcome == .died {
            let keys = model.offer(.promote).map { ": " + words(.goesOnOrTaken, $0, model.keymap.label(of: .abort)) }
            let text = short ? "\(step) \(words(.outcomeDied))" : words(.rampDied, step) + (keys ?? "")
            return Span("✗ " + text, .critical, .bold)
        }
        if short {
            return hasSteppedBack
                ? Span("✗ \(step) " + words(.rampBackShort), .critical, .bold)
                : Span("\(outcome.glyph) \(words(outcome.word))", outcome.role)
        }
        let age = words(.agoShort, model.figures.age(end.at.age(at: model.shownNow)))
        let text = words(.rampDone, age, Text.sanitised(end.body.summary, limit: 300))
        return Span("\(hasSteppedBack ? "✗" : outcome.glyph) " + text, hasSteppedBack ? .critical : outcome.role)
    }
}
