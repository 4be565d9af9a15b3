import Launch

/// What is done about an alert, as the lines of its dialog.
struct AlertCardLines {
    let model: Model
    let plan: AlertCard
    let confirmation: Confirmation
    let width: Int

    private var words: Words { model.words }
    private var labelWidth: Int { width < 60 ? 6 : 8 }
    private var intent: ActionIntent { confirmation.intent }

    private func line(_ label: Word?, _ spans: [Span], rank: Int) -> DialogLine {
        DialogLine([Span(Text.padded(label.map { words($0) } ?? "", to: labelWidth), .dim)] + spans, rank: rank)
    }

    var lines: [DialogLine] {
        var lines = about + [.blank(4)] + knobs
        switch intent {
        case .silence, .endSilence: lines += matching
        case .escalate: lines += calls
        default: lines += ends
        }
        return lines
    }

    /// The alert itself: how bad, what, the value, how it stands.
    private var about: [DialogLine] {
        guard let alert = plan.alert else {
            return [line(.labelAbout, [Span(Text.sanitised(plan.text, limit: 200), .strong)], rank: DialogLine.kept)]
        }
        let (glyph, word, role) = model.look(of: alert)
        let since = alert.firesSince
        let age = model.figures.age(since.age(at: model.now))
        var lines = [
            line(
                .labelAlert,
                [
                    Span("\(glyph) \(words(word)) ", role, .bold), Span(model.title(of: alert), .strong),
                    Span("  " + model.facts(of: alert), role), Span("  " + age, .dim),
                ], rank: DialogLine.kept)
        ]
        let summary = model.summary(of: alert)
        if summary != model.title(of: alert) {
            for (index, part) in Text.wrapped(model.told(of: alert), to: max(10, width - labelWidth), lines: 2)
                .enumerated()
            {
                lines.append(line(nil, [Span(part, .text)], rank: 45 - index))
            }
        }
        lines.append(line(nil, model.standing(of: alert), rank: 65))
        return lines
    }

    // MARK: Choices

    private var knobs: [DialogLine] {
        KnobLines(model: model, knobs: plan.knobs, focus: confirmation.focus, width: width, labelWidth: labelWidth)
            .lines
    }

    // MARK: What comes of it

    private var ends: [DialogLine] {
        if case .unack = intent { return [line(nil, [Span(words(.unackMeans), .text)], rank: 60)] }
        let chain = plan.chain == nil ? "" : words(.ackStopsChain) + "; "
        let text =
            plan.until.map { words(.ackUntil, "\(model.shortClock($0)) \(model.zone.abbreviation)") }
            ?? words(.ackForGood)
        return [line(nil, [Span(chain + text, .text)], rank: 60)]
    }

    private var matching: [DialogLine] {
        var lines: [DialogLine] = []
        for (row, part) in Text.wrapped(model.matchers(plan.matchers), to: max(10, width - labelWidth), lines: 3)
            .enumerated()
        {
            lines.append(line(row == 0 ? .labelMatches : nil, [Span(part, .value)], rank: row == 0 ? 88 : 40))
        }
        let titles = plan.matching.prefix(3).compactMap { model.board.alerts[$0] }.map { model.title(of: $0) }
        let more = plan.matching.count > 3 ? " " + words(.more, String(plan.matching.count - 3)) : ""
        lines.append(
            line(
                nil,
                [
                    Span(
                        words(.matchesNow, String(plan.matching.count)), plan.matching.count > 1 ? .warning : .text,
                        .bold),
                    Span("  " + titles.joined(separator: ", ") + more, .dim),
                ], rank: 90))
        if let until = plan.until {
            lines.append(
                line(
                    nil, [Span(words(.silentUntil, "\(model.shortClock(until)) \(model.zone.abbreviation)"), .text)],
                    rank: 55))
        }
        return lines
    }

    /// Who would be told by what, and when.
    private var calls: [DialogLine] {
        plan.calls.prefix(6).enumerated().map { index, call in
            let when =
                index == 0 ? words(.callsNow) : words(.callsIn, model.figures.countdown(call.after))
            let who = call.isEmpty ? words(.reachesNobody) : model.ways(call.ways)
            return line(
                index == 0 ? .labelCalls : nil,
                [
                    Span(Text.padded(when, to: 10), index == 0 ? .strong : .dim),
                    Span("\(call.step + 1) ", .dim),
                    Span(who, call.isEmpty ? .warning : index == 0 ? .strong : .text),
                ], rank: index == 0 ? DialogLine.kept : 50 - index)
        }
    }
}

extension AlertCard {
    /// What is asked for where something must be typed.
    var typeWord: Word { calls.isEmpty ? .typeAlert : .typeWho }
}

extension Model {
    /// `Ana Pereyra by sms, voice; slack`: people with the channels that reach them, then channels that need no person. An address
    /// is never among what a reader of the journal has.
    func ways(_ ways: [PageWay]) -> String {
        var order: [String?] = []
        var channels: [String?: [String]] = [:]
        for way in ways {
            if channels[way.contact] == nil { order.append(way.contact) }
            channels[way.contact, default: []].append(Text.sanitised(way.channel, limit: 30))
        }
        return order.map { contact in
            let by = (channels[contact] ?? []).joined(separator: ", ")
            return contact.map { words(.reachedBy, name(of: $0), by) } ?? by
        }.joined(separator: "; ")
    }

    /// What people call a contact; on a wall, nobody is named.
    func name(of contact: String) -> String {
        guard showsNames else { return words(.somebody) }
        guard let facts = shownManifest?.roster?.contact(contact), !facts.title.isEmpty else { return person(contact) }
        return Text.sanitised(facts.title, limit: 60)
    }

    var runbook: Runbook { shownManifest?.runbook ?? Runbook() }
}
