import Launch

/// The launch's security: posture by station with the age of its evidence, then what lies beneath: certificates by days left,
/// what is wrong, the audit's chain.
struct SecurityPage {
    let model: Model

    static func room(in body: Rect) -> Int { max(0, body.height - 2) }

    func render(into frame: inout Frame, area: Rect, top: Int) {
        frame.fill(area, .text)
        let posture = model.shown.security
        let facts =
            posture.isEmpty
            ? []
            : [
                // Of what nobody looks at nothing is said to be well.
                Span(model.words(unwatched.isEmpty ? .securityWorst : .securityWatched), .dim),
                label(posture.verdict(at: model.shownNow), to: 0),
            ]
        let inside = Panel(title: model.words(.securityTitle), facts: facts, isFocused: true)
            .render(into: &frame, area: area).inset(left: 1, right: 1)
        let lines = lines(width: inside.width)
        let visible = Scroll(top: top).visible(count: lines.count, height: inside.height)
        for (row, line) in lines[visible].enumerated() {
            frame.put(line, at: inside.row(row).origin, width: inside.width)
        }
        Scrollbar(visible: visible, count: lines.count).render(into: &frame, area: inside.inset(right: -2))
    }

    func lines(width: Int) -> [[Span]] {
        let words = model.words
        let stations = model.shown.security.stations
        guard !stations.isEmpty else {
            return Text.wrapped(words(.securityNothing), to: width).map { [Span($0, .dim)] }
        }
        var lines = stations.map { station($0, width: width) }
        if !unwatched.isEmpty {
            let names = unwatched.joined(separator: ", ")
            lines += Text.wrapped(words(.securityUnwatched, names), to: max(10, width - 9)).enumerated().map {
                index, part in
                [Span(index == 0 ? "· " : "  ", .dim), Span(String(repeating: " ", count: 6), .dim), Span(part, .dim)]
            }
        }
        refusals(&lines, width: width)
        certificates(&lines, width: width)
        findings(&lines, width: width)
        return lines
    }

    // MARK: Posture

    /// The stations that the launch does not have: they are not well, they are not looked at.
    private var unwatched: [String] {
        SecurityPosture.order.filter { name in model.shown.security[name] == nil }
    }

    private func station(_ station: SecurityPosture.Station, width: Int) -> [Span] {
        let now = model.shownNow
        let freshness = station.freshness(at: now)
        let age = age(of: station)
        let name = Text.padded(Text.sanitised(station.check.station, limit: 20), to: 11)
        let room = max(0, width - 8 - 11 - 1 - Text.width(of: age) - 1)
        let summary = Text.padded(Text.sanitised(station.check.summary, limit: 300), to: room)
        return [
            label(station.verdict(at: now)), Span(" " + name, .strong),
            Span(" " + summary, freshness == .fresh ? .value : .stale),
            Span(" " + age, freshness == .lastKnown ? .unknown : .dim),
        ]
    }

    /// How old the evidence is; past five times its interval it is only what was last known.
    private func age(of station: SecurityPosture.Station) -> String {
        let age = model.figures.age(station.at.age(at: model.shownNow))
        return station.freshness(at: model.shownNow) == .lastKnown
            ? model.words(.lastKnown, model.clock(station.at.utc)) : model.words(.agoShort, age)
    }

    /// Glyph and word, in a column of seven.
    /// - Parameter width: the column that it stands in.
    private func label(_ verdict: Verdict, to width: Int = 7) -> Span {
        let text = "\(verdict.glyph) \(model.words(verdict.word))"
        return Span(width > 0 ? Text.padded(text, to: width) : text, verdict.role, verdict > .ok ? .bold : [])
    }

    private func heading(_ word: Word, _ lines: inout [[Span]]) {
        lines.append([])
        lines.append([Span(model.words(word), .title, .bold)])
    }

    // MARK: What lies beneath

    /// The verdict of an item now: of evidence that is too old nothing is known.
    private func verdict(_ item: SecurityCheck.Item, of station: SecurityPosture.Station) -> Verdict {
        station.freshness(at: model.shownNow) == .lastKnown ? .unknown : item.verdict
    }

