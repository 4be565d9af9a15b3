import Launch

/// Everything about one alert: what it says, its value and past, who has it or comes next, what to do, and its story.
struct AlertPage {
    let model: Model
    let id: Fingerprint

    private var words: Words { model.words }
    private static let label = 12
    /// The rows of the chart below the lines, where there is room for both.
    private static let chartHeight = 8

    func render(into frame: inout Frame, area: Rect, top: Int) {
        frame.fill(area, .text)
        let alert = model.shown.alerts[id]
        let title = alert.map { model.title(of: $0) } ?? id.text
        let inside = Panel(title: title, facts: [Span(id.text, .dim)], isFocused: true)
            .render(into: &frame, area: area).inset(left: 1, right: 1)
        guard let alert else {
            frame.put(words(.alertGone), in: inside, .unknown)
            return
        }
        let parts = parts(of: inside, alert)
        let lines = lines(of: alert, width: parts.text.width)
        let visible = Scroll(top: top).visible(count: lines.count, height: parts.text.height)
        for (row, line) in lines[visible].enumerated() {
            let place = parts.text.row(row)
            frame.put(line.spans, at: place.origin, width: place.width)
            if let url = line.url {
                let start = place.x + Self.label
                frame.link(row: place.y, start..<min(start + line.linkWidth, place.x + place.width), to: url)
            }
        }
        Scrollbar(visible: visible, count: lines.count).render(into: &frame, area: parts.text.inset(right: -2))
        if let chart = parts.chart, let track = alert.facts.series.flatMap({ model.track($0) }) {
            // What its rule judges may be a share or a factor of the series: then its bound is none of the series.
            let isOwn = alert.facts.unit == nil || alert.facts.unit == track.series.unit
            SeriesChart(
                model: model, track: track, span: .hours(1), showsTimes: true,
                bound: isOwn && alert.facts.isAbsence != true ? alert.facts.bound : nil
            ).render(into: &frame, area: chart)
        }
    }

    /// How many lines there are, and how many are seen at once.
    func extent(in body: Rect) -> (count: Int, room: Int) {
        guard let alert = model.shown.alerts[id] else { return (1, 1) }
        let text = parts(of: body.inset(1).inset(left: 1, right: 1), alert).text
        return (lines(of: alert, width: text.width).count, text.height)
    }

    private func parts(of area: Rect, _ alert: Alert) -> (text: Rect, chart: Rect?) {
        let track = alert.facts.series.flatMap { model.track($0) }
        guard let track, track.series.unit != .text, track.number != nil, area.height >= 12 else { return (area, nil) }
        if area.width >= 140 {
            let halves = area.columns([.fill(3), .fill(2)], spacing: 2)
            return (halves[0], halves[1].inset(bottom: max(0, halves[1].height - 20)))
        }
        let rows = area.rows([.fill(), .fixed(min(Self.chartHeight, area.height / 3))])
        return (rows[0], rows[1])
    }

    struct Line {
        var spans: [Span]
        /// Where the text behind the label leads.
        var url: String?
        var linkWidth = 0
    }

