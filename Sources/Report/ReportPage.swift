import Console
import Launch

/// A report as one HTML page that asks nobody for anything: no script, no picture, no font from elsewhere.
package struct ReportPage {
    private let report: LaunchReport
    private let times: ReportTimes
    private var html = HTML()

    package init(_ report: LaunchReport) {
        self.report = report
        times = report.times
        write()
    }

    /// The whole page.
    package var text: String { html.page }

    private mutating func write() {
        html.markup("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
        // What got past the escaping could still run nothing and ask for nothing.
        html.markup(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">")
        html.markup("<meta name=\"viewport\" content=\"width=device-width\"><title>")
        html.text(report.title)
        html.markup("</title><style>")
        html.markup(ReportStyle.sheet)
        html.markup("</style></head><body><header>")
        html.element("h1", report.title)
        html.element("p", report.subtitle)
        html.markup("</header>")
        standing()
        responses()
        chartSection()
        readinessSection()
        alertSection()
        actionSection()
        moveSection()
        gateSection()
        checklistSection()
        timelineSection()
        html.markup("<footer>")
        html.text(report.footer)
        html.markup("</footer></body></html>\n")
    }

    // MARK: Figures

    private mutating func standing() {
        html.markup("<section class=\"figures\">")
        for figure in report.figures {
            html.markup("<div><span>")
            html.text(figure.title)
            html.markup("</span><strong>")
            html.text(figure.value)
            html.markup("</strong></div>")
        }
        html.markup("</section>")
        guard !report.standing.isEmpty else { return }
        section("What was promised")
        head(["Figure", "At the end", "Target", ""])
        for line in report.standing {
            row([
                line.title, line.value, line.target ?? "", line.isMet.map { $0 ? "✓ met" : "✗ missed" } ?? "not judged",
            ])
        }
        end()
    }

    private mutating func responses() {
        let people = ResponseTimes.byPerson(report.episodes)
        guard !people.isEmpty else { return }
        section("Alert to acknowledgement")
        head(["Who, and at which step", "Alerts", "Median", "Worst"])
        for times in people + ResponseTimes.byStep(report.episodes) {
            row([times.name, String(times.count), span(times.median), span(times.worst)])
        }
        end()
    }

    // MARK: Charts

    private mutating func chartSection() {
        html.markup("<section><h2>Figures and latencies</h2>")
        if report.charts.isEmpty { html.markup("<p class=\"none\">Nothing was read between these times.</p>") }
        for mark in report.marks.prefix(60) {
            html.markup("<span class=\"legend\"><b>")
            html.text(mark.letter)
            html.markup("</b> ")
            html.text(times.short(mark.at) + " " + mark.words)
            html.markup("</span>")
        }
        for chart in report.charts {
            html.markup("<figure><figcaption>")
            html.text(chart.plan.title)
            html.markup(" <small>")
            html.text(chart.summary(times))
            html.markup("</small></figcaption>")
            html.append(
                chart.svg(from: report.material.from, to: report.material.to, marks: report.marks, times: times))
            html.markup("</figure>")
        }
        html.markup("</section>")
    }

    // MARK: Tables

    private mutating func readinessSection() {
        let (stations, story) = (report.stations, report.readinessStory)
        guard !stations.isEmpty || !story.isEmpty else { return }
        section("Go or no-go")
        if !stations.isEmpty {
            head(["Station", "At T−0", "At the end", "By", "Since", "Why", "Evidence"])
            for line in stations {
                row([
                    line.title, line.atLaunch ?? "", line.verdict, line.by, line.since.map(times.exact) ?? "", line.why,
                    line.evidence,
                ])
            }
            html.markup("</tbody></table>")
        }
        guard !story.isEmpty else { return html.markup("</section>") }
        html.element("h3", "How it came about")
        head(["When", "Station", "What", "By", "Why"])
        for line in story { row([times.exact(line.at), line.subject, line.what, line.by, line.why]) }
        end()
    }

    private mutating func alertSection() {
        section("Alerts")
        guard !report.episodes.isEmpty else { return none("Nothing fired.") }
        head(["Fired", "Severity", "What", "Fault to page", "Alert to ack", "By", "Lasted"])
        for episode in report.episodes {
            row([
                times.exact(episode.firedAt.utc), episode.facts.severity.rawValue, episode.facts.summary,
                report.page(of: episode), episode.alertToAck.map(span) ?? "nobody took it",
                report.responder(of: episode), episode.lasted.map(span) ?? "fires still",
            ])
        }
        end()
    }

    private mutating func actionSection() {
        section("Actions")
        guard !report.actions.isEmpty else { return none("Nothing was done.") }
        head(["When", "What", "By", "Why", "Outcome", "Took"])
        for record in report.actions {
            row([
                times.exact(record.at.utc), record.kind.title + ReportText.move(record, prefix: " "),
                record.started.by.signature, record.started.reason,
                record.ended.map { "\(record.outcomeTitle ?? ""): \($0.body.summary)" } ?? "had not ended",
                record.ended.map { span(record.at.age(at: $0.at)) } ?? "",
            ])
        }
        end()
    }

    private mutating func moveSection() {
        let tables = report.moveTables
        guard !tables.isEmpty else { return }
        html.markup("<section>")
        html.element("h2", "What the changes of traffic did")
        for table in tables {
            html.element("h3", table.title)
            html.element("p", "Medians of the readings: " + table.times + ". " + table.remainder, class: "none")
            guard !table.rows.isEmpty else { continue }
            head(table.head)
            for cells in table.rows { row(cells) }
            html.markup("</tbody></table>")
        }
        html.markup("</section>")
    }

    private mutating func gateSection() {
        section("Gates")
        let gates = report.gates
        guard !gates.isEmpty else { return none("No gate was asked.") }
        head(["When", "Gate", "Verdict", "Evidence"])
        for gate in gates { row([times.exact(gate.at), gate.name, gate.verdict, gate.evidence]) }
        end()
    }

    private mutating func checklistSection() {
        guard !report.checklist.rows.isEmpty else { return }
        section("Checklist: \(report.checklist.doneCount) of \(report.checklist.rows.count) done")
        for group in report.checklist.groups {
            html.element("h3", group)
            head(["", "Task", "Owner", "Due", "Done"])
            for entry in report.checklist.rows(of: group) {
                row([
                    entry.isDone ? "☑" : "☐", entry.item.text, entry.item.owner, report.due(of: entry),
                    report.tick(of: entry),
                ])
            }
            html.markup("</tbody></table>")
        }
        html.markup("</section>")
    }

    private mutating func timelineSection() {
        section("Timeline")
        guard !report.timeline.isEmpty else { return none("The journal tells of nothing between these times.") }
        if report.omitted > 0 {
            html.markup("<p class=\"none\">")
            html.text("\(times.figures.number(report.omitted)) lines more are in the journal: guardia journal tail")
            html.markup("</p>")
        }
        html.markup("<table class=\"timeline\"><tbody>")
        for entry in report.timeline {
            switch entry.weight {
            case .quiet: html.markup("<tr class=\"quiet\">")
            case .good: html.markup("<tr class=\"good\">")
            case .warning: html.markup("<tr class=\"warn\">")
            case .critical: html.markup("<tr class=\"crit\">")
            case .deed: html.markup("<tr class=\"deed\">")
            }
            html.element("td", times.exact(entry.at))
            html.element("td", entry.kind)
            html.element("td", entry.words)
            html.markup("</tr>")
        }
        end()
    }

    // MARK: Pieces

    private mutating func section(_ title: String) {
        html.markup("<section>")
        html.element("h2", title)
    }

    private mutating func none(_ words: String) {
        html.element("p", words, class: "none")
        html.markup("</section>")
    }

    private mutating func head(_ names: [String]) {
        html.markup("<table><thead><tr>")
        for name in names { html.element("th", name) }
        html.markup("</tr></thead><tbody>")
    }

    private mutating func row(_ cells: [String]) {
        html.markup("<tr>")
        for cell in cells { html.element("td", cell) }
        html.markup("</tr>")
    }

    private mutating func end() { html.markup("</tbody></table></section>") }

    private func span(_ span: Milliseconds) -> String { report.span(span) }
}
