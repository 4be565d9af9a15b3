package import Launch

/// Per cent of looks in a sliding window that were of one kind (errors, cache hits).
///
/// The window is a ring of 60 slices, so it is exact to a sixtieth of its length and takes 1 kB however often it is fed.
package struct ShareWindow: Sendable {
    private struct Slice { var number: Int64 = .min, hits: UInt32 = 0, all: UInt32 = 0 }

    private static let sliceCount: Int64 = 60
    private let width: Int64
    private var slices: [Slice] = []

    package init(length: Milliseconds) { width = max(length.count / Self.sliceCount, 1) }

    package mutating func record(_ isHit: Bool, at uptime: Milliseconds) {
        // Made at the first record: most targets have no cache header.
        if slices.isEmpty { slices = Array(repeating: Slice(), count: Int(Self.sliceCount)) }
        let number = uptime.count / width
        let index = Int(number % Self.sliceCount)
        if slices[index].number != number { slices[index] = Slice(number: number) }
        slices[index].hits += isHit ? 1 : 0
        slices[index].all += 1
    }

    /// 0 … 100; nil when nothing was recorded within the window.
    package func percent(at uptime: Milliseconds) -> Double? {
        let oldest = uptime.count / width - Self.sliceCount
        var hits = 0
        var all = 0
        for slice in slices where slice.number > oldest {
            hits += Int(slice.hits)
            all += Int(slice.all)
        }
        return all > 0 ? Double(hits) / Double(all) * 100 : nil
    }
}
