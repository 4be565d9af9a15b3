import Launch

/// The top line: what is launched and which version serves, the launch clock, the time, how it stands, who looks.
struct Header {
    let model: Model

    func render(into frame: inout Frame, area: Rect) {
        frame.fill(area, .header)
        let (right, short) = (rightSide(width: area.width), rightSide(width: 0))
        let (rightWidth, shortWidth) = (Text.width(of: right), Text.width(of: short))
        let left = leftSide(room: area.width - rightWidth - 1, shortRoom: area.width - shortWidth - 1)
        let (shown, width) = left.isShort ? (short, shortWidth) : (right, rightWidth)
        frame.put(left.spans, at: area.origin, width: area.width - width)
        frame.put(shown, at: Point(area.x + area.width - width, area.y), width: width)
    }

    /// Product and version, launch clock, time, counts: shortened, then left out, the least first, where there is no room; and
    /// whether the right side has to be short for it.
    ///
    /// - Parameter shortRoom: what there is beside a short right side: the poll is worth more than the word before the name.
    private func leftSide(room: Int, shortRoom: Int) -> (spans: [Span], isShort: Bool) {
        // Each once: this is drawn after each key.
        let (launchClock, times, tally) = (launchClock, times, model.tally)
        let (long, short, tiny) = (counts(.long, tally), counts(.short, tally), counts(.tiny, tally))
        // That no launch is wanted now outranks the time of day that it is said of.
        let window = window
        let isOutside = launchClock.isEmpty ? window : launchClock + [Span(" ", .header)] + window
        let poll = poll
        // A name is cut before anything that says how it stands is left out.
        for limit in [40, 18, 10] {
            let product = product(limit: limit)
            func timed(_ clock: [Span]) -> [[[Span]]] {
                [[[Span("guardia", .dim)], product, clock, times[0], long], [product, clock, times[0], long]]
                    + [[product, clock, times[0], short]] + times.map { [product, clock, $0, tiny] }
            }
            let withTime = window.isEmpty ? timed(launchClock) : timed(isOutside)
            let without =
                (window.isEmpty
                    ? [] : [[product, isOutside, short], [product, isOutside, tiny]] + timed(launchClock))
                + [[product, launchClock, tiny]]
            var attempts: [(parts: [[Span]], isShort: Bool)] = []
            // The poll stands before the counts, and outranks the program's name, the time and what is only long.
            if !poll.isEmpty {
                // A time of day goes before the words of the right side.
                for usual in [withTime, without] {
                    let polled = usual.map { $0.dropLast() + [poll] + $0.suffix(1) }
                    attempts += polled.map { (Array($0), false) } + polled.map { (Array($0), true) }
                }
                attempts += [
                    ([product, poll, tiny], true), (product.isEmpty ? [] : [[product[0]], poll, tiny], true),
                ]
            }
            if poll.isEmpty || limit == 10 { attempts += (withTime + without).map { ($0, false) } }
            if limit == 10 { attempts.append(([product, launchClock], false)) }
            for (parts, isShort) in attempts {
                let parts = parts.filter { !$0.isEmpty }
                let width = parts.reduce(-2) { $0 + 3 + Text.width(of: $1) }
                if !parts.isEmpty, width <= (isShort ? shortRoom : room) {
                    return ([Span(" ", .header)] + parts.joined(separator: [Span("   ", .header)]), isShort)
                }
            }
        }
        return ([Span(" ", .header)] + product(limit: 40), false)
    }

    private func product(limit: Int) -> [Span] {
        // Before the first manifest there is no product, and the name of the program stands beside it already.
        guard let product = model.board.manifest?.product else { return [] }
        var spans = [Span(Text.truncated(Text.sanitised(product.name, limit: 40), to: limit), .header, .bold)]
        if let id = product.version {
            let track = model.board.track(id)
            let isKnown = model.liveAssessment(of: id).verdict != .unknown
            let version = track?.text.map { Text.sanitised($0, limit: 24) }
            spans.append(
                Span(" " + (version ?? "v?") + (isKnown || version == nil ? "" : "?"), isKnown ? .header : .unknown))
        }
        return spans
    }

    /// `✓ GO 8/8`; of a silent engine the counts say what there is to say.
    private var poll: [Span] {
        guard let poll = model.poll, !model.isSilent else { return [] }
        let (glyph, word, role) = poll.verdict.look
        return [Span("\(glyph) \(model.words(word)) \(poll.goCount)/\(poll.stations.count)", role, .bold)]
    }

    private var launchClock: [Span] {
        guard let clock = model.clockNow else { return [] }
        var spans = [Span(model.clockText(clock), .headerClock)]
        if clock.held != nil { spans.append(Span(" " + model.words(.holdTag), .warning, .bold)) }
        // How many times as often probes look, while the launch is watched more closely.
        let watch = model.board.manifest?.closerWatch
        if clock.closerWatchLeft(watch) != nil { spans.append(Span(" ×\(watch?.faster ?? 1)", .headerClock, .bold)) }
        return spans
    }

    /// `outside the window`, where a launch is not wanted now.
    private var window: [Span] {
        guard let window = model.board.manifest?.launchWindow, !window.contains(model.zone.civil(model.now.utc)) else {
            return []
        }
        return [Span(model.words(.outsideWindow), .warning)]
    }

