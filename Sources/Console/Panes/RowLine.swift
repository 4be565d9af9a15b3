import Launch

/// One row of the health or business pane: glyph, title, value, history, facts; or why there is no value.
struct RowLine {
    let pane: RowsPane
    let row: Panes.Row
    let columns: RowsPane.Columns

    private var model: Model { pane.model }

    func render(into frame: inout Frame, area: Rect) {
        let line = area.row(0)
        let judged = model.assessment(of: row.main)
        let verdict = model.verdict(of: row)
        if judged.isUnjudged, verdict == .ok {
            // Nothing is wrong, and nothing is said to be well.
            frame.plot("·", at: Point(line.x + 1, line.y), .dim)
        } else {
            frame.plot(verdict.glyph, at: Point(line.x + 1, line.y), verdict.role)
        }
        // A calm row is calm to the eye; one that is not says so in its title too.
        frame.put(
            row.title, at: Point(line.x + 3, line.y), verdict > .unknown ? verdict.role : .label,
            width: min(columns.title, line.width - 4))
        let x = line.x + 3 + columns.title + 1
        // What is not known is said across the whole line; its chart, if there is any, stands below.
        let isKnown = judged.freshness == .fresh || judged.freshness == .stale
        let end = line.x + line.width - columns.margin - (columns.chart > 0 && isKnown ? columns.chart + 1 : 0)
        let rest = Rect(x: x, y: line.y, width: end - x, height: 1)
        guard let track = model.track(row.main), judged.freshness != .never else {
            renderNever(into: &frame, area: rest)
            return
        }
        if judged.freshness == .lastKnown {
            renderLastKnown(track, into: &frame, area: rest)
        } else {
            renderValue(track, judged, into: &frame, area: rest)
        }
        if area.height > 1 {
            renderChart(track, into: &frame, area: isKnown ? area : area.inset(top: 1), isBelow: !isKnown)
        }
    }

    /// `p95 3,4 s`: the figure that makes the row as bad as it is, where the line has no other place for it. A mark beside
    /// a main figure that is well would be a riddle.
    private var culprit: Span? {
        guard let culprit = model.culprit(of: row) else { return nil }
        return columns.facts > 0 && row.facts.contains { $0.series == culprit.series } ? nil : culprit.span
    }

    private func renderNever(into frame: inout Frame, area: Rect) {
        var text = model.words(.neverRead)
        if let miss = model.track(row.main)?.miss { text += " · " + miss }
        frame.put(text, in: area, .unknown)
    }

    private func renderLastKnown(_ track: Track, into frame: inout Frame, area: Rect) {
        guard let at = track.valueAt else { return }
        var spans = model.lastKnown(track, at: at, words: true, room: area.width)
        let age = "  " + model.figures.age(at.age(at: model.shownNow))
        let used = spans.reduce(Text.width(of: age)) { $0 + Text.width(of: $1.text) }
        if used <= area.width { spans += [Span(age, .stale), Span(track.miss.map { "  " + $0 } ?? "", .dim)] }
        frame.put(spans, at: area.origin, width: area.width)
    }

