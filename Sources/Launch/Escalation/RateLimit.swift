/// How much a channel may send: so many in a span, and so many of them at once.
package struct RateLimit: Hashable, Sendable, Codable {
    package var count: Int
    package var per: Milliseconds
    /// How many may go at once after a quiet time.
    package var burst: Int

    package init(_ count: Int, per: Milliseconds, burst: Int) {
        self.count = count
        self.per = per
        self.burst = burst
    }
}
