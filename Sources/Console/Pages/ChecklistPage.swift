import Launch

/// The launch's checklist, group by group, and below it the launch day's commands in the order of the day.
struct ChecklistPage {
    let model: Model
    let selected: String?

    private var words: Words { model.words }

    /// How many rows of the list are in view.
    static func room(in body: Rect) -> Int { max(1, body.height - 2) }

    /// A line of the page; an item's bears its name, so that the cursor is found.
    private struct Line {
        var item: String?
        var spans: [Span]
    }

    func render(into frame: inout Frame, area: Rect) {
        let checklist = model.checklist
        frame.fill(area, .text)
        var facts = [
            Span(words(.checklistDone, String(checklist.doneCount), String(checklist.rows.count)), .dim)
        ]
        if checklist.overdueCount > 0 {
            facts =
                [
                    Span(words(.checklistOverdue, String(checklist.overdueCount)), .alarm, .bold), Span(" · ", .dim),
                ] + facts
        }
        let inside = Panel(title: words(.checklistTitle), facts: facts, isFocused: true)
            .render(into: &frame, area: area).inset(left: 1, right: 1)
        guard !checklist.rows.isEmpty else {
            frame.put(words(.noChecklist), in: inside, .dim)
            return
        }
        let cursor = selected.flatMap { checklist[$0]?.id } ?? checklist.rows.first?.id
        // The commands stand below where there is room for them, and are never in the way.
        let commands = commandLines(width: inside.width)
        let lines = lines(checklist, cursor: cursor, width: inside.width)
        let hasRoom = inside.height >= min(lines.count, 8) + commands.count + 1
        let list = inside.inset(bottom: hasRoom ? commands.count + 1 : 0)
        var scroll = Scroll()
        if let index = lines.firstIndex(where: { $0.item == cursor }) {
            // With the heading of its group, where it is the first.
            scroll.reveal(index, count: lines.count, height: list.height)
        }
        let visible = scroll.visible(count: lines.count, height: list.height)
        for (row, line) in lines[visible].enumerated() {
            frame.put(line.spans, at: list.row(row).origin, width: list.width)
        }
        Scrollbar(visible: visible, count: lines.count).render(into: &frame, area: list.inset(right: -2))
        guard hasRoom else { return }
        let below = inside.inset(top: list.height + 1)
        for (row, spans) in commands.enumerated() {
            frame.put(spans, at: below.row(row).origin, width: below.width)
        }
    }

    private func lines(_ checklist: Checklist, cursor: String?, width: Int) -> [Line] {
        // Who has to do it is whole, where the screen is not small.
        let longest = checklist.rows.map { Text.width(of: $0.item.owner, atMost: 40) }.max() ?? 0
        let owners = min(max(longest, 14), max(14, width / 6))
        return checklist.groups.flatMap { group -> [Line] in
            let rows = checklist.rows(of: group)
            let heading = Line(
                item: nil,
                spans: [
                    Span(Text.sanitised(group, limit: 80), .title, .bold),
                    Span("  \(rows.count(where: \.isDone))/\(rows.count)", .dim),
                ])
            return [heading] + rows.map { line($0, isSelected: $0.id == cursor, width: width, ownerWidth: owners) }
        }
    }

    /// `▸ ✓ Validate payment processing with real transactions   DevOps lead   T+1d   done 14:02 by ana`
    private func line(_ row: Checklist.Row, isSelected: Bool, width: Int, ownerWidth: Int) -> Line {
        let (mark, role): (String, Role) =
            switch row.standing {
            case .done: ("✓", .ok)
            case .overdue: ("✗", .critical)
            case .due, .open: ("·", .dim)
            }
        let hasOwner = width >= 64
        let hasTick = width >= 100
        let owner = hasOwner ? "  " + Text.padded(Text.sanitised(row.item.owner, limit: 40), to: ownerWidth) : ""
        let standing = "  " + Text.padded(standing(row), to: 12)
        let due = width >= 50 ? "  " + Text.padded(row.item.dueText, to: 6) : ""
        let tick = hasTick ? "  " + Text.padded(self.tick(row), to: max(24, width / 4)) : ""
        let rest = Text.width(of: owner) + Text.width(of: standing) + Text.width(of: due) + Text.width(of: tick)
        let task = Text.padded(Text.sanitised(row.item.text, limit: 200), to: max(8, width - 4 - rest))
        return Line(
            item: row.id,
            spans: [
                Span(isSelected ? "▸ " : "  ", .accent), Span(mark + " ", role, .bold),
                Span(task, isSelected ? .selection : row.isDone ? .dim : .value), Span(owner, .text), Span(due, .dim),
                Span(standing, role, row.isOverdue ? .bold : []), Span(tick, .dim),
            ])
    }

    private func standing(_ row: Checklist.Row) -> String {
        switch row.standing {
        case .done:
            row.last.map { words(.itemDone) + " " + model.shortTime($0.at.utc) } ?? words(.itemDone)
        case .overdue(let span): words(.itemOverdue, model.figures.age(span))
        case .due(let span): words(.itemLeft, model.figures.age(span))
        case .open: words(.itemOpen)
        }
    }

    private func tick(_ row: Checklist.Row) -> String {
        guard let last = row.last else { return "" }
        let name = Text.sanitised(last.by.name, limit: 24)
        let who = last.isDone ? name : words(.itemTakenBack, name)
        return last.note.isEmpty ? who : who + ": " + Text.sanitised(last.note, limit: 200)
    }

    // MARK: The day's commands

    private func commandLines(width: Int) -> [[Span]] {
        let commands: [(Word, String)] = [
            (.operationSetup, "guardia setup"), (.operationHealth, "guardia health"),
            (.operationDeploy, "guardia deploy VERSION"), (.operationMonitor, "guardia monitor"),
            (.operationRollback, "guardia rollback --reason TEXT"), (.operationContacts, "guardia contacts"),
            (.operationFlags, "guardia flag list"), (.operationReport, "guardia report --out FILE"),
        ]
        let columns = width >= 110 ? 2 : 1
        let rows = (commands.count + columns - 1) / columns
        let room = width / columns - 28
        let cells: [[Span]] = commands.map { word, command in
            let title = Span("  " + Text.padded(words(word), to: 26), .label)
            return [title, Span(Text.padded(command, to: room), .value)]
        }
        var lines: [[Span]] = [[Span(words(.operationsTitle), .title, .bold)]]
        for row in 0..<rows {
            var line: [Span] = []
            for column in 0..<columns where row + column * rows < cells.count { line += cells[row + column * rows] }
            lines.append(line)
        }
        return lines
    }
}

extension Model {
    /// `14:02`, with the date where it is another day's.
    func shortTime(_ time: Timestamp) -> String {
        let (at, today) = (zone.civil(time), zone.civil(shownNow.utc))
        let isToday = (at.year, at.month, at.day) == (today.year, today.month, today.day)
        return (isToday ? "" : figures.shortDate(at) + " ") + figures.shortClock(at)
    }
}
