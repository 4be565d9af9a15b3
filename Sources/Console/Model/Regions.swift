import Launch

/// One region of the geographic pane with all that is said about it.
struct RegionState {
    /// How it does, from what must be looked at first to what is well.
    enum Standing: Int, Comparable, CaseIterable {
        case breach, warning, unknown, ok, quiet

        static func < (left: Standing, right: Standing) -> Bool { left.rawValue < right.rawValue }
    }

    let region: Panes.Region
    let standing: Standing
    let latency: Double?
    let freshness: Freshness
    /// Requests a second; nil where they are not measured or not known.
    let traffic: Double?
    /// So few requests that a percentile of them says little.
    let isThin: Bool

    /// Under three requests a minute a 95th percentile is one request's luck.
    static let thinTraffic = 0.05
}

extension Model {
    /// The regions that pass the filter, worst first, then slowest.
    var regions: [RegionState] {
        guard let geo = shown.manifest?.panes.geo else { return [] }
        return geo.regions.filter { matches($0) }.map { state(of: $0) }.sorted { left, right in
            if left.standing != right.standing { return left.standing < right.standing }
            let (slow, fast) = (left.latency ?? -1, right.latency ?? -1)
            return slow != fast ? slow > fast : left.region.label < right.region.label
        }
    }

    /// A percentile that has never come from a probe that answers: nobody has been there yet.
    private func hasNeverHadTraffic(_ region: Panes.Region) -> Bool {
        guard let track = shown.track(region.latency), track.value == nil, track.series.absence == .normal,
            let probe = region.latency.name.split(separator: ".").first
        else { return false }
        let up = SeriesID("\(probe).up")
        return assessment(of: up).verdict == .ok && shown.track(up)?.number == 1
    }

    func state(of region: Panes.Region) -> RegionState {
        let judged = assessment(of: region.latency)
        let traffic: Double? = region.traffic.flatMap { id in
            [.fresh, .stale].contains(assessment(of: id).freshness) ? shown.track(id)?.number : nil
        }
        let standing: RegionState.Standing =
            if traffic == 0 || hasNeverHadTraffic(region) {
                // Nobody comes from there: that is known, and no latency can be.
                .quiet
            } else {
                switch judged.verdict {
                case .critical: .breach
                case .warning: .warning
                case .unknown: .unknown
                case .ok: .ok
                }
            }
        return RegionState(
            region: region, standing: standing, latency: shown.track(region.latency)?.number,
            freshness: judged.freshness, traffic: traffic,
            isThin: traffic.map { $0 > 0 && $0 < RegionState.thinTraffic } ?? false)
    }
}
