import Launch

/// A plan card as the lines of its dialog: what is labelled stands in one column.
struct PlanLines {
    let model: Model
    let card: PlanCard
    let width: Int

    /// Under so many columns the signs stand for the words.
    private var isNarrow: Bool { width < 60 }
    var labelWidth: Int { isNarrow ? 6 : 8 }

    private var words: Words { model.words }

    private func line(_ label: Word?, _ spans: [Span], rank: Int) -> DialogLine {
        let text = Text.padded(label.map { words($0) } ?? "", to: labelWidth)
        return DialogLine([Span(text, .dim)] + spans, rank: rank)
    }

    // MARK: From and to

    var sides: [DialogLine] {
        var lines: [DialogLine] = []
        if let from = card.from { lines.append(line(.labelFrom, side(from), rank: DialogLine.kept - 5)) }
        if let to = card.to {
            var coming = to
            // What the idle colour runs now is not where a deploy goes, and its health not that of what comes.
            if card.kind == .deploy { coming.version = card.target }
            lines.append(line(.labelTo, side(coming, isComing: card.kind == .deploy), rank: DialogLine.kept - 4))
            if card.kind == .deploy { lines += replaced(to) + course }
        }
        return lines
    }

    /// A deploy takes the place of the standby, which was the way back.
    private func replaced(_ to: PlanCard.Side) -> [DialogLine] {
        guard let gone = to.version.map({ Text.sanitised($0, limit: 40) }) else { return [] }
        let back = card.from?.version.map { Text.sanitised($0, limit: 40) } ?? words(.nothingBack)
        // As the colours pane says it of the same release.
        let left = model.traffic?.rejection(of: to.colour, model.shown.actions).map { $0.deed.lowercased() }
        let text = left.map { words(.leftReplaced, gone, $0, back) } ?? words(.wayBackLost, gone, back)
        return Text.wrapped(text, to: max(10, width - labelWidth), lines: 2).enumerated().map { index, part in
            line(nil, [Span(part, .warning)], rank: 58 - index)
        }
    }

    /// `25 % → 50 % → 100 %, each analysed for 25 s`; then who must say what, and until when.
    private var course: [DialogLine] {
        guard let facts = model.deployment else { return [] }
        let shares = (facts.canarySteps + [100]).map { model.figures.percent(Double($0), decimals: 0) }
            .joined(separator: " → ")
        var parts = [facts.canarySteps.isEmpty ? shares : words(.courseSteps, shares, span(facts.bake))]
        if let kpis = facts.kpis, !kpis.isEmpty, !facts.canarySteps.isEmpty {
            let names = kpis.map { Text.sanitised($0, limit: 60) }.joined(separator: ", ")
            parts[0] += ", " + words(.courseCompares, names)
        }
        if let watch = facts.watch, watch > 0 { parts.append(words(.courseWatch, span(watch))) }
        if facts.approvals > 0 { parts.append(words(.courseApprovals, String(facts.approvals))) }
        if let limit = facts.confirmWithin { parts.append(words(.courseConfirm, span(limit))) }
        let text = Text.wrapped(parts.joined(separator: "; "), to: max(10, width - labelWidth), lines: 3)
        return text.enumerated().map { index, part in
            line(index == 0 ? .labelSteps : nil, [Span(part, .text)], rank: 62 - index)
        }
    }

    /// `90 s` and not `1 min`: what is confirmed is said exactly.
    private func span(_ span: Milliseconds) -> String {
        span.count % 60_000 == 0 || span.count >= 600_000
            ? model.figures.span(span) : model.figures.number(Int(span.count / 1000)) + " s"
    }

    /// The cells of a version: both sides stand in one column.
    private var versionWidth: Int {
        let longest =
            [card.from?.version, card.to?.version, card.target].compactMap(\.self).map {
                Text.width(of: $0, atMost: 40)
            }
            .max() ?? 0
        return min(max(longest, isNarrow ? 8 : 10), isNarrow ? 12 : max(10, width - 50))
    }

