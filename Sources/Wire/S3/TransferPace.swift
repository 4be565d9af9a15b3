/// Holds a transfer to a rate on the average: after each piece it says how long to rest.
package struct TransferPace: Hashable, Sendable {
    /// Bytes a second; nil: as fast as it goes.
    package let rate: Int64?
    private let begin: ContinuousClock.Instant
    private var moved: Int64 = 0

    package init(rate: Int64?, from begin: ContinuousClock.Instant) {
        self.rate = rate.flatMap { $0 > 0 ? $0 : nil }
        self.begin = begin
    }

    package mutating func take(_ bytes: Int) { moved += Int64(bytes) }

    /// How long nothing more may be moved.
    package func rest(at now: ContinuousClock.Instant) -> Duration {
        guard let rate else { return .zero }
        return max(.zero, begin + .seconds(Double(moved) / Double(rate)) - now)
    }

    /// What is asked for at once: a second's worth, not much less than 64 KiB, and never more than `most`.
    package func piece(atMost most: Int) -> Int {
        guard let rate else { return most }
        return min(most, max(Int(clamping: rate), 64 << 10))
    }
}

/// The clock of a transfer's rests; a test has one of its own.
package struct TransferTiming: Sendable {
    package var now: @Sendable () -> ContinuousClock.Instant
    package var sleep: @Sendable (Duration) async throws -> Void

    package init(
        now: @escaping @Sendable () -> ContinuousClock.Instant,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        self.sleep = sleep
    }
}
