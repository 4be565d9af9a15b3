/// How much of what happened was bad, over several windows: sums by slots of half a minute, of which each window is one
/// subtraction. It counts by `CLOCK_BOOTTIME`.
struct BudgetWindow: Sendable {
    /// What is known of one window.
    struct Share: Hashable, Sendable {
        /// The share that was bad, of what is known.
        var bad: Double
        /// How much of the window is known, 0 to 1.
        var coverage: Double
        /// The share that was bad at least: what is not known counted as good.
        var least: Double { bad * coverage }
    }

    static let width: Int64 = 30_000

    private let capacity: Int
    /// Sums up to and with a slot: bad, and how many slots had anything. Three days of half minutes are 8,642 of each.
    private var bad: [Double] = []
    private var known: [UInt32] = []
    /// The same of the weight; empty while every weight was 1, where it is ``known``: so it is of most.
    private var weight: [Double] = []
    /// The slot that is being filled.
    private var slot: Int64 = .min
    private var open = (bad: 0.0, weight: 0.0, count: 0)
    private var last = (bad: 0.0, weight: 0.0, known: 0 as UInt32)

    init(longest: Milliseconds) { capacity = Int(longest.count / BudgetWindow.width) + 2 }

    /// - Parameters:
    ///   - share: 0 to 1.
    ///   - weight: how much happened; 1 where that is not measured.
    mutating func take(_ share: Double, weight: Double, at time: Milliseconds) {
        let now = time.count.flooredDivision(by: BudgetWindow.width)
        if now < slot { return }
        advance(to: now)
        if weight != 1, self.weight.isEmpty { self.weight = known.map(Double.init) }
        open.bad += share * weight
        open.weight += weight
        open.count += 1
    }

    private mutating func advance(to now: Int64) {
        guard slot != .min, now - slot < Int64(capacity) else {
            bad = Array(repeating: 0, count: capacity)
            known = Array(repeating: 0, count: capacity)
            weight = []
            (open, last, slot) = ((0, 0, 0), (0, 0, 0), now)
            return
        }
        while slot < now {
            if open.count > 0 {
                last.bad += open.bad / Double(open.count)
                last.weight += open.weight / Double(open.count)
                last.known += 1
                open = (0, 0, 0)
            }
            let place = index(slot)
            (bad[place], known[place]) = (last.bad, last.known)
            if !weight.isEmpty { weight[place] = last.weight }
            slot += 1
        }
    }

    private func index(_ slot: Int64) -> Int {
        Int(slot - slot.flooredDivision(by: Int64(capacity)) * Int64(capacity))
    }

    /// What is known of the window that ends now; nil where nothing is.
    mutating func share(over span: Milliseconds, at time: Milliseconds) -> Share? {
        guard slot != .min else { return nil }
        let now = time.count.flooredDivision(by: BudgetWindow.width)
        if now > slot { advance(to: now) }
        let count = max(1, min(span.count / BudgetWindow.width, Int64(capacity) - 2))
        var (badSum, weightSum, slots) = (last.bad, last.weight, Double(last.known))
        if open.count > 0 {
            badSum += open.bad / Double(open.count)
            weightSum += open.weight / Double(open.count)
            slots += 1
        }
        // The slot that is being filled is one of them.
        let before = index(slot - count)
        badSum -= bad[before]
        weightSum -= weight.isEmpty ? Double(known[before]) : weight[before]
        slots -= Double(known[before])
        guard slots > 0, weightSum > 0 else { return nil }
        // Sums of many small numbers may end a hair below nothing.
        return Share(bad: min(max(badSum / weightSum, 0), 1), coverage: min(slots / Double(count), 1))
    }
}
