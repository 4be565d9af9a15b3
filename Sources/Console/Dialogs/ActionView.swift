import Launch

/// An action that was fired here, in the place where it was confirmed: its steps as they happen, how it ended, and how long one
/// key still brings the previous version back.
struct ActionView {
    let model: Model
    let follow: ActionFollow

    private var words: Words { model.words }

    /// Without a first word for so long, something is wrong.
    private static let patience: Milliseconds = 5000

    func render(into frame: inout Frame) {
        let screen = frame.size
        LinesDialog(model: model, title: follow.title).render(lines(screen), into: &frame)
    }

    private func lines(_ screen: Size) -> [DialogLine] {
        guard let record = model.record(of: follow) else { return beforeTheFirstWord(screen) }
        let width = LinesDialog.width(on: screen)
        var lines: [DialogLine] = []
        let command = ShellWords.line(record.started.command)
        lines.append(
            DialogLine(
                [Span(words(.labelRuns) + "  ", .dim), Span(Text.sanitised(command, limit: 400), .dim)], rank: 10))
        lines.append(.blank(1))
        lines += StepLines(model: model, record: record, width: width).lines(room: max(3, screen.height - 10))
        lines.append(.blank(2))
        if record.id != follow.request.id { lines += answer(width) }
        lines += ending(record, width)
        return lines
    }

    /// What became of something that was asked of a running deploy.
    private func answer(_ width: Int) -> [DialogLine] {
        guard let ending = model.answer(to: follow) else {
            let age = model.figures.age(follow.firedAt.age(at: model.now))
            return [DialogLine([Span("… " + words(.asking, follow.request.kind.rawValue, age), .text)], rank: 96)]
        }
        let text = (ending.hasFailed ? "✗ " : "✓ ") + Text.sanitised(ending.words, limit: 400)
        return Text.wrapped(text, to: width, lines: 3).map {
            DialogLine([Span($0, ending.hasFailed ? .critical : .ok, .bold)], rank: 97)
        }
    }

    private func beforeTheFirstWord(_ screen: Size) -> [DialogLine] {
        let width = LinesDialog.width(on: screen)
        let age = follow.firedAt.age(at: model.now)
        if let ending = model.endings[follow.request.id] {
            let said = Text.sanitised(ending.words, limit: 600)
            let text = ending.hasFailed ? "✗ " + words(.couldNotStart, follow.request.kind.rawValue, said) : "? " + said
            return Text.wrapped(text, to: width, lines: 6)
                .map { DialogLine([Span($0, ending.hasFailed ? .critical : .unknown, .bold)], rank: DialogLine.kept) }
                + [DialogLine([Span(words(.noStepSeen), .hint)], rank: 50)]
        }
        var lines = [DialogLine([Span("… " + words(.starting, model.figures.age(age)), .text)], rank: DialogLine.kept)]
        if age > Self.patience {
            lines += Text.wrapped("? " + words(.noWordYet), to: width).map {
                DialogLine([Span($0, .unknown)], rank: 60)
            }
        }
        return lines
    }

    private func ending(_ record: ActionRecord, _ width: Int) -> [DialogLine] {
        guard let end = record.ended else {
            var lines = [DialogLine([Span(words(.leaveGoesOn), .hint)], rank: 40)]
            if record.isPaused {
                lines.insert(
                    DialogLine(
                        [Span("! " + words(.heldNow, model.keymap.label(of: .promote)), .warning, .bold)], rank: 90),
                    at: 0)
            }
            if let why = record.waitsFor {
                let text = model.personNeeded(Text.sanitised(why, limit: 300))
                let waiting = Text.wrapped("? " + text, to: width, lines: 3)
                lines.insert(contentsOf: waiting.map { DialogLine([Span($0, .warning, .bold)], rank: 95) }, at: 0)
            }
            return lines
        }
        let role = end.body.outcome.role
        let outcome = "\(end.body.outcome.glyph) \(model.outcomeWord(of: record))"
        let after = words(.tookTime, model.figures.took(record.duration(at: model.now)))
        var lines = [DialogLine([Span(outcome, role, .bold), Span("  " + after, .dim)], rank: DialogLine.kept + 1)]
        for (index, line) in Text.wrapped(end.body.summary, to: width, lines: 4).enumerated() {
            lines.append(DialogLine([Span(line, .text)], rank: index == 0 ? DialogLine.kept : 70))
        }
        if !end.body.missing.isEmpty {
            let names = end.body.missing.map { Text.sanitised($0, limit: 24) }.joined(separator: ", ")
            lines.append(DialogLine([Span("✗ " + words(.missingEdges, names), .critical, .bold)], rank: 95))
        }
        if end.body.outcome == .died, !record.kind.isAboutFlag {
            lines.append(
                DialogLine(
                    [
                        Span(
                            words(.finishOrUndo, model.keymap.label(of: .promote), model.keymap.label(of: .abort)),
                            .strong)
                    ],
                    rank: 95))
        }
        // What went back has brought the previous version back already.
        if record.split != nil, end.body.outcome == .done, let runway = model.runwayText {
            lines += Text.wrapped(runway.text, to: width, lines: 3).map {
                DialogLine([Span($0, runway.style.role, .bold)], rank: 92)
            }
        }
        return lines
    }
}

