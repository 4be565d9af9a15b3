/// A business figure as it is promised: what is to be reached, over which time, on how many events, against what.
package struct Kpi: Hashable, Sendable, Codable, Identifiable {
    /// What the figure is to keep to.
    package enum Target: Hashable, Sendable, Codable {
        case atLeast(Double)
        case atMost(Double)

        package var value: Double {
            switch self {
            case .atLeast(let value), .atMost(let value): value
            }
        }

        /// A figure that is just the target keeps to it.
        package func isMet(by number: Double) -> Bool {
            switch self {
            case .atLeast(let value): number >= value
            case .atMost(let value): number <= value
            }
        }
    }

    /// What `guardia kpi` calls it.
    package var name: String
    package var title: String
    package var series: SeriesID
    package var target: Target?
    /// Which way is good, where no target says it.
    package var better: Comparison.Direction
    /// The time that one figure is taken over; nil where it is a state.
    package var window: Milliseconds?
    /// How many events the figure stands on.
    package var events: SeriesID?
    /// The same figure at the same hour of last week.
    package var week: SeriesID?
    /// Whether it is compared with the time before the last deploy.
    package var comparesDeploy: Bool

    package var id: String { name }

    package init(
        name: String, title: String, series: SeriesID, target: Target? = nil, better: Comparison.Direction = .neither,
        window: Milliseconds? = nil, events: SeriesID? = nil, week: SeriesID? = nil, comparesDeploy: Bool = true
    ) {
        self.name = name
        self.title = title
        self.series = series
        self.target = target
        self.better = better
        self.window = window
        self.events = events
        self.week = week
        self.comparesDeploy = comparesDeploy
    }

    /// Which way is good: as the target has it.
    package var direction: Comparison.Direction {
        switch target {
        case .atLeast?: .higher
        case .atMost?: .lower
        case nil: better
        }
    }
}

/// A business figure at one instant: its value with what it stands on, and how it compares.
package struct KpiState: Hashable, Sendable {
    /// A figure against another one.
    package struct Change: Hashable, Sendable {
        package var was: Double
        package var now: Double
        package var verdict: Comparison.Verdict

        /// In per cent of what was; of a percentage the difference in points, which is what people mean.
        package func amount(_ unit: Unit) -> Double? {
            if unit == .percent { return now - was }
            return was == 0 ? nil : (now - was) / abs(was) * 100
        }
    }

    package let kpi: Kpi
    package let unit: Unit
    package let assessment: Assessment
    /// The last number that was read, however long ago; nil where there is none, or a word stands in its place.
    package let value: Double?
    /// What stands in place of the number: `too few (7)`.
    package let word: String?
    package let miss: String?
    package let age: Milliseconds?
    package let events: Double?
    /// Nil where there is no target, or no number that is known.
    package let isMet: Bool?
    package let week: Change?
    package let deploy: Change?

    /// Changes smaller than a tenth are none to act on: as ``Comparison`` has it.
    private static let tolerance = 0.1

    package init(_ kpi: Kpi, on board: Board, at now: Moment, engineSilent: Bool) {
        self.kpi = kpi
        let track = board.track(kpi.series)
        let assessment = board.assessment(of: kpi.series, at: now, engineSilent: engineSilent)
        func known(_ id: SeriesID?) -> Double? {
            guard let id,
                [.fresh, .stale].contains(board.assessment(of: id, at: now, engineSilent: engineSilent).freshness)
            else { return nil }
            return board.track(id)?.number
        }
        self.assessment = assessment
        unit = track?.series.unit ?? .count
        value = track?.number
        word = assessment.isUnjudged ? track?.text : nil
        miss = track?.miss
        age = track?.age(at: now)
        events = known(kpi.events)
        let number = known(kpi.series)
        isMet = number.flatMap { number in kpi.target.map { $0.isMet(by: number) } }
        week = number.flatMap { number in
            known(kpi.week).map { KpiState.change(from: $0, to: number, kpi.direction) }
        }
        deploy = kpi.comparesDeploy && number != nil ? KpiState.sinceDeploy(kpi, on: board, at: now) : nil
    }

    private static func change(from was: Double, to now: Double, _ direction: Comparison.Direction) -> Change {
        let change = now - was
        guard abs(change) > abs(was) * tolerance else { return Change(was: was, now: now, verdict: .same) }
        let verdict: Comparison.Verdict =
            switch direction {
            case .neither: .different
            case .lower: change < 0 ? .better : .worse
            case .higher: change > 0 ? .better : .worse
            }
        return Change(was: was, now: now, verdict: verdict)
    }

    /// The median of the newest minutes since the traffic last moved against that of what ``ComparedTimes`` compares such a move with;
    /// nil where none moved within the history, or too little was read since.
    private static func sinceDeploy(_ kpi: Kpi, on board: Board, at now: Moment) -> Change? {
        guard let move = board.actions.lastMove, let times = ComparedTimes(of: move, in: board),
            let track = board.track(kpi.series)
        else { return nil }
        let span = min(ComparedTimes.span, times.settled.age(at: now))
        let range = times.incident != nil ? ComparedTimes.settledPart(of: times.before) : times.before
        let comparison = WatchFigures.comparison(
            range, of: track, with: track,
            from: max(times.settled.utc, now.utc + span * -1 + ComparedTimes.memory * -1),
            until: now.utc, better: kpi.direction)
        guard comparison.verdict != .tooLittle, let was = comparison.before, let median = comparison.after else {
            return nil
        }
        return Change(was: was, now: median, verdict: comparison.verdict)
    }
}
