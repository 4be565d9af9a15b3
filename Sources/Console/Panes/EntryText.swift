import Launch

extension Model {
    /// What an item of a list is called.
    func title(of id: ItemID) -> String {
        switch id {
        case .alert(let id): board.alerts[id].map { title(of: $0) } ?? id.text
        case .series(let id): title(of: id)
        }
    }

    /// What a series is called; its name where the manifest knows none.
    func title(of id: SeriesID) -> String {
        Text.sanitised(board.track(id)?.series.subject ?? id.name, limit: 120)
    }

    /// `down: connection refused`, for a series that tells whether a target answers: why is what its other measures say.
    func upText(of track: Track, _ value: Double) -> String {
        guard value < 1 else { return words(.isUp) }
        guard let reason = reasonOfSilence(beside: track.series.id) else { return words(.isDown) }
        return words(.isDown) + ": " + Text.sanitised(reason, limit: 200)
    }

    /// Why the last look at a target brought nothing, from the measures of the same probe.
    private func reasonOfSilence(beside id: SeriesID) -> String? {
        let prefix = String(id.name.dropLast("up".count))
        return shown.tracks.first { $0.miss != nil && $0.series.id.name.hasPrefix(prefix) }?.miss
    }

    /// What an item of a list is about.
    func facts(of id: ItemID) -> String {
        switch id {
        case .alert(let id): board.alerts[id].map { facts(of: $0) } ?? ""
        case .series(let id): board.feed[id].map { facts(of: $0) } ?? ""
        }
    }

    /// What an entry of the feed is about: `82 % > 80 %`, or the reason where no number says it.
    func facts(of entry: Feed.Entry, on board: Board? = nil) -> String {
        let change = entry.change
        let track = (board ?? self.board).track(entry.id)
        if let reason = change.reason, change.to != .ok { return Text.sanitised(reason, limit: 200) }
        // The value of now says more than the one that began it; but only as long as it is one of now.
        let value = track?.number ?? change.value
        guard let value else { return change.reason.map { Text.sanitised($0, limit: 200) } ?? "" }
        if let track, track.series.tellsWhetherUp { return upText(of: track, value) }
        let unit = track?.series.unit ?? .count
        // The bound that holds now: after a step back from critical that is not the one which was crossed.
        let thresholds = track?.series.thresholds
        let standing =
            switch change.to {
            case .critical: thresholds?.critical ?? thresholds?.warning
            case .warning: thresholds?.warning
            case .ok, .unknown: nil as Thresholds.Bound?
            }
        let bound = standing ?? change.bound
        let text = unit == .verdict ? "" : figures.value(value, unit: unit, against: bound?.limit)
        guard let bound else { return text }
        let limit = figures.bound(bound.limit, unit: unit)
        switch (bound, change.to) {
        case (.above, .ok): return "\(text) \(figures.atMost) \(limit)"
        case (.below, .ok): return "\(text) \(figures.atLeast) \(limit)"
        case (.above, _): return "\(text) > \(limit)"
        case (.below, _): return "\(text) < \(limit)"
        }
    }
}
