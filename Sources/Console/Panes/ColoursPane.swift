import Launch

/// The two colours: who serves, which version, how it does; and whether the door itself is whole.
struct ColoursPane {
    let model: Model

    func render(into frame: inout Frame, area: Rect) {
        guard !area.isEmpty, let panes = model.shownManifest?.panes else { return }
        guard !panes.colours.isEmpty else {
            frame.put(model.words(.nothingConfigured), in: area.inset(left: 1, right: 1), .dim)
            return
        }
        let status = status(room: area.height - panes.colours.count)
        // With room, a line of air between the colours (they must not be taken for one another), and below them their past.
        let gap = area.height >= panes.colours.count * 2 + status.count ? 2 : 1
        for (index, colour) in panes.colours.prefix(area.height).enumerated() {
            let state = ColourState(colour, model: model)
            let line = area.row(index * gap)
            render(state, into: &frame, area: line)
            if let id = colour.all.first, model.lists[.colours]?.selected == .series(id) { frame.select(line) }
        }
        let below = area.inset(top: panes.colours.count * gap, left: 1, right: 1)
        for (row, line) in status.prefix(below.height).enumerated() {
            frame.put(line, at: below.row(row).origin, width: below.width)
        }
        renderPast(
            of: panes.colours, into: &frame,
            area: below.inset(top: status.isEmpty ? 0 : min(status.count + 1, below.height)))
    }

    /// The latency of each colour side by side, on the scale of each.
    private func renderPast(of colours: [Panes.Colour], into frame: inout Frame, area: Rect) {
        guard area.height >= 5, !model.capabilities.slow else { return }
        let parts = area.columns(colours.map { _ in .fill() }, spacing: 2)
        for (colour, part) in zip(colours, parts) {
            guard let track = colour.latency.flatMap({ model.track($0) }) else { continue }
            let title = colour.name.uppercased() + "  " + model.title(of: track.series.id)
            frame.put(title, in: part, ColourState(colour, model: model).role)
            SeriesChart(model: model, track: track, span: .minutes(15), labelWidth: 7, showsTimes: true)
                .render(into: &frame, area: part.inset(top: 1))
        }
    }

    private func render(_ state: ColourState, into frame: inout Frame, area: Rect) {
        let role = state.role
        var x = area.x + 1
        let end = area.x + area.width - 1
        frame.plot(state.glyph, at: Point(x, area.y), role)
        x += 2
        frame.put(state.colour.name.uppercased(), at: Point(x, area.y), role, .bold, width: 6)
        x += 7
        let version = versionWidth(in: area.width)
        frame.put(
            Text.middle(state.version, to: version), at: Point(x, area.y), state.versionIsKnown ? .value : .unknown,
            width: version)
        x += version + 1
        let share = ValueColumns(.percent)
        if state.isChecking, state.share == nil {
            frame.put(model.words(.checking), at: Point(x, area.y), .unknown, .bold, width: 5 + share.width)
        } else {
            frame.put(
                model.words(state.word), at: Point(x, area.y), state.isServing == true ? role : .dim, .bold, width: 4)
            let text = state.share.map { model.figures.percent($0, decimals: $0 == $0.rounded() ? 0 : 1) } ?? "?"
            frame.put(
                ValueText(text), at: Point(x + 5, area.y), columns: share,
                state.share == nil ? .unknown : state.isServing == true ? .value : .dim)
        }
        x += 5 + share.width + 1

        // From the right: health, age, errors, latency; the bar has what is left.
        var right = end
        func place(_ width: Int, _ draw: (inout Frame, Point) -> Void) {
            guard right - width - 1 >= x else { return }
            right -= width
            draw(&frame, Point(right, area.y))
            right -= 2
        }
        let health = state.health(model.words)
        let healthWidth = state.edges == nil ? 8 : 12
        place(healthWidth) { frame, point in frame.put(health, at: point, state.healthRole, width: healthWidth) }
        if area.width >= 100 {
            place(16) { frame, point in
                guard let age = state.age else { return }
                frame.put(
                    model.words(.checkedAgo, model.figures.age(age)), at: point, .dim, width: 16, align: .trailing)
            }
        }
        if area.width >= 120, let hosts = state.hosts {
            place(8) { frame, point in
                let word: Word = hosts == 1 ? .oneHost : .hostCount
                frame.put(model.words(word, String(hosts)), at: point, .dim, width: 8, align: .trailing)
            }
        }
        if area.width >= 90, let requests = state.colour.requests {
            place(8) { frame, point in put(requests, into: &frame, at: point, model) }
        }
        if let errors = state.colour.errors {
            place(10) { frame, point in
                put(errors, into: &frame, at: point, model)
                frame.put(model.words(.errors), at: Point(point.x + 7, point.y), .dim, width: 3)
            }
        }
        if let latency = state.colour.latency {
            place(7) { frame, point in put(latency, into: &frame, at: point, model) }
        }
        if area.width >= 120, let median = state.colour.median {
            place(11) { frame, point in
                frame.put(model.words(.median), at: point, .dim, width: 3)
                put(median, into: &frame, at: Point(point.x + 4, point.y), model)
            }
        }
        let bar = Rect(x: x, y: area.y, width: min(100, right - x), height: 1)
        guard bar.width >= 4 else { return }
        Gauge(state.share.map { $0 / 100 }, role: role).render(into: &frame, area: bar)
    }

