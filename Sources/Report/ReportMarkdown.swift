import Console
import Launch

/// A report as Markdown: the same facts without the charts, for a ticket or a repository.
package struct ReportMarkdown {
    private let report: LaunchReport
    private var out = Markdown()

    package init(_ report: LaunchReport) {
        self.report = report
        write()
    }

    /// The whole text.
    package var text: String { out.text }

    private func plain(_ text: String) -> String { Markdown.plain(text) }

    private mutating func write() {
        let times = report.times
        out.heading(1, plain(report.title))
        out.line(plain(report.subtitle))
        out.heading(2, "In short")
        for figure in report.figures { out.line("- \(figure.title): **\(plain(figure.value))**") }
        if !report.standing.isEmpty {
            out.heading(2, "What was promised")
            out.table(
                ["Figure", "At the end", "Target", ""],
                report.standing.map {
                    [
                        plain($0.title), plain($0.value), plain($0.target ?? ""),
                        $0.isMet.map { $0 ? "✓ met" : "✗ missed" } ?? "not judged",
                    ]
                })
        }
        let people = ResponseTimes.byPerson(report.episodes) + ResponseTimes.byStep(report.episodes)
        if !people.isEmpty {
            out.heading(2, "Alert to acknowledgement")
            out.table(
                ["Who, and at which step", "Alerts", "Median", "Worst"],
                people.map { [plain($0.name), String($0.count), report.span($0.median), report.span($0.worst)] })
        }
        if !report.charts.isEmpty {
            out.heading(2, "Figures and latencies")
            out.table(
                ["Figure", "Least, most, last"], report.charts.map { [plain($0.plan.title), plain($0.summary(times))] })
        }
        readiness()
        out.heading(2, "Alerts")
        if report.episodes.isEmpty {
            out.line("Nothing fired.")
        } else {
            out.table(
                ["Fired", "Severity", "What", "Fault to page", "Alert to ack", "By", "Lasted"],
                report.episodes.map { episode in
                    [
                        times.exact(episode.firedAt.utc), episode.facts.severity.rawValue, plain(episode.facts.summary),
                        plain(report.page(of: episode)), episode.alertToAck.map(report.span) ?? "nobody took it",
                        plain(report.responder(of: episode)), episode.lasted.map(report.span) ?? "fires still",
                    ]
                })
        }
        actions()
        checklist()
        out.heading(2, "Timeline")
        if report.timeline.isEmpty { out.line("The journal tells of nothing between these times.") }
        for entry in report.timeline where entry.weight != .quiet {
            out.line("- \(times.exact(entry.at))  `\(entry.kind)`  \(plain(entry.words))")
        }
        if report.omitted > 0 { out.line("- \(report.omitted) lines more are in the journal: `guardia journal tail`") }
        out.line()
        out.line(plain(report.footer))
    }

    private mutating func readiness() {
        let (stations, story, times) = (report.stations, report.readinessStory, report.times)
        guard !stations.isEmpty || !story.isEmpty else { return }
        out.heading(2, "Go or no-go")
        if !stations.isEmpty {
            out.table(
                ["Station", "At T−0", "At the end", "By", "Since", "Why", "Evidence"],
                stations.map { line in
                    [
                        plain(line.title), line.atLaunch ?? "", line.verdict, plain(line.by),
                        line.since.map(times.exact) ?? "", plain(line.why), plain(line.evidence),
                    ]
                })
        }
        guard !story.isEmpty else { return }
        out.heading(3, "How it came about")
        out.table(
            ["When", "Station", "What", "By", "Why"],
            story.map { [times.exact($0.at), plain($0.subject), plain($0.what), plain($0.by), plain($0.why)] })
    }

    private mutating func actions() {
        let times = report.times
        out.heading(2, "Actions")
        if report.actions.isEmpty {
            out.line("Nothing was done.")
        } else {
            out.table(
                ["When", "What", "By", "Why", "Outcome"],
                report.actions.map { record in
                    [
                        times.exact(record.at.utc), plain(record.kind.title + ReportText.move(record, prefix: " ")),
                        plain(record.started.by.signature), plain(record.started.reason),
                        plain(
                            record.ended.map { "\(record.outcomeTitle ?? ""): \($0.body.summary)" } ?? "had not ended"),
                    ]
                })
        }
        if !report.moveTables.isEmpty { out.heading(2, "What the changes of traffic did") }
        for table in report.moveTables {
            out.heading(3, plain(table.title))
            out.line(plain("Medians of the readings: \(table.times). \(table.remainder)"))
            if !table.rows.isEmpty { out.table(table.head, table.rows.map { $0.map(plain) }) }
        }
        guard !report.gates.isEmpty else { return }
        out.heading(2, "Gates")
        out.table(
            ["When", "Gate", "Verdict", "Evidence"],
            report.gates.map { [times.exact($0.at), plain($0.name), $0.verdict, plain($0.evidence)] })
    }

    private mutating func checklist() {
        guard !report.checklist.rows.isEmpty else { return }
        out.heading(2, "Checklist · \(report.checklist.doneCount) of \(report.checklist.rows.count) done")
        for group in report.checklist.groups {
            out.heading(3, plain(group))
            for row in report.checklist.rows(of: group) {
                let tick = report.tick(of: row)
                out.line(
                    "- [\(row.isDone ? "x" : " ")] \(plain(row.item.text)) (\(plain(row.item.owner)), "
                        + plain(report.due(of: row)) + ")" + (tick.isEmpty ? "" : " – " + plain(tick)))
            }
        }
    }
}
