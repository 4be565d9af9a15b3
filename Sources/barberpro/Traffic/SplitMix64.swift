/// Vigna's SplitMix64: a small generator that gives the same traffic for the same seed.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number in [0, 1).
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// True with a probability.
    mutating func chance(_ probability: Double) -> Bool { unit() < probability }

    /// The time until the next of events that come independently at a rate (a Poisson process).
    mutating func interval(perSecond rate: Double) -> Duration { .seconds(-log1mUnit() / rate) }

    private mutating func log1mUnit() -> Double { naturalLogarithm(1 - unit()) }
}
