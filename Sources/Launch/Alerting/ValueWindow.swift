/// The recent past of one value, thinned out to what a change over a span needs. It counts by `CLOCK_BOOTTIME`.
struct ValueWindow: Sendable {
    private let span: Milliseconds
    private let width: Int64
    private var times: [Int64] = []
    private var values: [Double] = []
    private var head = 0

    private static let slots: Int64 = 120

    init(span: Milliseconds) {
        self.span = span
        width = max(span.count / ValueWindow.slots, 1)
    }

    mutating func take(_ value: Double, at time: Milliseconds) {
        if let last = times.last, head < times.count, time.count - last < width { return }
        times.append(time.count)
        values.append(value)
        // One older than the span is kept: it is the one that the present is compared with.
        while head + 1 < times.count, times[head + 1] <= time.count - span.count { head += 1 }
        if head > 256 {
            times.removeFirst(head)
            values.removeFirst(head)
            head = 0
        }
    }

    /// The value a span ago; nil while that is not known: too soon after a start, or in a gap.
    func value(before now: Milliseconds) -> Double? {
        let wanted = now.count - span.count
        var found: Int?
        var (low, high) = (head, times.count)
        while low < high {
            let middle = (low + high) / 2
            if times[middle] <= wanted + width {
                found = middle
                low = middle + 1
            } else {
                high = middle
            }
        }
        guard let found, wanted - times[found] <= max(span.count / 4, 2 * width) else { return nil }
        return values[found]
    }
}
