/// What a change of traffic did, in a sentence: for the command line and the report, by the same figures as the screen's table.
package struct WatchSummary: Sendable {
    private let figures: WatchFigures
    private let board: Board
    private let text: AmountText

    /// How many figures of a kind are named.
    private static let limit = 3

    package init(_ figures: WatchFigures, on board: Board) {
        self.figures = figures
        self.board = board
        text = AmountText(board.manifest?.figures ?? .argentine)
    }

    /// `2 min after against 3 min of v1.6.0-bad`
    package var times: String {
        let (after, before) = (text.span(figures.after.seconds), text.span(figures.before.seconds))
        guard let incident = figures.times.incident else { return "\(after) after against \(before) before" }
        return "\(after) after against \(before) of \(incident.version ?? "the incident")"
    }

    /// `recovered: App p95 2,4 s → 96 ms (+2 more)`, `9 the same`: the worst first; none where too little was read of everything.
    package var verdicts: [String] {
        var parts: [String] = []
        func list(_ word: String, _ rows: [WatchFigures.Row]) {
            guard !rows.isEmpty else { return }
            let more = rows.count > WatchSummary.limit ? " (+\(rows.count - WatchSummary.limit) more)" : ""
            parts.append("\(word): " + rows.prefix(WatchSummary.limit).map(words).joined(separator: ", ") + more)
        }
        let rows = figures.ordered
        list("worse", rows.filter { $0.comparison.verdict == .worse })
        list("not as before", rows.filter { $0.comparison.verdict != .worse && $0.isRecovered == false })
        let well = rows.filter { $0.isRecovered != false }
        list("recovered", well.filter { $0.comparison.verdict == .better && $0.isRecovered == true })
        list("better", well.filter { $0.comparison.verdict == .better && $0.isRecovered == nil })
        list("different", well.filter { $0.comparison.verdict == .different })
        let same = well.count { $0.comparison.verdict == .same }
        if same > 0 { parts.append("\(same) the same") }
        return parts
    }

    /// `App p95 2,4 s → 96 ms`
    package func words(_ row: WatchFigures.Row) -> String {
        let was = row.unreached.map { ", was \(amount($0, row)) before" } ?? ""
        return "\(title(row)) \(amount(row.comparison.before, row)) → \(amount(row.comparison.after, row))\(was)"
    }

    /// What a row is about, for people.
    package func title(_ row: WatchFigures.Row) -> String {
        switch row.subject {
        case .latency: "latency of who serves"
        case .errors: "errors of who serves"
        case .requests: "requests of who serves"
        case .series(let id): board.track(id)?.series.title ?? id.name
        }
    }

    /// What became of a row, in a word or two.
    package static func word(_ row: WatchFigures.Row) -> String {
        switch row.comparison.verdict {
        case .worse: "worse"
        case .better:
            row.isRecovered == true ? "recovered" : row.isRecovered == false ? "better, not as before" : "better"
        case .same: row.isRecovered == false ? "same, not as before" : "same"
        case .different: row.isRecovered == false ? "different, not as before" : "different"
        case .tooLittle: "too little data"
        }
    }

    /// A figure of a row in its unit; `?` where it is not known.
    package func amount(_ value: Double?, _ row: WatchFigures.Row) -> String {
        // Half a customer is the middle between two readings, and nothing to tell.
        value.map { text.amount(row.unit == .count ? $0.rounded() : $0, row.unit) } ?? "?"
    }
}
