import Launch

/// The flag of a plan card as the lines of its dialog.
struct FlagLines {
    let model: Model
    let flag: FlagCard
    let width: Int
    let labelWidth: Int

    private var words: Words { model.words }

    private func line(_ label: Word?, _ spans: [Span], rank: Int) -> DialogLine {
        DialogLine([Span(Text.padded(label.map { words($0) } ?? "", to: labelWidth), .dim)] + spans, rank: rank)
    }

    var lines: [DialogLine] {
        [state, users, by].compactMap(\.self) + ramp + guards + note
    }

    private var state: DialogLine? {
        let now = model.flagState(flag.sight)
        let isCurrent = flag.sight.isCurrent
        var spans = [Span(isCurrent ? now : "? \(now)", isCurrent ? .value : .unknown, .bold)]
        if let plan = flag.plan {
            let steps = plan.steps.map { model.figures.share($0) }.joined(separator: " → ")
            spans += [Span(" → ", .dim), Span(steps, .strong, .bold)]
        } else if let change = flag.change {
            spans += [Span(" → ", .dim), Span(state(change.to), .strong, .bold)]
        }
        if let at = flag.sight.readAt {
            let age = model.figures.age(at.age(at: model.now))
            spans.append(Span("  " + words(width < 70 ? .agoShort : .checkedAgo, age), isCurrent ? .dim : .unknown))
        }
        return line(.labelState, spans, rank: DialogLine.kept - 2)
    }

    private func state(_ flag: FeatureFlag) -> String {
        flag.isEnabled ? "\(words(.flagOn)) \(model.figures.share(flag.rollout))" : words(.flagOff)
    }

    private var users: DialogLine? {
        guard flag.change != nil || flag.plan != nil || !flag.sight.isCurrent else { return nil }
        return line(.labelUsers, [Span(model.usersText(flag), .text)], rank: DialogLine.kept - 3)
    }

    private var by: DialogLine? {
        guard let last = model.lastWords(of: flag.sight, flag.last) else { return nil }
        return line(.labelLast, [Span(last, .text)], rank: 65)
    }

    private var ramp: [DialogLine] {
        guard let plan = flag.plan else { return [] }
        return [
            line(
                .labelRamp,
                [Span(words(.rampEvery, RampPlan.text(plan.steps), model.figures.span(plan.every)), .text)], rank: 40)
        ]
    }

    private var guards: [DialogLine] {
        guard flag.plan != nil else { return [] }
        var spans: [Span] = []
        for guarding in flag.guards {
            if !spans.isEmpty { spans.append(Span("   ", .text)) }
            let title = Text.sanitised(guarding.title, limit: 60)
            spans.append(
                Span("\(guarding.verdict.glyph) \(title) \(words(guarding.verdict.word))", guarding.verdict.role))
        }
        if spans.isEmpty { spans.append(Span("? " + words(.noGuard), .unknown)) }
        return [line(.labelGuard, spans, rank: 60)]
    }

    private var note: [DialogLine] {
        guard let note = flag.known?.note else { return [] }
        return Text.wrapped(note, to: max(10, width - labelWidth), lines: 2).enumerated().map { index, text in
            line(index == 0 ? .labelMind : nil, [Span(text, .warning)], rank: 50 - index)
        }
    }
}

extension Model {
    /// Who made a flag what it is, and when; nil where nobody is known to have.
    ///
    /// The flag says it itself, unless somebody changed it by hand and left the name of whoever was before.
    func lastHand(on sight: FlagSight, _ last: FlagBoard.Change?) -> (by: String, at: Timestamp)? {
        let flag = sight.flag
        if let last, last.body.by.isEmpty, last.body.to?.flag.version == flag?.version { return ("", last.at.utc) }
        let by = flag?.updatedBy ?? last?.body.by ?? ""
        return (flag?.updatedAt ?? last?.at.utc).map { (by, $0) }
    }

    /// `ana@bastion-1, 14:31 ART (12 min ago): 5 % → 25 %`; nil where nobody is known to have changed it.
    func lastWords(of sight: FlagSight, _ last: FlagBoard.Change?) -> String? {
        guard let hand = lastHand(on: sight, last) else { return nil }
        let age = figures.age(max(shownNow.utc - hand.at, 0))
        var text = hand.by.isEmpty ? words(.nobodyNamed) : Text.sanitised(hand.by, limit: 60)
        text += ", " + words(.timeAgo, "\(shortClock(hand.at)) \(zone.abbreviation)", age)
        // What the journal tells of it, where it is the same change.
        if let last, last.body.to?.flag.version == sight.flag?.version {
            text += ": " + Text.sanitised(last.body.words, limit: 80)
        }
        return text
    }
}
