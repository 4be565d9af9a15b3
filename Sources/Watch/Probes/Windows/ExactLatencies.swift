import Launch

/// Every latency of a sliding window: by age, to forget the oldest, and in order, to answer for any quantile at once.
///
/// A new one is put in its place by binary search, which for 300 of them moves at most 1.2 kB; sorting at each look would
/// cost 1,000 targets at 1 Hz a hundredth of a core.
struct ExactLatencies: Sendable {
    private struct Sample { var at: Milliseconds, milliseconds: Float }

    private let length: Milliseconds
    /// What the window should hold; a target asked more often (retries) makes it grow, the time alone bounds it.
    private let capacity: Int
    /// A ring: the oldest is at `first`.
    private var samples: [Sample] = []
    private var first = 0
    private var sorted: [Float] = []

    init(length: Milliseconds, capacity: Int) {
        self.length = length
        self.capacity = capacity
    }

    mutating func record(milliseconds: Double, at uptime: Milliseconds) {
        forget(until: uptime)
        if samples.isEmpty { sorted.reserveCapacity(min(capacity, 512)) }
        let value = Float(milliseconds)
        samples.append(Sample(at: uptime, milliseconds: value))
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

    /// Lets go of what is older than the window; the room is given back once half of it is unused.
    private mutating func forget(until uptime: Milliseconds) {
        while first < samples.count, uptime - samples[first].at >= length {
            sorted.remove(at: position(of: samples[first].milliseconds))
            first += 1
        }
        if first > samples.count / 2 {
            samples.removeSubrange(..<first)
            first = 0
        }
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
