import Launch

/// What is said of the poll, the team or the clock, as the lines of its dialog.
struct ReadinessLines {
    let model: Model
    let card: ReadinessCard
    let confirmation: Confirmation
    let width: Int
    let labelWidth: Int

    private var words: Words { model.words }

    private func line(_ label: Word?, _ spans: [Span], rank: Int) -> DialogLine {
        DialogLine([Span(Text.padded(label.map { words($0) } ?? "", to: labelWidth), .dim)] + spans, rank: rank)
    }

    var lines: [DialogLine] {
        var lines: [DialogLine] = []
        if let station = card.station { lines += about(station) } else { lines += whole }
        lines += calls
        if let clock = card.clock, [.holdClock, .resumeClock].contains(card.order) { lines.append(self.clock(clock)) }
        if !card.knobs.isEmpty {
            lines.append(.blank(4))
            lines +=
                KnobLines(
                    model: model, knobs: card.knobs, focus: confirmation.focus, width: width, labelWidth: labelWidth
                ).lines
        }
        if let until = card.until {
            lines.append(line(.labelUntil, [Span(model.day(until), .text)], rank: 70))
        }
        return lines
    }

    private func about(_ station: ReadinessPoll.Station) -> [DialogLine] {
        let (glyph, word, role) = station.verdict.look
        var lines = [
            line(
                .labelStation,
                [
                    Span(Text.sanitised(station.title, limit: 60) + "  ", .strong),
                    Span("\(glyph) \(words(word))", role, .bold),
                ], rank: DialogLine.kept)
        ]
        let room = max(10, width - labelWidth)
        for (index, text) in Text.wrapped(Text.sanitised(station.why, limit: 300), to: room, lines: 2).enumerated() {
            lines.append(line(nil, [Span(text, .text)], rank: index == 0 ? 85 : 60))
        }
        // What is let pass, or vouched for, is read before the word is given.
        for (index, found) in station.evidence.filter({ $0.verdict != .go }).prefix(4).enumerated() {
            lines += model.lines(of: found, width: room).map { line(nil, $0, rank: 58 - index) }
        }
        return lines
    }

    private var whole: [DialogLine] {
        guard let poll = card.poll else { return [] }
        let (glyph, word, role) = poll.verdict.look
        return [
            line(
                .labelState,
                [Span("\(glyph) \(words(word)) \(poll.goCount)/\(poll.stations.count)", role, .bold)],
                rank: DialogLine.kept - 1)
        ]
    }

    private var calls: [DialogLine] {
        card.calls.enumerated().map { index, call in
            let name = Text.padded(model.name(of: call.name), to: 20)
            let how = call.ways.isEmpty ? words(.reachesNobody) : call.ways.map(\.channel).joined(separator: ", ")
            return line(
                index == 0 ? .labelAsks : nil,
                [
                    Span(name + " ", .strong),
                    Span(Text.sanitised(how, limit: 60), call.ways.isEmpty ? .warning : .text),
                ],
                rank: 80 - index)
        }
    }

    private func clock(_ clock: LaunchClock) -> DialogLine {
        line(.clockLabel, model.spans(of: clock), rank: DialogLine.kept)
    }
}
