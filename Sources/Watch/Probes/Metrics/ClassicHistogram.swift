/// The quantile of a classic Prometheus histogram.
enum ClassicHistogram {
    /// Follows `histogram_quantile` (prometheus/promql/quantile.go, `BucketQuantile`): linear within the bucket in which the
    /// rank falls; the highest finite bound where it falls above that; counts made monotonic first, since a scrape may
    /// catch buckets between two updates.
    ///
    /// - Parameter buckets: upper bound and cumulative count, in any order.
    /// - Returns: nil where there is no `+Inf` bucket, no other one, or no observation.
    static func quantile(_ rank: Double, of buckets: [(bound: Double, count: Double)]) -> Double? {
        var buckets = buckets.sorted { $0.bound < $1.bound }
        guard buckets.count >= 2, buckets.last?.bound == .infinity else { return nil }
        for index in buckets.indices.dropFirst() where buckets[index].count < buckets[index - 1].count {
            buckets[index].count = buckets[index - 1].count
        }
        let all = buckets[buckets.count - 1].count
        guard all > 0 else { return nil }
        var wanted = rank * all
        let index = buckets.dropLast().firstIndex { $0.count >= wanted } ?? buckets.count - 1
        if index == buckets.count - 1 { return buckets[index - 1].bound }
        if index == 0, buckets[0].bound <= 0 { return buckets[0].bound }
        var (start, count) = (0.0, buckets[index].count)
        if index > 0 {
            start = buckets[index - 1].bound
            count -= buckets[index - 1].count
            wanted -= buckets[index - 1].count
        }
        guard count > 0 else { return start }
        return start + (buckets[index].bound - start) * (wanted / count)
    }
}
