import Launch

/// Everything about one series: value, age, verdict, bounds, last miss, what it is computed from, and its last hour.
struct DetailOverlay {
    let model: Model
    let id: SeriesID

    func render(into frame: inout Frame, area: Rect) {
        let title = model.title(of: id)
        frame.fill(area, .text)
        let inside = Panel(title: title, facts: [Span(id.name, .dim)], isFocused: true).render(into: &frame, area: area)
        guard let track = model.track(id) else {
            frame.put(model.words(.neverRead), in: inside, .unknown)
            return
        }
        let lines = lines(track)
        let parts = inside.inset(left: 1, right: 1).rows([
            .fixed(min(lines.count, max(0, inside.height - 4))), .fixed(1), .fill(),
        ])
        let label = lines.map { Text.width(of: $0.label) }.max() ?? 0
        for (row, line) in lines.prefix(parts[0].height).enumerated() {
            let part = parts[0].row(row)
            frame.put(line.label, at: part.origin, .dim, width: label)
            frame.put(line.spans, at: Point(part.x + label + 2, part.y), width: max(0, part.width - label - 2))
        }
        guard track.series.unit != .text else {
            frame.put(model.words(.noChart), in: parts[2], .dim)
            return
        }
        SeriesChart(model: model, track: track, span: .hours(1), showsTimes: true).render(into: &frame, area: parts[2])
    }

    private struct Line {
        var label: String
        var spans: [Span]
    }

    private func lines(_ track: Track) -> [Line] {
        let words = model.words
        let judged = model.assessment(of: id)
        let series = track.series
        var lines: [Line] = []

        var value = [Span(model.value(of: track), judged.freshness == .fresh ? .value : .stale, .bold)]
        switch judged.freshness {
        case .lastKnown:
            if let at = track.valueAt { value.append(Span("  " + words(.lastKnown, model.clock(at.utc)), .unknown)) }
        case .never: value = [Span(words(.neverRead), .unknown)]
        case .fresh, .stale: break
        }
        lines.append(Line(label: words(.detailValue), spans: value))
        for detail in model.kpi(of: id)?.details ?? [] {
            lines.append(Line(label: words(detail.label), spans: detail.spans))
        }
        // A text, and what has no bound, is not well: nobody judges it.
        let verdict =
            judged.isUnjudged || !series.isJudged && judged.verdict == .ok
            ? [Span("· " + words(.unjudged), .dim, .bold)]
            : [Span("\(judged.verdict.glyph) \(words(judged.verdict.word))", judged.verdict.role, .bold)]
        lines.append(Line(label: words(.detailVerdict), spans: verdict))

        let interval = model.figures.age(series.interval)
        let age = track.age(at: model.shownNow).map { model.figures.age($0) } ?? Figures.none
        lines.append(
            Line(
                label: words(.detailAge),
                spans: [Span(age, .text), Span("  " + words(.detailInterval) + " " + interval, .dim)]))
        lines.append(Line(label: words(.detailThresholds), spans: [Span(bounds(of: series), .text)]))
        lines.append(
            Line(
                label: words(.detailMiss),
                spans: [reason(of: track).map { Span($0, .missed) } ?? Span(words(.noMiss), .dim)]))
        lines.append(Line(label: words(.detailInputs), spans: inputs(of: series)))
        let end = model.shownNow.utc
        let marks = ChartMarks(on: model.shown, from: end + Milliseconds(-3_600_000), to: end).marks
        if !marks.isEmpty, series.unit != .text {
            lines.append(Line(label: words(.marksLabel), spans: self.marks(marks)))
        }
        return lines
    }

    private func reason(of track: Track) -> String? {
        if let number = track.number, number < 1, track.series.tellsWhetherUp { return model.upText(of: track, number) }
        return track.miss
    }

    /// What the letters on the chart stand for, the newest first.
    private func marks(_ marks: [ChartMark]) -> [Span] {
        marks.reversed().prefix(8).flatMap { mark in
            [
                Span("\(mark.kind.letter) ", mark.kind.role, .bold), Span(model.shortClock(mark.at) + " ", .dim),
                Span(Text.sanitised(mark.label, limit: 60), .text),
                Span(mark.by.isEmpty ? "   " : " " + Text.sanitised(mark.by, limit: 30) + "   ", .dim),
            ]
        }
    }

    private func bounds(of series: Series) -> String {
        guard let thresholds = series.thresholds else { return model.words(.noThresholds) }
        func text(_ bound: Thresholds.Bound, _ word: Word) -> String {
            let limit = model.figures.value(bound.limit, unit: series.unit)
            return switch bound {
            case .above: model.words(word, model.words(.aboveBound, limit))
            case .below: model.words(word, model.words(.belowBound, limit))
            }
        }
        return [
            thresholds.warning.map { text($0, .warningBound) }, thresholds.critical.map { text($0, .criticalBound) },
        ]
        .compactMap(\.self).joined(separator: " · ")
    }

    private func inputs(of series: Series) -> [Span] {
        guard !series.inputs.isEmpty else { return [Span(model.words(.probed), .dim)] }
        var spans: [Span] = []
        for input in series.inputs {
            if !spans.isEmpty { spans.append(Span("  ", .text)) }
            let judged = model.assessment(of: input)
            spans.append(Span("\(judged.verdict.glyph) ", judged.verdict.role))
            spans.append(Span(input.name + " ", .label))
            if let track = model.track(input) {
                spans.append(Span(model.value(of: track), judged.freshness == .fresh ? .value : .stale))
            }
        }
        return spans
    }
}
