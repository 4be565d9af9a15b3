import Launch

/// The go/no-go poll for the room: its verdict, and each station, in letters as large as the number of stations allows.
struct WallReadiness {
    let model: Model

    private struct Line {
        var glyph: Unicode.Scalar
        var role: Role
        var word: String
        var station: ReadinessPoll.Station

        func big(_ name: String) -> String { "\(glyph) \(Text.sanitised(name, limit: 40))" }
    }

    func render(into frame: inout Frame, area: Rect) {
        guard let poll = model.shownPoll, !poll.stations.isEmpty, !area.isEmpty else { return }
        let lines = poll.stations.map(line)
        let grid = Self.grid(lines.count, in: area.size)
        let isTall = area.height >= 40
        let isBigGrid = grid.height * (BigText.height + 1) + BigText.height <= area.height
        let parts = area.inset(left: 1, right: 1).rows([
            .fixed(isTall ? 2 * BigText.height + 2 : BigText.height + 1), .fill(),
        ])
        renderHead(poll, into: &frame, area: area.height > BigText.height ? parts[0] : area.row(0))
        guard area.height > BigText.height + 1 else { return }
        let cell = Size(width: parts[1].width / grid.width - 2, height: BigText.height)
        // All stations by their titles, or all by their names: never some in large letters and some not.
        let names = [lines.map { $0.big($0.station.title) }, lines.map { $0.big($0.station.name) }].first { texts in
            texts.allSatisfy { BigText($0).setting(of: frame.redacted($0), in: cell) != nil }
        }
        if isBigGrid, let names {
            // One size for all: no station is to look more important by the shortness of its name.
            let isWide = names.allSatisfy { BigText($0).setting(of: frame.redacted($0), in: cell)?.dot.width ?? 1 > 1 }
            renderGrid(lines, names, grid, largest: isWide ? 2 : 1, into: &frame, area: parts[1])
        } else {
            renderList(lines, into: &frame, area: parts[1])
        }
    }

    /// The verdict of the whole, and the launch clock where both have room.
    private func renderHead(_ poll: ReadinessPoll, into frame: inout Frame, area: Rect) {
        let (glyph, word, _) = poll.verdict.look
        let text = "\(glyph) \(model.words(word)) \(poll.goCount)/\(poll.stations.count)"
        let role = Self.role(poll.verdict)
        let clock = model.shownClock.map { model.clockText($0) } ?? ""
        let size = area.height > 2 * BigText.height ? 2 : 1
        let width = (BigText.width(text) + BigText.width(clock) + 8) * size
        guard !clock.isEmpty, width <= area.width else {
            BigText(text, role: role, largest: 2 * size).render(into: &frame, area: area)
            return
        }
        BigText(text, role: role, align: .leading, largest: 2 * size)
            .render(into: &frame, area: area.inset(right: BigText.width(clock) * size + 2))
        BigText(clock, align: .trailing, largest: size)
            .render(into: &frame, area: area.inset(left: area.width - BigText.width(clock) * size))
    }

    /// Two columns where there is the width for large letters.
    private static func grid(_ count: Int, in area: Size) -> Size {
        let columns = area.width >= 110 && count > 3 ? 2 : 1
        return Size(width: columns, height: (count + columns - 1) / columns)
    }

    private func renderGrid(
        _ lines: [Line], _ names: [String], _ grid: Size, largest: Int, into frame: inout Frame, area: Rect
    ) {
        let columns = area.columns((0..<grid.width).map { _ in .fill() })
        for (index, line) in lines.enumerated() {
            // Down the first column, then the second: in the order in which they are polled.
            let rows = columns[index / grid.height].rows((0..<grid.height).map { _ in .fill() })
            let cell = rows[index % grid.height].inset(right: 2)
            let hasWhy = cell.height > BigText.height + 1
            let parts = cell.rows([
                .fixed(hasWhy ? min(cell.height - 1, 2 * BigText.height) : cell.height), .fixed(hasWhy ? 1 : 0),
            ])
            BigText(names[index], role: line.role, align: .leading, largest: largest).render(
                into: &frame, area: parts[0])
            if hasWhy { frame.put([why(line)], at: parts[1].origin, width: parts[1].width) }
        }
    }

    /// The worst in large letters where there is room for it, then all in ordinary ones.
    private func renderList(_ lines: [Line], into frame: inout Frame, area: Rect) {
        let worst = lines.enumerated().filter { $0.element.station.verdict != .go }
            .max { ($0.element.station.verdict, $1.offset) < ($1.element.station.verdict, $0.offset) }?.element
        let room = area.height - lines.count
        let isLarge = worst != nil && room >= BigText.height
        let parts = area.rows([.fixed(isLarge ? min(room, BigText.height + 1) : 0), .fill()])
        if isLarge, let worst {
            let title = worst.big(worst.station.title)
            let fits = BigText(title).setting(of: frame.redacted(title), in: parts[0].size) != nil
            BigText(fits ? title : worst.big(worst.station.name), role: worst.role, align: .leading, largest: 2)
                .render(into: &frame, area: parts[0])
        }
        for (row, line) in lines.prefix(parts[1].height).enumerated() {
            let hidden = row == parts[1].height - 1 ? lines.count - parts[1].height : 0
            var spans = [
                Span(Text.padded("\(line.glyph) \(line.word)", to: 11), line.role, .bold),
                Span(Text.padded(Text.sanitised(line.station.title, limit: 60), to: 24) + " ", .value, .bold),
                why(line),
            ]
            if hidden > 0 { spans.insert(Span(model.words(.more, String(hidden)) + "  ", .dim), at: 2) }
            frame.put(spans, at: parts[1].row(row).origin, width: parts[1].width)
        }
    }

    private func line(of station: ReadinessPoll.Station) -> Line {
        let (glyph, word, _) = station.verdict.look
        // One that passes only because somebody lets it is not to be taken for one that is well.
        let role: Role = station.isWaived ? .kioskWarning : Self.role(station.verdict)
        return Line(
            glyph: station.isWaived && station.verdict == .go ? Verdict.warning.glyph : glyph, role: role,
            word: model.words(word), station: station)
    }

    private func why(_ line: Line) -> Span {
        Span(Text.sanitised(line.station.why, limit: 300), line.station.hasWaiverLapsed ? .alarm : .text)
    }

    private static func role(_ verdict: ReadinessVerdict) -> Role {
        switch verdict {
        case .go: .kioskOk
        case .hold: .kioskWarning
        case .unknown: .kioskUnknown
        case .noGo: .kioskCritical
        }
    }
}
