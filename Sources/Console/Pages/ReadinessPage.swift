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
        put(head(poll, width: inside.width))
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
            let evidence = StationPage(model: model, name: name).evidence(station, width: inside.width)
            let left = inside.height - y
            put(evidence.count <= left ? evidence : Array(evidence.prefix(max(0, left - 1))))
            if evidence.count > left {
                let more = words(.evidenceMore, String(evidence.count - left + 1), model.keymap.label(of: .open))
                put([[Span(more, .hint)]])
            }
        }
    }

    /// Clock, window and closer watch on as few lines as they fit on; then what is wrong with the whole. What people said is whole.
    private func head(_ poll: ReadinessPoll, width: Int) -> [[Span]] {
        let clock = model.shownClock.map { model.spans(of: $0) } ?? []
        let first = (clock.isEmpty ? [] : clock + [Span("   ", .text)]) + model.windowSpans
        var lines = Text.width(of: first) <= width ? [first] : wrapped(clock, to: width) + [model.windowSpans]
        if let watch = model.shownManifest?.closerWatch, let left = model.shownClock?.closerWatchLeft(watch) {
            lines.append([Span(words(.watchLeft, model.figures.age(left), String(watch.faster)), .notice)])
        }
        if let trouble = poll.trouble {
            lines += wrapped([Span("? " + Text.sanitised(trouble, limit: 200), .alarm, .bold)], to: width)
        }
        if let hold = poll.hold {
            let age = model.figures.age(hold.at.age(at: model.shownNow))
            let by = Text.sanitised(hold.body.by, limit: 40)
            let text = "! " + words(.pollHeld, by, age, Text.sanitised(hold.body.reason, limit: 200))
            lines += wrapped([Span(text, .warning, .bold)], to: width)
        }
        return lines
    }

    /// Pieces that have room for no line of their own one below the other, each in lines of its own.
    private func wrapped(_ spans: [Span], to width: Int) -> [[Span]] {
        if Text.width(of: spans) <= width { return [spans] }
        return spans.flatMap { span in
            Text.wrapped(span.text, to: width, lines: 3).map { [Span($0, span.style.role, span.style.attributes)] }
        }
    }

    private func table(_ poll: ReadinessPoll, selected: String?, into frame: inout Frame, area: Rect) {
        let stations = poll.stations
        var scroll = Scroll()
        if let index = stations.firstIndex(where: { $0.name == selected }) {
            scroll.reveal(index, count: stations.count, height: max(0, area.height - 1))
        }
        let table = Table(
            columns: [
                // What a station is called is whole; why it is so goes before who says it and since when.
                .init(words(.columnPoll), width: 9),
                .init(words(.columnStation), width: titleWidth(stations, area.width)),
                .init(words(.columnBy), width: 8, weight: 1, priority: 3),
                .init(words(.columnSince), width: 7, align: .trailing, priority: 4),
                .init(words(.columnEvidence), width: 7, align: .trailing, priority: 2),
                .init(words(.columnWhy), width: 30, weight: 8, priority: 1),
            ], rows: stations.map { .init(id: $0.name, cells: cells($0)) }, selection: selected, scroll: scroll)
        let visible = table.render(into: &frame, area: area)
        Scrollbar(visible: visible, count: stations.count).render(into: &frame, area: area.inset(top: 1, right: -2))
    }

    /// The cells of the longest title; where more than the verdict stands beside it, at most a third of the page.
    private func titleWidth(_ stations: [ReadinessPoll.Station], _ width: Int) -> Int {
        let longest = stations.map { Text.width(of: $0.title, atMost: 60) }.max() ?? 0
        return width < 60 ? max(longest, 10) : min(max(longest, 10), width / 3)
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
        guard let plan = model.shownManifest?.readiness?.rollCall else { return [] }
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
