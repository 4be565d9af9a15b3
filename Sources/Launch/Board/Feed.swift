/// The alert feed: the changes of verdict that still matter, one entry a series, worst first.
///
/// For now an alert is a series whose verdict is not ok; a resolved one stays below as `ok` until it is pushed out.
package struct Feed: Sendable {
    /// One series' story in the feed.
    package struct Entry: Hashable, Sendable, Identifiable {
        package var id: SeriesID { change.series }
        /// The newest change.
        package var change: Event.VerdictChanged
        /// When the newest change happened.
        package var at: Moment
        /// When the series left `ok`; nil when it is back.
        package var since: Moment?
    }

    /// How many resolved entries are kept.
    package static let resolvedLimit = 200

    private var entries: [SeriesID: Entry] = [:]

    mutating func take(_ change: Event.VerdictChanged, at moment: Moment) {
        let since = change.to == .ok ? nil : entries[change.series]?.since ?? moment
        // A series seen ok for the first time is no news.
        if change.to == .ok, entries[change.series] == nil { return }
        entries[change.series] = Entry(change: change, at: moment, since: since)
        trim()
    }

    /// Entries worst first, then newest first; ties by name, so that the order never flickers.
    package var sorted: [Entry] {
        entries.values.sorted { left, right in
            if left.change.to != right.change.to { return left.change.to > right.change.to }
            if left.at.utc != right.at.utc { return left.at.utc > right.at.utc }
            return left.id < right.id
        }
    }

    /// The entry of one series.
    package subscript(id: SeriesID) -> Entry? { entries[id] }

    /// The verdict of every series that has an entry.
    package var verdicts: [SeriesID: Verdict] { entries.mapValues(\.change.to) }

    /// How many entries stand at `verdict`.
    package func count(_ verdict: Verdict) -> Int { entries.values.count { $0.change.to == verdict } }

    private mutating func trim() {
        let resolved = entries.values.filter { $0.change.to == .ok }
        guard resolved.count > Feed.resolvedLimit else { return }
        for entry in resolved.sorted(by: { $0.at.utc < $1.at.utc }).prefix(resolved.count - Feed.resolvedLimit) {
            entries[entry.id] = nil
        }
    }
}