    private func side(_ side: PlanCard.Side, isComing: Bool = false) -> [Span] {
        let role: Role = side.colour == "green" ? .green : .blue
        let version = side.version.map { Text.sanitised($0, limit: 40) } ?? "v?"
        let share = side.share.map { model.figures.percent(Double($0), decimals: 0) } ?? "?"
        let word: Word = side.share.map { $0 >= 100 ? .live : $0 > 0 ? .canary : .idle } ?? .unknown
        var spans = [
            Span(
                Text.padded(side.colour.uppercased(), to: max(isNarrow ? 5 : 6, Text.width(of: side.colour))) + " ",
                role, .bold),
            Span(
                Text.padded(Text.middle(version, to: versionWidth), to: versionWidth) + " ",
                side.version == nil ? .unknown : .value, .bold),
        ]
        // Whether it lives is worth more than what share it has.
        if isNarrow, !isComing { spans.append(Span("\(side.health.glyph) ", side.health.role, .bold)) }
        spans.append(
            Span(
                Text.padded(words(word), to: 4) + Text.padded(share, to: 6, align: .trailing),
                side.share == nil ? .unknown : .text))
        guard !isNarrow, !isComing else { return spans }
        switch side.health {
        case .ok: spans.append(Span("  " + words(.healthy), .ok))
        case .unknown: spans.append(Span("  ? " + words(.healthUnknown), .unknown))
        default: spans.append(Span("  ✗ " + words(.doesNotAnswer), .critical, .bold))
        }
        spans += figures(of: side.colour)
        if let age = side.age {
            spans.append(Span("  " + words(width < 84 ? .agoShort : .checkedAgo, model.figures.age(age)), .dim))
        }
        return spans
    }

    /// What is measured of a colour, each with `?` where it is not known now.
    private func figures(of colour: String) -> [Span] {
        guard let pane = model.board.manifest?.panes.colours.first(where: { $0.name == colour }) else { return [] }
        var spans: [Span] = []
        for (id, label) in [(pane.latency, ""), (pane.errors, " " + words(.errors))] {
            guard let id, let track = model.board.track(id) else { continue }
            let judged = model.liveAssessment(of: id)
            let isKnown = judged.freshness == .fresh || judged.freshness == .stale
            let text = isKnown ? track.number.map { model.figures.value($0, unit: track.series.unit) } ?? "?" : "?"
            let role: Role = isKnown ? judged.verdict > .unknown ? judged.verdict.role : .value : .unknown
            spans += [Span("  " + text, role), Span(label, .dim)]
        }
        return spans
    }

    /// Where it goes to what was left: what happened there, before anything else.
    var rejection: [DialogLine] {
        guard let rejection = card.rejection else { return [] }
        let text = "✗ " + model.left(rejection, version: card.to?.version ?? rejection.version)
        return Text.wrapped(text, to: width, lines: 3).enumerated().map { index, line in
            DialogLine([Span(line, .critical, .bold)], rank: DialogLine.kept - 2 - (index == 0 ? 0 : 10))
        }
    }

    // MARK: What else must be known

    /// The deploy that is steered: where it is.
    var subject: [DialogLine] {
        guard let subject = card.subject else { return [] }
        var spans = [Span(Text.sanitised(subject.label, limit: 80), .value)]
        if let step = model.stepText(of: subject) { spans.append(Span("  " + step, .text)) }
        if subject.ended?.body.outcome == .died { spans.append(Span("  " + words(.outcomeDied), .critical, .bold)) }
        return [line(.labelAbout, spans, rank: DialogLine.kept - 3)] + prospect(of: subject)
    }

