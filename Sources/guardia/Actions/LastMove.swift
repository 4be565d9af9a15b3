import Launch

/// The deploy or rollback that moved the traffic last, and what that did to the figures.
struct LastMove {
    private let record: ActionRecord
    private let figures: WatchFigures?
    private let summary: WatchSummary?
    private let age: String

    /// Nil where the journal tells of none, or it still runs.
    init?(_ board: Board, at now: Moment) {
        guard let record = board.actions.lastMove, let ended = record.ended else { return nil }
        self.record = record
        figures = WatchFigures(of: record, board: board, now: now)
        summary = figures.map { WatchSummary($0, on: board) }
        age = AmountText(board.manifest?.figures ?? .argentine).span(
            Double(ended.at.age(at: now).count / 1000))
    }

    /// What was done, and what came of it where enough was read.
    var lines: [String] {
        guard let end = record.ended?.body else { return [] }
        let line = "· last  \(record.label), \(age) ago: \(end.summary)"
        guard let summary, !summary.verdicts.isEmpty else { return [line] }
        return [line] + ([summary.times] + summary.verdicts).map { "        " + $0 }
    }

    var report: Report {
        Report(
            id: record.id.text, outcome: record.ended?.body.outcome.rawValue,
            against: figures.map { $0.times.incident == nil ? "before" : "incident" },
            figures: figures?.rows.map { row in
                Report.Figure(
                    series: row.id.name, before: row.comparison.before, after: row.comparison.after,
                    verdict: "\(row.comparison.verdict)", recovered: row.isRecovered)
            } ?? [])
    }

    struct Report: Encodable {
        struct Figure: Encodable {
            var series: String
            var before: Double?
            var after: Double?
            var verdict: String
            var recovered: Bool?
        }
        var id: String
        var outcome: String?
        /// What the time after is compared with: the time before, or the incident.
        var against: String?
        var figures: [Figure]
    }
}
