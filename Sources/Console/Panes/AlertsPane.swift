import Launch

/// The alert feed: what wants somebody first, the worst before all; then what somebody has, what is kept quiet, what is over.
struct AlertsPane {
    let model: Model

    /// From this width on it is a table with a column for everything.
    static let tableWidth = 100
    /// A table's height from which it has a line of titles.
    private static let titledHeight = 5

    /// How many items fit.
    static func capacity(of count: Int, in size: Size, silences: Int) -> Int {
        let room = size.height - silenceRows(silences, in: size)
        if size.width >= tableWidth { return max(0, room - (size.height >= titledHeight ? 1 : 0)) }
        return isRoomy(count, room: room) ? room / 2 : room
    }

    /// Two lines an alert, as long as all have room for them.
    private static func isRoomy(_ count: Int, room: Int) -> Bool { count * 2 <= room }

    /// Lines for the silences at the bottom of a tall pane, with their title.
    private static func silenceRows(_ count: Int, in size: Size) -> Int {
        size.height >= 14 && count > 0 ? min(count + 1, size.height / 4) : 0
    }

    /// Draws the pane within its border, and returns what belongs upon that.
    func render(into frame: inout Frame, area: Rect) -> Scrollbar? {
        guard !area.isEmpty else { return nil }
        let silences = model.listedSilences
        let rows = Self.silenceRows(silences.count, in: area.size)
        let list = area.inset(bottom: rows)
        if rows > 0 { render(silences, into: &frame, area: area.inset(top: area.height - rows)) }
        let items = model.items(of: .alerts)
        guard !items.isEmpty else {
            // Of what was not read nobody can say that it was well.
            let judged = model.shown.tally(at: model.shownNow, engineSilent: model.isSilent)
            let isUnknown = judged.keys.allSatisfy { $0 == .unknown }
            let count = judged[.unknown] ?? 0
            let text =
                if !model.filter.isEmpty {
                    model.words(.nothingMatches)
                } else if isUnknown {
                    model.words(.alertsUnknown)
                } else {
                    count == 0 ? model.words(.noAlerts) : model.words(.alertsPartly, String(count))
                }
            frame.put(
                text, in: list.inset(left: 1, right: 1), model.filter.isEmpty && count > 0 ? .unknown : .dim)
            return nil
        }
        let room = Self.capacity(of: items.count, in: area.size, silences: silences.count)
        let visible = model.visible(items, of: .alerts, room: room)
        let selected = model.lists[.alerts]?.selected
        if area.width >= Self.tableWidth {
            let hasTitles = area.height >= Self.titledHeight
            let table = FeedTable(model: model, width: area.width, items: items[visible])
            if hasTitles { table.renderTitles(into: &frame, area: list.row(0)) }
            for (row, id) in items[visible].enumerated() {
                let line = list.row(row + (hasTitles ? 1 : 0))
                table.render(id, into: &frame, area: line)
                if id == selected { frame.select(line) }
            }
        } else {
            let height = Self.isRoomy(items.count, room: list.height) ? 2 : 1
            for (row, id) in items[visible].enumerated() {
                let lines = Rect(x: list.x, y: list.y + row * height, width: list.width, height: height)
                FeedLine(model: model, id: id).render(into: &frame, area: lines)
                if id == selected { for line in 0..<height { frame.select(lines.row(line)) } }
            }
        }
        return Scrollbar(visible: visible, count: items.count)
    }

    private func render(_ silences: [Silence], into frame: inout Frame, area: Rect) {
        let line = area.inset(left: 1, right: 1)
        frame.put(model.words(.silencesTitle, String(silences.count)), in: line, .title)
        let room = line.height - 1
        for (row, silence) in silences.prefix(room).enumerated() {
            let isCut = row == room - 1 && silences.count > room
            let isPlanned = !model.shown.alerts.isActive(silence, at: model.shownNow)
            let left =
                isPlanned
                ? model.words(.beginsIn, model.figures.age(max(0, silence.from - model.shownNow.utc)))
                : model.words(.timeLeft, model.figures.age(max(0, silence.until - model.shownNow.utc)))
            let more = isCut ? "  " + model.words(.more, String(silences.count - room)) : ""
            frame.put(
                [
                    Span(Text.padded(left, to: 14), isPlanned ? .dim : .value),
                    Span("  " + model.person(silence.by) + "  ", .dim),
                    Span(model.matchers(silence.matchers), .text),
                    Span(silence.comment.isEmpty ? "" : "  " + Text.sanitised(silence.comment, limit: 120), .dim),
                    Span(more, .label),
                ], at: line.row(row + 1).origin, width: line.width)
        }
    }

