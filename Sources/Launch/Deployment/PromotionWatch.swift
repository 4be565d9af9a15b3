/// Looks after a promotion: what was not critical before and is now, several looks in a row, is told.
package struct PromotionWatch: Sendable {
    private static let looks = 5

    private let standing: Set<SeriesID>
    private let watched: [SeriesID]
    private var streaks: [SeriesID: Int] = [:]
    private var seen = 0
    private var blind = 0

    /// - Parameters:
    ///   - critical: what was critical when it was promoted.
    ///   - watched: what is looked at besides all that is judged.
    package init(critical: Set<SeriesID>, watched: [SeriesID]) {
        standing = critical
        self.watched = watched
    }

    /// What is looked at: everything that the board judges.
    package func subjects(of board: Board) -> [SeriesID] {
        let judged = board.tracks.lazy.map(\.series).filter { $0.thresholds != nil || $0.unit == .verdict }.map(\.id)
        return Array(Set(judged).union(watched))
    }

    package mutating func take(_ verdicts: [SeriesID: Verdict]) {
        seen += 1
        for (series, verdict) in verdicts where !standing.contains(series) {
            streaks[series] = verdict == .critical ? (streaks[series] ?? 0) + 1 : 0
        }
    }

    /// A look that brought nothing.
    package mutating func takeNothing() { blind += 1 }

    /// What a person must judge; nil while there is nothing.
    ///
    /// - Parameter title: what people call a series.
    package func trouble(_ title: (SeriesID) -> String = { $0.name }) -> String? {
        if blind >= PromotionWatch.looks, seen == 0 {
            return "the journal cannot be read: what the promotion did is not known"
        }
        let bad = streaks.filter { $0.value >= PromotionWatch.looks }.keys.sorted()
        guard !bad.isEmpty else { return nil }
        return "critical since the promotion: \(bad.prefix(3).map(title).joined(separator: ", "))"
            + (bad.count > 3 ? " (+\(bad.count - 3) more)" : "")
    }

    package var summary: String {
        "nothing became critical in \(seen) looks\(blind > 0 ? ", \(blind) brought nothing" : "")"
    }
}

extension Board {
    /// What is known of a colour now, for comparing it; what is not fresh is nil.
    ///
    /// - Parameter kpis: further figures of that colour.
    package func figures(
        of colour: String, kpis: [CanaryKpi] = [], at now: Moment
    ) -> CanaryAnalysis.Figures {
        guard let pane = manifest?.panes.colours.first(where: { $0.name == colour }) else { return .init() }
        func number(_ id: SeriesID?) -> Double? {
            guard let id, let track = track(id), track.miss == nil, assessment(of: id, at: now).freshness == .fresh
            else {
                return nil
            }
            return track.number
        }
        return CanaryAnalysis.Figures(
            requests: number(pane.requests), errors: number(pane.errors), p95: number(pane.latency),
            kpis: kpis.map { kpi in
                guard let side = kpi.sides[colour] else { return nil }
                if kpi.samples > 0 {
                    guard let events = number(side.events), events >= Double(kpi.samples) else { return nil }
                }
                return number(side.figure)
            })
    }

    package func verdicts(of series: [SeriesID], at now: Moment) -> [SeriesID: Verdict] {
        let silent = isSilent(at: now)
        return Dictionary(
            series.map { ($0, assessment(of: $0, at: now, engineSilent: silent).verdict) },
            uniquingKeysWith: { a, _ in a })
    }

    /// The critical alerts that fire and began to after a moment, by their rules' names; those that somebody silenced are
    /// known to be no matter.
    package func criticalAlerts(since start: Moment) -> [String] {
        alerts.firing.filter {
            $0.facts.severity == .critical && !$0.isSuppressed && ($0.firedAt ?? $0.at).isAfter(start)
        }.map(\.facts.rule).sorted()
    }

    /// All that is critical now.
    package func criticals(at now: Moment) -> Set<SeriesID> {
        let silent = isSilent(at: now)
        return Set(
            tracks.lazy.filter { $0.assessment(at: now, engineSilent: silent).verdict == .critical }.map(\.series.id))
    }
}
