import Launch

extension Model {
    /// The bound that stands beside a figure and across its chart, the same everywhere: the one that it has crossed, and of a
    /// figure that is well the first that it would cross. A business figure without bounds is held to its target.
    func bound(of track: Track) -> Thresholds.Bound? {
        guard let thresholds = track.series.thresholds, thresholds.warning ?? thresholds.critical != nil else {
            switch kpi(of: track.series.id)?.state.kpi.target {
            case .atLeast(let value)?: return .below(value)
            case .atMost(let value)?: return .above(value)
            case nil: return nil
            }
        }
        // By the verdict, and not by the value: a verdict that holds on for a while keeps its bound.
        return assessment(of: track.series.id).verdict == .critical
            ? thresholds.critical ?? thresholds.warning : thresholds.warning ?? thresholds.critical
    }

    /// All that ``bound(of:)`` may ever say of a series: a column is made for the widest.
    func bounds(of track: Track) -> [Thresholds.Bound] {
        let own = [track.series.thresholds?.warning, track.series.thresholds?.critical].compactMap(\.self)
        return own.isEmpty ? [bound(of: track)].compactMap(\.self) : own
    }
}

extension Figures {
    /// `≥90 %`, `≤200 ms`: what a figure has to keep to be well; short: without a unit that stands beside it.
    func kept(_ bound: Thresholds.Bound, unit: Unit, isShort: Bool) -> String {
        let number = isShort ? shortBound(bound.limit, unit: unit) : self.bound(bound.limit, unit: unit)
        return switch bound {
        case .above: atMost + number
        case .below: atLeast + number
        }
    }
}
