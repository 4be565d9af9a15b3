import Launch

/// The go/no-go poll, as a flight director takes it: each station by its verdict, by whom and why, who stands by, and the clock.
struct ReadinessPage {
    let model: Model
    let selected: String?

    private var words: Words { model.words }

    func render(into frame: inout Frame, area: Rect) {
        frame.fill(area, .text)
        guard let poll = model.shownPoll else {
            let inside = Panel(title: words(.readinessTitle), facts: [], isFocused: true)
                .render(into: &frame, area: area).inset(left: 1, right: 1)
            frame.put(words(.noReadiness), in: inside, .dim)
            return
        }
        let (glyph, word, role) = poll.verdict.look
        let facts = [Span("\(glyph) \(words(word)) \(poll.goCount)/\(poll.stations.count)", role, .bold)]
        let inside = Panel(title: words(.readinessTitle), facts: facts, isFocused: true)
            .render(into: &frame, area: area).inset(left: 1, right: 1)
        var y = 0
        func put(_ lines: [[Span]]) {
            for line in lines where y < inside.height {
                frame.put(line, at: inside.row(y).origin, width: inside.width)
                y += 1
            }
        }
        put(head(poll))
        let name = selected ?? poll.stations.first?.name
        // The table keeps what it needs; below it come the people, and the evidence of what the cursor is on.
        let roll = rollCall(width: inside.width)
        let room = inside.height - y - roll.count - 1
        let height = min(poll.stations.count + 1, max(4, room))
        let tableArea = Rect(
            x: inside.x, y: inside.y + y, width: inside.width, height: max(0, min(height, inside.height - y)))
        table(poll, selected: name, into: &frame, area: tableArea)
        y += tableArea.height
        put(roll)
        if let name, let station = poll[name], inside.height - y >= 3 {
            put([[], [Span(Text.sanitised(station.title, limit: 60), .title, .bold)]])
            put(StationPage(model: model, name: name).evidence(station, width: inside.width))
        }
    }

    /// Clock, window and closer watch on as few lines as they fit on; then what is wrong with the whole.
    private func head(_ poll: ReadinessPoll) -> [[Span]] {
        var lines: [[Span]] = []
        var first: [Span] = []
        if let clock = model.shownClock { first += model.spans(of: clock) + [Span("   ", .text)] }
        first += model.windowSpans
        if !first.isEmpty { lines.append(first) }
        if let watch = model.shown.manifest?.closerWatch, let left = model.shownClock?.closerWatchLeft(watch) {
            lines.append([Span(words(.watchLeft, model.figures.age(left), String(watch.faster)), .notice)])
        }
        if let trouble = poll.trouble {
            lines.append([Span("? " + Text.sanitised(trouble, limit: 200), .alarm, .bold)])
        }
        if let hold = poll.hold {
            let age = model.figures.age(hold.at.age(at: model.shownNow))
            lines.append([
                Span(
                    "! "
                        + words(
                            .pollHeld, Text.sanitised(hold.body.by, limit: 40), age,
                            Text.sanitised(hold.body.reason, limit: 200)), .warning, .bold)
            ])
        }
        return lines
    }

    private func table(_ poll: ReadinessPoll, selected: String?, into frame: inout Frame, area: Rect) {
        let stations = poll.stations
        var scroll = Scroll()
        if let index = stations.firstIndex(where: { $0.name == selected }) {
            scroll.reveal(index, count: stations.count, height: max(0, area.height - 1))
        }
        let table = Table(
            columns: [
                .init(words(.columnPoll), width: 9), .init(words(.columnStation), width: 20, weight: 2),
                .init(words(.columnBy), width: 8, weight: 1, priority: 3),
                .init(words(.columnSince), width: 7, align: .trailing, priority: 4),
                .init(words(.columnEvidence), width: 7, align: .trailing, priority: 2),
                .init(words(.columnWhy), width: 20, weight: 6, priority: 1),
            ], rows: stations.map { .init(id: $0.name, cells: cells($0)) }, selection: selected, scroll: scroll)
        let visible = table.render(into: &frame, area: area)
        Scrollbar(visible: visible, count: stations.count).render(into: &frame, area: area.inset(top: 1, right: -2))
    }

    private func cells(_ station: ReadinessPoll.Station) -> [[Span]] {
        let (glyph, word, role) = station.verdict.look
        let since = station.since.map { model.figures.age($0.age(at: model.shownNow)) } ?? Figures.none
        let oldest = station.evidence.compactMap(\.age).max().map { model.figures.age($0) } ?? Figures.none
        return [
            [Span("\(glyph) \(words(word))", role, .bold)],
            [Span(Text.sanitised(station.title, limit: 60), .value)],
            [Span(Text.sanitised(station.by, limit: 40), station.by == "guardia" ? .dim : .text)],
            [Span(since, .dim)], [Span(oldest, station.verdict == .unknown ? .unknown : .dim)],
            [
                Span(
                    Text.sanitised(station.why, limit: 300),
                    station.hasWaiverLapsed
                        ? .alarm : station.isWaived ? .warning : station.verdict == .go ? .dim : .text)
            ],
        ]
    }

    /// Who stands by, on a line or two.
    private func rollCall(width: Int) -> [[Span]] {
        guard let plan = model.shown.manifest?.readiness?.rollCall else { return [] }
        let log = model.shown.readiness.rollCall
        var line: [Span] = [Span(Text.padded(words(.rollCallLabel), to: 6), .title, .bold)]
        guard let asked = log.asked, let at = log.askedAt else {
            return [[], line + [Span(words(.rollCallNever), .unknown)]]
        }
        var lines: [[Span]] = [[]]
        var used = 6
        for name in plan.people {
            let standing = log.standing(of: name, lasts: plan.lasts, at: model.shownNow)
            let (glyph, word, role) = model.look(standing)
            var text = "\(glyph) \(words(word))"
            switch standing {
            case .go(let answer), .noGo(let answer), .lapsed(let answer):
                text += " \(model.figures.age(answer.at.age(at: model.shownNow)))"
            case .waiting, .silent, .notAsked: break
            }
            let who = Text.sanitised(name, limit: 24) + " "
            let size = Text.width(of: who + text) + 3
            if used + size > width, used > 6 {
                lines.append(line)
                line = [Span("      ", .text)]
                used = 6
            }
            line += [Span(who, .value), Span(text, role, .bold), Span("   ", .text)]
            used += size
        }
        let called = words(
            .rollCallAsked, model.figures.age(at.age(at: model.shownNow)), Text.sanitised(asked.by, limit: 40))
        if used + Text.width(of: called) <= width { line.append(Span(called, .dim)) }
        return lines + [line]
    }
}
