package import Launch

/// A counter that only grows, seen again and again. One that falls was reset and counts from zero, as Prometheus'
/// `rate` has it: what it grew by before the reset and after the last look is lost, never guessed.
package struct Counter: Sendable {
    private var last: (value: Double, at: Milliseconds)?

    package init() {}

    /// What the counter grew by since the last look, and in how long; nil at the first look, or when no time has passed.
    package mutating func growth(to value: Double, at uptime: Milliseconds) -> (by: Double, seconds: Double)? {
        defer { last = (value, uptime) }
        guard let last, uptime > last.at else { return nil }
        return (value >= last.value ? value - last.value : value, (uptime - last.at).seconds)
    }

    /// Growth a second since the last look; nil at the first one.
    package mutating func rate(to value: Double, at uptime: Milliseconds) -> Double? {
        growth(to: value, at: uptime).map { $0.by / $0.seconds }
    }
}

/// Two counters of which one counts the good cases and one the others: the share of the good ones between two looks.
package struct CounterShare: Sendable {
    private var hits = Counter()
    private var misses = Counter()

    package init() {}

    /// Per cent of hits since the last look; nil at the first look.
    ///
    /// Where nothing happened in between there is no share: neither 0 nor 100 would be true.
    package mutating func percent(
        hits: Double, misses: Double, at uptime: Milliseconds, nothing: String
    ) -> Measurement? {
        let hit = self.hits.growth(to: hits, at: uptime)
        let missed = self.misses.growth(to: misses, at: uptime)
        guard let hit, let missed else { return nil }
        let all = hit.by + missed.by
        return all > 0 ? .number(hit.by / all * 100) : .missed(nothing)
    }
}
