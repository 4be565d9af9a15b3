/// What happened that a chart should show: a change of a flag, a deploy, a rollback.
package struct ChartMark: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case flag, deploy, rollback
    }

    package var at: Timestamp
    package var kind: Kind
    /// In a few words, from outside in part: `checkout-v2 5 % → 25 %`.
    package var label: String
    package var by: String
}

/// The marks of a stretch of time: one helper for charts, report and page, so that all show the same.
package struct ChartMarks: Hashable, Sendable {
    /// Oldest first.
    package var marks: [ChartMark]

    /// Flags whose share or switch changed, and actions that moved traffic: a deploy at its promotion, a rollback at its switch.
    package init(on board: Board, from start: Timestamp, to end: Timestamp) {
        let span = start...max(start, end)
        var marks: [ChartMark] = []
        for change in board.flags.changes where span.contains(change.at.utc) {
            let body = change.body
            // To be seen for the first time is no change.
            if body.source == .found, body.from == nil { continue }
            // What changes nothing for any user (a salt of a flag that is off) is no mark.
            if let from = body.from, let to = body.to, from.flag.share == to.flag.share,
                from.flag.group == to.flag.group,
                from.flag.variants == to.flag.variants
            {
                continue
            }
            marks.append(
                ChartMark(at: change.at.utc, kind: .flag, label: "\(body.flag) \(body.words)", by: body.by))
        }
        for record in board.actions.records where record.kind.movesTraffic {
            // A canary's shares are on the way; what a chart is read for is where all traffic went.
            for step in record.steps where step.split != nil && step.outcome != .failed {
                let side: ActionEvent.Side?
                let kind: ChartMark.Kind
                switch step.step.name {
                case "promote": (side, kind) = (record.started.to, .deploy)
                case "flip": (side, kind) = (record.started.to, .rollback)
                case "go-back": (side, kind) = (record.started.from, .rollback)
                default: continue
                }
                guard let at = step.endedAt, span.contains(at.utc) else { continue }
                marks.append(
                    ChartMark(
                        at: at.utc, kind: kind, label: side?.version ?? side?.colour ?? "", by: record.started.by.name))
            }
        }
        self.marks = marks.sorted { ($0.at, $0.label) < ($1.at, $1.label) }
    }
}
