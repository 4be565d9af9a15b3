import Launch

/// What each change of traffic did, as HTML and Markdown say it.
extension LaunchReport {
    /// A change of traffic, and its figures line by line.
    struct MoveTable {
        var title: String
        /// What is compared with what.
        var times: String
        var head: [String]
        var rows: [[String]]
        /// How many figures stayed as they were.
        var same: Int
    }

    var moveTables: [MoveTable] {
        material.moves.map { move in
            // Where too little was read nothing is said.
            let told = move.figures.ordered.filter { $0.comparison.verdict != .tooLittle }
            let isIncident = move.figures.times.incident != nil
            let rows = told.filter { $0.comparison.verdict != .same || $0.isRecovered == false }
            return MoveTable(
                title: times.exact(move.record.at.utc) + " " + move.record.kind.title
                    + ReportText.move(move.record, prefix: " ") + " by " + move.record.started.by.name,
                times: move.summary.times,
                head: ["Figure", isIncident ? "In the incident" : "Before", "After", "What came of it"]
                    + (isIncident ? ["Before the incident"] : []),
                rows: rows.map { row in
                    [
                        move.summary.title(row), move.summary.amount(row.comparison.before, row),
                        move.summary.amount(row.comparison.after, row), WatchSummary.word(row),
                    ] + (isIncident ? [row.recovery?.before.map { move.summary.amount($0, row) } ?? ""] : [])
                }, same: told.count - rows.count)
        }
    }
}

extension LaunchReport.MoveTable {
    /// What a table says besides its rows.
    var remainder: String {
        if rows.isEmpty, same == 0 { return "Too little was read to compare." }
        return same > 0 ? "\(same) \(same == 1 ? "figure" : "figures") stayed the same." : ""
    }
}
