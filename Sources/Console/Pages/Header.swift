import Launch

/// The top line: what is launched and which version serves, the launch clock, the time, how it stands, who looks.
struct Header {
    let model: Model

    func render(into frame: inout Frame, area: Rect) {
        frame.fill(area, .header)
        let right = rightSide(width: area.width)
        let rightWidth = right.reduce(0) { $0 + Text.width(of: $1.text) }
        let left = leftSide(room: area.width - rightWidth - 1)
        frame.put(left, at: area.origin, width: area.width - rightWidth)
        frame.put(right, at: Point(area.x + area.width - rightWidth, area.y), width: rightWidth)
    }

    /// Product and version, launch clock, time, counts: each left out, the least first, where there is no room.
    private func leftSide(room: Int) -> [Span] {
        let parts: [(rank: Int, spans: [Span])] = [
            (4, [Span("guardia", .dim)]), (0, product), (1, launchClock), (2, time), (3, counts(isShort: room < 66)),
        ].filter { !$0.1.isEmpty }
        for limit in stride(from: 4, through: 0, by: -1) {
            let kept = parts.filter { $0.rank <= limit }
            let width = kept.reduce(1) { $0 + $1.spans.reduce(3) { $0 + Text.width(of: $1.text, atMost: 400) } }
            if width - 3 <= room || limit == 0 {
                return [Span(" ", .header)] + kept.map(\.spans).joined(separator: [Span("   ", .header)])
            }
        }
        return []
    }

    private var product: [Span] {
        guard let product = model.board.manifest?.product else { return [Span("guardia", .header)] }
        var spans = [Span(Text.sanitised(product.name, limit: 40), .header, .bold)]
        if let id = product.version {
            let track = model.board.track(id)
            let isKnown = model.liveAssessment(of: id).verdict != .unknown
            let version = track?.text.map { Text.sanitised($0, limit: 24) }
            spans.append(Span(" " + (version ?? "v?") + (isKnown || version == nil ? "" : "?"), isKnown ? .header : .unknown))
        }
        return spans
    }

    private var launchClock: [Span] {
        guard let launchAt = model.board.manifest?.launchAt else { return [] }
        return [Span(model.launchClock(launchAt), .headerClock)]
    }

    private var time: [Span] {
        [Span("\(model.clock(model.now.utc)) \(model.zone.abbreviation)", .header)]
    }

    /// How many checks are critical, warning, unknown; one word where all is well.
    private func counts(isShort: Bool) -> [Span] {
        let tally = model.tally
        if model.isSilent { return [Span("? " + model.words(.silent), .alarm)] }
        var spans: [Span] = []
        func add(_ verdict: Verdict, _ word: Word) {
            guard let count = tally[verdict], count > 0 else { return }
            if !spans.isEmpty { spans.append(Span("  ", .header)) }
            spans.append(Span("\(verdict.glyph) " + model.words(word, String(count)), verdict.role))
        }
        add(.critical, isShort ? .criticalShort : .criticalCount)
        add(.warning, .warningCount)
        add(.unknown, isShort ? .unknownShort : .unknownCount)
        if spans.isEmpty { add(.ok, .okCount) }
        return spans
    }

    private func rightSide(width: Int) -> [Span] {
        var spans: [Span] = []
        if model.frozen != nil { spans += [Span(" \(model.words(.paused)) ", .modePaused), Span(" ", .header)] }
        if let environment = model.board.manifest?.environment, width >= 60 {
            let text = Text.sanitised(environment, limit: 16)
            let isReal = environment == "production"
            spans.append(Span(isReal ? text : " \(text.uppercased()) ", isReal ? .dim : .modeRehearsal))
            spans.append(Span(" ", .header))
        }
        switch model.mode {
        case .operator(let name):
            let who = width >= 60 ? model.words(.operatorMode) + " " : ""
            spans.append(Span(" \(who)\(Text.sanitised(name, limit: 16)) ", .modeOperator))
        case .kiosk: spans.append(Span(" \(model.words(.kioskMode)) ", .modeReadOnly))
        }
        return spans
    }
}

extension Model {
    /// `T+00:42:17`; from a hundred hours on with days: `T+12 d 03:14`.
    func launchClock(_ launchAt: Timestamp) -> String {
        let since = now.utc - launchAt
        guard abs(since.count) >= Milliseconds.hours(100).count else { return figures.launchClock(since) }
        let minutes = abs(since.count) / 60_000
        let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60)
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "T\(since.count < 0 ? "−" : "+")\(figures.number(Int(days))) d \(two(hours)):\(two(rest))"
    }

    /// The judgement of a series now, also while the panes are paused.
    func liveAssessment(of id: SeriesID) -> Assessment {
        guard let track = board.track(id) else { return Assessment(verdict: .unknown, freshness: .never) }
        return track.assessment(at: now, engineSilent: isSilent)
    }

    /// How many judged series stand at which verdict now.
    var tally: [Verdict: Int] {
        var tally: [Verdict: Int] = [:]
        let isSilent = isSilent
        for track in board.tracks where track.series.isJudged {
            tally[track.assessment(at: now, engineSilent: isSilent).verdict, default: 0] += 1
        }
        return tally
    }
}

extension Series {
    /// Whether the series can be anything but well.
    var isJudged: Bool { thresholds != nil || unit == .verdict }
}