    /// The time of day, each shorter than the one before.
    private var times: [[Span]] {
        let (utc, zone) = (model.now.utc, model.zone.abbreviation)
        return ["\(model.clock(utc)) \(zone)", "\(model.shortClock(utc)) \(zone)", model.shortClock(utc)].map {
            [Span($0, .header)]
        }
    }

    private enum Length {
        case long, short, tiny
    }

    /// How many checks are critical, warning, unknown; one word where all is well.
    private func counts(_ length: Length, _ tally: [Verdict: Int]) -> [Span] {
        if model.isSilent { return [Span("? " + model.words(.silent), .alarm)] }
        if let alerts = alertCounts(length, tally) { return alerts }
        var spans: [Span] = []
        func add(_ verdict: Verdict, _ word: Word) {
            guard let count = tally[verdict], count > 0 else { return }
            if !spans.isEmpty { spans.append(Span(length == .tiny ? " " : "  ", .header)) }
            let text = length == .tiny ? String(count) : " " + model.words(word, String(count))
            spans.append(Span("\(verdict.glyph)" + text, verdict.role))
        }
        add(.critical, length == .short ? .criticalShort : .criticalCount)
        add(.warning, .warningCount)
        add(.unknown, length == .short ? .unknownShort : .unknownCount)
        if spans.isEmpty { add(.ok, .okCount) }
        return spans
    }

    /// What the feed has, as `guardia alerts` lists it: how much wants somebody, by severity; then how much somebody has, what is
    /// kept quiet, what is pending, and what is not known. Nil where there is nothing of that: then the checks themselves are
    /// counted.
    private func alertCounts(_ length: Length, _ tally: [Verdict: Int]) -> [Span]? {
        let feed = model.feed.live
        guard feed.hasAlerts else { return nil }
        var spans: [Span] = []
        func add(_ count: Int, _ glyph: Unicode.Scalar, _ word: Word, _ role: Role) {
            guard count > 0 else { return }
            if !spans.isEmpty { spans.append(Span(length == .tiny ? " " : "  ", .header)) }
            let text = length == .tiny ? String(count) : " " + model.words(word, String(count))
            spans.append(Span("\(glyph)" + text, role))
        }
        let isLong = length == .long
        add(
            feed.openCount(.critical), Verdict.critical.glyph, isLong ? .criticalCount : .criticalShort, .critical)
        add(feed.openCount(.warning), Verdict.warning.glyph, .warningCount, .warning)
        if isLong { add(feed.openCount(.info), "i", .infoCount, .info) }
        add(feed.taken, "@", .takenCount, .dim)
        if feed.takenCritical > 0, length != .tiny || feed.openCount(.critical) == 0 {
            spans.append(Span(" \(Verdict.critical.glyph)\(feed.takenCritical)", .critical))
        }
        if length != .tiny { add(feed.quiet, "·", .hushedCount, .dim) }
        // No alert yet: it is neither critical nor a warning until somebody is to be told.
        if length != .tiny || spans.isEmpty { add(feed.pending.count, "~", .pendingCount, .info) }
        guard !spans.isEmpty else { return nil }
        add(tally[.unknown] ?? 0, Verdict.unknown.glyph, isLong ? .unknownCount : .unknownShort, .unknown)
        return spans
    }

    private func rightSide(width: Int) -> [Span] {
        var spans: [Span] = []
        if model.rewind != nil, model.mode.recordingEnd == nil {
            spans += [Span(" \(model.words(.rewound)) ", .alarm), Span(" ", .header)]
        }
        if model.frozen != nil { spans += [Span(" \(model.words(.paused)) ", .modePaused), Span(" ", .header)] }
        if let environment = model.board.manifest?.environment {
            let text = Text.sanitised(environment, limit: 16)
            // Production is what one expects; anything else must be seen at any size.
            if environment != "production" {
                spans += [Span(" \(text.uppercased()) ", .modeRehearsal), Span(" ", .header)]
            } else if width >= 110 {
                spans += [Span(text, .dim), Span(" ", .header)]
            }
        }
        switch model.mode {
        case .operator(let name):
            let who = width >= 60 ? model.words(.operatorMode) + " " : ""
            let too = model.otherWatchers > 0 ? " " + model.words(.watchersToo, String(model.otherWatchers)) : ""
            spans.append(Span(" \(who)\(Text.sanitised(name, limit: 16))\(too) ", .modeOperator))
        case .replay: spans.append(Span(" \(model.words(.replayMode)) ", .modeReadOnly))
        case .kiosk: spans.append(Span(" \(model.words(.kioskMode)) ", .modeReadOnly))
        }
        return spans
    }
}

extension Model {
    /// `T+00:42:17`; from a hundred hours on with days: `T+12 d 03:14`. By the second that the time of day beside it shows.
    func clockText(_ clock: LaunchClock) -> String {
        let since = clock.since
        guard abs(since.count) >= Milliseconds.hours(100).count else { return figures.launchClock(since) }
        let minutes = abs(since.count) / 60_000
        let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60)
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "T\(since.count < 0 ? "−" : "+")\(figures.number(Int(days))) d \(two(hours)):\(two(rest))"
    }

    /// The judgement of a series now, also while the panes are paused.
    func liveAssessment(of id: SeriesID) -> Assessment {
        board.assessment(of: id, at: asOf, engineSilent: isSilent)
    }
}