    /// `1 crit · 2 warn · 1 acked` and, while the cursor holds the list, what came since.
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
        let feed = model.feed.shown
        let counts: [(FeedItem.Weight, Word, Role)] = [
            (.critical, .criticalShort, .critical), (.warning, .warningCount, .warning),
            (.unknown, .unknownShort, .unknown), (.info, .infoCount, .info),
        ]
        for (weight, word, role) in counts where feed.openCount(weight) > 0 {
            add(model.words(word, String(feed.openCount(weight))), model.isSilent ? .stale : role)
        }
        if feed.taken > 0 { add(model.words(.takenCount, String(feed.taken)), .dim) }
        if feed.quiet > 0 { add(model.words(.hushedCount, String(feed.quiet)), .dim) }
        if !feed.pending.isEmpty { add(model.words(.pendingCount, String(feed.pending.count)), .info) }
        return spans
    }
}

/// One item of the feed in a narrow pane: a line, and a second one where there is room.
struct FeedLine {
    let model: Model
    let id: ItemID

    func render(into frame: inout Frame, area: Rect) {
        guard let row = FeedRow(id, model: model) else { return }
        let verdict = row.isOver ? [] : Attributes.bold
        frame.plot(row.glyph, at: Point(area.x + 1, area.y), row.role)
        frame.put(model.words(row.word), at: Point(area.x + 3, area.y), row.role, verdict, width: 4)
        frame.put(row.time, at: Point(area.x + 8, area.y), .dim, width: 5)
        let x = area.x + 14
        let end = area.x + area.width - 1
        var room = end - x
        if area.height > 1 {
            let age = model.figures.age(row.since.age(at: model.shownNow))
            frame.put(
                [Span(age, .dim), Span(" · ", .dim)] + row.standing, at: Point(x, area.y + 1), width: max(0, end - x))
        } else {
            if room >= 50 {
                let age = model.figures.age(row.since.age(at: model.shownNow))
                frame.put(age, at: Point(end - 7, area.y), .dim, width: 7, align: .trailing)
                room -= 8
            }
            // Who has it is worth more than the end of a title. With room it has a column; without, as much as it needs.
            let short = row.shortStanding
            let wanted = short.map { Text.width(of: $0.text) } ?? 0
            let width = room >= 46 ? 11 : room >= 26 ? min(7, wanted) : 0
            if let short, width > 0 {
                frame.put([short], at: Point(x + room - width, area.y), width: width)
            }
            if width > 0 { room -= width + 1 }
        }
        // The figures are never cut for the sake of a title.
        let wanted = Text.width(of: row.facts, atMost: room)
        let factsWidth = min(
            wanted, max(min(16, max(room / 2, room - 10)), room - 2 - Text.width(of: row.title, atMost: room)))
        let titleWidth = max(0, room - factsWidth - 2)
        let used = frame.put(row.title, at: Point(x, area.y), row.titleRole, width: min(titleWidth, 34))
        // Facts stand in a column of their own while the title leaves them one.
        let column = min(x + titleWidth + 2, max(x + used + 2, x + min(titleWidth, 34) + 2))
        frame.put(row.facts, at: Point(column, area.y), row.factsRole, width: max(0, x + room - column))
    }
}

/// The feed on a wide screen: a column for everything that is known of an alert.
struct FeedTable {
    let model: Model
    let columns: [(column: Column, range: Range<Int>)]
    /// Deploys, rollbacks and flags of the time that any of its curves can show.
    private let marks: ChartMarks
    /// Series that are read once an hour reach furthest back.
    private static let reach = Milliseconds.days(2)

    enum Column: CaseIterable {
        case status, since, age, title, facts, standing, step, runbook, trend