    private func renderValue(_ track: Track, _ judged: Assessment, into frame: inout Frame, area: Rect) {
        if judged.isUnjudged {
            renderWord(track, into: &frame, area: area)
            return
        }
        let isStale = judged.freshness == .stale
        let role: Role = isStale ? .stale : judged.verdict > .unknown ? judged.verdict.role : .value
        frame.put(
            track: track, figures: model.figures, words: model.words, at: area.origin, columns: columns.value, role,
            beyond: judged.verdict > .unknown ? model.bound(of: track) : nil)
        var x = area.x + columns.value.width + 1
        let reason = self.reason(track)
        // Beside a figure that the last look did not bring, why there is none goes before it.
        if let reason, track.miss != nil || judged.verdict == .ok, model.verdict(of: row) > .unknown,
            columns.chart == 0,
            columns.facts < 12, Text.width(of: reason, atMost: 200) > area.x + area.width - x
        {
            frame.put(reason, in: area, model.verdict(of: row).role)
            return
        }
        let facts = columns.chart == 0 && columns.facts < 12 ? reason : nil
        let message = facts.map { Span($0, .missed) } ?? (columns.chart == 0 && reason == nil ? culprit : nil)
        // Why a row is red goes before its bound.
        let room = area.x + area.width - x - (columns.bound > 0 ? columns.bound + 1 : 0)
        // A bound that is crossed says more than the end of a reason.
        let pushes = judged.verdict <= .unknown && message.map { Text.width(of: $0.text, atMost: 200) > room } ?? false
        if columns.bound > 0, !pushes {
            let bound = pane.bound(of: row, isShort: columns.isShort)
            let change = bound.isEmpty && columns.change == 0 ? model.kpi(of: row.main)?.short : nil
            let span = change ?? Span(bound, .dim)
            // The widest takes the cell before its column, which the unit of a value leaves free.
            let over = min(1, max(0, Text.width(of: span.text, atMost: 20) - columns.bound))
            frame.put(
                span.text, at: Point(x - over, area.y), span.style, width: columns.bound + over, align: .trailing)
            x += columns.bound + 1
        }
        // With a chart, the facts have lines of their own.
        guard columns.chart == 0 else { return }
        if let message {
            frame.put([message], at: Point(x, area.y), width: area.x + area.width - x)
            return
        }
        if columns.change > 0 {
            if let change = model.kpi(of: row.main)?.short {
                frame.put(
                    change.text, at: Point(x, area.y), change.style, width: columns.change, align: .trailing)
            }
            x += columns.change + 1
        }
        // A line without facts has their room for its past.
        let hasFacts = reason != nil || !row.facts.isEmpty
        let wide =
            columns.sparkline + (hasFacts || columns.facts == 0 ? 0 : columns.facts + (columns.sparkline > 0 ? 1 : 0))
        if wide > 0, !model.capabilities.slow {
            let trend = pane.trend(track, count: wide, isChart: false)
            Sparkline(trend.samples, role: isStale ? .stale : .sparkline)
                .render(into: &frame, area: Rect(x: x, y: area.y, width: wide, height: 1))
        }
        guard hasFacts else { return }
        x += columns.sparkline > 0 ? columns.sparkline + 1 : 0
        let rest = Rect(x: x, y: area.y, width: columns.facts, height: 1)
        if let reason {
            frame.put(reason, in: rest, .missed)
        } else {
            renderFacts(row.facts, into: &frame, area: rest)
        }
    }

    /// `too few (7)`: in place of the figure, across the line.
    private func renderWord(_ track: Track, into frame: inout Frame, area: Rect) {
        var spans = [Span(model.value(of: track), .dim, .bold)]
        if columns.chart == 0 { spans.append(Span("  " + model.words(.unjudged), .dim)) }
        if let reason = reason(track) { spans.append(Span("  " + reason, .missed)) }
        frame.put(spans, at: area.origin, width: area.width)
    }

    /// Why the row is not what its main figure looks like: the last look failed, or another series is worse.
    private func reason(_ track: Track) -> String? {
        if let miss = track.miss { return miss }
        let shownFacts = Set(row.facts.map(\.series))
        let main = model.assessment(of: row.main).verdict
        for id in row.judged where id != row.main && !shownFacts.contains(id) {
            let verdict = model.assessment(of: id).verdict
            guard verdict > main, let judge = model.track(id) else { continue }
            if judge.series.tellsWhetherUp, let number = judge.number {
                // Of the row's own target the name stands at its begin.
                let isOwn = id.name.dropLast("up".count) == row.main.name.prefix(id.name.count - "up".count)
                return (isOwn ? "" : judge.series.subject + " ") + model.upText(of: judge, number)
            }
            // What the row is called stands at its begin: it would take the room of the figure.
            let title = judge.series.title
            let name = title.hasPrefix(row.title + " ") ? String(title.dropFirst(row.title.count + 1)) : title
            return judge.miss ?? "\(name) \(judge.value == nil ? model.words(.neverRead) : model.value(of: judge))"
        }
        return nil
    }

    /// As many facts as fit, each with its number in a column of its own.
    private func renderFacts(_ facts: [Panes.Fact], into frame: inout Frame, area: Rect) {
        var x = area.x
        for fact in facts {
            guard let track = model.track(fact.series) else { continue }
            let value = ValueColumns(fact: track.series.unit)
            let width = value.width + 1 + Text.width(of: fact.word, atMost: 16)
            guard x + width <= area.x + area.width else { break }
            renderFact(fact, track, into: &frame, at: Point(x, area.y), value)
            x += width + 2
        }
    }

    private func renderFact(
        _ fact: Panes.Fact, _ track: Track, into frame: inout Frame, at point: Point, _ value: ValueColumns
    ) {
        let judged = model.assessment(of: fact.series)
        let role: Role =
            switch (judged.freshness, judged.verdict) {
            case (.fresh, .ok): .label
            case (.fresh, let verdict): verdict.role
            default: .stale
            }
        // A fact that is no longer known is not shown as if it were.
        let isKnown = judged.freshness == .fresh || judged.freshness == .stale
        let text = isKnown ? model.shortValue(of: track) : "?"
        frame.put(ValueText(text, room: value.width), at: point, columns: value, role)
        frame.put(fact.word, at: Point(point.x + value.width + 1, point.y), .dim, width: 16)
    }

