/// What the network adds for a customer of a province: the base of its distance and a jitter that is never negative and
/// sometimes long, as measured round trips are.
struct Network: Sendable, Hashable {
    /// Multiplies the round trips of some provinces (all where none is named).
    var factor = 1.0
    var provinces: Set<String> = []

    func roundTrip(from province: Province, using random: inout SplitMix64) -> Duration {
        let slowed = provinces.isEmpty || provinces.contains(province.iso)
        // Exponential with a mean of 12 % of the distance: the 95th percentile lies a third above the base.
        let jitter = -0.12 * naturalLogarithm(1 - random.unit())
        return province.roundTrip * ((1 + jitter) * (slowed ? factor : 1))
    }
}
