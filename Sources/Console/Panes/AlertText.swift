import Launch

/// What is said of an alert wherever it is shown: one wording for pane, page, headline and wall.
extension Model {
    /// What an alert is called in a line: the series that it judges, where that has a title; else what its rule says.
    func title(of alert: Alert) -> String {
        if let series = alert.facts.series, let title = track(series)?.series.subject {
            return Text.sanitised(title, limit: 120)
        }
        return summary(of: alert)
    }

    func summary(of alert: Alert) -> String {
        Text.sanitised(alert.facts.summary.isEmpty ? alert.facts.rule : alert.facts.summary, limit: 300)
    }

    /// The summary, and how old its figures are: `Only 93,9 % of payments succeed (then 93,9 %, now 51,2 %)`. They stand beside
    /// those of now, and would be read as such.
    func told(of alert: Alert) -> String {
        let summary = summary(of: alert)
        guard alert.tellsOldFigures, let old = alert.facts.value else { return summary }
        guard let (value, unit) = alert.valueNow(on: shown, at: shownNow, engineSilent: isShownSilent) else {
            return words(.figuresThen, summary, shortClock((alert.firedAt ?? alert.at).utc))
        }
        let limit = alert.facts.bound?.limit
        let (then, now) = (
            figures.value(old, unit: unit, against: limit), figures.value(value, unit: unit, against: limit)
        )
        return then == now ? summary : words(.figuresThenNow, summary, then, now)
    }

    /// The same of a chain, which is about one alert, or several.
    func told(of chain: Escalation) -> String {
        let summary = Text.sanitised(chain.started.summary, limit: 200)
        if chain.alerts.count == 1, let alert = chain.alerts.first.flatMap({ shown.alerts[$0] }),
            self.summary(of: alert) == summary
        {
            return told(of: alert)
        }
        return summary.contains(where: \.isNumber)
            ? words(.figuresThen, summary, shortClock(chain.at.utc)) : summary
    }

    /// Whether the engine was silent at the moment that is shown, or is now.
    private var isShownSilent: Bool { isSilent || shown.isSilent(at: shownNow) }

    /// `3,4 s > 3,0 s`: the value of now, as long as there is one, against the bound that was crossed.
    func facts(of alert: Alert) -> String {
        let facts = alert.facts
        let track = facts.series.flatMap { self.track($0) }
        if let track, track.series.tellsWhetherUp,
            let value = (alert.state == .firing ? track.number : nil) ?? lastValue(of: alert)
        {
            // It fires on for a while: it has come and gone before, or `keep_firing_for` holds it.
            return alert.state == .firing && value >= 1 ? words(.upAgain) : upText(of: track, value)
        }
        if facts.isAbsence ?? false {
            // A time without readings is no value of the series: `8,6 s > 5,0 s` beside `API p95` would be read as its latency.
            guard alert.state == .firing else { return words(.heardAgain) }
            guard let silence = track?.valueAt?.age(at: shownNow) ?? facts.value.map(Milliseconds.init(seconds:)) else {
                return words(.neverRead)
            }
            // It fires on for a while, as `up` does.
            if let track, track.miss == nil, silence <= track.series.interval * 2 { return words(.readAgain) }
            return words(.noReading, figures.age(silence))
        }
        let unit = facts.unit ?? track?.series.unit ?? .count
        guard unit != .verdict, unit != .text else { return "" }
        // What is judged may be a share or a factor of the series: then its own value of now says nothing of it.
        let isOwn = facts.unit == nil || facts.unit == track?.series.unit
        guard let value = (alert.state == .firing && isOwn ? track?.number : nil) ?? lastValue(of: alert) else {
            return ""
        }
        let text = figures.value(value, unit: unit, against: facts.bound?.limit)
        guard let bound = facts.bound else { return text }
        let limit = figures.bound(bound.limit, unit: unit)
        let isCrossed = bound.isCrossed(by: value)
        return switch bound {
        case .above: "\(text) \(isCrossed ? ">" : figures.atMost) \(limit)"
        case .below: "\(text) \(isCrossed ? "<" : figures.atLeast) \(limit)"
        }
    }

    /// The value that ended it, else the one that began it.
    private func lastValue(of alert: Alert) -> Double? {
        if alert.state == .resolved, case .resolved(let body)? = alert.story.last?.event, let value = body.value {
            return value
        }
        return alert.facts.value
    }

    /// The chain of an alert; by its place, which was looked up when it came.
    func chain(of alert: Fingerprint) -> Escalation? {
        guard let index = feed.shown.chains[alert], shown.escalations.escalations.indices.contains(index) else {
            return nil
        }
        return shown.escalations.escalations[index]
    }

    /// Names of people are not for a wall that everybody passes.
    var showsNames: Bool { !(mode.isKiosk && kiosk.hides(.names)) }

    func person(_ name: String) -> String { showsNames ? Text.sanitised(name, limit: 40) : words(.somebody) }

    // MARK: How it stands

