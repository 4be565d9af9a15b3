import Launch

/// What whoever takes over must know, in the order in which they ask: how things stand, what changed since they last looked, who
/// is there, what is left to do.
struct HandoverPage {
    let model: Model

    private var words: Words { model.words }

    static func room(in body: Rect) -> Int { max(0, body.height - 2) }

    private var handover: Handover {
        var name: String?
        if case .operator(let operatorName) = model.mode { name = operatorName }
        return Handover(model.shown, for: name, at: model.shownNow)
    }

    func render(into frame: inout Frame, area: Rect, top: Int) {
        let handover = handover
        frame.fill(area, .text)
        let since =
            switch handover.since {
            case .lastLook(let time), .given(let time): words(.handoverSinceLook, model.shortTime(time))
            case .shift(let time): words(.handoverSinceShift, model.shortTime(time))
            }
        let inside = Panel(title: words(.handoverTitle), facts: [Span(since, .dim)], isFocused: true)
            .render(into: &frame, area: area).inset(left: 1, right: 1)
        let lines = lines(handover, width: inside.width)
        let visible = Scroll(top: top).visible(count: lines.count, height: inside.height)
        for (row, line) in lines[visible].enumerated() {
            frame.put(line, at: inside.row(row).origin, width: inside.width)
        }
        Scrollbar(visible: visible, count: lines.count).render(into: &frame, area: inside.inset(right: -2))
    }

    func lines(width: Int) -> [[Span]] { lines(handover, width: width) }

    private func lines(_ handover: Handover, width: Int) -> [[Span]] {
        let lines =
            warning(handover) + now(handover) + [[]] + changed(handover) + [[]] + who(handover) + checklist(handover)
        // Whoever takes over reads what is at the end too: what has no room on a line goes on below it.
        return lines.flatMap { Text.wrapped($0, to: width, indent: 10) }
    }

    private func title(_ word: Word) -> [Span] { [Span(words(word), .title, .bold)] }
    private func plain(_ text: String, _ limit: Int = 160) -> String { Text.sanitised(text, limit: limit) }

    // MARK: Now

    /// By the present engine, also where the panes are paused.
    private var silence: EngineSilence? {
        EngineSilence(model.shown.heartbeat, at: model.shownNow) ?? EngineSilence(model.board.heartbeat, at: model.now)
    }

    /// First of all: that nothing of what follows is of now.
    private func warning(_ handover: Handover) -> [[Span]] {
        guard let silence else { return [] }
        let text = silence.since.map { words(.handoverSilent, model.shortTime($0.utc)) } ?? words(.handoverNeverHeard)
        return [[Span("\(Verdict.unknown.glyph) " + text, .unknown, .bold)], []]
    }

    private func now(_ handover: Handover) -> [[Span]] {
        var lines = [title(.handoverNow)]
        if handover.open.isEmpty {
            lines.append(
                silence == nil
                    ? [Span("  \(Verdict.ok.glyph) " + words(.handoverNothingFires), .ok)]
                    : [Span("  \(Verdict.unknown.glyph) " + words(.handoverNothingKnown), .unknown)])
        }
        for alert in handover.open {
            let (glyph, word, role) = model.look(of: alert)
            var spans = [
                Span("  \(glyph) \(words(word)) ", alert.isOpen ? role : .dim, .bold),
                Span(model.told(of: alert), .strong),
            ]
            if alert.isOpen {
                spans.append(Span("  " + words(.handoverUnowned), role, .bold))
            } else {
                spans += [Span("  ", .text)] + model.standing(of: alert)
            }
            lines.append(spans)
        }
        for alert in handover.lapsing {
            guard let ack = alert.acknowledged?.body, let until = ack.until else { continue }
            lines.append([
                Span("  ! ", .warning, .bold),
                Span(words(.handoverLapses, plain(ack.by, 24), model.shortTime(until)), .warning),
                Span("  " + plain(alert.facts.summary), .text),
            ])
        }
        for hold in handover.holds {
            let subject =
                switch hold.subject {
                case .clock: words(.handoverClock)
                case .poll: words(.handoverPoll)
                case .station(let title): plain(title, 60)
                }
            lines.append([
                Span("  ! ", .warning, .bold), Span(words(.handoverHeld, subject), .warning, .bold),
                Span("  " + plain(hold.by, 24) + "  " + model.shortTime(hold.since), .text),
                Span("  " + plain(hold.reason), .dim),
            ])
        }
        for vow in handover.vows {
            let word: Word = vow.kind == .waiver ? .handoverWaiver : .handoverAttestation
            lines.append([
                Span("  ! ", .warning, .bold),
                Span(words(word, plain(vow.station, 60), model.shortTime(vow.until)), .warning),
                Span("  " + plain(vow.by, 24), .text), Span("  " + plain(vow.reason), .dim),
            ])
        }
        for record in handover.running {
            lines.append([
                Span("  ▸ " + words(.handoverRuns) + " ", .accent, .bold),
                Span(record.kind.title + " " + DeploymentsPage.move(record), .strong),
                Span("  " + plain(record.started.by.name, 24) + "  " + model.shortTime(record.at.utc), .dim),
            ])
        }
        if handover.running.isEmpty {
            let word: Word = silence == nil ? .handoverNothingRuns : .handoverNothingKnownRuns
            lines.append([Span("    " + words(word), .dim)])
        }
        for silence in handover.silences {
            lines.append([
                Span("  ~ ", .dim, .bold),
                Span(
                    words(.handoverSilencedUntil, model.shortTime(silence.until), plain(silence.by, 24)), .text),
                Span("  " + plain(silence.matchers.map(\.description).joined(separator: ", ")), .value),
                Span("  " + plain(silence.comment), .dim),
            ])
        }
        if handover.silences.isEmpty { lines.append([Span("    " + words(.handoverNoSilence), .dim)]) }
        return lines
    }

