/// The judgement of one series at one instant: the same function for the engine's feed and for every screen.
package struct Assessment: Hashable, Sendable {
    package var verdict: Verdict
    package var freshness: Freshness
    /// A word stands in place of the number (`too few (7)`): nothing is wrong, and nothing is said to be well.
    package var isUnjudged: Bool

    package init(verdict: Verdict, freshness: Freshness, isUnjudged: Bool = false) {
        self.verdict = verdict
        self.freshness = freshness
        self.isUnjudged = isUnjudged
    }

    /// Judges the last value of `series`.
    ///
    /// - Parameters:
    ///   - value: the last measurement that was not a miss; nil when there never was one.
    ///   - age: how old that value is.
    ///   - engineSilent: a silent engine takes no readings: nothing it said is still known.
    package init(of series: Series, value: Measurement?, age: Milliseconds, engineSilent: Bool = false) {
        guard let value else {
            self.init(verdict: .unknown, freshness: .never)
            return
        }
        let freshness = Freshness(age: age, interval: series.interval)
        if freshness == .lastKnown || engineSilent {
            self.init(verdict: .unknown, freshness: engineSilent ? .lastKnown : freshness)
            return
        }
        switch value {
        case .number(let number) where series.unit == .verdict:
            self.init(verdict: Verdict(nagiosCode: Int(exactly: number) ?? 3), freshness: freshness)
        case .number(let number):
            let verdict = number.isNaN ? .unknown : series.thresholds?.verdict(of: number) ?? .ok
            self.init(verdict: verdict, freshness: freshness)
        case .text:
            self.init(verdict: .ok, freshness: freshness, isUnjudged: series.unit != .text)
        case .missed:
            self.init(verdict: .unknown, freshness: freshness)
        }
    }
}