    func lines(of alert: Alert, width: Int) -> [Line] {
        var lines: [Line] = []
        let room = max(10, width - Self.label)
        func add(_ label: Word?, _ spans: [Span]) {
            lines.append(Line(spans: [Span(Text.padded(label.map { words($0) } ?? "", to: Self.label), .dim)] + spans))
        }
        func text(_ label: Word?, _ text: String, _ role: Role = .text, atMost rows: Int = 4) {
            for (index, part) in Text.wrapped(text, to: room, lines: rows).enumerated() {
                add(index == 0 ? label : nil, [Span(part, role)])
            }
        }
        let facts = alert.facts
        let (glyph, word, role) = model.look(of: alert)
        add(.detailVerdict, [Span("\(glyph) \(words(word))  ", role, .bold)] + state(of: alert))
        text(.summary, model.told(of: alert), .strong)
        let value = model.facts(of: alert)
        if !value.isEmpty { add(.detailValue, [Span(value, alert.state == .firing ? role : .text, .bold)]) }
        add(.columnResponder, model.standing(of: alert))
        if let comment = alert.acknowledged?.body.comment, !comment.isEmpty {
            text(nil, "“" + Text.sanitised(comment, limit: 300) + "”", .dim)
        }
        for id in alert.silences.prefix(3) {
            guard let silence = model.shown.alerts.silences[id] else { continue }
            text(.silencedBy, silenceText(silence))
        }
        for id in alert.inhibitors.prefix(3) {
            text(.inhibitor, model.shown.alerts[id].map { model.title(of: $0) } ?? id.text)
        }
        if let reference = facts.runbook {
            let link = model.runbook.link(to: reference)
            let shown = Text.truncated(link.url ?? link.text, to: room)
            add(.columnRunbook, [Span(shown, link.url == nil ? .text : .link)])
            lines[lines.count - 1].url = link.url
            lines[lines.count - 1].linkWidth = Text.width(of: shown)
            // All of it: an action that is cut in half is another action. The page scrolls.
            for paragraph in RunbookText.paragraphs(of: model.runbook.lines(of: reference)) {
                for part in RunbookText.wrapped(paragraph, to: room) { add(nil, [Span(part, .text)]) }
            }
        }
        lines += chain(of: alert, room: room)
        lines.append(Line(spans: []))
        text(.ruleLabel, Text.sanitised(facts.rule, limit: 120))
        if let series = facts.series { text(.seriesLabel, Text.sanitised(series.name, limit: 120), .dim) }
        text(
            .labelsLabel,
            facts.labels.pairs.map { "\(Text.sanitised($0.name, limit: 60))=\(Text.sanitised($0.value, limit: 120))" }
                .joined(separator: "  "), .dim)
        if let source = facts.source { text(.sourceLabel, Text.sanitised(source, limit: 120), .dim) }
        lines.append(Line(spans: []))
        lines.append(Line(spans: [Span(words(.storyTitle), .title)]))
        for entry in alert.story.reversed() { lines.append(Line(spans: story(entry))) }
        return lines
    }

    /// `firing for 12 min, since 14:21:02 ART, for the 3rd time`
    private func state(of alert: Alert) -> [Span] {
        let since = alert.firesSince
        var text: String
        switch alert.state {
        case .pending: text = words(.pendingSince, model.clock(alert.at.utc))
        case .firing:
            text = words(
                .firingSince, "\(model.clock(since.utc)) \(model.zone.abbreviation)",
                model.figures.age(since.age(at: model.shownNow)))
        case .resolved:
            text = words(
                .resolvedAt, "\(model.clock(alert.at.utc)) \(model.zone.abbreviation)",
                model.figures.age(alert.at.age(at: model.shownNow)))
        }
        if alert.firings > 1 { text += " · " + words(.firedTimes, String(alert.firings)) }
        return [Span(text, .text)]
    }

    private func silenceText(_ silence: Silence) -> String {
        let left = model.figures.age(max(0, silence.until - model.shownNow.utc))
        let until = "\(model.shortClock(silence.until)) (\(words(.timeLeft, left)))"
        let comment = silence.comment.isEmpty ? "" : ": " + Text.sanitised(silence.comment, limit: 200)
        return words(.silenceUntil, model.matchers(silence.matchers), until, model.person(silence.by)) + comment
    }

    // MARK: Chain

    private func chain(of alert: Alert, room: Int) -> [Line] {
        guard let chain = model.chain(of: alert.id) else {
            guard alert.facts.policy == nil, alert.state == .firing else { return [] }
            return [
                Line(spans: [
                    Span(Text.padded(words(.chainLabel), to: Self.label), .dim), Span(words(.nobodyIsTold), .dim),
                ])
            ]
        }
        return ChainLines(model: model, chain: chain, labelWidth: Self.label).lines.map { Line(spans: $0) }
    }

