import Launch

/// One station of the poll: its verdict, what people said of it, and every check with what it found and how old that is.
struct StationPage {
    let model: Model
    let name: String

    private var words: Words { model.words }

    func render(into frame: inout Frame, area: Rect, top: Int) {
        frame.fill(area, .text)
        let station = model.shownPoll?[name]
        let facts = station.map { station in
            [
                Span(
                    "\(station.verdict.look.glyph) \(words(station.verdict.look.word))", station.verdict.look.role,
                    .bold)
            ]
        }
        let inside = Panel(
            title: words(.stationTitle, Text.sanitised(station?.title ?? name, limit: 60)), facts: facts ?? [],
            isFocused: true
        )
        .render(into: &frame, area: area).inset(left: 1, right: 1)
        let lines = lines(width: inside.width)
        let visible = Scroll(top: top).visible(count: lines.count, height: inside.height)
        for (row, line) in lines[visible].enumerated() {
            frame.put(line, at: inside.row(row).origin, width: inside.width)
        }
        Scrollbar(visible: visible, count: lines.count).render(into: &frame, area: inside.inset(right: -2))
    }

    func extent(in body: Rect) -> (count: Int, room: Int) {
        (lines(width: body.width - 4).count, max(0, body.height - 2))
    }

    func lines(width: Int) -> [[Span]] {
        guard let station = model.shownPoll?[name] else { return [[Span(words(.stationGone), .dim)]] }
        let (glyph, word, role) = station.verdict.look
        let span = station.since.map { model.figures.age($0.age(at: model.shownNow)) }
        let by = Text.sanitised(station.by, limit: 40)
        var lines: [[Span]] = [
            [
                Span("\(glyph) \(words(word))", role, .bold),
                Span("  " + (span.map { words(.sinceBy, by, $0) } ?? by), .dim),
            ]
        ]
        lines += Text.wrapped(Text.sanitised(station.why, limit: 600), to: width).map { [Span($0, .text)] }
        lines += [[], [Span(words(.evidenceTitle), .title, .bold)]] + evidence(station, width: width)
        lines += [[], [Span(words(.saidTitle), .title, .bold)]]
        let said = said(station, width: width)
        return lines + (said.isEmpty ? [[Span(words(.nothingSaid), .dim)]] : said)
    }

    /// Every check: its verdict, what is checked, what was found, and how old that is.
    func evidence(_ station: ReadinessPoll.Station, width: Int) -> [[Span]] {
        station.evidence.flatMap { model.lines(of: $0, width: width) }
    }

    private func said(_ station: ReadinessPoll.Station, width: Int) -> [[Span]] {
        var lines: [[Span]] = []
        func age(_ at: Moment) -> String { model.figures.age(at.age(at: model.shownNow)) }
        func add(_ text: String, _ role: Role) {
            lines += Text.wrapped(text, to: width).map { [Span($0, role, .bold)] }
        }
        if let hold = station.hold {
            let (by, why) = (Text.sanitised(hold.body.by, limit: 40), Text.sanitised(hold.body.reason, limit: 300))
            add("! " + words(.heldBy, by, age(hold.at), why), .warning)
        }
        if let waiver = station.waiver {
            let (by, until) = (Text.sanitised(waiver.body.by, limit: 40), model.day(waiver.body.until))
            let reason = Text.sanitised(waiver.body.reason, limit: 300)
            if station.hasWaiverLapsed {
                add("✗ " + words(.waiverLapsed, until, by, reason), .alarm)
            } else {
                add("! " + words(.waivedUntil, by, until, reason), .warning)
            }
        }
        if let said = station.attestation {
            let stands = ReadinessLog.holds(until: said.body.until, said: said.at, at: model.shownNow)
            let text = words(
                .attestedUntil, Text.sanitised(said.body.by, limit: 40), words(said.body.isGo ? .pollGo : .pollNoGo),
                age(said.at), model.day(said.body.until), Text.sanitised(said.body.reason, limit: 300))
            add(
                (stands ? said.body.isGo ? "✓ " : "✗ " : "? ") + text,
                stands ? said.body.isGo ? .ok : .critical : .unknown)
        }
        return lines
    }
}

extension Model {
    /// `✓ GO      Postgres query < 100 ms  6 ms  2 s`
    func line(of found: ReadinessEvidence, withText: Bool = true) -> [Span] {
        let (glyph, word, role) = found.verdict.look
        var spans = [
            Span(Text.padded("\(glyph) \(words(word))", to: 10), role, .bold),
            Span(Text.sanitised(found.title, limit: 80), .value),
        ]
        if withText {
            spans.append(Span("  " + Text.sanitised(found.text, limit: 600), found.verdict == .go ? .text : role))
        }
        if let age = found.age { spans.append(Span("  " + words(.agoShort, figures.age(age)), .dim)) }
        return spans
    }

    /// The same in lines, each whole: where one has no room what was found comes below what is checked.
    func lines(of found: ReadinessEvidence, width: Int) -> [[Span]] {
        let whole = line(of: found)
        if Text.width(of: whole) <= width { return [whole] }
        let rest = Text.wrapped(Text.sanitised(found.text, limit: 600), to: max(10, width - 10))
        return [line(of: found, withText: false)] + rest.map { [Span("          ", .text), Span($0, .text)] }
    }

    /// `Mon 9/3 18:00 ART`, without the day where it is today.
    func day(_ time: Timestamp) -> String {
        let (civil, today) = (zone.civil(time), zone.civil(now.utc))
        let isToday = (civil.year, civil.month, civil.day) == (today.year, today.month, today.day)
        return (isToday ? "" : figures.shortDate(civil) + " ") + figures.shortClock(civil) + " " + zone.abbreviation
    }

    /// The clock of the board that is shown: the header's own, unless the panes are paused.
    var shownClock: LaunchClock? {
        frozen.map { LaunchClock(base: shownManifest?.launchAt, shown.readiness.clock, at: $0.now) } ?? clockNow
    }

    /// `T−00:12:00 HOLD for 4 min by ana: payments`
    func spans(of clock: LaunchClock) -> [Span] {
        var spans = [Span(clockText(clock), .headerClock, .bold)]
        if let hold = clock.held, let span = clock.heldFor {
            let by = Text.sanitised(hold.body.by, limit: 40)
            let reason = Text.sanitised(hold.body.reason, limit: 100)
            spans.append(Span("  " + words(.clockHeldFor, figures.age(span), by, reason), .warning, .bold))
        }
        return spans
    }

    var windowSpans: [Span] {
        guard let window = shownManifest?.launchWindow else { return [Span(words(.windowNever), .dim)] }
        let state = WindowState(window, in: zone, board: shown, at: shownNow)
        guard let objection = state.objection else { return [Span("✓ " + words(.windowOpen), .ok)] }
        var spans = [Span("! " + Text.sanitised(objection, limit: 120), .warning)]
        if let next = window.nextOpening(after: shownNow.utc, in: zone) {
            spans.append(Span("  " + words(.windowOpens, day(next)), .dim))
        }
        return spans
    }
}
