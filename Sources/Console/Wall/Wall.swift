import Launch

/// The wall screen: what is to be read from four metres, a picture at a time. What is critical has all of it.
///
/// A screen that stands still is not to be taken for a live one: a mark moves across it with each second, and the age of the data
/// stands beside the time.
struct Wall {
    let model: Model

    func render(into frame: inout Frame, keeping pictures: inout Pictures) {
        let layout = WallLayout(model)
        let header = pictures.picture(of: .header, size: layout.header.size, model: model) {
            Header(model: model).render(into: &$0.frame, area: $0.frame.bounds)
        }
        frame.place(header.frame, at: layout.header.origin)
        if !layout.notices.isEmpty { Headline(model: model).render(into: &frame, area: layout.notices) }
        if let takeover = model.wallTakeover {
            WallAlarm(model: model, takeover: takeover).render(into: &frame, area: layout.whole)
        } else {
            WallStanding(model).render(into: &frame, area: layout.band)
            renderPage(into: &frame, area: layout.page)
        }
        renderPulse(into: &frame, area: layout.pulse)
        renderFacts(into: &frame, area: layout.facts)
        renderFoot(into: &frame, area: layout.footer, hasPulse: !layout.pulse.isEmpty)
    }

    private func renderPage(into frame: inout Frame, area: Rect) {
        guard let panes = model.shownManifest?.panes else {
            frame.put(
                model.readingText ?? model.words(.noManifest), in: area, row: area.height / 2, .unknown, align: .centre)
            return
        }
        switch model.wallScreen {
        case .launch: renderLaunch(into: &frame, area: area)
        case .readiness: WallReadiness(model: model).render(into: &frame, area: area)
        case .alerts: WallAlerts(model: model).render(into: &frame, area: area)
        case .rows(let pane, let range):
            let rows = pane == .health ? panes.health : panes.business
            WallTiles(model: model, rows: rows[range.clamped(to: rows.indices)]).render(into: &frame, area: area)
        case .regions: WallRegions(model: model).render(into: &frame, area: area)
        case .traffic: WallTraffic(model: model).render(into: &frame, area: area)
        }
    }

    // MARK: The launch

    private func renderLaunch(into frame: inout Frame, area: Rect) {
        let clock = model.clockNow.map { model.clockText($0) } ?? model.clock(model.now.utc)
        let traffic = model.traffic
        let parts = area.inset(left: 1, right: 1).rows([
            .fill(3), .fill(traffic == nil ? 0 : 2),
            .fixed(traffic == nil ? 0 : area.height >= 30 ? 2 * BigText.height + 3 : 1),
        ])
        BigText(clock).render(into: &frame, area: parts[0])
        guard let traffic else { return }
        renderServing(traffic, into: &frame, area: parts[1])
        model.renderWay(traffic, into: &frame, area: parts[2])
    }

    /// Who serves; during a canary each colour with its share.
    private func renderServing(_ traffic: Traffic, into frame: inout Frame, area: Rect) {
        guard let split = traffic.split else {
            BigText(
                model.words(traffic.isChecking ? .checking : .servingUnknown), role: .kioskUnknown, lines: 2, largest: 4
            ).render(
                into: &frame, area: area)
            return
        }
        let colours = split.colours
        for (part, colour) in zip(area.columns(colours.map { _ in .fill() }), colours) {
            let version = traffic.version(of: colour)?.value ?? "v?"
            let text = "\(colour.uppercased()) \(Text.sanitised(version, limit: 24)) \(split.share(of: colour)) %"
            BigText(text, role: colour == "green" ? .green : .blue, lines: 3, largest: 4).render(
                into: &frame, area: part)
        }
    }

    // MARK: The signs of life

    private static let beats = 8

    private var beat: Int {
        let beats = Int64(Wall.beats)
        return Int(model.now.utc.seconds - model.now.utc.seconds.flooredDivision(by: beats) * beats)
    }

    private var age: Milliseconds? {
        model.board.tracks.compactMap(\.lookedAt).max { $0.uptime < $1.uptime }?.age(at: model.now)
    }

    private var ageText: String {
        age.map { model.words(.heartbeat, model.figures.age($0)) } ?? model.words(.heartbeatNone)
    }

    /// Data older than a silent engine's are no news.
    private var ageRole: Role { age.map { $0 > .seconds(5) } ?? true ? .kioskUnknown : .kioskOk }

    /// A block that goes on by an eighth of the screen each second.
    private func renderPulse(into frame: inout Frame, area: Rect) {
        guard !area.isEmpty else { return }
        let (start, end) = (area.width * beat / Wall.beats, area.width * (beat + 1) / Wall.beats)
        for x in 0..<area.width {
            let isBeat = (start..<end).contains(x)
            frame.plot(isBeat ? "█" : "─", at: Point(area.x + x, area.y), isBeat ? .accent : .border)
        }
    }

    /// Time of day and age of the data, as large as everything else.
    private func renderFacts(into frame: inout Frame, area: Rect) {
        guard !area.isEmpty else { return }
        let parts = area.inset(left: 1, right: 1).columns([.fill(), .fill()])
        let time = "\(model.clock(model.now.utc)) \(model.zone.abbreviation)"
        BigText(time, align: .leading, largest: 2).render(into: &frame, area: parts[0])
        BigText(ageText, role: ageRole, align: .trailing, largest: 2).render(into: &frame, area: parts[1])
    }

    /// The keys and the age of the data; where there is no row for the pulse, a small one.
    private func renderFoot(into frame: inout Frame, area: Rect, hasPulse: Bool) {
        let dots = hasPulse ? 0 : Wall.beats
        let width = Text.width(of: ageText) + dots + 3
        guard area.width > width * 2 else {
            Footer(model: model).render(into: &frame, area: area)
            return
        }
        // The footer's hint ends where the age begins.
        frame.fill(area, .footer)
        Footer(model: model).render(into: &frame, area: area.inset(right: width))
        let x = area.x + area.width - width
        frame.put(ageText, at: Point(x + 1, area.y), ageRole == .kioskOk ? .footer : .kioskUnknown, .bold)
        for index in 0..<dots {
            frame.plot(
                index == beat ? "●" : "·", at: Point(x + width - dots - 1 + index, area.y),
                index == beat ? .accent : .footer)
        }
    }
}
