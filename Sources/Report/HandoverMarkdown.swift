import Console
package import Launch

/// A handover as Markdown, for the channel where the shift changes.
package struct HandoverMarkdown {
    private let handover: Handover
    private let manifest: Manifest?
    private let times: ReportTimes
    private let isForTerminal: Bool

    /// - Parameter isForTerminal: whether a person reads it as it is: then nothing is escaped for Markdown's sake.
    package init(_ handover: Handover, manifest: Manifest?, isForTerminal: Bool = false) {
        self.handover = handover
        self.manifest = manifest
        self.isForTerminal = isForTerminal
        times = ReportTimes(manifest: manifest, today: handover.now.utc)
    }

    private func plain(_ text: String) -> String {
        isForTerminal ? Text.sanitised(text, limit: 300) : Markdown.plain(text)
    }
    private func name(_ contact: String) -> String { plain(manifest?.roster?.contact(contact)?.title ?? contact) }

    /// The whole text.
    package var text: String {
        var out = Markdown()
        out.heading(1, "Handover · " + plain(manifest?.product.name ?? "launch") + " · " + times.full(handover.now.utc))
        if let silence = handover.silence {
            let words = silence.words(in: manifest?.zone ?? .utc)
            out.line("**\(words.prefix(1).uppercased() + words.dropFirst()): what follows is what was last known.**")
        }
        switch handover.since {
        case .lastLook(let time): out.line("Since you last looked, \(times.full(time)).")
        case .given(let time): out.line("Since \(times.full(time)).")
        case .shift(let time): out.line("No earlier look of yours is known: since \(times.full(time)).")
        }
        standing(&out)
        changed(&out)
        people(&out)
        checklist(&out)
        return out.text
    }

    // MARK: Now

    private func standing(_ out: inout Markdown) {
        out.heading(2, "Now")
        let isSilent = handover.silence != nil
        if handover.open.isEmpty {
            out.line(
                isSilent ? "- nothing was known to fire; whether something does now nobody knows" : "- nothing fires")
        }
        for alert in handover.open { out.line("- " + line(of: alert)) }
        for record in handover.running {
            out.line(
                "- **runs**: \(record.kind.title)\(plain(ReportText.move(record, prefix: " "))) by "
                    + "\(plain(record.started.by.name)) since \(times.short(record.at.utc))"
                    + (record.current.map { ", at \(plain($0.step.title))" } ?? ""))
        }
        if handover.running.isEmpty { out.line(isSilent ? "- nothing was known to run" : "- nothing runs") }
        for chain in handover.chains {
            let due = chain.step.map { ", next step \(times.short($0.due.utc))" } ?? ""
            out.line("- **escalating**: \(plain(chain.started.summary)), step \((chain.step?.step ?? 0) + 1)\(due)")
        }
        for alert in handover.lapsing {
            guard let ack = alert.acknowledged?.body, let until = ack.until else { continue }
            out.line("- **lapses soon**: \(plain(alert.facts.summary)), \(plain(ack.by))’s until \(times.short(until))")
        }
        for hold in handover.holds {
            let subject =
                switch hold.subject {
                case .clock: "the launch clock"
                case .poll: "the whole poll"
                case .station(let title): plain(title)
                }
            out.line(
                "- **on hold**: \(subject), by \(plain(hold.by)) since \(times.short(hold.since))"
                    + because(hold.reason))
        }
        for vow in handover.vows {
            out.line(
                "- **lapses \(times.short(vow.until))**: the \(vow.kind == .waiver ? "waiver" : "attestation") of "
                    + "\(plain(vow.station)) by \(plain(vow.by))" + because(vow.reason))
        }
        if handover.silences.isEmpty { out.line("- nothing is silenced") }
        for silence in handover.silences {
            let matchers = silence.matchers.map(\.description).joined(separator: ", ")
            out.line(
                "- **silenced** until \(times.short(silence.until)) by \(plain(silence.by)): \(plain(matchers))"
                    + (silence.comment.isEmpty ? "" : ", “\(plain(silence.comment))”"))
        }
    }

    private func because(_ reason: String) -> String { reason.isEmpty ? "" : ", “\(plain(reason))”" }

    private func line(of alert: Alert) -> String {
        var text = "**\(alert.facts.severity.rawValue)** \(plain(alert.facts.summary))"
        if let at = alert.firedAt { text += ", since \(times.short(at.utc))" }
        if let ack = alert.acknowledged { text += ", taken by \(plain(ack.body.by)) \(times.short(ack.at.utc))" }
        if alert.isSuppressed { text += ", kept quiet" }
        if alert.isOpen { text += ", **nobody has it**" }
        return text
    }

    // MARK: What changed

    private func changed(_ out: inout Markdown) {
        out.heading(2, "What changed")
        var lines: [(Timestamp, String)] = []
        for record in handover.actions {
            let end = record.ended.map { ": \(record.outcomeTitle ?? ""), \(plain($0.body.summary))" } ?? ", runs"
            let reason = record.started.reason.isEmpty ? "" : " (“\(plain(record.started.reason))”)"
            lines.append(
                (
                    record.at.utc,
                    "**\(record.kind.title)**\(plain(ReportText.move(record, prefix: " "))) by "
                        + plain(record.started.by.name) + reason + end
                ))
        }
        for change in handover.flags {
            lines.append(
                (
                    change.at.utc,
                    "**flag** \(plain(change.body.flag)) \(plain(change.body.words)) by \(plain(change.body.by))"
                ))
        }
        for alert in handover.fired {
            lines.append(
                (
                    alert.firedAt?.utc ?? alert.at.utc,
                    "**fired** \(alert.facts.severity.rawValue) \(plain(alert.facts.summary))"
                )
            )
        }
        for alert in handover.resolved { lines.append((alert.at.utc, "**resolved** \(plain(alert.facts.summary))")) }
        for turn in handover.turns {
            let from = turn.body.from.map { "\($0.word) → " } ?? ""
            let why = turn.body.why.isEmpty ? "" : ": \(plain(turn.body.why))"
            lines.append(
                (
                    turn.at,
                    "**readiness** \(turn.station.map { plain($0) } ?? "the poll") \(from)\(turn.body.to.word)\(why)"
                ))
        }
        for change in handover.configChanges { lines.append((change.at, "**config** \(plain(change.words))")) }
        if lines.isEmpty { out.line("- nothing") }
        for (time, words) in lines.sorted(by: { $0.0 < $1.0 }) { out.line("- \(times.short(time))  \(words)") }
    }

    // MARK: People

    private func people(_ out: inout Markdown) {
        out.heading(2, "Who")
        if handover.duties.isEmpty { out.line("- on call: the config has no schedule") }
        for duty in handover.duties {
            let now = duty.now.map { name($0) } ?? "**nobody**"
            let next = duty.next.map { ", then \($0.contact.map { name($0) } ?? "nobody") from \(times.full($0.from))" }
            out.line("- on call (\(plain(duty.schedule))): \(now)\(next ?? "")")
        }
        if handover.watchers.isEmpty { out.line("- nobody has a dashboard open") }
        for watcher in handover.watchers {
            let session = watcher.session
            out.line(
                "- \(watcher.isIdle ? "idle" : "watches"): \(plain(session.by.signature))"
                    + (session.terminal.map { " on \(plain($0))" } ?? "")
                    + ", last known key \(times.short(session.keyAt.utc))")
        }
    }

    private func checklist(_ out: inout Markdown) {
        guard let checklist = handover.checklist else { return }
        out.heading(2, "Checklist · \(checklist.doneCount) of \(checklist.rows.count) done")
        let open = checklist.rows.filter { !$0.isDone }
        if open.isEmpty { out.line("- all is done") }
        for row in open {
            let due = row.dueAt.map { " until \(times.full($0))" } ?? ""
            let late = row.isOverdue ? " **OVERDUE**" : ""
            out.line(
                "- [ ] \(plain(row.item.text)) (\(plain(row.item.owner)), \(row.item.dueText)\(due))\(late)")
        }
    }
}