    // MARK: Story

    private func story(_ entry: Alert.Entry) -> [Span] {
        let (text, role) = told(entry.event)
        let day = model.zone.civil(entry.at.utc)
        let today = model.zone.civil(model.shownNow.utc)
        let isToday = (day.year, day.month, day.day) == (today.year, today.month, today.day)
        let when = (isToday ? "" : model.figures.shortDate(day) + " ") + model.figures.clock(day)
        return [Span(Text.padded(when, to: isToday ? 10 : 16), .dim), Span(text, role)]
    }

    private func told(_ event: AlertEvent) -> (String, Role) {
        switch event {
        case .pending(let body): return (words(.storyPending, value(of: body.alert)), .dim)
        case .cleared: return (words(.storyCleared), .dim)
        case .fired(let body):
            let (_, word, role) = body.alert.severity.look
            return (words(.storyFired, words(word), value(of: body.alert)), role)
        case .resolved(let body):
            let unit = model.shown.alerts[id].map { self.unit(of: $0.facts) } ?? Unit.count
            let why =
                body.reason.map { Text.sanitised($0, limit: 200) }
                ?? body.value.map { model.figures.value($0, unit: unit) } ?? ""
            return (words(.storyResolved, why), .ok)
        case .acknowledged(let body):
            let until = body.until.map { " " + words(.untilTime, model.shortClock($0)) } ?? ""
            let comment = body.comment.isEmpty ? "" : ": " + Text.sanitised(body.comment, limit: 200)
            return (
                words(.storyAcked, model.person(body.by), Text.sanitised(body.way.rawValue, limit: 20)) + until
                    + comment, .info
            )
        case .unacknowledged(let body):
            return body.by.map { (words(.storyUnacked, model.person($0)), .text) } ?? (words(.storyLapsed), .warning)
        case .suppressed(let body):
            if !body.silences.isEmpty { return (words(.storySilenced), .dim) }
            if let first = body.inhibitors.first {
                let name = model.shown.alerts[first].map { model.title(of: $0) } ?? first.text
                return (words(.inhibitedBy, name), .dim)
            }
            return (words(.storyLoud), .text)
        case .recovering(let body): return (words(body.isWell ? .wellAgain : .wellNoMore), .dim)
        case .silenced, .unsilenced: return ("", .dim)
        }
    }

    private func unit(of facts: AlertEvent.Facts) -> Unit {
        facts.unit ?? facts.series.flatMap { model.track($0)?.series.unit } ?? .count
    }

    private func value(of facts: AlertEvent.Facts) -> String {
        let unit = self.unit(of: facts)
        guard let value = facts.value, unit != .verdict, unit != .text else {
            return Text.sanitised(facts.summary, limit: 200)
        }
        let text = model.figures.value(value, unit: unit, against: facts.bound?.limit)
        return switch facts.bound {
        case .above(let limit)?: "\(text) > \(model.figures.bound(limit, unit: unit))"
        case .below(let limit)?: "\(text) < \(model.figures.bound(limit, unit: unit))"
        case nil: text
        }
    }
}

/// One chain: where it is, who comes next, and what became of each page.
struct ChainLines {
    let model: Model
    let chain: Escalation
    var labelWidth = 12
    /// How many pages are shown, the newest.
    var pageLimit = 12

    private var words: Words { model.words }

