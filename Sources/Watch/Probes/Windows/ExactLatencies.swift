import Launch

/// Every latency of a sliding window: in a ring, to forget the oldest, and in order, to answer for any quantile at once.
///
/// A new one is put in its place by binary search, which for 300 of them moves at most 1.2 kB; sorting at each look would
/// cost 1,000 targets at 1 Hz a hundredth of a core.
struct ExactLatencies: Sendable {
    /// The time is the low half of the uptime: enough for ages under 49 days, and half the size.
    private struct Sample {
        var at: UInt32
        var milliseconds: Float
    }

    private let length: UInt32
    /// What the window should hold. A target looked at more often (retries) makes the ring grow: the time alone is the bound.
    private let capacity: Int
    private var ring: [Sample] = []
    private var oldest = 0
    private var sorted: [Float] = []

    init(length: Milliseconds, capacity: Int) {
        self.length = UInt32(clamping: length.count)
        self.capacity = capacity
    }

    mutating func record(milliseconds: Double, at uptime: Milliseconds) {
        forget(until: uptime)
        if sorted.count == ring.count { grow() }
        let value = Float(milliseconds)
        ring[(oldest + sorted.count) % ring.count] = Sample(
            at: UInt32(truncatingIfNeeded: uptime.count), milliseconds: value)
        sorted.insert(value, at: position(of: value))
    }

    mutating func quantiles(_ ranks: [Double], at uptime: Milliseconds) -> [Double]? {
        forget(until: uptime)
        guard !sorted.isEmpty else { return nil }
        return ranks.map { rank in
            let place = Int((rank * Double(sorted.count)).rounded(.up)) - 1
            return Double(sorted[min(max(place, 0), sorted.count - 1)])
        }
    }

    /// Lets go of what is older than the window.
    private mutating func forget(until uptime: Milliseconds) {
        let now = UInt32(truncatingIfNeeded: uptime.count)
        while !sorted.isEmpty, now &- ring[oldest].at >= length {
            sorted.remove(at: position(of: ring[oldest].milliseconds))
            oldest = (oldest + 1) % ring.count
        }
    }

    /// Doubles the ring, but not past what the window should hold as long as that is enough.
    private mutating func grow() {
        let doubled = max(ring.count * 2, 16)
        let size = ring.count < capacity ? min(doubled, capacity) : doubled
        var larger: [Sample] = []
        larger.reserveCapacity(size)
        larger += ring[oldest...] + ring[..<oldest]
        larger += Array(repeating: Sample(at: 0, milliseconds: 0), count: size - ring.count)
        ring = larger
        oldest = 0
        sorted.reserveCapacity(size)
    }

    /// The first place whose value is not less than `value`.
    private func position(of value: Float) -> Int {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
