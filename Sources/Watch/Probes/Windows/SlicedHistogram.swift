import Histogram
import Launch

/// A sliding window of latencies as HDR histograms: a ring of twelve slices and their sum.
///
/// Two significant digits from 1 µs to 67 s: an answer is right to 1 %, and a histogram takes 10 kB. The window's start moves
/// a twelfth of its length at a time.
struct SlicedHistogram: Sendable {
    private typealias Slice = (number: Int64, latencies: Histogram<UInt32>)

    private static let sliceCount: Int64 = 12
    private let width: Int64
    private var slices: [Slice] = []
    private var sum = SlicedHistogram.empty()

    init(length: Milliseconds) { width = max(length.count / Self.sliceCount, 1) }

    private static func empty() -> Histogram<UInt32> {
        Histogram(highestTrackableValue: 1 << 26, numberOfSignificantValueDigits: .two)
    }

    mutating func record(milliseconds: Double, at uptime: Milliseconds) {
        let number = uptime.count / width
        forget(until: number)
        if slices.last?.number != number { slices.append((number, Self.empty())) }
        // A latency beyond the range counts as the range's end rather than not at all.
        let microseconds = UInt64(min(max(milliseconds, 0) * 1000, Double(1 << 26)))
        slices[slices.count - 1].latencies.record(microseconds)
        sum.record(microseconds)
    }

    mutating func quantiles(_ ranks: [Double], at uptime: Milliseconds) -> [Double]? {
        forget(until: uptime.count / width)
        guard sum.totalCount > 0 else { return nil }
        return ranks.map { Double(sum.valueAtPercentile($0 * 100)) / 1000 }
    }

    private mutating func forget(until number: Int64) {
        let kept = slices.filter { $0.number > number - Self.sliceCount }
        guard kept.count != slices.count else { return }
        slices = kept
        sum.reset()
        for slice in slices { sum.add(slice.latencies) }
    }
}
