import Console
import Launch

/// What HTML and Markdown say in the same words.
extension LaunchReport {
    /// A gate that was asked, and what it said.
    struct Gate {
        var at: Timestamp
        var name: String
        var verdict: String
        var evidence: String
    }

    var title: String {
        guard let manifest = material.manifest else { return "Launch report" }
        return "\(manifest.product.name) launch report · \(manifest.environment)"
    }

    var subtitle: String {
        var words = "\(times.full(material.from)) to \(times.full(material.to))"
        if let launch = material.launchTime {
            words += " · T−0 \(times.full(launch)) · ends \(times.figures.launchClock(material.to - launch))"
        }
        return words
    }

    var footer: String {
        "Made by guardia \(times.full(material.now)) from the journal, all times \(times.zone.abbreviation). "
            + "A band goes from the least to the most that was read; percentiles are never averaged."
    }

    /// The report in a line of figures.
    var figures: [(title: String, value: String)] {
        let critical = episodes.count { $0.facts.severity == .critical }
        let acks = episodes.compactMap(\.alertToAck).sorted()
        let pages = episodes.compactMap(\.faultToPage).sorted()
        var figures = [
            ("Alerts", "\(episodes.count), \(critical) critical"),
            ("Alert to ack, median", acks.isEmpty ? "no ack" : span(acks[acks.count / 2])),
            ("Fault to page, median", pages.isEmpty ? "no page" : span(pages[pages.count / 2])),
            ("Deploys", outcomes(of: .deploy)),
            ("Rollbacks", outcomes(of: .rollback)),
        ]
        if let poll = stations.first { figures.append(("Go or no-go, at the end", poll.verdict)) }
        if !checklist.rows.isEmpty {
            let late = checklist.overdueCount
            figures.append(
                (
                    "Checklist",
                    "\(checklist.doneCount) of \(checklist.rows.count)" + (late > 0 ? ", \(late) overdue" : "")
                ))
        }
        return figures
    }

    /// `2 done, 1 refused, 1 gone back`: what was only tried is not counted as done.
    private func outcomes(of kind: ActionKind) -> String {
        let records = actions.filter { $0.kind == kind }
        let words: [(ActionOutcome?, String)] = [
            (.done, "done"), (.wentBack, "gone back"), (.refused, "refused"), (.preempted, "pre-empted"),
            (.undecided, "undecided"), (.died, "died"), (nil, "not ended"),
        ]
        let parts = words.compactMap { outcome, word -> String? in
            let count = records.count { $0.ended?.body.outcome == outcome }
            return count > 0 ? "\(count) \(word)" : nil
        }
        return parts.isEmpty ? "none" : parts.joined(separator: ", ")
    }

    /// The gates of every deploy: its preflight, its checks of the idle colour, its analyses, its approval.
    var gates: [Gate] {
        actions.flatMap { record in
            record.steps.compactMap { step -> Gate? in
                let name = step.step.name
                guard
                    ["preflight", "gate", "approve", "watch", "confirm"].contains(name) || name.hasPrefix("analyse-"),
                    let at = step.endedAt ?? step.startedAt
                else { return nil }
                let verdict =
                    switch step.outcome {
                    case .done: "GO"
                    case .skipped: "skipped"
                    case .failed: "NO-GO"
                    case .undecided: "HOLD"
                    case nil: "had not ended"
                    }
                return Gate(
                    at: at.utc, name: step.step.title + " of " + (record.started.to?.version ?? record.kind.title),
                    verdict: verdict, evidence: step.detail)
            }
        }
    }

    func span(_ span: Milliseconds) -> String { AmountText(style).span(span.seconds) }

    private var style: FigureStyle { material.manifest?.figures ?? .argentine }

    func page(of episode: AlertEpisode) -> String {
        guard let span = episode.faultToPage, let page = episode.paged else { return "no page" }
        return "\(self.span(span)) by \(page.channel)"
    }

    func responder(of episode: AlertEpisode) -> String {
        guard let ack = episode.acknowledged else { return "" }
        return ack.by + (ack.step.map { ", step \($0 + 1)" } ?? "")
    }

    func due(of row: Checklist.Row) -> String {
        row.item.dueText + (row.dueAt.map { " · " + times.full($0) } ?? "") + (row.isOverdue ? " · OVERDUE" : "")
    }

    func tick(of row: Checklist.Row) -> String {
        guard let last = row.last else { return "" }
        let note = last.note.isEmpty ? "" : ": " + last.note
        return "\(last.isDone ? "" : "taken back ")\(times.short(last.at.utc)) by \(last.by.name)\(note)"
    }
}

extension LaunchReport.Material {
    /// T−0 as the launch clock had it at the end.
    var launchTime: Timestamp? {
        // Of no machine: a hold that goes on is measured by the wall clock.
        board.launchTime(at: Moment(utc: to, uptime: 0, boot: BootID(rawValue: 0)))
    }
}
