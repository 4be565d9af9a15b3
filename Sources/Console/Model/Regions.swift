import Launch

/// One region of the geographic pane with all that is said about it.
struct RegionState {
    /// How it does, from what must be looked at first to what is well.
    enum Standing: Int, Comparable, CaseIterable {
        case breach, warning, unknown, ok, few, quiet

        static func < (left: Standing, right: Standing) -> Bool { left.rawValue < right.rawValue }
    }

    let region: Panes.Region
    let standing: Standing
    let latency: Double?
    let freshness: Freshness
    /// Requests a second; nil where they are not measured or not known.
    let traffic: Double?
    /// What stands in place of the figure: `too few (7)`.
    let word: String?
    /// Whether the map knows where it is.
    let isOnMap: Bool

    /// Under three requests a minute a 95th percentile is one request's luck. It counts where the source itself does not
    /// say how few are too few.
    static let thinTraffic = 0.05
}

extension Model {
    /// The regions that pass the filter, worst first, then slowest.
    var regions: [RegionState] {
        guard let geo = shownManifest?.panes.geo else { return [] }
        var states = geo.regions.filter { matches($0) }.map { state(of: $0) }
        if let elsewhere = geo.elsewhere, matches(elsewhere) {
            let state = state(of: elsewhere)
            // Nobody from elsewhere, and nobody has ever been: nothing to list.
            if state.standing != .quiet, state.freshness != .never { states.append(state) }
        }
        return states.sorted { left, right in
            if left.standing != right.standing { return left.standing < right.standing }
            let (slow, fast) = (left.latency ?? -1, right.latency ?? -1)
            return slow != fast ? slow > fast : left.region.label < right.region.label
        }
    }

    /// The region whose latency a series is.
    func region(of id: SeriesID) -> Panes.Region? {
        guard let geo = shownManifest?.panes.geo else { return nil }
        if geo.elsewhere?.latency == id { return geo.elsewhere }
        return geo.regions.first { $0.latency == id }
    }

    /// What the places call themselves that the map does not know; empty where there is none.
    var elsewhereNames: String {
        guard let id = shownManifest?.panes.geo?.elsewhereNames,
            [.fresh, .stale].contains(assessment(of: id).freshness)
        else { return "" }
        return Text.sanitised(track(id)?.text ?? "", limit: 200)
    }

    /// A percentile that has never come from a probe that answers: nobody has been there yet.
    private func hasNeverHadTraffic(_ region: Panes.Region) -> Bool {
        guard let track = track(region.latency), track.value == nil, track.series.absence == .normal,
            let probe = region.latency.name.split(separator: ".").first
        else { return false }
        let up = SeriesID("\(probe).up")
        return assessment(of: up).verdict == .ok && self.track(up)?.number == 1
    }

    /// The last number of a series, unless it is too old to be called known.
    func known(_ id: SeriesID?) -> Double? {
        guard let id, [.fresh, .stale].contains(assessment(of: id).freshness) else { return nil }
        return track(id)?.number
    }

    func state(of region: Panes.Region) -> RegionState {
        let judged = assessment(of: region.latency)
        let track = track(region.latency)
        let traffic = known(region.traffic)
        let isThin = traffic.map { $0 > 0 && $0 < RegionState.thinTraffic } ?? false
        let standing: RegionState.Standing =
            if traffic == 0 || hasNeverHadTraffic(region) {
                // Nobody comes from there: that is known, and no latency can be.
                .quiet
            } else if judged.isUnjudged {
                .few
            } else {
                switch judged.verdict {
                case .critical: .breach
                case .warning: .warning
                case .unknown: .unknown
                case .ok: isThin && region.events == nil ? .few : .ok
                }
            }
        return RegionState(
            region: region, standing: standing, latency: track?.number, freshness: judged.freshness, traffic: traffic,
            word: judged.isUnjudged ? track?.text : nil, isOnMap: Atlas.argentina.index(of: region.code) != nil)
    }
}