    /// As wide as the longest version of the pair, where there is room: what differs is often their end.
    private func versionWidth(in width: Int) -> Int {
        let least = width >= 60 ? 10 : 8
        let most = width < 60 ? 8 : width < 76 ? 10 : 16 + (width - 76) / 3
        let longest =
            model.shownManifest?.panes.colours.map { Text.width(of: ColourState($0, model: model).version) }.max() ?? 0
        return min(max(longest, least), most)
    }

    private func put(_ id: SeriesID, into frame: inout Frame, at point: Point, _ model: Model) {
        guard let track = model.track(id) else { return }
        let judged = model.assessment(of: id)
        let columns = ValueColumns(track.series.unit)
        switch judged.freshness {
        case .lastKnown, .never: frame.put(ValueText("?"), at: point, columns: columns, .unknown)
        case .stale: frame.put(ValueText(model.value(of: track)), at: point, columns: columns, .stale)
        case .fresh:
            frame.put(
                ValueText(model.value(of: track)), at: point, columns: columns,
                judged.verdict > .unknown ? judged.verdict.role : .value)
        }
    }

    /// What runs, what is armed, frozen or locked, and what was done last: as many lines as there is room for. A zoomed pane
    /// has the steps of what runs too.
    private func status(room: Int) -> [[Span]] {
        guard room > 0, let traffic = model.traffic else { return [] }
        let words = model.words
        var lines: [[Span]] = []
        if let running = model.running(in: traffic) {
            lines.append(running)
        } else {
            if let lock = traffic.lock {
                lines.append(model.lockText(lock))
            }
            if let revert = model.comingRevert(traffic) { lines.append([revert]) }
        }
        if let freeze = traffic.freeze {
            lines.append([Span("! " + words(.deploysFrozen, Text.sanitised(freeze, limit: 120)), .warning, .bold)])
        }
        if lines.isEmpty || room > 1, let last { lines.append(last) }
        if let mover = model.shown.actions.mover, room >= mover.steps.count + lines.count + 8 {
            let drawer = StepLines(model: model, record: mover, width: 80)
            lines += mover.steps.map { drawer.line($0) }
        }
        return Array(lines.prefix(room))
    }

    /// The newest action that moved traffic, and how long one key undoes it; nil where the first of all runs yet.
    private var last: [Span]? {
        guard let last = model.shown.actions.history.first(where: { $0.split != nil }), let end = last.ended else {
            return model.shown.actions.mover == nil ? [Span(model.words(.noMoveYet), .dim)] : nil
        }
        let time = "\(model.shortClock(end.at.utc)) \(model.zone.abbreviation)"
        let age = model.figures.age(end.at.age(at: model.shownNow))
        let outcome = end.body.outcome
        var spans = [
            Span(Text.sanitised(last.label, limit: 80) + ", " + model.words(.timeAgo, time, age) + "  ", .dim)
        ]
        if let outcome = model.outcomeText(of: last) { spans.append(outcome) }
        if model.frozen == nil, outcome == .done, case .open? = Runway(board: model.board, now: model.asOf),
            let runway = model.runwayText
        {
            spans.append(Span("  " + runway.text, .dim))
        }
        return spans
    }

    /// The rollback light, in the title of the pane; a broken door is louder. Without a deployment, the door's own word.
    var facts: [Span] {
        if let traffic = model.traffic {
            // Only what the door says of itself is a broken door; an nginx that hangs is told by the light, with its reason.
            guard traffic.isDoorBroken else { return [model.light(of: traffic)] }
            return [Span(" \(Verdict.critical.glyph) \(model.words(.doorBroken)) ", .alarm)]
        }
        guard let door = model.shownManifest?.panes.door else { return [] }
        var spans: [Span] = []
        if let split = door.split, let name = model.track(split)?.text {
            let isKnown = model.assessment(of: split).verdict == .ok
            spans.append(
                Span(
                    model.words(.split, Text.sanitised(name, limit: 40)) + (isKnown ? "" : "?"),
                    isKnown ? .dim : .unknown))
            spans.append(Span(" · ", .dim))
        }
        switch model.doorStanding {
        case .ok?: spans.append(Span(model.words(.doorOk), .ok))
        case .critical?: spans = [Span(" \(Verdict.critical.glyph) \(model.words(.doorBroken)) ", .alarm)]
        case .unknown?, .warning?: spans.append(Span("? " + model.words(.doorUnknown), .unknown))
        case nil: _ = spans.popLast()
        }
        return spans
    }
}

extension Model {
    /// Whether the door is whole: ok, critical (broken), or unknown; nil where nothing watches it.
    var doorStanding: Verdict? {
        guard let up = shownManifest?.panes.door?.up else { return nil }
        guard assessment(of: up).freshness == .fresh || assessment(of: up).freshness == .stale,
            let value = track(up)?.number
        else { return .unknown }
        return value >= 1 ? .ok : .critical
    }
}
