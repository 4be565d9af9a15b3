/// What a change of traffic did to the figures: the time after it against the time before, figure by figure.
///
/// Each side is the *median of the readings* in its window. For a series of p95 that is the p95 that was typical in that time,
/// and is called so: it is no percentile of all its requests, which cannot be had from percentiles, and percentiles are never
/// averaged. A median also leaves out the seconds of the switch itself. Whether two medians differ is judged against how
/// much the readings before scattered by themselves, so that noise is not called news.
package struct Comparison: Hashable, Sendable {
    package enum Verdict: Hashable, Sendable {
        case better, same, worse
        /// It differs, and which way is good cannot be said (requests a second).
        case different
        /// Fewer than ``Comparison/least`` readings on one side.
        case tooLittle
    }

    /// Which way is good.
    package enum Direction: String, Hashable, Sendable, Codable {
        case lower, higher, neither

        /// A series' own thresholds say it best: what warns above a bound is better low.
        package init(of series: Series, otherwise: Direction) {
            switch series.thresholds?.warning ?? series.thresholds?.critical {
            case .above?: self = .lower
            case .below?: self = .higher
            case nil: self = otherwise
            }
        }
    }

    /// With fewer readings than this nothing is said.
    package static let least = 5
    /// Changes under a tenth are the same: nobody would act on them.
    static let tolerance = 0.1

    package var before: Double?
    package var after: Double?
    /// How many readings each median stands on.
    package var readingsBefore: Int
    package var readingsAfter: Int
    package var verdict: Verdict

    /// - Parameters:
    ///   - floor: a difference smaller than this is none.
    ///   - thresholds: a bound that lies between the two makes any difference one that counts: 100 → 99,5 % of an objective of 99,9.
    package init(
        before: [Float], after: [Float], better direction: Direction, floor: Double = 0, thresholds: Thresholds? = nil
    ) {
        let (old, new) = (Comparison.sorted(before), Comparison.sorted(after))
        readingsBefore = old.count
        readingsAfter = new.count
        self.before = Comparison.quantile(0.5, of: old)
        self.after = Comparison.quantile(0.5, of: new)
        guard let was = self.before, let now = self.after, min(old.count, new.count) >= Comparison.least,
            let low = Comparison.quantile(0.25, of: old), let high = Comparison.quantile(0.75, of: old)
        else {
            verdict = .tooLittle
            return
        }
        let change = now - was
        let noise = max(abs(was) * Comparison.tolerance, floor)
        // What scattered before may scatter after; but what stays outside of all that it scattered over is news, however much
        // that was: an incident scatters most.
        let isBelow = Comparison.quantile(0.75, of: new).map { $0 < low } ?? false
        let isAbove = Comparison.quantile(0.25, of: new).map { $0 > high } ?? false
        let crosses = thresholds.map { $0.verdict(of: was) != $0.verdict(of: now) } ?? false
        guard abs(change) > noise && (abs(change) > high - low || isBelow || isAbove) || crosses else {
            verdict = .same
            return
        }
        verdict =
            switch direction {
            case .neither: .different
            case .lower: change < 0 ? .better : .worse
            case .higher: change > 0 ? .better : .worse
            }
    }

    /// The change in per cent of what was before; nil where that says nothing.
    package var change: Double? {
        guard let before, let after, before != 0 else { return nil }
        return (after - before) / abs(before) * 100
    }

    /// The middle of all finite values; nil where there is none.
    package static func median(_ values: [Double]) -> Double? { quantile(0.5, of: values.filter(\.isFinite).sorted()) }

    private static func sorted(_ values: [Float]) -> [Double] { values.filter(\.isFinite).map(Double.init).sorted() }

    /// Of an even number the middle between the two.
    private static func quantile(_ share: Double, of sorted: [Double]) -> Double? {
        guard let last = sorted.indices.last else { return nil }
        let place = share * Double(last)
        let index = Int(place)
        let rest = place - Double(index)
        return index < last ? sorted[index] + rest * (sorted[index + 1] - sorted[index]) : sorted[last]
    }
}
