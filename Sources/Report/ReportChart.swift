package import Launch

/// One series of a report with its limits, drawn as an SVG picture that needs no colour to be read.
struct ReportChart: Sendable {
    struct Plan {
        var series: Series
        var title: String
        /// Lines that the curve is to stay on one side of, each with its word.
        var lines: [(word: String, value: Double, isCritical: Bool)]
    }

    let plan: Plan
    let slots: [SeriesSlot]
    /// How wide a slot is.
    let width: Milliseconds

    /// How many charts a report has at most.
    static let limit = 28

    /// The business figures first, then what the panes show of latencies and errors.
    static func plans(_ manifest: Manifest) -> [Plan] {
        let known = Dictionary(manifest.series.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var plans: [Plan] = []
        var taken: Set<SeriesID> = []
        func add(_ id: SeriesID?, _ title: String?, _ target: Kpi.Target? = nil) {
            guard let id, let series = known[id], series.unit != .text, series.unit != .verdict,
                plans.count < limit, taken.insert(id).inserted
            else { return }
            var lines: [(word: String, value: Double, isCritical: Bool)] = []
            if let target { lines.append(("target", target.value, true)) }
            if target == nil, let bound = series.thresholds?.warning { lines.append(("warning", bound.limit, false)) }
            if let bound = series.thresholds?.critical, !lines.contains(where: { $0.value == bound.limit }) {
                lines.append(("critical", bound.limit, true))
            }
            plans.append(Plan(series: series, title: title ?? series.title, lines: lines))
        }
        for kpi in manifest.kpis ?? [] { add(kpi.series, kpi.title, kpi.target) }
        for row in manifest.panes.business { add(row.main, row.title) }
        for colour in manifest.panes.colours {
            add(colour.latency, colour.name.uppercased() + " latency")
            add(colour.errors, colour.name.uppercased() + " errors")
        }
        for row in manifest.panes.health {
            add(row.main, nil)
            for fact in row.facts where known[fact.series]?.unit == .percent { add(fact.series, nil) }
        }
        return plans
    }

    static func charts(_ material: LaunchReport.Material, times: ReportTimes) -> [ReportChart] {
        guard let manifest = material.manifest else { return [] }
        let width = LaunchReport.slotWidth(from: material.from, to: material.to)
        return plans(manifest).compactMap { plan in
            material.slots[plan.series.id].map { ReportChart(plan: plan, slots: $0, width: width) }
        }
    }

    /// The least and the most that the picture shows: the curve with its limits, from nought where that is near.
    var range: ClosedRange<Double> {
        let values = slots.flatMap { [$0.least, $0.most] } + plan.lines.map(\.value)
        guard var low = values.min(), var high = values.max(), low.isFinite, high.isFinite else { return 0...1 }
        if low > 0, low < high * 0.6 { low = 0 }
        if high - low < plan.series.unit.resolution {
            low -= max(abs(low) * 0.05, 0.5)
            high += max(abs(high) * 0.05, 0.5)
        }
        let air = (high - low) * 0.06
        let bottom = low == 0 ? 0 : low - air
        // A share has no more than all.
        let top = plan.series.unit == .percent && high <= 100 ? min(high + air, max(100, high)) : high + air
        return bottom...max(top, bottom + .ulpOfOne)
    }
}

extension LaunchReport {
    /// How many slots a chart has at most: one to each two points of its width.
    private static let slotCount: Int64 = 360

    /// How wide the slots of the charts between two times are.
    package static func slotWidth(from: Timestamp, to: Timestamp) -> Milliseconds {
        Milliseconds(max((to - from).count / slotCount, 1000))
    }
}