    /// Why it waits and for how long still; what comes next, where this goes on with it.
    private func prospect(of subject: ActionRecord) -> [DialogLine] {
        var lines: [DialogLine] = []
        if let why = subject.waitsFor {
            let reason = Text.wrapped(Text.sanitised(why, limit: 300), to: max(20, width - labelWidth), lines: 2)
            for (index, text) in reason.enumerated() {
                lines.append(
                    line(
                        index == 0 ? .labelWaits : nil, [Span(text, .warning, .bold)], rank: DialogLine.kept - 6 - index
                    ))
            }
            if let left = subject.patience(at: model.now) {
                lines.append(
                    line(nil, [Span(words(.backUnlessDecided, model.figures.countdown(left)), .warning)], rank: 89))
            }
        }
        guard card.kind == .promote else { return lines }
        var spans: [Span] = []
        if let running = subject.current, running.isRunning, subject.ended == nil {
            spans.append(Span(words(.endsAsGood, Text.sanitised(running.step.title, limit: 60)) + "  ", .text))
        }
        if let next = subject.ended == nil ? subject.next : subject.resumption {
            spans.append(Span("→ " + Text.sanitised(next.title, limit: 80), .strong, .bold))
        }
        if !spans.isEmpty { lines.append(line(.labelNext, spans, rank: DialogLine.kept - 7)) }
        return lines
    }

    var edges: [DialogLine] {
        var spans: [Span] = []
        var isWell = true
        for edge in card.edges {
            if !spans.isEmpty { spans.append(Span("   ", .text)) }
            spans.append(Span(Text.sanitised(edge.name, limit: 24) + " ", .text))
            switch edge.isUp {
            case true?: spans.append(Span("✓", .ok))
            case false?: spans.append(Span("✗ " + Text.sanitised(edge.trouble ?? "", limit: 80), .critical))
            case nil: spans.append(Span("? " + Text.sanitised(edge.trouble ?? "", limit: 80), .unknown))
            }
            isWell = isWell && edge.isUp == true
        }
        if isWell, let from = card.from, card.kind == .rollback || card.kind == .abort {
            spans.append(Span("   " + words(.inFlight, from.colour.uppercased()), .dim))
        }
        return spans.isEmpty ? [] : [line(.labelEdges, spans, rank: isWell ? 45 : 75)]
    }

    var last: [DialogLine] {
        guard let last = card.last, last.id != card.subject?.id else { return [] }
        // As the pane of the colours has it: how long ago it ended.
        let at = last.ended?.at ?? last.at
        let time = "\(model.shortClock(at.utc)) \(model.zone.abbreviation)"
        let age = model.figures.age(at.age(at: model.now))
        let text = Text.sanitised(last.label, limit: 80) + ", " + words(.timeAgo, time, age)
        var spans = [Span(text, .text)]
        if let outcome = last.ended?.body.outcome {
            spans.append(Span("  \(outcome.glyph) \(model.outcomeWord(of: last))", outcome.role))
        }
        return [line(.labelLast, spans, rank: 25)]
    }

    /// As many as the line has room for, each whole; how many more there are.
    var firing: [DialogLine] {
        guard !card.firing.isEmpty else { return [line(.labelFiring, [Span(words(.nothingFires), .dim)], rank: 10)] }
        var (spans, used, shown) = ([Span](), labelWidth, 0)
        for item in card.firing.prefix(3) {
            let verdict = item.weight.verdict
            let text = "\(verdict.glyph) \(model.title(of: item.id)) \(model.facts(of: item.id))"
            let left = card.firing.count - shown - 1
            let more = left > 0 ? Text.width(of: "  " + words(.more, String(left))) : 0
            let size = Text.width(of: text) + (shown > 0 ? 3 : 0)
            guard shown == 0 || used + size + more <= width else { break }
            if shown > 0 { spans.append(Span("   ", .text)) }
            let room = max(12, width - used - more)
            spans.append(Span(shown == 0 ? Text.truncated(text, to: room) : text, verdict.role))
            (used, shown) = (used + size, shown + 1)
        }
        if card.firing.count > shown {
            spans.append(Span("  " + words(.more, String(card.firing.count - shown)), .label))
        }
        return [line(.labelFiring, spans, rank: 35)]
    }

    /// Each whole: what it says is often a command to type.
    var cautions: [DialogLine] {
        let room = max(10, width - labelWidth)
        return card.cautions.prefix(4).enumerated().flatMap { index, text in
            Text.wrapped("! " + Text.sanitised(text, limit: 300), to: room, lines: 4).enumerated().map { row, part in
                line(index == 0 && row == 0 ? .labelMind : nil, [Span(part, .warning)], rank: 55 - index)
            }
        }
    }
}
