import Launch

/// The wall screen: launch clock, worst alert and traffic colour in letters to be read from four metres, and a mark
/// that moves with each second, so that a frozen screen is not taken for a live one.
struct Wall {
    let model: Model
    let layout: Layout

    func render(into frame: inout Frame, keeping pictures: inout Pictures) {
        let warRoom = WarRoom(model: model, layout: layout)
        warRoom.renderTop(into: &frame, keeping: &pictures)
        if let alarm = model.wallAlarm {
            let parts = layout.hero.rows([.fill(), .fixed(model.traffic == nil ? 0 : 2)])
            WallAlarm(model: model, alert: alarm).render(into: &frame, area: parts[0])
            if let traffic = model.traffic { renderTraffic(traffic, into: &frame, area: parts[1]) }
            renderFoot(into: &frame, area: layout.footer)
            return
        }
        let parts = layout.hero.rows([.fill(), .fixed(3)])
        renderClock(into: &frame, area: parts[0])
        renderStanding(into: &frame, area: parts[1])
        warRoom.renderBody(into: &frame, keeping: &pictures)
        renderFoot(into: &frame, area: layout.footer)
    }

    private func renderClock(into frame: inout Frame, area whole: Rect) {
        var area = whole
        if let shares, whole.width >= 2 * Wall.widestClock, whole.height >= BigText.height {
            let halves = whole.columns([.fill(), .fill()])
            area = halves[0]
            renderShares(shares, into: &frame, area: halves[1])
        }
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
        let traffic = model.traffic
        frame.put(text(worst, tally), in: area, row: traffic == nil ? area.height / 2 : 0, role, .bold, align: .centre)
        guard let traffic, area.height >= 3 else { return }
        renderTraffic(traffic, into: &frame, area: area.inset(top: 1))
    }

    /// Who serves and whether there is a way back; what runs, where something does.
    private func renderTraffic(_ traffic: Traffic, into frame: inout Frame, area: Rect) {
        frame.fill(area, .text)
        let serving = traffic.split.map { split in
            split.colours.map { colour in
                let version = traffic.version(of: colour)?.value ?? "v?"
                return "\(colour.uppercased()) \(Text.sanitised(version, limit: 24)) \(split.share(of: colour)) %"
            }.joined(separator: " · ")
        }
        let known = Span(serving ?? model.words(.servingUnknown), serving == nil ? .kioskUnknown : .strong, .bold)
        frame.put([known], at: area.row(0).origin, width: area.width, align: .centre)
        let second = model.running(in: traffic) ?? [model.light(of: traffic)]
        frame.put(second, at: area.row(1).origin, width: area.width, align: .centre)
    }

    /// The share of each colour that serves, while more than one does; nil where that is not known.
    private var shares: [(colour: String, share: Int)]? {
        guard let split = model.traffic?.split, split.canary != nil else { return nil }
        return split.colours.map { ($0, split.share(of: $0)) }
    }

    /// The launch clock in big letters.
    private static let widestClock = 50

    private func renderShares(_ shares: [(colour: String, share: Int)], into frame: inout Frame, area: Rect) {
        let parts = area.columns(shares.map { _ in .fill() })
        for (part, share) in zip(parts, shares) {
            BigText("\(share.share)%", role: share.colour == "green" ? .green : .blue).render(into: &frame, area: part)
        }
    }

    private func text(_ worst: Verdict, _ tally: [Verdict: Int]) -> String {
        if model.isSilent {
            guard let beat = model.board.heartbeat else { return "? " + model.words(.engineNeverSeen) }
            return "? " + model.words(.engineSilentSince, model.clock(beat.at.utc))
        }
        let count = String(tally[worst] ?? 0)
        let glyph = "\(worst.glyph) "
        let weight: FeedItem.Weight? =
            switch worst {
            case .critical: .critical
            case .warning: .warning
            case .unknown: .unknown
            case .ok: nil
            }
        let first = model.feed.live.items.first { $0.weight == weight && $0.standing != .over }
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
        let age =
            newest.map { model.words(.heartbeat, model.figures.age($0.age(at: model.now))) }
            ?? model.words(.heartbeatNone)
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
            frame.plot(
                index == beat ? "●" : "·", at: Point(x + width - beats - 1 + index, area.y),
                index == beat ? .accent : .footer)
        }
    }
}
