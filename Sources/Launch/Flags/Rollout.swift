/// A share of users, in hundredths of a per cent: 0 is nobody, 10,000 everybody.
package struct Rollout: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let basisPoints: Int

    package static let none = Rollout(clamping: 0)
    package static let all = Rollout(clamping: 10_000)
    /// From here on a change is grave (contract C3).
    package static let half = Rollout(clamping: 5000)

    /// Nil outside 0 … 100 %.
    package init?(basisPoints: Int) {
        guard (0...10_000).contains(basisPoints) else { return nil }
        self.basisPoints = basisPoints
    }

    package init?(percent: Int) {
        guard (0...100).contains(percent) else { return nil }
        self.init(basisPoints: percent * 100)
    }

    private init(clamping basisPoints: Int) { self.basisPoints = basisPoints }

    /// `25`, `25%`, `0.5`, `12,5 %`: per cent with at most two decimals; nil for anything else, 101 among it.
    package init?(_ text: String) {
        var digits = Substring(text)
        if digits.last == "%" { digits = digits.dropLast() }
        while digits.last == " " { digits = digits.dropLast() }
        let parts = digits.split(
            maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: { $0 == "." || $0 == "," })
        guard let whole = parts.first, (1...3).contains(whole.utf8.count), whole.utf8.allSatisfy(Self.isDigit),
            let percent = Int(whole)
        else { return nil }
        var hundredths = 0
        if parts.count == 2 {
            guard (1...2).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy(Self.isDigit),
                let number = Int(parts[1])
            else { return nil }
            hundredths = parts[1].utf8.count == 1 ? number * 10 : number
        }
        self.init(basisPoints: percent * 100 + hundredths)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    package var percent: Double { Double(basisPoints) / 100 }
    /// Whether it is a whole number of per cent.
    package var isWhole: Bool { basisPoints % 100 == 0 }

    /// As Redis and a command line have it: `25`, `0.5`.
    package var description: String {
        let (whole, rest) = basisPoints.quotientAndRemainder(dividingBy: 100)
        if rest == 0 { return "\(whole)" }
        return rest % 10 == 0 ? "\(whole).\(rest / 10)" : "\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }

    /// `25 %`
    package var words: String { "\(self) %" }

    package static func < (left: Rollout, right: Rollout) -> Bool { left.basisPoints < right.basisPoints }

    package init(from decoder: any Decoder) throws {
        let number = try decoder.singleValueContainer().decode(Int.self)
        self.init(clamping: min(max(number, 0), 10_000))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(basisPoints)
    }
}
