import Launch

/// What has all of the wall, in the largest letters that it takes: a critical alert that nobody has, with how long already and who
/// comes; or the silence of the engine.
struct WallAlarm {
    let model: Model
    let takeover: WallTakeover

    func render(into frame: inout Frame, area: Rect) {
        switch takeover {
        case .silence: renderSilence(into: &frame, area: area)
        case .alert(let alert): render(alert, into: &frame, area: area)
        }
    }

    private func renderSilence(into frame: inout Frame, area: Rect) {
        let role: Role = .kioskUnknown
        frame.fill(area, role)
        let inside = area.inset(left: 1, right: 1)
        guard let beat = model.board.heartbeat else {
            let end = model.board.tracks.compactMap(\.lookedAt?.utc).max()
            let text = end.map { model.words(.journalEnds, model.clock($0)) } ?? model.words(.engineNeverSeen)
            BigText(text, role: role, lines: 4).render(into: &frame, area: inside)
            return
        }
        let text = model.words(.engineSilentSince, model.clock(beat.at.utc))
        BigText("? " + text, role: role, lines: 4).render(into: &frame, area: inside)
    }

    private func render(_ alert: Alert, into frame: inout Frame, area: Rect) {
        let role: Role = .kioskCritical
        frame.fill(area, role)
        let inside = area.inset(left: 1, right: 1)
        let since = alert.firesSince
        let others = model.feed.live.items.prefix { $0.standing == .open && $0.weight == .critical }
            .filter { $0.id != .alert(alert.id) }
        let time = model.figures.countdown(since.age(at: model.now))
        let (glyph, word, _) = alert.facts.severity.look
        let facts = model.wallFacts(of: alert) + "  " + model.words(.since, model.shortClock(since.utc))
        let standing = model.standing(of: alert)
        // What, how long, how bad, who comes; in large letters as far as they have room.
        let isTall = area.height >= 40
        let listed = min(others.count, isTall ? 3 : area.height >= 18 ? 2 : 0)
        let parts = inside.rows([
            .fixed(1), .fill(5), .fill(2), .fixed(isTall ? BigText.height + 2 : 1),
            .fixed(isTall ? BigText.height + 2 : 1),
            .fixed(listed),
        ])
        frame.put("\(glyph) \(model.words(word))", in: parts[0], role, .bold, align: .centre)
        BigText(model.title(of: alert), role: role, lines: 3).render(into: &frame, area: parts[1])
        BigText(time, role: role, largest: 6).render(into: &frame, area: parts[2])
        BigText(facts, role: role).render(into: &frame, area: parts[3])
        if isTall {
            BigText(standing.map(\.text).joined(), role: standing.last?.style.role ?? role)
                .render(into: &frame, area: parts[4])
        } else {
            frame.put(standing, at: parts[4].origin, width: parts[4].width, align: .centre)
        }
        for (row, item) in others.prefix(listed).enumerated() {
            let isCut = row == listed - 1 && others.count > listed
            let more = isCut ? "  " + model.words(.more, String(others.count - listed)) : ""
            frame.put("\(glyph) " + model.title(of: item.id) + more, in: parts[5], row: row, role, align: .centre)
        }
    }
}

extension Model {
    /// The figures of an alert, without those that are not for a wall.
    func wallFacts(of alert: Alert) -> String {
        if let series = alert.facts.series, let track = board.track(series), isHidden(track.series) { return "" }
        return facts(of: alert)
    }
}
