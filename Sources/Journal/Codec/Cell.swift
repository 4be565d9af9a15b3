/// One measurement as the recorder stores it: numbers as whole steps of the series' resolution, texts by number.
enum Cell: Hashable {
    /// A number, in steps of the resolution.
    case steps(Int64)
    /// A number that steps cannot hold (NaN, infinite, huge, or of a series of unknown unit): its IEEE 754 bits.
    case exact(UInt64)
    /// The number of an interned text.
    case text(Int)
    /// A miss: the number of its interned reason.
    case missed(Int)
}

/// The smallest step of a series; zero where it is not known and numbers are kept exactly.
struct Resolution: Hashable {
    let step: Double

    init(_ step: Double) { self.step = step }

    static let exact = Resolution(0)

    /// Beyond 2^53 a double is no longer exact to the unit, and the delta of two would not fit.
    private static let limit = 9_007_199_254_740_992.0

    func cell(_ number: Double) -> Cell {
        guard step > 0 else { return .exact(number.bitPattern) }
        let steps = (step < 1 ? number * (1 / step).rounded() : number / step).rounded()
        guard steps.magnitude < Resolution.limit else { return .exact(number.bitPattern) }
        return .steps(Int64(steps))
    }

    /// 12,035 steps of 0.01 are 120.35: a division by 100 gives the nearest double, a product with 0.01 does not.
    func number(_ steps: Int64) -> Double {
        step < 1 && step > 0 ? Double(steps) / (1 / step).rounded() : Double(steps) * step
    }
}
