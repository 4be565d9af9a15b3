import Launch

/// The line under the header: what must be known before anything else is believed, else the worst that is wrong.
struct Headline {
    let model: Model

    func render(into frame: inout Frame, area: Rect) {
        guard !area.isEmpty else { return }
        let notices = model.notices
        guard !notices.isEmpty else {
            frame.put(standing, at: area.origin, width: area.width)
            return
        }
        if notices.count <= area.height {
            for (row, notice) in notices.enumerated() { render([notice], into: &frame, area: area.row(row)) }
        } else {
            render(notices, into: &frame, area: area.row(0))
        }
    }

    /// Several notices in one line; the first one's colour fills it.
    private func render(_ notices: [Notice], into frame: inout Frame, area: Rect) {
        guard let first = notices.first else { return }
        frame.fill(area, first.role)
        var x = area.x + 1
        for (index, notice) in notices.enumerated() {
            let left = area.x + area.width - x
            guard left > 8 else { break }
            // Those behind keep at least their first words; fewer where the one before would lose what can be done about it.
            func behind(_ most: Int) -> Int {
                notices[(index + 1)...].reduce(0) { $0 + min(most, Text.width(of: $1.text, atMost: most) + 3) }
            }
            let whole = Text.width(of: notice.text, atMost: left)
            let isWhole = notice.remedy.isEmpty || whole <= left - behind(28)
            let room = max(min(left, 20), left - behind(isWhole ? 28 : 14))
            let width = frame.put(notice.fitted(to: room), at: Point(x, area.y), notice.role, .bold, width: room)
            x += width + 1
            if index + 1 < notices.count {
                frame.put(" ", at: Point(x, area.y), notices[index + 1].role)
                x += 1
            }
        }
    }

    /// The worst entry of the feed in words, or that all is well.
    private var standing: [Span] {
        // What no alert sees goes before what is no more than a warning.
        if model.feed.live.openCount(.critical) == 0 {
            let running = deploying.map { [Span("  ", .text)] + $0 } ?? []
            let calling = self.calling
            if let gap = model.colourGap {
                return [Span(" ", .text)] + gap + (calling.map { [Span("  ", .text)] + $0 } ?? []) + running
            }
            if let calling { return [Span(" ", .text)] + calling + running }
        }
        if let alert = worstAlert { return alert }
        let open = model.board.feed.sorted.filter { $0.change.to != .ok }
        guard let worst = open.first else {
            let judged = model.tally
            let total = judged.values.reduce(0, +)
            if total == 0 { return [Span(" " + model.words(.nothingJudged), .dim)] }
            if judged[.ok] == total {
                let well = [Span(" \(Verdict.ok.glyph) ", .ok), Span(model.words(.allWell, String(total)), .dim)]
                guard let deploying else { return well + model.checklistNotice }
                // What runs says less where it is cut than that all is well in fewer words.
                let whole = [Span(" ", .text)] + deploying + [Span(" ", .text)]
                let used = (whole + well).reduce(0) { $0 + Text.width(of: $1.text) }
                let short = [Span(" \(Verdict.ok.glyph) ", .ok), Span(model.words(.okCount, String(total)), .dim)]
                return whole + (used <= model.size.width ? well + model.checklistNotice : short)
            }
            // Verdicts that no event has told of yet: the header counts them, the panes show them.
            let worst = Verdict.worst(judged.keys)
            let id = model.board.tracks.first { track in
                track.series.isJudged && model.liveAssessment(of: track.series.id).verdict == worst
                    && !(worst == .unknown && track.isAbsentByNature && !model.isSilent)
            }
            return [
                Span(" \(worst.glyph) \(model.words(worst.word)) ", worst.role, .bold),
                Span(id.map { model.title(of: $0.series.id) + "  " + model.value(of: $0) } ?? "", .strong),
            ]
        }
        let role = worst.change.to.role
        var spans = [
            Span(" \(worst.change.to.glyph) \(model.words(worst.change.to.word)) ", role, .bold),
            Span(Text.truncated(model.title(of: worst.id), to: max(12, model.size.width - 44)), .strong),
            Span("  " + model.facts(of: worst), role),
        ]
        if let since = worst.since {
            let age = model.figures.age(since.age(at: model.asOf))
            spans.append(Span("  " + model.words(.since, model.shortClock(since.utc)) + " (\(age))", .dim))
        }
        // Nothing fires: what is not well is on its way to be an alert.
        let pending = model.feed.live.pending.compactMap { model.board.alerts[$0] }
        if pending.contains(where: { $0.facts.series == worst.id }) {
            spans.append(Span("  " + model.words(.pendingYet), .info))
        }
        if open.count > 1 { spans.append(Span("  " + model.words(.more, String(open.count - 1)), .label)) }
        return spans + (shortDeploying.map { [Span("  ", .text), $0] } ?? [])
    }

