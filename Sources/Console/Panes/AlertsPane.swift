import Launch

/// The alert feed: a line for each series that has left ok, worst first, then newest.
struct AlertsPane {
    let model: Model

    static func capacity(in size: Size) -> Int { size.height }

    /// Draws the pane within its border, and returns what belongs upon that.
    func render(into frame: inout Frame, area: Rect) -> Scrollbar? {
        guard !area.isEmpty else { return nil }
        let items = model.items(of: .alerts)
        guard !items.isEmpty else {
            let word: Word = model.filter.isEmpty ? .noAlerts : .nothingMatches
            frame.put(model.words(word), in: area.inset(left: 1, right: 1), .dim)
            return nil
        }
        let entries = Dictionary(
            model.shown.feed.sorted.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let visible = model.visible(items, of: .alerts, room: area.height)
        for (row, id) in items[visible].enumerated() {
            guard let entry = entries[id] else { continue }
            render(entry, into: &frame, area: area.row(row))
            if id == model.lists[.alerts]?.selected { frame.select(area.row(row)) }
        }
        return Scrollbar(visible: visible, count: items.count)
    }

    /// Glyph, word, time, title, value and bound, since: the title gives way last.
    private func render(_ entry: Feed.Entry, into frame: inout Frame, area: Rect) {
        let verdict = entry.change.to
        // What a silent engine said last is no longer a verdict.
        let role: Role = model.isSilent ? .stale : verdict.role
        let isOver = verdict == .ok
        frame.plot(verdict.glyph, at: Point(area.x + 1, area.y), role)
        frame.put(model.words(verdict.word), at: Point(area.x + 3, area.y), role, isOver ? [] : .bold, width: 4)
        frame.put(model.shortClock((entry.since ?? entry.at).utc), at: Point(area.x + 8, area.y), .dim, width: 5)
        let x = area.x + 14
        let end = area.x + area.width - 1
        var room = end - x
        if room >= 34 {
            let since = entry.since ?? entry.at
            frame.put(
                model.figures.age(since.age(at: model.shownNow)), at: Point(end - 7, area.y), .dim, width: 7,
                align: .trailing)
            room -= 8
        }
        // On a wide screen the name of the series has a column too: it is what one searches the config for.
        let title = model.title(of: entry.id)
        // The figures are never cut for the sake of a title.
        let factsWidth = room >= 90 ? min(44, max(26, room - 74)) : room >= 56 ? 28 : min(16, room / 2)
        let titleWidth = min(room - factsWidth - 2, 34)
        frame.put(title, at: Point(x, area.y), isOver ? .dim : .strong, width: titleWidth)
        frame.put(
            model.facts(of: entry, on: model.shown), at: Point(x + titleWidth + 2, area.y), isOver ? .dim : role,
            width: factsWidth)
        if room >= 90 {
            let rest = x + titleWidth + 2 + factsWidth + 2
            frame.put(entry.id.name, at: Point(rest, area.y), .dim, width: x + room - rest)
        }
    }

    /// `1 CRIT · 2 WARN` and, while the cursor holds the list, what came since.
    var facts: [Span] {
        var spans: [Span] = []
        func add(_ text: String, _ role: Role) {
            if !spans.isEmpty { spans.append(Span(" · ", .dim)) }
            spans.append(Span(text, role))
        }
        if model.isSilent, let beat = model.board.heartbeat {
            add(model.words(.asOf, model.clock(beat.at.utc)), .unknown)
        }
        if let held = model.lists[.alerts]?.held {
            let new = Set(model.freshItems(of: .alerts)).subtracting(held).count
            if new > 0 { add(model.words(.newBelow, String(new), model.keymap.label(of: .first)), .notice) }
        }
        let feed = model.shown.feed
        let role: (Verdict) -> Role = { model.isSilent ? .stale : $0.role }
        let counts: [(Verdict, Word)] = [
            (.critical, .criticalShort), (.warning, .warningCount), (.unknown, .unknownShort),
        ]
        for (verdict, word) in counts where feed.count(verdict) > 0 {
            add(model.words(word, String(feed.count(verdict))), role(verdict))
        }
        return spans
    }
}

extension Model {
    /// What a series is called; its name where the manifest knows none.
    func title(of id: SeriesID) -> String {
        Text.sanitised(board.track(id)?.series.title ?? id.name, limit: 120)
    }

    /// `down: connection refused`, for a series that tells whether a target answers: why is what its other measures say.
    func upText(of track: Track, _ value: Double) -> String {
        guard value < 1 else { return words(.isUp) }
        guard let reason = reasonOfSilence(beside: track.series.id) else { return words(.isDown) }
        return words(.isDown) + ": " + Text.sanitised(reason, limit: 200)
    }

    /// Why the last look at a target brought nothing, from the measures of the same probe.
    private func reasonOfSilence(beside id: SeriesID) -> String? {
        let prefix = String(id.name.dropLast("up".count))
        return shown.tracks.first { $0.miss != nil && $0.series.id.name.hasPrefix(prefix) }?.miss
    }

    /// What an entry of the feed is about: `82 % > 80 %`, or the reason where no number says it.
    func facts(of entry: Feed.Entry, on board: Board? = nil) -> String {
        let change = entry.change
        let track = (board ?? self.board).track(entry.id)
        if let reason = change.reason, change.to != .ok { return Text.sanitised(reason, limit: 200) }
        // The value of now says more than the one that began it; but only as long as it is one of now.
        let value = track?.number ?? change.value
        guard let value else { return change.reason.map { Text.sanitised($0, limit: 200) } ?? "" }
        if let track, track.series.tellsWhetherUp { return upText(of: track, value) }
        let unit = track?.series.unit ?? .count
        let text = unit == .verdict ? "" : figures.value(value, unit: unit)
        // The bound that holds now: after a step back from critical that is not the one which was crossed.
        let thresholds = track?.series.thresholds
        let standing =
            switch change.to {
            case .critical: thresholds?.critical ?? thresholds?.warning
            case .warning: thresholds?.warning
            case .ok, .unknown: nil as Thresholds.Bound?
            }
        guard let bound = standing ?? change.bound else { return text }
        let limit = figures.bound(bound.limit, unit: unit)
        switch (bound, change.to) {
        case (.above, .ok): return "\(text) ≤ \(limit)"
        case (.below, .ok): return "\(text) ≥ \(limit)"
        case (.above, _): return "\(text) > \(limit)"
        case (.below, _): return "\(text) < \(limit)"
        }
    }
}

extension Series {
    /// Whether this is a probe's own `up`: 1 when the last look brought an answer, 0 when it failed.
    var tellsWhetherUp: Bool { id.name.hasSuffix(".up") && unit == .count }
}