    /// - Parameter isBelow: whether the area lies below the row's first line, and not beside it.
    private func renderChart(_ track: Track, into frame: inout Frame, area: Rect, isBelow: Bool) {
        let chart = Rect(
            x: area.x + area.width - 1 - columns.chart, y: area.y, width: columns.chart, height: area.height)
        let text = Rect(x: area.x + 3, y: area.y, width: chart.x - area.x - 4, height: area.height)
            .inset(top: isBelow ? 0 : 1)
        if isBelow {
            if area.height > 1 { Paragraph(reason(track) ?? "", .missed).render(into: &frame, area: text) }
        } else if let reason = reason(track) {
            Paragraph(reason, .missed).render(into: &frame, area: text)
        } else {
            renderFactLines(into: &frame, area: text)
        }
        guard columns.chart >= 12, !model.capabilities.slow else { return }
        // Alone on the screen, a chart has room to say when.
        let hasTimes = model.isZoomed && area.height > 5
        SeriesChart(
            model: model, track: track, span: RowsPane.chartSpan, labelWidth: columns.value.width, showsTimes: hasTimes
        ).render(into: &frame, area: chart.inset(bottom: area.height > 3 ? 1 : 0))
    }

    /// The bound with what the figure stands on, then a fact a line, then what it is compared with; where there are fewer lines
    /// than that, as much as fits side by side.
    private func renderFactLines(into frame: inout Frame, area: Rect) {
        let bound = pane.bound(of: row)
        let kpi = model.kpi(of: row.main)
        let basis = [bound, kpi?.events ?? ""].filter { !$0.isEmpty }.joined(separator: "  ")
        guard area.height > row.facts.count + (kpi?.lines.count ?? 0) else {
            renderPacked(bound: bound, kpi, into: &frame, area: area)
            return
        }
        var line = 0
        if !basis.isEmpty {
            frame.put(basis, in: area.row(line), .dim)
            line += 1
        }
        for fact in row.facts {
            guard line < area.height, let track = model.track(fact.series) else { break }
            let value = ValueColumns(fact: track.series.unit)
            renderFact(fact, track, into: &frame, at: Point(area.x, area.y + line), value)
            let x = area.x + value.width + 1 + Text.width(of: fact.word, atMost: 16)
            if let crossed = crossed(track) {
                frame.put(" " + crossed, at: Point(x, area.y + line), .dim, width: max(0, area.x + area.width - x))
            }
            line += 1
        }
        for text in kpi?.lines ?? [] where line < area.height {
            frame.put([text], at: Point(area.x, area.y + line), width: area.width)
            line += 1
        }
    }

    private func renderPacked(bound: String, _ kpi: KpiText?, into frame: inout Frame, area: Rect) {
        var parts: [[Span]] = bound.isEmpty ? [] : [[Span(bound, .dim)]]
        for fact in row.facts {
            guard let track = model.track(fact.series) else { continue }
            let judged = model.assessment(of: fact.series)
            let isKnown = judged.freshness == .fresh || judged.freshness == .stale
            let role: Role = !isKnown ? .stale : judged.verdict > .unknown ? judged.verdict.role : .label
            parts.append([
                Span(isKnown ? model.shortValue(of: track) : "?", role), Span(" " + fact.word, .dim),
                Span(crossed(track).map { " " + $0 } ?? "", .dim),
            ])
        }
        if let change = kpi?.short { parts.append([change]) }
        // What makes the row red is what is asked for.
        func isBad(_ part: [Span]) -> Bool { part.contains { $0.style.role == .critical || $0.style.role == .warning } }
        parts = parts.filter(isBad) + parts.filter { !isBad($0) }
        var (line, x) = (0, 0)
        for part in parts {
            let width = part.reduce(0) { $0 + Text.width(of: $1.text) }
            if x > 0, x + width > area.width { (line, x) = (line + 1, 0) }
            guard line < area.height else { return }
            frame.put(part, at: Point(area.x + x, area.y + line), width: area.width - x)
            x += width + 2
        }
    }

    /// The bound that a further figure has crossed: without it nobody knows why it is red.
    private func crossed(_ track: Track) -> String? {
        guard model.assessment(of: track.series.id).verdict > .unknown else { return nil }
        return model.bound(of: track).map { model.figures.kept($0, unit: track.series.unit, isShort: true) }
    }
}