    /// `✗ CRIT the office burns  Ana Pereyra is told  step 1 of 4, next in 04:12`: a chain that rings for no alert. The gravest of
    /// those that run, then the newest.
    private var calling: [Span]? {
        let chains = model.board.escalations.withoutAlert
        let worst = chains.map(\.started.severity).max()
        guard let chain = chains.last(where: { $0.started.severity == worst }) else { return nil }
        let (glyph, word, role) = chain.started.severity.look
        let contacts = chain.step?.contacts ?? []
        let names = contacts.prefix(2).map { model.name(of: $0) }.joined(separator: ", ")
        let more = contacts.count > 2 ? " " + model.words(.more, String(contacts.count - 2)) : ""
        let who = contacts.isEmpty ? "" : "  " + model.words(.toldNow, names + more)
        let standing = model.standing(of: chain)
        // What was typed gives way: who is told, and what comes, never.
        let used = standing.reduce(Text.width(of: who) + 14) { $0 + Text.width(of: $1.text) }
        let summary = Text.sanitised(chain.started.summary, limit: 200)
        let shown = Text.truncated(summary, to: max(12, model.size.width - used))
        var spans = [
            Span("\(glyph) \(model.words(word)) ", role, .bold), Span(shown, .strong), Span(who + "  ", .text),
        ]
        spans += standing
        if chains.count > 1 { spans.append(Span("  " + model.words(.more, String(chains.count - 1)), .label)) }
        return spans
    }

    /// `▸ deploy v1.5.0 by ana  step 6/11 “Canary 25 %” 12 s`: what moves the traffic now.
    private var deploying: [Span]? {
        guard let mover = model.board.actions.mover else { return nil }
        var spans = [Span("▸ " + Text.sanitised(mover.label, limit: 60), .accent, .bold)]
        if let step = model.stepText(of: mover) {
            spans.append(Span("  " + step + " " + model.stepAge(of: mover), .text))
        }
        return spans
    }

    /// The same beside an alert, in few words.
    private var shortDeploying: Span? {
        model.board.actions.mover.map { mover in
            let what = mover.started.to?.version ?? mover.started.to?.colour ?? ""
            return Span("▸ \(mover.kind.rawValue) " + Text.sanitised(what, limit: 24), .accent, .bold)
        }
    }

    /// The gravest alert that nobody has taken; else the first of the feed that is not over, where it is an alert.
    private var worstAlert: [Span]? {
        let items = model.feed.live.items
        guard let first = items.first, first.standing != .over, let id = model.feed.live.gravest ?? first.id.alert,
            let alert = model.board.alerts[id]
        else { return nil }
        let (glyph, word, role) = alert.facts.severity.look
        let since = alert.firesSince
        let age = model.figures.age(since.age(at: model.asOf))
        let more = items.prefix { $0.standing != .over }.count - 1
        let head = Span(" \(glyph) \(model.words(word)) ", alert.isOpen ? role : .dim, .bold)
        let title = model.title(of: alert)
        let facts = Span("  " + model.facts(of: alert), alert.isOpen ? role : .text)
        // How it stands says whether anybody comes: it goes before how many more there are.
        let standing = [Span("  ", .text)] + model.standing(of: alert)
        let runs = shortDeploying.map { [Span("  ", .text), $0] } ?? []
        let rest = runs + (more > 0 ? [Span("  " + model.words(.more, String(more)), .label)] : [])
        let clock = Span("  " + model.words(.since, model.shortClock(since.utc)) + " (\(age))", .dim)
        // A number that is cut is none: what matters least gives way, and the title last.
        let attempts = [
            [facts, clock] + standing + rest, [facts, Span("  " + age, .dim)] + standing + rest,
            [facts] + standing + rest, [facts] + standing + runs, [facts] + standing,
        ]
        for parts in attempts {
            let used = ([head] + parts).reduce(0) { $0 + Text.width(of: $1.text, atMost: 400) }
            if used + min(Text.width(of: title), 24) <= model.size.width {
                return [head, Span(Text.truncated(title, to: model.size.width - used), .strong)] + parts
            }
        }
        // Why it fails gives way before who is told, as long as it is a sentence; a figure is never cut.
        let used = ([head] + standing + rest).reduce(0) { $0 + Text.width(of: $1.text, atMost: 400) }
        let room = model.size.width - used - min(Text.width(of: title), 24)
        if room >= 16, facts.text.contains(": ") {
            let cut = Span(Text.truncated(facts.text, to: room), facts.style.role)
            return [head, Span(Text.truncated(title, to: 24), .strong), cut] + standing + rest
        }
        return [head, Span(Text.truncated(title, to: max(12, model.size.width - 44)), .strong), facts] + standing
    }
}
