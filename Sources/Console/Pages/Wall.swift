import Launch

/// The wall screen: launch clock, worst alert and traffic colour in letters to be read from four metres, and a mark
/// that moves with each second, so that a frozen screen is not taken for a live one.
struct Wall {
    let model: Model
    let layout: Layout

    func render(into frame: inout Frame, keeping pictures: inout Pictures) {
        let warRoom = WarRoom(model: model, layout: layout)
        warRoom.renderTop(into: &frame, keeping: &pictures)
        let parts = layout.hero.rows([.fill(), .fixed(3)])
        renderClock(into: &frame, area: parts[0])
        renderStanding(into: &frame, area: parts[1])
        warRoom.renderBody(into: &frame, keeping: &pictures)
        renderFoot(into: &frame, area: layout.footer)
    }

    private func renderClock(into frame: inout Frame, area: Rect) {
        let text = model.board.manifest?.launchAt.map { model.launchClock($0) } ?? model.clock(model.now.utc)
        BigText(text, role: .kioskClock).render(into: &frame, area: area)
    }

    /// One bar across the screen: the worst verdict that holds now, as glyph, word and colour.
    private func renderStanding(into frame: inout Frame, area: Rect) {
        let tally = model.tally
        let worst = model.isSilent ? Verdict.unknown : Verdict.worst(tally.filter { $0.value > 0 }.keys)
        let role: Role =
            switch worst {
            case .ok: .kioskOk
            case .unknown: .kioskUnknown
            case .warning: .kioskWarning
            case .critical: .kioskCritical
            }
        frame.fill(area, role)
        frame.put(text(worst, tally), in: area, row: area.height / 2, role, .bold, align: .centre)
    }

    private func text(_ worst: Verdict, _ tally: [Verdict: Int]) -> String {
        if model.isSilent {
            guard let beat = model.board.heartbeat else { return "? " + model.words(.engineNeverSeen) }
            return "? " + model.words(.engineSilentSince, model.clock(beat.at.utc))
        }
        let count = String(tally[worst] ?? 0)
        let glyph = "\(worst.glyph) "
        let first = model.board.feed.sorted.first { $0.change.to == worst }
        let name = first.map { " · " + model.title(of: $0.id) } ?? ""
        return switch worst {
        case .ok: glyph + model.words(.allWell, count)
        case .unknown where tally.isEmpty: glyph + model.words(.nothingJudged)
        case .unknown: glyph + model.words(.unknownCount, count) + name
        case .warning: glyph + model.words(.warningCount, count) + name
        case .critical: glyph + model.words(.criticalCount, count) + name
        }
    }

    /// The mark that moves, the age of the data, the keys.
    private func renderFoot(into frame: inout Frame, area: Rect) {
        let newest = model.board.tracks.compactMap(\.lookedAt).max { $0.uptime < $1.uptime }
        let age = newest.map { model.words(.heartbeat, model.figures.age($0.age(at: model.now))) } ?? model.words(.heartbeatNone)
        let beats = 8
        let beat = Int(model.now.utc.seconds - model.now.utc.seconds.flooredDivision(by: Int64(beats)) * Int64(beats))
        let text = age + "  "
        let width = Text.width(of: text) + beats + 1
        guard area.width > width * 2 else {
            Footer(model: model).render(into: &frame, area: area)
            return
        }
        // The footer's hint ends where the age begins.
        frame.fill(area, .footer)
        Footer(model: model).render(into: &frame, area: area.inset(right: width))
        let x = area.x + area.width - width
        frame.put(text, at: Point(x, area.y), .footer)
        for index in 0..<beats {
            frame.plot(index == beat ? "●" : "·", at: Point(x + width - beats - 1 + index, area.y), index == beat ? .accent : .footer)
        }
    }
}