    var lines: [[Span]] {
        let policy = chain.started.policy
        var head = [Span(Text.sanitised(policy.name, limit: 30), .value), Span("  ", .text)]
        if let stopped = chain.stopped, stopped.why != .exhausted {
            let by = stopped.by.map { " " + words(.byWhom, model.person($0)) } ?? ""
            head.append(Span(words(stopped.why.word) + by, .dim))
        } else {
            head += model.standing(of: chain)
        }
        if let by = chain.started.by { head.append(Span("  " + words(.startedByHand, model.person(by)), .dim)) }
        var lines = [[Span(Text.padded(words(.chainLabel), to: labelWidth), .dim)] + head]
        if let asked = chain.asked {
            lines.append(indented([Span(words(.chainAsked, model.person(asked.by)), .accent)]))
        }
        if let next { lines.append(indented(next)) }
        let pages = model.shown.escalations.pages.filter { $0.queued.escalation == chain.id }.suffix(pageLimit)
        for page in pages.reversed() { lines.append(indented(model.line(of: page))) }
        return lines
    }

    private func indented(_ spans: [Span]) -> [Span] {
        [Span(String(repeating: " ", count: labelWidth), .text)] + spans
    }

    /// Whom the next step tells, as the rota stands when it is due.
    private var next: [Span]? {
        guard let step = chain.step, let next = chain.next else { return nil }
        switch next {
        case .again: return [Span(words(.goesRoundAgain), .text)]
        case .nobody: return [Span(words(.nobodyAfter), .warning)]
        case .step(let index):
            guard let roster = model.shownManifest?.roster else { return nil }
            let ways = roster.ways(of: chain.started.policy.steps[index], at: step.due.utc, in: model.zone)
            let who = ways.isEmpty ? words(.reachesNobody) : model.ways(ways)
            return [Span(words(.thenStep, String(index + 1), who), .text)]
        }
    }
}

extension EscalationEvent.Stopped.Why {
    var word: Word {
        switch self {
        case .acknowledged: .chainAcked
        case .resolved: .chainResolved
        case .suppressed: .chainHushed
        case .exhausted: .chainExhausted
        case .cancelled: .chainCancelled
        }
    }
}

extension Model {
    /// `14:22:07  Ana Pereyra by sms   ✓ sent`
    func line(of page: Launch.Page) -> [Span] {
        let who = page.queued.contact.map { name(of: $0) } ?? ""
        let channel = Text.sanitised(page.queued.channel, limit: 30)
        let whom = who.isEmpty ? channel : words(.reachedBy, who, channel)
        let (mark, word, detail, role) = outcome(of: page)
        var spans = [
            Span(clock(page.at.utc) + "  ", .dim), Span(Text.padded(whom, to: 26) + " ", .text),
            Span("\(mark) \(word)", role, role == .critical ? .bold : []),
        ]
        if page.attempts > 1 { spans.append(Span(" " + words(.attemptCount, String(page.attempts)), .dim)) }
        if page.queued.purpose != .page {
            spans.append(Span("  (\(words(page.queued.purpose.word)))", .dim))
        }
        if !detail.isEmpty { spans.append(Span("  " + detail, .dim)) }
        return spans
    }

    private func outcome(of page: Launch.Page) -> (mark: String, word: String, detail: String, role: Role) {
        switch page.outcome {
        case nil: ("…", words(.pageQueued), figures.age(page.at.age(at: shownNow)), .text)
        case .sent?: ("✓", words(.pageSent), "", .ok)
        case .delivered?: ("✓", words(.pageDelivered), "", .ok)
        case .deferred(let reason, let until)?:
            ("!", words(.pageDeferred, clock(until)), Text.sanitised(reason, limit: 200), .warning)
        case .failed(let reason)?: ("✗", words(.pageFailed), Text.sanitised(reason, limit: 200), .critical)
        case .expired(let reason)?: ("✗", words(.pageExpired), Text.sanitised(reason, limit: 200), .critical)
        }
    }
}

extension PagePurpose {
    var word: Word {
        switch self {
        case .page: .purposePage
        case .acknowledged: .purposeAcked
        case .resolved: .purposeResolved
        case .test: .purposeTest
        case .change: .purposeChange
        case .digest: .purposeDigest
        case .rollCall: .purposeRollCall
        }
    }
}
