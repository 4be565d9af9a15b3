import Launch

/// Who is on call, which chains run, whether the ways to people are known to work, and what was sent. No address is on it: a
/// reader of the journal has none.
struct EscalationPage {
    let model: Model

    /// A way that was last proved longer ago than this may not work any more: people change their telephones.
    static let proofLasts: Milliseconds = .days(30)

    private var words: Words { model.words }
    private var log: EscalationLog { model.shown.escalations }
    private var roster: Roster? { model.shownManifest?.roster }

    func render(into frame: inout Frame, area: Rect, top: Int) {
        frame.fill(area, .text)
        let inside = Panel(title: words(.escalationTitle), facts: facts, isFocused: true)
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

    private var facts: [Span] {
        let running = log.escalations.filter(\.isRunning)
        let lost = exhausted.count
        var spans = [Span(words(.chainsRunning, String(running.count)), running.isEmpty ? .dim : .text)]
        if lost > 0 { spans = [Span(words(.chainsExhausted, String(lost)), .alarm), Span(" · ", .dim)] + spans }
        return spans
    }

    /// Chains that went through all their steps and nobody came, of alerts that still want somebody.
    private var exhausted: [Escalation] {
        log.escalations.filter { chain in
            guard chain.stopped?.why == .exhausted else { return false }
            // A later chain of the same alerts took its place.
            let isLatest = chain.alerts.allSatisfy { log.escalation(of: $0)?.id == chain.id }
            return isLatest
                && (chain.alerts.isEmpty || chain.alerts.contains { model.shown.alerts[$0]?.isOpen ?? false })
        }
    }

    func lines(width: Int) -> [[Span]] {
        var lines: [[Span]] = []
        for chain in exhausted.reversed().prefix(5) {
            lines.append([
                Span(" " + words(.chainExhausted) + " ", .alarm, .bold),
                Span(" " + model.told(of: chain), .critical, .bold),
                Span("  " + model.clock(chain.stoppedAt?.utc ?? chain.at.utc), .dim),
            ])
        }
        if !lines.isEmpty { lines.append([]) }
        lines += onCall + [[]] + chains + [[]] + contacts(width: width) + [[]] + pages
        return lines
    }

    private func title(_ word: Word) -> [Span] { [Span(words(word), .title)] }

    // MARK: On call

    private var onCall: [[Span]] {
        var lines = [title(.onCallTitle)]
        guard let roster, !roster.schedules.isEmpty else { return lines + [[Span("  " + words(.noSchedule), .dim)]] }
        for schedule in roster.schedules {
            let now = schedule.onCall(at: model.shownNow.utc, in: model.zone)
            var spans = [Span("  " + Text.padded(Text.sanitised(schedule.name, limit: 20), to: 16), .label)]
            if let now {
                spans.append(Span(who(now), .strong))
            } else {
                spans.append(Span(words(.nobodyOnCall), .alarm, .bold))
            }
            if let next = schedule.next(after: model.shownNow.utc, in: model.zone) {
                let civil = model.zone.civil(next.from)
                let when = "\(model.figures.shortDate(civil)) \(model.figures.shortClock(civil))"
                let name = next.contact.map { who($0) } ?? words(.nobodyOnCall)
                spans.append(Span("   " + words(.thenOnCall, when, name), next.contact == nil ? .warning : .dim))
            }
            if schedule.pagerDuty != nil { spans.append(Span("   " + words(.rotaElsewhere), .dim)) }
            lines.append(spans)
        }
        return lines
    }

    /// `Ana Pereyra, DevOps lead`
    private func who(_ contact: String) -> String {
        let role = roster?.contact(contact)?.role ?? ""
        return model.name(of: contact) + (role.isEmpty ? "" : ", " + Text.sanitised(role, limit: 40))
    }

    // MARK: Chains

    private var chains: [[Span]] {
        var lines = [title(.chainsTitle)]
        let running = log.escalations.filter(\.isRunning).reversed()
        guard !running.isEmpty else { return lines + [[Span("  " + words(.noChain), .dim)]] }
        for chain in running.prefix(20) {
            let (glyph, word, role) = chain.started.severity.look
            lines.append([
                Span("  \(glyph) \(words(word)) ", role, .bold),
                Span(model.told(of: chain), .strong),
                Span(chain.alerts.count > 1 ? "  " + words(.alertCount, String(chain.alerts.count)) : "", .dim),
                Span("  " + model.figures.age(chain.at.age(at: model.shownNow)), .dim),
            ])
            var drawer = ChainLines(model: model, chain: chain)
            drawer.labelWidth = 9
            drawer.pageLimit = 4
            lines += drawer.lines.map { [Span("  ", .text)] + $0 }
        }
        return lines
    }

    // MARK: Contacts

    private func contacts(width: Int) -> [[Span]] {
        var lines = [title(.contactsTitle)]
        guard let roster, !roster.contacts.isEmpty else { return lines + [[Span("  " + words(.noContact), .dim)]] }
        /// A way for whose command there was no room behind it.
        var unproved: EscalationLog.Way?
        for contact in roster.contacts {
            let label = Text.padded(who(contact.name), to: min(34, max(20, width / 3)))
            for (index, channel) in contact.channels.enumerated() {
                let way = EscalationLog.Way(contact: contact.name, channel: channel)
                var proof = proof(of: way)
                if log.verified[way] == nil, Text.width(of: label) + 14 + Text.width(of: proof.text) > width {
                    proof = Span("? " + words(.neverProvedShort), .unknown)
                    unproved = unproved ?? way
                }
                lines.append([
                    Span(
                        "  " + (index == 0 ? label : String(repeating: " ", count: Text.width(of: label))) + " ", .text),
                    Span(Text.padded(Text.sanitised(channel, limit: 20), to: 11), .label),
                    proof,
                ])
            }
            if contact.channels.isEmpty {
                lines.append([Span("  " + label + " ", .text), Span(words(.noWay), .warning)])
            }
        }
        if let unproved {
            lines.append([Span("  " + words(.proveIt, name(unproved.channel), name(unproved.contact)), .dim)])
        }
        return lines
    }

    private func name(_ text: String) -> String { Text.sanitised(text, limit: 40) }

    private func proof(of way: EscalationLog.Way) -> Span {
        guard let proof = log.verified[way] else {
            return Span(
                "? " + words(.neverProved, name(way.channel), name(way.contact)),
                .unknown)
        }
        let age = proof.at.age(at: model.shownNow)
        let text = words(.provedAgo, model.figures.age(age), Text.sanitised(proof.how, limit: 60))
        return age > Self.proofLasts
            ? Span("! " + words(.proofIsOld) + ": " + text, .warning) : Span("✓ " + text, .ok)
    }

    // MARK: Pages

    private var pages: [[Span]] {
        var lines = [title(.pagesTitle)]
        guard !log.pages.isEmpty else { return lines + [[Span("  " + words(.noPageSent), .dim)]] }
        for page in log.pages.suffix(100).reversed() { lines.append([Span("  ", .text)] + model.line(of: page)) }
        for refusal in log.refusals.suffix(5).reversed() {
            lines.append([
                Span("  " + model.clock(refusal.at.utc) + "  ", .dim),
                Span(
                    "! " + words(.ackRefused, Text.sanitised(refusal.body.way.rawValue, limit: 20)), .warning),
                Span("  " + Text.sanitised(refusal.body.reason, limit: 200), .dim),
            ])
        }
        return lines
    }
}
