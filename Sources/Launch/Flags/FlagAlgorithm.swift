/// How a user's place in a rollout is computed. It must be the one of the applications' SDK: two that differ show a feature to
/// different people. So it is named in the launch config and in the flag itself, and never guessed.
package enum FlagAlgorithm: String, Hashable, Sendable, Codable, CaseIterable {
    /// Unleash: `murmur3(groupId:stickyId) % 100 + 1 <= rollout`.
    case unleash
    /// flagd, fractional evaluation by integers: `(murmur3(flagKey + targetingKey) * totalWeight) >> 32`.
    case flagd
    /// flagd before that: `abs(int32) / MaxInt32 * 100`.
    case flagdLegacy = "flagd-legacy"

    /// Unleash deals variants by another seed than shares, lest the first share be all of one variant.
    private static let variantSeed: UInt32 = 86_028_157

    /// The smallest share at which somebody is in, in basis points (1 … 10,000). As the share grows they stay in: a rollout only
    /// ever adds people.
    ///
    /// - Parameter salt: Unleash's groupId; for flagd what stands before the targeting key.
    package func threshold(of stickyID: String, salt: String) -> Int {
        switch self {
        case .unleash: return Int(Murmur3.hash("\(salt):\(stickyID)") % 100 + 1) * 100
        case .flagd: return Int((UInt64(Murmur3.hash(salt + stickyID)) * 10_000) >> 32) + 1
        case .flagdLegacy:
            let hash = Int32(bitPattern: Murmur3.hash(salt + stickyID))
            let bucket = Double(hash).magnitude / Double(Int32.max) * 100
            // In where bucket < share: the next basis point above it. The one hash of 2^32 past 100 % is in at 100 %.
            return min(Int((bucket * 100).rounded(.down)) + 1, 10_000)
        }
    }

    /// Whether somebody is among the users that a share stands for.
    package func includes(_ stickyID: String, salt: String, at share: Rollout) -> Bool {
        share > .none && threshold(of: stickyID, salt: salt) <= share.basisPoints
    }

    /// A number from 1 to `total` that deals somebody who is in to a variant.
    func variantPlace(of stickyID: String, salt: String, total: Int) -> Int {
        guard total > 0 else { return 0 }
        switch self {
        case .unleash: return Int(Murmur3.hash("\(salt):\(stickyID)", seed: Self.variantSeed) % UInt32(total)) + 1
        case .flagd: return Int((UInt64(Murmur3.hash("\(salt).variant\(stickyID)")) * UInt64(total)) >> 32) + 1
        case .flagdLegacy:
            let hash = Int32(bitPattern: Murmur3.hash("\(salt).variant\(stickyID)"))
            let place = Double(hash).magnitude / Double(Int32.max) * Double(total)
            return min(Int(place.rounded(.down)) + 1, total)
        }
    }

    /// Why a share cannot be had with this algorithm; nil where it can.
    package func trouble(with share: Rollout) -> String? {
        self == .unleash && !share.isWhole
            ? "unleash knows whole per cents only: its SDKs would take \(share) % for \(share.basisPoints / 100) %"
            : nil
    }
}