/// The steps of an action, one a line, with the last words of the one that runs.
struct StepLines {
    let model: Model
    let record: ActionRecord
    let width: Int

    /// As many lines as there is room for, around the step that runs.
    func lines(room: Int) -> [DialogLine] {
        let steps = record.steps
        let notes = record.current.map { $0.isRunning ? Array($0.notes.suffix(room >= 12 ? 3 : 1)) : [] } ?? []
        var scroll = Scroll()
        let rows = max(1, room - notes.count)
        if let current = steps.lastIndex(where: { $0.startedAt != nil }) {
            scroll.reveal(min(current + 1, steps.count - 1), count: steps.count, height: rows)
        }
        var lines: [DialogLine] = []
        for index in scroll.visible(count: steps.count, height: rows) {
            lines.append(DialogLine(line(steps[index]), rank: rank(steps[index])))
            if steps[index].isRunning {
                for note in notes {
                    lines.append(DialogLine([Span("    " + Text.sanitised(note, limit: 300), .dim)], rank: 45))
                }
            }
        }
        return lines
    }

    private func rank(_ step: ActionRecord.StepRecord) -> Int {
        switch step.outcome {
        case .failed?, .undecided?: 85
        case .done?, .skipped?: 30
        case nil: step.isRunning ? 88 : 20
        }
    }

    private var column: Int { min(48, max(20, width * 3 / 5)) }

    /// The columns that are left for what came of a step.
    var detailWidth: Int { max(0, width - column - 12) }

    func line(_ step: ActionRecord.StepRecord) -> [Span] {
        // A step that was not planned has no title but its name.
        let title =
            switch step.step.title {
            case "go-back": model.words(record.kind == .flagRamp ? .goBackShare : .goBackStep)
            case "step-back": model.words(.stepBackShare)
            default: Text.sanitised(step.step.title, limit: 80)
            }
        let (glyph, role): (String, Role) =
            switch step.outcome {
            case .done?: ("✓", .ok)
            case .failed?: ("✗", .critical)
            case .skipped?: ("·", .dim)
            case .undecided?: ("?", .unknown)
            case nil:
                step.isRunning
                    ? (record.ended == nil ? "▸" : "✗", record.ended == nil ? .accent : .critical) : ("·", .dim)
            }
        var time = ""
        if let start = step.startedAt {
            let span = step.endedAt.map { start.age(at: $0) } ?? start.age(at: record.ended?.at ?? model.asOf)
            time = step.endedAt == nil ? model.figures.age(span) : model.figures.took(span)
            // Of a step that looks or waits, for how long: only then does its age say anything.
            if step.isRunning, record.ended == nil, let whole = step.step.span {
                time = model.words(.ageOf, time, model.figures.age(whole))
            }
        }
        return [
            Span("  \(glyph) ", role, .bold),
            Span(
                Text.padded(title, to: column - 4) + " ", step.startedAt == nil ? .dim : .text,
                step.isRunning ? .bold : []),
            Span(
                Text.width(of: time) > 8 ? time + "  " : Text.padded(time, to: 8, align: .trailing) + "  ",
                step.isRunning ? .text : .dim),
            Span(Text.sanitised(step.detail, limit: 200), step.outcome == .failed ? .critical : .dim),
        ]
    }
}
