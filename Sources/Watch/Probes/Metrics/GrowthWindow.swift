import Launch

/// How much a row of counters grew over a sliding window.
///
/// It keeps running totals and snapshots of them, at most 60 a window. The window reaches back to the newest snapshot that is
/// as old as its length (or to the first, until there is one that old), and says how long that really was.
struct GrowthWindow: Sendable {
    private let length: Milliseconds
    /// The growth of each counter since the beginning; new counters are added at the end.
    private(set) var totals: [Double] = []
    private var snapshots: [(at: Milliseconds, totals: [Double])] = []

    init(length: Milliseconds) { self.length = length }

    mutating func add(_ growth: Double, to counter: Int) {
        while totals.count <= counter { totals.append(0) }
        totals[counter] += growth
    }

    /// The growth over the window that ends now; nil while there is nothing to compare with. Call it once a scrape.
    mutating func close(at uptime: Milliseconds) -> (growth: [Double], seconds: Double)? {
        while snapshots.count > 1, uptime - snapshots[1].at >= length { snapshots.removeFirst() }
        defer {
            // The last snapshot may be replaced as long as the one before is near enough.
            if snapshots.count > 1, uptime - snapshots[snapshots.count - 2].at < Milliseconds(length.count / 60) {
                snapshots[snapshots.count - 1] = (uptime, totals)
            } else {
                snapshots.append((uptime, totals))
            }
        }
        guard let base = snapshots.first, uptime > base.at else { return nil }
        let growth = totals.enumerated().map { $1 - ($0 < base.totals.count ? base.totals[$0] : 0) }
        return (growth, (uptime - base.at).seconds)
    }

    /// Begins anew: what came before is too long ago.
    mutating func restart() { snapshots = [] }
}
