/// The address that an edge turns away more often than any other: whom a response may ban.
package struct Offender: Hashable, Sendable {
    package var address: String
    /// How many of the refusals were its own.
    package var refused: Int
    package var share: Double

    /// Whoever has less than this of all refusals is one of many: to ban it changes nothing.
    package static let leastShare = 0.1

    /// - Parameters:
    ///   - counts: refusals by address.
    ///   - total: all refusals, also of addresses that are not among the counts.
    ///   - isProtected: whether an address must never be banned: one's own, a balancer's.
    /// - Returns: nil where no single address stands out.
    package init?(of counts: [String: Int], total: Int, isProtected: (String) -> Bool) {
        let worst = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.first { !isProtected($0.key) }
        guard let worst, worst.value > 0 else { return nil }
        let share = Double(worst.value) / Double(max(total, worst.value))
        guard share >= Offender.leastShare else { return nil }
        (address, refused, self.share) = (worst.key, worst.value, share)
    }
}
