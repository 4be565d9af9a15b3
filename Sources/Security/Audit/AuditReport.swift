import Journal
package import Launch

/// What was done between two times, for an auditor: Markdown, made of what the journal and the collected audit hold.
package enum AuditReport {
    package static func make(
        _ journal: String, from start: Timestamp, to end: Timestamp, publicPEM: String?, now: Timestamp
    ) throws -> [String] {
        let verification = try AuditVerification.run(journal, publicPEM: publicPEM)
        var lines = [
            "# Audit report", "",
            "- Journal: `\(journal)`", "- Made: \(SyslogMessage.time(now))",
            "- From \(start.seconds == 0 ? "the beginning" : SyslogMessage.time(start)) to "
                + (end > now ? "now" : SyslogMessage.time(end)), "", "## Integrity", "",
        ]
        lines += verification.lines.map { "- \($0)" }
        let reader = try JournalReader(path: journal)
        var kinds: [String: Int] = [:]
        var actions = ActionLog()
        var gaps: [String] = []
        var checks: [String: SecurityCheck] = [:]
        var next: Int64 = 1
        while true {
            let page = try reader.events(from: next, limit: 1000)
            guard let last = page.last else { break }
            next = last.sequence + 1
            for event in page where event.at.utc >= start && event.at.utc <= end {
                kinds[event.body.kind, default: 0] += 1
                switch event.body {
                case .action(let action): actions.take(action, at: event.at)
                case .recordingGap(let gap):
                    gaps.append(
                        "\(SyslogMessage.time(event.at.utc)) \(gap.ticks) ticks were not recorded: \(gap.reason)")
                case .clockStepped(let step):
                    gaps.append("\(SyslogMessage.time(event.at.utc)) the clock jumped by \(step.by.seconds) s")
                case .security(.checked(let check)): checks[check.station] = check
                default: break
                }
            }
        }
        lines += ["", "## Events", "", "| kind | count |", "|---|---|"]
        lines += kinds.sorted { $0.key < $1.key }.map { "| \(cell($0.key)) | \($0.value) |" }
        lines += ["", "## Actions on production", ""]
        if actions.records.isEmpty {
            lines.append("None.")
        } else {
            lines += ["| when | what | by | reason | outcome |", "|---|---|---|---|---|"]
            lines += actions.records.map { record in
                "| \(SyslogMessage.time(record.at.utc)) | \(cell("\(record.kind.rawValue) \(record.started.to.map { "\($0.colour) \($0.version ?? "")" } ?? "")")) "
                    + "| \(cell(record.started.by.signature)) | \(cell(record.started.reason)) | "
                    + "\(cell(record.ended.map { "\($0.body.outcome.rawValue): \($0.body.summary)" } ?? "not ended")) |"
            }
        }
        lines += ["", "## Gaps in the record", ""]
        lines += gaps.isEmpty ? ["None."] : gaps.prefix(200).map { "- \(cell($0))" }
        lines += ["", "## Security checks, the newest of the time", ""]
        lines +=
            checks.isEmpty
            ? ["None."]
            : checks.sorted { $0.key < $1.key }.map { "- \($0.key): \($0.value.verdict), \(cell($0.value.summary))" }
        lines += try collected(journal, start, end)
        return lines
    }

    private static func collected(_ journal: String, _ start: Timestamp, _ end: Timestamp) throws -> [String] {
        var lines = ["", "## Collected audit", ""]
        let path = AuditStore.path(of: journal)
        guard FileBytes.status(path) != nil else { return lines + ["Nothing is collected here."] }
        let store = try AuditStore(path: path, readonly: true)
        let tally = try store.tally(from: start, to: end)
        guard !tally.isEmpty else { return lines + ["Nothing in this time."] }
        lines += ["| class | user | action | count |", "|---|---|---|---|"]
        lines += tally.map {
            "| \($0.kind) | \(cell($0.user)) | \($0.failed ? "**failed** " : "")\(cell($0.action)) | \($0.count) |"
        }
        for (kind, title) in [
            (AuditClass.role, "Roles and grants"), (.schema, "Schema"), (.configuration, "Configuration"),
        ] {
            let entries = try store.search(.init(kind: kind, from: start, to: end, limit: 200))
            guard !entries.isEmpty else { continue }
            lines += ["", "### \(title)", ""]
            lines += entries.map {
                "- \(SyslogMessage.time($0.at)) \(cell($0.user)) \(cell($0.action)) \(cell($0.object)): \(cell(String($0.text.prefix(300))))"
            }
        }
        return lines
    }

    /// Text from outside must not break a table or become markup.
    package static func cell(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "|", "<", ">", "`", "*", "_", "[", "]": result += "\\\(scalar)"
            case _ where scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format:
                result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
