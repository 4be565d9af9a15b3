package import Launch

/// The latencies of a sliding window, and their quantiles.
///
/// A window that holds few looks (the usual 300 of five minutes at 1 Hz) keeps each of them: the quantiles are exact and
/// 1,000 targets take 4 MB. A longer one goes to HDR histograms, whose size does not depend on the number of looks.
package struct LatencyWindow: Sendable {
    private enum Storage {
        case exact(ExactLatencies)
        case histogram(SlicedHistogram)
    }

    /// Above it, a histogram is smaller than the samples.
    private static let exactLimit: Int64 = 4096
    private var storage: Storage

    /// - Parameters:
    ///   - length: how far back the window reaches.
    ///   - interval: how often a latency comes.
    package init(length: Milliseconds, interval: Milliseconds) {
        let expected = length.count / max(interval.count, 1) + 1
        storage =
            expected <= Self.exactLimit
            ? .exact(ExactLatencies(length: length, capacity: Int(expected)))
            : .histogram(SlicedHistogram(length: length))
    }

    package mutating func record(milliseconds: Double, at uptime: Milliseconds) {
        switch storage {
        case .exact(var latencies):
            // Taken out and put back, so that the arrays are changed in place, not copied.
            storage = .exact(ExactLatencies(length: 0, capacity: 0))
            latencies.record(milliseconds: milliseconds, at: uptime)
            storage = .exact(latencies)
        case .histogram(var histogram):
            storage = .exact(ExactLatencies(length: 0, capacity: 0))
            histogram.record(milliseconds: milliseconds, at: uptime)
            storage = .histogram(histogram)
        }
    }

    /// The quantiles (0 … 1) in milliseconds, by nearest rank; nil when the window is empty.
    package mutating func quantiles(_ ranks: [Double], at uptime: Milliseconds) -> [Double]? {
        switch storage {
        case .exact(var latencies):
            storage = .exact(ExactLatencies(length: 0, capacity: 0))
            defer { storage = .exact(latencies) }
            return latencies.quantiles(ranks, at: uptime)
        case .histogram(var histogram):
            storage = .exact(ExactLatencies(length: 0, capacity: 0))
            defer { storage = .histogram(histogram) }
            return histogram.quantiles(ranks, at: uptime)
        }
    }
}