extension Model {
    /// `p95 3,4 s`, `p95 never read`: the further figure that makes a row worse than its main one is, by its name: it must not be
    /// read as the row's own. Nil where the main figure says it itself.
    func culprit(of row: Panes.Row) -> (series: SeriesID, span: Span)? {
        let worst = verdict(of: row)
        guard assessment(of: row.main).verdict < worst,
            let id = row.judged.first(where: { assessment(of: $0).verdict == worst })
        else { return nil }
        let word =
            row.facts.first { $0.series == id }?.word ?? id.name.split(separator: ".").last.map(String.init) ?? ""
        guard let track = track(id) else { return (id, Span("\(word) \(words(.neverRead))", worst.role)) }
        if track.series.tellsWhetherUp, worst > .unknown {
            return (id, Span(upText(of: track, track.number ?? 0), worst.role))
        }
        guard worst == .unknown else { return (id, Span("\(word) \(value(of: track))", worst.role)) }
        let why = track.miss ?? track.valueAt.map { words(.lastKnownShort, shortClock($0.utc)) } ?? words(.neverRead)
        return (id, Span("\(word) \(why)", .unknown))
    }

    /// The value of a fact, which stands in a narrow column: per cents without decimals from ten on.
    func shortValue(of track: Track) -> String {
        // `too few (9)` is for where there is room to say it.
        if case .text = track.value, track.series.unit != .text { return words(.fewShort) }
        guard track.series.unit == .percent, let number = track.number, number.magnitude >= 9.95 else {
            return value(of: track)
        }
        // A budget that is overspent has no end: `−25 ×` of it, where `−2.453 %` would be cut.
        if number.magnitude >= 999.5 { return figures.compact((number / 100).rounded()) + " ×" }
        return figures.percent(number, decimals: 0)
    }

    /// `LAST KNOWN 14:42:17 87 ms`; where there is less room `LAST 14:42:17 87 ms`, then without seconds, then `? 14:42 87 ms`;
    /// without a word where another one says it. A value that would still be cut is left out: half a number is a wrong one.
    ///
    /// - Parameter column: the width of the values, where several stand one below the other in the same form.
    func lastKnown(_ track: Track, at: Moment, words hasWords: Bool, room: Int, column: Int? = nil) -> [Span] {
        let (time, short) = (clock(at.utc), shortClock(at.utc))
        var value = value(of: track)
        if let column { value = Text.padded(value, to: column, align: .trailing) }
        let width = 1 + Text.width(of: value, atMost: room)
        let forms =
            hasWords
            ? [words(.lastKnown, time), words(.lastKnownShort, time), words(.lastKnownShort, short), "? " + short]
            : [time, short]
        if let form = forms.first(where: { Text.width(of: $0) + width <= room }) {
            return [Span(form, .unknown), Span(" " + value, .stale)]
        }
        return [Span(forms.first { Text.width(of: $0) <= room } ?? short, .unknown)]
    }

    /// The last value of a series as it is read.
    func value(of track: Track) -> String {
        switch track.value {
        case .number(let number) where track.series.unit == .verdict:
            words(Verdict(nagiosCode: Int(exactly: number) ?? 3).word)
        case .number(let number) where track.series.tellsWhetherUp: words(number < 1 ? .isDown : .isUp)
        case .number(let number): figures.value(number, unit: track.series.unit)
        case .text(let text): Text.sanitised(text, limit: 80)
        case .missed, nil: Figures.none
        }
    }
}

extension Frame {
    /// Writes the last value of a track into the columns of values.
    ///
    /// - Parameter bound: the one that it has crossed, and must not read as.
    mutating func put(
        track: Track, figures: Figures, words: Words, at point: Point, columns: ValueColumns, _ role: Role,
        beyond bound: Thresholds.Bound? = nil
    ) {
        switch track.value {
        case .number(let number) where track.series.tellsWhetherUp:
            put(words(number < 1 ? .isDown : .isUp), at: point, role, width: columns.width, align: .trailing)
        case .number(let number) where track.series.unit != .verdict:
            let text =
                bound.map { figures.value(number, unit: track.series.unit, beyond: $0, room: columns.width) }
                ?? figures.value(number, unit: track.series.unit, room: columns.width)
            put(ValueText(text), at: point, columns: columns, role)
        case .number(let number):
            let verdict = Verdict(nagiosCode: Int(exactly: number) ?? 3)
            put(words(verdict.word), at: point, role, width: columns.width, align: .trailing)
        case .text(let text): put(text, at: point, role, width: columns.width, align: .trailing)
        case .missed, nil: put(Figures.none, at: point, role, width: columns.number, align: .trailing)
        }
    }
}