        /// The least width, its share of what is left, and how soon it gives way (the highest first).
        var shape: (width: Int, weight: Int, priority: Int) {
            switch self {
            case .status: (6, 0, 0)
            case .since: (5, 0, 1)
            case .age: (6, 0, 2)
            case .title: (22, 3, 0)
            case .facts: (20, 1, 0)
            case .standing: (22, 2, 0)
            case .step: (12, 0, 3)
            case .runbook: (14, 1, 5)
            case .trend: (14, 1, 4)
            }
        }

        var title: Word {
            switch self {
            case .status: .columnStatus
            case .since: .columnSince
            case .age: .detailAge
            case .title: .columnAlert
            case .facts: .columnValue
            case .standing: .columnResponder
            case .step: .columnStep
            case .runbook: .columnRunbook
            case .trend: .columnTrend
            }
        }
    }

    /// - Parameter items: what is in view: a column in which none of it has anything leaves its room to the others.
    init(model: Model, width: Int, items: some Sequence<ItemID>) {
        self.model = model
        let now = model.shownNow.utc
        marks = ChartMarks(on: model.shown, from: now + Milliseconds(-FeedTable.reach.count), to: now)
        let alerts = items.compactMap { id in id.alert.flatMap { model.shown.alerts[$0] } }
        let hasRunbook = alerts.contains { $0.facts.runbook != nil }
        let hasStep = alerts.contains {
            $0.state != .resolved && !(model.chain(of: $0.id).map { model.shortStep(of: $0) } ?? []).isEmpty
        }
        let all = Column.allCases.filter { column in
            switch column {
            case .trend: !model.capabilities.slow
            case .runbook: hasRunbook
            case .step: hasStep
            default: true
            }
        }
        let shapes = all.map {
            Table<Int>.Column("", width: $0.shape.width, weight: $0.shape.weight, priority: $0.shape.priority)
        }
        let shown = Table<Int>(columns: shapes, rows: []).shownColumns(width: max(0, width - 2))
        columns = shown.map { (all[$0.index], $0.columns.lowerBound + 1..<$0.columns.upperBound + 1) }
    }

    func renderTitles(into frame: inout Frame, area: Rect) {
        frame.fill(area, .tableHeader)
        for (column, range) in columns {
            frame.put(
                model.words(column.title), at: Point(area.x + range.lowerBound, area.y), .tableHeader,
                width: range.count, align: column == .age ? .trailing : .leading)
        }
    }

    func render(_ id: ItemID, into frame: inout Frame, area: Rect) {
        guard let row = FeedRow(id, model: model) else { return }
        for (column, range) in columns {
            let point = Point(area.x + range.lowerBound, area.y)
            let width = range.count
            switch column {
            case .status:
                frame.plot(row.glyph, at: point, row.role)
                frame.put(
                    model.words(row.word), at: Point(point.x + 2, point.y), row.role, row.isOver ? [] : .bold,
                    width: width - 2)
            case .since: frame.put(row.time, at: point, .dim, width: width)
            case .age:
                let age = model.figures.age(row.since.age(at: model.shownNow))
                frame.put(age, at: point, .dim, width: width, align: .trailing)
            case .title:
                let used = frame.put(row.title, at: point, row.titleRole, width: width)
                // What one searches the config for.
                if let name = row.name, name != row.title, width - used >= 12 {
                    frame.put(name, at: Point(point.x + used + 2, point.y), .dim, width: width - used - 2)
                }
            case .facts: frame.put(row.facts, at: point, row.factsRole, width: width)
            case .standing: frame.put(row.responder, at: point, width: width)
            case .step: frame.put(row.step, at: point, width: width)
            case .runbook:
                guard let runbook = row.runbook else { continue }
                let used = frame.put(runbook.text, at: point, runbook.url == nil ? .dim : .link, width: width)
                if let url = runbook.url { frame.link(row: point.y, point.x..<point.x + used, to: url) }
            case .trend:
                guard let series = row.series, let track = model.track(series), track.number != nil else {
                    continue
                }
                let trend = Trend(of: track, count: width, span: .minutes(15), until: model.shownNow)
                let start = Timestamp(milliseconds: model.shownNow.utc.milliseconds - trend.span.count)
                Sparkline(
                    trend.samples, role: row.isOver ? .stale : .sparkline,
                    marks: marks.drawn(from: start, span: trend.span)
                )
                .render(into: &frame, area: Rect(x: point.x, y: point.y, width: width, height: 1))
            }
        }
    }
}

