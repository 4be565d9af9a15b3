/// A figure of the business that each colour has of its own, and how much worse than the serving colour a canary's may be.
package struct CanaryKpi: Hashable, Sendable, Codable {
    /// How far apart two figures may be.
    package enum Tolerance: Hashable, Sendable, Codable {
        /// In per cent of the serving colour's figure.
        case relative(Double)
        /// In the figure's own unit.
        case absolute(Double)
    }

    /// One side of it: which series, and the one that tells how many events it stands on.
    package struct Side: Hashable, Sendable, Codable {
        package var figure: SeriesID
        package var events: SeriesID?

        package init(figure: SeriesID, events: SeriesID? = nil) {
            self.figure = figure
            self.events = events
        }
    }

    package var title: String
    /// By colour.
    package var sides: [String: Side]
    package var unit: Unit
    /// Which way is good.
    package var better: Comparison.Direction
    package var tolerance: Tolerance
    /// A figure that stands on fewer events is not compared; 0: whatever it stands on.
    package var samples: Int

    package init(
        title: String, sides: [String: Side], unit: Unit, better: Comparison.Direction, tolerance: Tolerance,
        samples: Int = 0
    ) {
        self.title = title
        self.sides = sides
        self.unit = unit
        self.better = better
        self.tolerance = tolerance
        self.samples = samples
    }

    /// Whether two figures of the same moment are further apart, the wrong way, than is tolerated; nil where that cannot be told:
    /// of a figure that is nothing there is no per cent.
    package func isWorse(_ canary: Double, than live: Double) -> Bool? {
        guard canary.isFinite, live.isFinite else { return nil }
        let gap = better == .higher ? live - canary : canary - live
        switch tolerance {
        case .absolute(let limit): return gap > limit
        case .relative(let limit): return live == 0 ? nil : gap > abs(live) * limit / 100
        }
    }
}

extension CanaryAnalysis {
    /// What was seen of one figure: the pairs of both colours, look by look.
    struct KpiLooks: Sendable {
        let kpi: CanaryKpi
        private var pairs: [(canary: Double, live: Double)] = []
        private var worse = 0

        init(_ kpi: CanaryKpi) { self.kpi = kpi }

        mutating func take(_ canary: Double?, _ live: Double?) {
            guard let canary, let live, let isWorse = kpi.isWorse(canary, than: live) else { return }
            pairs.append((canary, live))
            if isWorse { worse += 1 }
        }

        /// What is to be said of it at the end; nil where nothing speaks against the canary.
        func judgement(_ text: AmountText) -> Judgement? {
            guard pairs.count >= CanaryAnalysis.leastPairs, let canary = medianOfCanary, let live = medianOfLive else {
                let fewer = kpi.samples > 0 ? ", on \(kpi.samples) events or more," : ""
                return .inconclusive(
                    "\(kpi.title) was known of both\(fewer) in \(pairs.count) looks only, of \(CanaryAnalysis.leastPairs)"
                )
            }
            if Double(worse) >= Double(pairs.count) * CanaryAnalysis.worseShare { return .failed(words(text)) }
            if kpi.isWorse(canary, than: live) == true {
                return .inconclusive("\(words(text)), which may be chance")
            }
            return nil
        }

        /// `Payments approved 71,2 % against 95,3 %, worse in 48 of 50 looks`
        func words(_ text: AmountText) -> String {
            guard let canary = medianOfCanary, let live = medianOfLive else { return "\(kpi.title) not compared" }
            return "\(kpi.title) \(text.amount(canary, kpi.unit)) against \(text.amount(live, kpi.unit)), "
                + "worse in \(worse) of \(pairs.count) looks"
        }

        private var medianOfCanary: Double? { Comparison.median(pairs.map(\.canary)) }
        private var medianOfLive: Double? { Comparison.median(pairs.map(\.live)) }
    }
}
