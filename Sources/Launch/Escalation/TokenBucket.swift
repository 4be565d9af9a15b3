/// A rate limit as a bucket: it fills by the limit's rate, up to its burst; each message takes one token.
///
/// Counted in thousandths of a millisecond's share, so that no rounding adds up.
package struct TokenBucket: Hashable, Sendable {
    private let limit: RateLimit
    /// Tokens times `limit.per`: whole numbers, whatever the rate.
    private var level: Int64
    private var filledAt: Milliseconds

    /// Full at first.
    package init(_ limit: RateLimit, at now: Milliseconds) {
        self.limit = RateLimit(max(1, limit.count), per: max(limit.per, 1), burst: max(1, limit.burst))
        level = Int64(self.limit.burst) * self.limit.per.count
        filledAt = now
    }

    private var cost: Int64 { limit.per.count }

    /// When a token is there; not after `now`: there is one.
    package mutating func ready(at now: Milliseconds) -> Milliseconds {
        fill(at: now)
        guard level < cost else { return now }
        let rate = Int64(limit.count)
        return now + Milliseconds((cost - level + rate - 1) / rate)
    }

    /// Takes a token, which must be there.
    package mutating func take(at now: Milliseconds) {
        fill(at: now)
        level -= cost
    }

    private mutating func fill(at now: Milliseconds) {
        let capacity = Int64(limit.burst) * cost
        let span = max(now - filledAt, 0).count
        filledAt = now
        // A long quiet time must not overflow.
        level = span > capacity ? capacity : min(capacity, level + span * Int64(limit.count))
    }
}