/// All that a line of the feed says, whether an alert speaks or a series for itself.
struct FeedRow {
    let glyph: Unicode.Scalar
    let word: Word
    let role: Role
    let isOver: Bool
    let since: Moment
    let time: String
    let title: String
    /// The rule, or the series.
    let name: String?
    let facts: String
    let standing: [Span]
    let shortStanding: Span?
    let responder: [Span]
    let step: [Span]
    let runbook: Runbook.Link?
    let series: SeriesID?
    private let isOpen: Bool

    var titleRole: Role { isOver ? .dim : isOpen ? .strong : .text }
    var factsRole: Role { isOver ? .dim : isOpen ? role : .text }

    init?(_ id: ItemID, model: Model) {
        switch id {
        case .alert(let id):
            guard let alert = model.shown.alerts[id] else { return nil }
            (glyph, word, role) = model.look(of: alert)
            isOver = alert.state == .resolved
            isOpen = alert.isOpen
            since = alert.firesSince
            title = model.title(of: alert)
            name = Text.sanitised(alert.facts.rule, limit: 80)
            facts = model.facts(of: alert)
            standing = model.standing(of: alert)
            shortStanding = model.shortStanding(of: alert)
            responder = model.responder(of: alert)
            let chain = isOver ? nil : model.chain(of: id)
            step = chain.map { model.shortStep(of: $0) } ?? []
            runbook = alert.facts.runbook.map { model.runbook.link(to: $0) }
            series = alert.facts.series
        case .series(let id):
            guard let entry = model.shown.feed[id] else { return nil }
            let verdict = entry.change.to
            glyph = verdict.glyph
            word = verdict.word
            // What a silent engine said last is no longer a verdict.
            role = model.isSilent ? .stale : verdict.role
            isOver = verdict == .ok
            isOpen = !isOver
            since = entry.since ?? entry.at
            title = model.title(of: id)
            name = Text.sanitised(id.name, limit: 80)
            facts = model.facts(of: entry, on: model.shown)
            standing = isOver ? [Span(model.words(.resolvedShort), .dim)] : [Span(name ?? "", .dim)]
            (shortStanding, responder, step, runbook) = (nil, [], [], nil)
            series = id
        }
        // The day, once it is not today's: an hour of yesterday would be read as one of today.
        let age = since.age(at: model.shownNow)
        time =
            age < .hours(20)
            ? model.shortClock(since.utc) : model.figures.shortDate(model.zone.civil(since.utc))
    }
}

extension Model {
    /// Who has it, or who was told last.
    func responder(of alert: Alert) -> [Span] {
        guard alert.state == .firing else { return standing(of: alert) }
        if alert.acknowledged != nil || alert.isSuppressed { return standing(of: alert) }
        guard let chain = chain(of: alert.id), chain.isRunning || chain.stopped?.why == .exhausted else {
            return standing(of: alert)
        }
        if chain.stopped?.why == .exhausted { return standing(of: chain) }
        let contacts = chain.step?.contacts ?? []
        guard !contacts.isEmpty else { return [Span(words(.unacked), .warning)] }
        let names = showsNames ? contacts.map { person($0) }.joined(separator: ", ") : String(contacts.count)
        return [Span(words(.toldNow, names), .text)]
    }

    /// `2/4 in 3:12`
    func shortStep(of chain: Escalation) -> [Span] {
        guard chain.isRunning, let step = chain.step else { return [] }
        var spans = [Span("\(step.step + 1)/\(chain.started.policy.steps.count)", .text, .bold)]
        let left = timeLeft(chain)
        if let left, left.count > 0 {
            spans.append(Span(" " + words(.callsIn, figures.countdown(left)), .dim))
        } else if left != nil, isWaiting(chain) {
            spans.append(Span(" " + words(.chainWaits), .dim))
        } else if left != nil {
            spans.append(Span(" " + words(.overdueShort), .warning, .bold))
        }
        return spans
    }

    /// The silences that hold now, the first to end first, and those that are planned.
    var listedSilences: [Silence] { shown.alerts.listedSilences(at: shownNow) }

    func matchers(_ matchers: [LabelMatcher]) -> String {
        Text.sanitised(matchers.map(\.description).joined(separator: " "), limit: 300)
    }
}