    /// Who has it, or how far its chain is, in a word or two: for a column.
    func shortStanding(of alert: Alert) -> Span? {
        if alert.state == .resolved { return nil }
        if !alert.silences.isEmpty { return Span(words(.quietShort), .dim) }
        if !alert.inhibitors.isEmpty { return Span(words(.behindShort), .dim) }
        if let taken = alert.acknowledged { return Span("@" + person(taken.body.by), .info) }
        guard let chain = chain(of: alert.id) else { return nil }
        if chain.stopped?.why == .exhausted { return Span(words(.exhaustedShort), .alarm) }
        guard chain.isRunning, let step = chain.step else { return nil }
        return Span("→\(step.step + 1)/\(chain.started.policy.steps.count)", .accent)
    }

    /// The same in full: `acked by ana until 15:12`, `step 2 of 4, next in 3:12`, `silenced, 43 min left`.
    func standing(of alert: Alert) -> [Span] {
        if alert.state == .resolved {
            return [Span(words(.resolvedAgo, figures.age(alert.at.age(at: shownNow))), .dim)]
        }
        var spans: [Span] = []
        if let left = silenceLeft(of: alert) {
            spans.append(Span(words(.silencedFor, left), .dim))
        } else if !alert.silences.isEmpty {
            spans.append(Span(words(.silencedNow), .dim))
        } else if let first = alert.inhibitors.first {
            let name = shown.alerts[first].map { title(of: $0) } ?? first.text
            spans.append(Span(words(.inhibitedBy, Text.truncated(name, to: 30)), .dim))
        }
        if let taken = alert.acknowledged {
            if !spans.isEmpty { spans.append(Span(" · ", .dim)) }
            let who = words(.ackedBy, person(taken.body.by))
            spans.append(Span(taken.body.until.map { who + " " + words(.untilTime, shortClock($0)) } ?? who, .info))
            return spans
        }
        if let chain = chain(of: alert.id), chain.isRunning || chain.stopped?.why == .exhausted {
            if !spans.isEmpty { spans.append(Span(" · ", .dim)) }
            return spans + standing(of: chain)
        }
        return spans.isEmpty ? [Span(words(.unacked), alert.facts.severity == .critical ? .critical : .warning)] : spans
    }

    /// `step 2 of 4, next in 3:12`; loud where nobody comes any more.
    func standing(of chain: Escalation) -> [Span] {
        if chain.stopped?.why == .exhausted { return [Span(words(.chainExhausted), .alarm, .bold)] }
        guard let step = chain.step else { return [Span(words(.chainBegins), .accent)] }
        let count = chain.started.policy.steps.count
        var spans = [Span(words(.chainStep, String(step.step + 1), String(count)), .text, .bold)]
        if let left = timeToNext(chain) { spans.append(Span(", " + left, .text)) }
        return spans
    }

    /// How long until the next step; below zero it is overdue. By the engine's own clock where it is of this boot, so that a step
    /// of the wall clock changes nothing.
    func timeLeft(_ chain: Escalation) -> Milliseconds? {
        guard chain.isRunning, let due = chain.step?.due else { return nil }
        return due.boot == shownNow.boot ? due.uptime - shownNow.uptime : due.utc - shownNow.utc
    }

    /// `next in 03:12`, `nobody else after 03:12` at its end; overdue said so: a chain that should have gone on and did not.
    func timeToNext(_ chain: Escalation) -> String? {
        guard let left = timeLeft(chain) else { return nil }
        guard left.count > 0 else {
            return words(isWaiting(chain) ? .chainWaits : .overdueBy, figures.countdown(0 - left))
        }
        let word: Word =
            switch chain.next {
            case .again: .againIn
            case .nobody: .nobodyElseAfter
            case .step, nil: .nextIn
            }
        return words(word, figures.countdown(left))
    }

    /// Whether its next step waits because all that is open of it is well again.
    func isWaiting(_ chain: Escalation) -> Bool {
        chain.started.by == nil && shown.alerts.areRecovering(chain.alerts)
    }

    func silenceLeft(of alert: Alert) -> String? {
        let ends = alert.silences.compactMap { shown.alerts.silences[$0]?.until }
        guard let end = ends.max() else { return nil }
        return figures.age(max(0, end - shownNow.utc))
    }

    // MARK: How it looks

    func look(of alert: Alert) -> (glyph: Unicode.Scalar, word: Word, role: Role) {
        if alert.state == .resolved { return (Verdict.ok.glyph, .ok, isSilent ? .stale : .ok) }
        // What a silent engine said last is no longer known to be so.
        let (glyph, word, role) = alert.facts.severity.look
        return (glyph, word, isSilent ? .stale : role)
    }
}

extension Severity {
    /// Sign, word of four cells, and role: the same as those of verdicts, so that nobody learns two.
    var look: (glyph: Unicode.Scalar, word: Word, role: Role) {
        switch self {
        case .critical: (Verdict.critical.glyph, .critical, .critical)
        case .warning: (Verdict.warning.glyph, .warning, .warning)
        case .info: ("i", .info, .info)
        }
    }
}

extension Milliseconds {
    /// Of a number that comes from a journal: it may be anything.
    fileprivate init(seconds: Double) { self.init(seconds.isFinite ? Int64(min(max(seconds, 0), 1e9) * 1000) : 0) }
}
