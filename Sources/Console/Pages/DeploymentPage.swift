import Launch

/// One action: what was ordered, each step with its time and words, and what the change of traffic did to the figures.
struct DeploymentPage {
    let model: Model
    let id: ActionID

    static func room(in body: Rect) -> Int { max(0, body.height - 2) }

    func render(into frame: inout Frame, area: Rect, top: Int) {
        frame.fill(area, .text)
        let inside = Panel(title: title, facts: [Span(Text.sanitised(id.text, limit: 60), .dim)], isFocused: true)
            .render(into: &frame, area: area).inset(left: 1, right: 1)
        let lines = lines(width: inside.width)
        let visible = Scroll(top: top).visible(count: lines.count, height: inside.height)
        for (row, line) in lines[visible].enumerated() {
            frame.put(line, at: inside.row(row).origin, width: inside.width)
        }
        Scrollbar(visible: visible, count: lines.count).render(into: &frame, area: inside.inset(right: -2))
    }

    private var title: String { model.shown.actions[id].map { Text.sanitised($0.label, limit: 80) } ?? id.text }

    func lines(width: Int) -> [[Span]] {
        let words = model.words
        guard let record = model.shown.actions[id] else { return [[Span(words(.noSuchAction), .unknown)]] }
        var lines: [[Span]] = []
        func fact(_ label: Word, _ text: String, _ role: Role = .text) {
            for (index, part) in Text.wrapped(text, to: max(10, width - 10), lines: 6).enumerated() {
                lines.append([Span(Text.padded(index == 0 ? words(label) : "", to: 10), .dim), Span(part, role)])
            }
        }
        if let end = record.ended, let outcome = model.outcomeText(of: record) {
            lines.append([
                Span(Text.padded(words(.columnOutcome), to: 10), .dim),
                Span(outcome.text, outcome.style.role, .bold),
            ])
            fact(.summary, end.body.summary)
            if !end.body.missing.isEmpty {
                fact(
                    .missing, end.body.missing.map { Text.sanitised($0, limit: 24) }.joined(separator: ", "), .critical)
            }
        } else {
            lines.append([
                Span(Text.padded(words(.columnOutcome), to: 10), .dim), Span("▸ " + words(.isRunning), .accent, .bold),
            ])
        }
        let civil = model.zone.civil(record.at.utc)
        let took = model.figures.took(record.duration(at: model.now))
        fact(
            .columnWhen,
            "\(model.figures.date(civil)) \(model.figures.clock(civil)) \(model.zone.abbreviation), "
                + words(record.ended == nil ? .runningFor : .tookTime, took))
        let client = record.started.by.client.map { " " + words(.fromClient, Text.sanitised($0, limit: 60)) } ?? ""
        fact(.columnWho, Text.sanitised(record.started.by.signature, limit: 80) + client)
        fact(.columnTo, DeploymentsPage.move(record))
        if !record.started.reason.isEmpty { fact(.columnReason, record.started.reason) }
        fact(.labelRuns, ShellWords.line(record.started.command))
        if let before = record.started.continues { fact(.continues, before.text) }
        for request in record.requests {
            fact(
                .asked,
                "\(model.clock(request.at.utc)) \(request.body.request.rawValue), \(Text.sanitised(request.body.by.name, limit: 40))"
                    + (request.body.reason.isEmpty ? "" : ": " + request.body.reason))
        }
        lines.append([])
        lines += steps(of: record, width: width)
        lines += figures(of: record, width: width)
        return lines
    }

    // MARK: Steps

    private func steps(of record: ActionRecord, width: Int) -> [[Span]] {
        let drawer = StepLines(model: model, record: record, width: width - 8)
        var lines: [[Span]] = []
        func add(_ text: String, _ role: Role) {
            for part in Text.wrapped(text, to: max(10, width - 14), lines: 6) {
                lines.append([Span(String(repeating: " ", count: 14), .dim), Span(part, role)])
            }
        }
        for step in record.steps {
            let start = step.startedAt.map { model.clock($0.utc) } ?? "        "
            // What came of it is worth lines of its own where it does not fit beside the step.
            let fits = Text.width(of: step.detail, atMost: width) <= drawer.detailWidth
            var short = step
            if !fits { short.detail = "" }
            lines.append([Span(start, .dim)] + drawer.line(short))
            for note in step.notes { add(note, .dim) }
            if !fits { add(step.detail, step.outcome == .failed ? .critical : .text) }
        }
        return lines
    }

    // MARK: Figures before and after

    private func figures(of record: ActionRecord, width: Int) -> [[Span]] {
        let words = model.words
        guard let figures = WatchFigures(of: record, board: model.shown, now: model.shownNow), !figures.rows.isEmpty
        else { return [] }
        var lines: [[Span]] = [[]]
        let (after, before) = (model.figures.span(figures.after), model.figures.span(figures.before))
        if let incident = figures.times.incident {
            let version = incident.version.map { Text.sanitised($0, limit: 40) }
            lines.append([Span(words(.watchIncident, after, before, version ?? words(.theIncident)), .title)])
        } else {
            lines.append([Span(words(.watchTitle, after, before), .title)])
        }
        lines.append([Span(words(.watchMedians), .hint)])
        // What it was before the incident stands at the end of a line.
        let column = min(34, max(16, width - (figures.times.incident == nil ? 50 : 56)))
        for row in figures.ordered { lines.append(line(row, column: column)) }
        return lines
    }

    private func line(_ row: WatchFigures.Row, column: Int) -> [Span] {
        let words = model.words
        let comparison = row.comparison
        let title =
            switch row.subject {
            case .latency: words(.servingLatency)
            case .errors: words(.servingErrors)
            case .requests: words(.servingRequests)
            case .series(let id): model.title(of: id)
            }
        func value(_ number: Double?) -> String {
            number.map { model.figures.value($0, unit: row.unit, room: 11) } ?? Figures.none
        }
        var (word, glyph, role): (Word, String, Role) =
            switch comparison.verdict {
            case .better: (.better, "✓", .ok)
            case .same: (.same, "·", .dim)
            case .worse: (.worse, "!", .warning)
            case .different: (.different, "≠", .text)
            case .tooLittle: (.tooLittle, "?", .unknown)
            }
        // Better than an incident is not well yet.
        if row.isRecovered == false { (glyph, role) = ("!", .warning) }
        if row.isRecovered == true, comparison.verdict == .better { word = .recovered }
        var spans = [
            Span(Text.padded(title, to: column) + " ", .label),
            Span(Text.padded(value(comparison.before), to: 11, align: .trailing), .dim), Span(" → ", .dim),
            Span(Text.padded(value(comparison.after), to: 11, align: .trailing) + "  ", .value),
            Span(glyph + " " + words(word), role, .bold),
        ]
        if comparison.verdict != .tooLittle, comparison.verdict != .same, let change = comparison.change {
            spans.append(Span("  " + model.figures.change(change), role))
        }
        if let unreached = row.unreached { spans.append(Span("  " + words(.wrecovered, value(unreached)), role)) }
        return spans
    }
}