    // MARK: What changed

    private func changed(_ handover: Handover) -> [[Span]] {
        var entries: [(at: Timestamp, spans: [Span])] = []
        for record in handover.actions {
            let outcome =
                record.ended.map {
                    Span("  \($0.body.outcome.glyph) \(model.outcomeWord(of: record))", $0.body.outcome.role)
                } ?? Span("  ▸ " + words(.isRunning), .accent)
            entries.append(
                (
                    record.at.utc,
                    [
                        Span(record.kind.title + " " + DeploymentsPage.move(record), .strong),
                        Span("  " + plain(record.started.by.name, 24), .text), outcome,
                        Span("  " + plain(record.started.reason), .dim),
                    ]
                ))
        }
        for change in handover.flags {
            entries.append(
                (
                    change.at.utc,
                    [
                        Span("flag " + plain(change.body.flag, 64) + " " + plain(change.body.words), .strong),
                        Span("  " + plain(change.body.by, 40), .text),
                    ]
                ))
        }
        for alert in handover.fired {
            let (glyph, _, role) = alert.facts.severity.look
            entries.append(
                (
                    alert.firedAt?.utc ?? alert.at.utc,
                    [
                        Span("\(glyph) " + words(.handoverFired) + " ", role, .bold),
                        Span(plain(alert.facts.summary), .text),
                    ]
                ))
        }
        for alert in handover.resolved {
            entries.append(
                (
                    alert.at.utc,
                    [
                        Span("\(Verdict.ok.glyph) " + words(.handoverResolved) + " ", silence == nil ? .ok : .stale),
                        Span(plain(alert.facts.summary), .text),
                    ]
                ))
        }
        for turn in handover.turns {
            let look = turn.body.to.look
            let from = turn.body.from.map { words($0.look.word) + " → " } ?? ""
            entries.append(
                (
                    turn.at,
                    [
                        Span("\(look.glyph) ", look.role, .bold),
                        Span(turn.station.map { plain($0, 60) } ?? words(.handoverPoll), .strong),
                        Span(" " + from, .text), Span(words(look.word), look.role, .bold),
                        Span("  " + plain(turn.body.why), .dim),
                    ]
                ))
        }
        for change in handover.configChanges {
            entries.append(
                (change.at, [Span(words(.handoverConfig) + " ", .strong), Span(plain(change.words), .text)]))
        }
        // The newest first: that is what somebody who comes back has not heard of.
        let lines = entries.sorted { $0.at > $1.at }.map {
            [Span("  " + model.shortTime($0.at) + "  ", .dim)] + $0.spans
        }
        return [title(.handoverChanged)]
            + (lines.isEmpty ? [[Span("    " + words(.handoverNothingChanged), .dim)]] : lines)
    }

    // MARK: Who

    private func who(_ handover: Handover) -> [[Span]] {
        var lines = [title(.handoverWho)]
        for duty in handover.duties {
            var spans = [Span("  " + Text.padded(plain(duty.schedule, 20), to: 16), .label)]
            spans.append(
                duty.now.map { Span(model.name(of: $0), .strong) } ?? Span(words(.nobodyOnCall), .alarm, .bold))
            if let next = duty.next {
                let name = next.contact.map { model.name(of: $0) } ?? words(.nobodyOnCall)
                spans.append(Span("   " + words(.thenOnCall, model.shortTime(next.from), name), .dim))
            }
            lines.append(spans)
        }
        if handover.watchers.isEmpty { lines.append([Span("    " + words(.handoverNobody), .dim)]) }
        for watcher in handover.watchers {
            let session = watcher.session
            let age = model.figures.age(session.keyAt.age(at: model.shownNow))
            lines.append([
                Span(
                    "  " + Text.padded(words(watcher.isIdle ? .handoverIdle : .handoverWatches), to: 16), .label),
                Span(plain(session.by.signature, 60), watcher.isIdle ? .dim : .strong),
                Span("  " + plain(session.terminal ?? "", 24) + "  " + words(.handoverLastKey, age), .dim),
            ])
        }
        return lines
    }

    private func checklist(_ handover: Handover) -> [[Span]] {
        guard let checklist = handover.checklist else { return [] }
        var lines: [[Span]] = [[], title(.handoverOpenItems)]
        let open = checklist.rows.filter { !$0.isDone }
        if open.isEmpty { lines.append([Span("    " + words(.handoverAllDone), .dim)]) }
        for row in open {
            let isLate = row.isOverdue
            var late = ""
            if case .overdue(let span) = row.standing { late = "  " + words(.itemOverdue, model.figures.age(span)) }
            lines.append([
                Span(isLate ? "  ✗ " : "  · ", isLate ? .critical : .dim, .bold),
                Span(plain(row.item.text), isLate ? .critical : .value),
                Span("  " + plain(row.item.owner, 40), .text), Span("  " + row.item.dueText, .dim),
                Span(late, .critical, .bold),
            ])
        }
        return lines
    }
}