    /// Whom the edges turn away: how many a minute, then by reason, country, rule and jail, the most frequent first.
    private func refusals(_ lines: inout [[Span]], width: Int) {
        let rates = [
            ("\(DefencePlan.probe).blocked", Word.securityBlocked), ("\(DefencePlan.probe).bans", .securityBans),
        ].compactMap { rate(SeriesID($0.0), $0.1, width: width) }
        let station = model.shown.security["refused"].flatMap { station in
            station.freshness(at: model.shownNow) != .lastKnown && station.check.verdict == .ok ? station : nil
        }
        guard station != nil || !rates.isEmpty else { return }
        heading(.securityRefused, &lines)
        lines += rates
        guard let station else { return }
        let kinds: [(RefusalTally.Kind, Word)] = [
            (.reason, .securityReasons), (.country, .securityCountries), (.rule, .securityRules),
            (.ban, .securityJails),
        ]
        var isEmpty = true
        for (kind, word) in kinds {
            let items = station.check.items.filter { $0.mark == kind.rawValue }.sorted {
                ($0.number ?? 0) > ($1.number ?? 0)
            }
            guard !items.isEmpty else { continue }
            isEmpty = false
            var line = [Span(" " + Text.padded(model.words(word), to: 10), .dim)]
            var room = width - 11
            for item in items {
                let name = Text.sanitised(item.name, limit: 40)
                let figure = model.figures.number(item.number ?? 0, decimals: 1)
                let size = Text.width(of: name) + Text.width(of: figure) + 4
                guard size <= room else { break }
                room -= size
                line += [Span(" " + name, .value), Span(" " + figure, .strong), Span("  ", .text)]
            }
            lines.append(line)
        }
        if isEmpty { lines.append([Span(model.words(.securityNoRefusal), .dim)]) }
    }

    /// One rate with its last half hour. Where it is not known any more it says so, and why.
    private func rate(_ id: SeriesID, _ word: Word, width: Int) -> [Span]? {
        guard let track = model.track(id) else { return nil }
        let freshness = model.assessment(of: id).freshness
        let count = max(8, min(60, width - 50))
        let trend = Trend(of: track, count: count, span: .minutes(30), until: model.shownNow)
        var strip = Frame(size: Size(width: count, height: 1))
        Sparkline(trend.samples).render(into: &strip, area: strip.bounds)
        let isKnown = freshness == .fresh || freshness == .stale
        var line = [
            Span(" " + Text.padded(model.words(word), to: 10), .dim),
            Span(" " + strip.text(row: 0), freshness == .fresh ? .sparkline : .stale),
            Span("  " + model.value(of: track), freshness == .fresh ? .value : isKnown ? .stale : .unknown, .bold),
        ]
        if let age = track.age(at: model.shownNow), let at = track.valueAt {
            line.append(
                isKnown
                    ? Span("  " + model.words(.agoShort, model.figures.age(age)), .dim)
                    : Span("  " + model.words(.lastKnown, model.clock(at.utc)), .unknown))
        } else {
            line.append(Span("  " + model.words(.neverRead), .unknown))
        }
        if let miss = track.miss { line.append(Span("  " + Text.sanitised(miss, limit: 200), .missed)) }
        return line
    }

    private func certificates(_ lines: inout [[Span]], width: Int) {
        guard let station = model.shown.security["tls"], !station.check.items.isEmpty else { return }
        heading(.securityCertificates, &lines)
        let items = station.check.items.sorted {
            ($0.number ?? -.infinity, $0.name) < ($1.number ?? -.infinity, $1.name)
        }
        let nameWidth = min(
            max(20, width * 2 / 5), items.map { Text.width(of: Text.sanitised($0.name, limit: 80)) }.max() ?? 0)
        for item in items {
            let verdict = verdict(item, of: station)
            let days = item.number.map { "\(model.figures.number(Int($0.rounded(.down)))) d" } ?? Figures.none
            lines.append([
                label(verdict), Span(" " + model.figures.padded(days, to: 7), verdict == .ok ? .value : verdict.role),
                Span("  " + Text.padded(Text.sanitised(item.mark ?? "", limit: 3), to: 3), .strong),
                Span(" " + Text.padded(Text.sanitised(item.name, limit: 80), to: nameWidth), .value),
                Span("  " + Text.sanitised(item.text, limit: 300), verdict == .ok ? .dim : .text),
            ])
        }
    }

    /// All that is not well, of the stations other than TLS, the worst first.
    private func findings(_ lines: inout [[Span]], width: Int) {
        let stations = model.shown.security.stations.filter { $0.check.station != "tls" }
        let all = stations.flatMap { station in
            station.check.items.map { (station: station, item: $0, verdict: verdict($0, of: station)) }
        }
        let bad = all.enumerated().filter { $0.element.verdict > .ok }
            .sorted { ($1.element.verdict, $0.offset) < ($0.element.verdict, $1.offset) }.map(\.element)
        heading(.securityFindings, &lines)
        guard !bad.isEmpty else {
            lines.append([Span(model.words(.securityNoFinding), .dim)])
            return
        }
        for entry in bad {
            let head = Text.sanitised("\(entry.station.check.station) · \(entry.item.name)", limit: 80)
            lines.append([
                label(entry.verdict), Span(" " + head, .value),
                Span("  " + Text.sanitised(entry.item.text, limit: 300), .text),
            ])
        }
        let omitted = stations.reduce(0) { $0 + max(0, $1.check.omitted) }
        if omitted > 0 { lines.append([Span(model.words(.more, model.figures.number(omitted)), .dim)]) }
    }
}
