/// A report in words, as text and as HTML: the same lines in both.
package struct DigestText: Sendable {
    private let report: DigestReport
    private let words: DigestWords
    private let amounts: AmountText

    package init(_ report: DigestReport, in language: PeopleLanguage) {
        self.report = report
        words = DigestWords(language: language)
        amounts = AmountText(report.figures)
    }

    /// `BarberPro production: all well, 2 incidents`
    package var summary: String {
        let state =
            switch report.verdict {
            case .ok: words.allWell
            case .unknown: report.silence == nil ? words.notAllKnown : words.silentShort
            case .warning, .critical:
                report.openCount > 0 ? words.open(report.openCount) : words.missed(report.missedTargets.count)
            }
        let number = report.incidents.count + report.incidentsBeyond
        return number == 0 ? state : "\(state), \(words.incidents(number))"
    }

    /// One table of the report.
    private struct Section {
        var title: String
        var lines: [Line]
        var empty: String
    }

    private struct Line {
        enum Tone: String { case good = "#1a7f37", bad = "#b00020", worn = "#9a6700", plain = "#24292f" }
        var mark: String
        var name: String
        var value: String
        var note: String
        var tone = Tone.plain
    }

    private var notices: [String] {
        var notices: [String] = []
        if let silence = report.silence { notices.append(words.silent(amounts.span(silence.seconds))) }
        if let late = report.late { notices.append(words.late(amounts.span(late.seconds))) }
        if report.missed > 0 { notices.append(words.neverWent(report.missed)) }
        if report.unwatched.count > 0 { notices.append(words.unwatched(amounts.span(report.unwatched.seconds))) }
        return notices
    }

    private var sections: [Section] {
        var sections = [
            Section(title: words.figures, lines: report.kpis.map(kpi), empty: words.noFigures),
            Section(title: words.incidentsTitle, lines: report.incidents.map(incident), empty: words.noIncidents),
        ]
        if report.incidentsBeyond > 0 {
            sections[1].lines.append(Line(mark: "…", name: words.more(report.incidentsBeyond), value: "", note: ""))
        }
        sections.append(
            Section(
                title: words.availability, lines: (report.availability + report.budgets).map(gauge),
                empty: words.noAvailability))
        sections.append(Section(title: words.changes, lines: report.changes.map(change), empty: words.noChanges))
        return sections
    }

    private func kpi(_ line: DigestReport.KpiLine) -> Line {
        let value = line.word ?? line.value.map { amounts.amount($0, line.unit) } ?? words.unknown
        var notes: [String] = []
        if let target = line.target {
            let sign = if case .atLeast = target { "≥" } else { "≤" }
            let met = line.isMet.map { $0 ? words.met : words.notMet }
            notes.append(
                "\(words.target) \(sign) \(amounts.amount(target.value, line.unit))" + (met.map { ", \($0)" } ?? ""))
        }
        if let before = line.weekAgo { notes.append("\(words.lastWeek) \(amounts.amount(before, line.unit))") }
        if line.isOld, let age = line.age { notes.append(words.old(amounts.span(age.seconds))) }
        let tone: Line.Tone =
            line.isMet == false ? .bad : line.isOld || line.value == nil ? .worn : line.isMet == true ? .good : .plain
        let mark = line.isMet == false ? "✗" : line.isMet == true ? "✓" : line.value == nil ? "?" : "·"
        return Line(mark: mark, name: line.title, value: value, note: notes.joined(separator: "; "), tone: tone)
    }

    private func incident(_ incident: DigestReport.Incident) -> Line {
        var notes = [words.severity(incident.severity)]
        if let ended = incident.ended {
            notes.append(words.lasted(amounts.span(incident.began.age(at: ended).seconds.rounded())))
        } else {
            notes.append(words.goesOn)
        }
        if incident.times > 1 { notes.append(words.times(incident.times)) }
        if let by = incident.takenBy {
            notes.append(words.taken(by, incident.takenAfter.map { amounts.span($0.seconds.rounded()) }))
        }
        return Line(
            mark: incident.ended == nil ? "✗" : "✓", name: incident.summary, value: time(incident.began.utc),
            note: notes.joined(separator: "; "), tone: incident.ended == nil ? .bad : .plain)
    }

    private func gauge(_ gauge: DigestReport.Gauge) -> Line {
        let value = gauge.value.map { precise($0, gauge.unit) } ?? words.unknown
        let isBad = gauge.verdict == .critical || gauge.verdict == .warning
        return Line(
            mark: gauge.isOld || gauge.value == nil ? "?" : isBad ? "✗" : "·", name: gauge.title, value: value,
            note: gauge.isOld && gauge.value != nil ? words.lastKnown : "",
            tone: gauge.isOld || gauge.value == nil ? .worn : isBad ? .bad : .plain)
    }

    /// Availability is told by its hundredths: 99,95 % is not 100 %.
    private func precise(_ value: Double, _ unit: Unit) -> String {
        guard unit == .percent, value != value.rounded() else { return amounts.amount(value, unit) }
        let hundredths = Int64((value * 100).rounded(value > 99 ? .down : .toNearestOrAwayFromZero))
        let (whole, rest) = (hundredths.magnitude / 100, hundredths.magnitude % 100)
        let point = report.figures == .argentine ? "," : "."
        return "\(hundredths < 0 ? "−" : "")\(whole)\(point)\(rest < 10 ? "0" : "")\(rest) %"
    }

    private func change(_ change: DigestReport.Change) -> Line {
        let outcome = change.outcome.map { words.outcome($0) } ?? words.goesOn
        return Line(
            mark: change.outcome == .done ? "✓" : "·", name: change.what, value: time(change.at),
            note: "\(outcome), \(change.by)")
    }

    /// `09/03 14:02`
    private func time(_ time: Timestamp) -> String {
        let civil = report.zone.civil(time)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let day =
            words.language == .spanish
            ? "\(two(civil.day))/\(two(civil.month))" : "\(civil.year)-\(two(civil.month))-\(two(civil.day))"
        return "\(day) \(two(civil.hour)):\(two(civil.minute))"
    }

    private var head: String {
        let span = words.span(time(report.from), time(report.to), report.zone.abbreviation)
        guard let launchAt = report.launchAt, launchAt <= report.to else { return span }
        return "\(span) (T+\(amounts.span((report.to - launchAt).seconds)))"
    }

    // MARK: Text

    package var text: String {
        var lines = [DigestText.plain("\(report.launch): \(summary)"), head, ""]
        lines += notices.map { "! \($0)" }
        if !notices.isEmpty { lines.append("") }
        for section in sections {
            lines += [section.title, String(repeating: "-", count: section.title.count)]
            if section.lines.isEmpty { lines.append(section.empty) }
            for line in section.lines {
                let value = line.value.isEmpty ? "" : ": \(line.value)"
                lines.append(
                    DigestText.plain("\(line.mark) \(line.name)\(value)" + (line.note.isEmpty ? "" : " (\(line.note))"))
                )
            }
            lines.append("")
        }
        lines.append("-- \nguardia")
        return lines.joined(separator: "\n") + "\n"
    }

    /// On one line, and nothing that turns or hides text.
    private static func plain(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    let isOdd = [.control, .format, .lineSeparator, .paragraphSeparator].contains(
                        scalar.properties.generalCategory)
                    return isOdd ? "\u{FFFD}" : scalar
                }))
    }

    // MARK: HTML

    /// Tables and inline styles alone: what mail programs show. Nothing is fetched.
    package var html: String {
        let tone: Line.Tone =
            switch report.verdict {
            case .ok: .good
            case .unknown: .worn
            case .warning, .critical: .bad
            }
        var body = """
            <h1 style="font-size:20px;margin:0 0 4px;color:\(tone.rawValue)">\(escaped("\(report.launch): \(summary)"))</h1>\
            <p style="margin:0 0 16px;color:#57606a">\(escaped(head))</p>
            """
        for notice in notices {
            body +=
                "<p style=\"margin:0 0 8px;padding:8px 12px;background:#fff8c5;border:1px solid #d4a72c\">⚠ \(escaped(notice))</p>"
        }
        for section in sections {
            body += "<h2 style=\"font-size:16px;margin:24px 0 8px\">\(escaped(section.title))</h2>"
            if section.lines.isEmpty {
                body += "<p style=\"margin:0;color:#57606a\">\(escaped(section.empty))</p>"
                continue
            }
            let cell = "padding:6px 12px 6px 0;border-top:1px solid #d0d7de;vertical-align:top"
            let rows = section.lines.map { line in
                "<tr><td style=\"\(cell);color:\(line.tone.rawValue)\">\(escaped(line.mark))</td>"
                    + "<td style=\"\(cell)\">\(escaped(line.name))</td>"
                    + "<td style=\"\(cell);white-space:nowrap;color:\(line.tone.rawValue)\"><b>\(escaped(line.value))</b></td>"
                    + "<td style=\"\(cell);color:#57606a\">\(escaped(line.note))</td></tr>"
            }
            body +=
                "<table role=\"presentation\" style=\"border-collapse:collapse;font-size:14px\">\(rows.joined())</table>"
        }
        return """
            <!DOCTYPE html><html lang="\(words.language.rawValue)"><head><meta charset="utf-8">\
            <meta name="viewport" content="width=device-width, initial-scale=1"><title>\(escaped(report.launch))</title></head>\
            <body style="font-family:sans-serif;color:#24292f;background:#ffffff;padding:8px">\(body)\
            <p style="margin-top:24px;color:#57606a">guardia</p></body></html>
            """
    }

    private func escaped(_ text: String) -> String {
        DigestText.plain(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}
