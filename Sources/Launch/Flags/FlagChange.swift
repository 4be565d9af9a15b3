/// What somebody wants changed of a flag; what is nil stays.
package struct FlagEdit: Hashable, Sendable {
    package var isEnabled: Bool?
    package var rollout: Rollout?
    package var variants: [FlagVariant]?
    /// An empty text goes back to the flag's name.
    package var salt: String?
    package var stickiness: FeatureFlag.Stickiness?
    package var allow: [String]
    package var disallow: [String]

    package init(
        isEnabled: Bool? = nil, rollout: Rollout? = nil, variants: [FlagVariant]? = nil, salt: String? = nil,
        stickiness: FeatureFlag.Stickiness? = nil, allow: [String] = [], disallow: [String] = []
    ) {
        self.isEnabled = isEnabled
        self.rollout = rollout
        self.variants = variants
        self.salt = salt
        self.stickiness = stickiness
        self.allow = allow
        self.disallow = disallow
    }

    /// The kill switch.
    package static let off = FlagEdit(isEnabled: false)

    /// Whether it does nothing but take the feature from everybody.
    package var isKill: Bool { self == .off }

    package var isEmpty: Bool { self == FlagEdit() }

    /// The flag as it is to be; a new one is on.
    package func applied(to flag: FeatureFlag?, name: String) -> FeatureFlag {
        var flag = flag ?? FeatureFlag(name: name)
        if let isEnabled { flag.isEnabled = isEnabled }
        if let rollout { flag.rollout = rollout }
        if let variants { flag.variants = variants }
        if let salt { flag.salt = salt.isEmpty || salt == name ? nil : salt }
        if let stickiness { flag.stickiness = stickiness }
        flag.allowed.removeAll(where: disallow.contains)
        for user in allow where !flag.allowed.contains(user) { flag.allowed.append(user) }
        return flag
    }
}

/// A flag before and after: what it does to users, and how it must be confirmed.
package struct FlagChange: Hashable, Sendable {
    /// Nil: there is none yet.
    package var from: FeatureFlag?
    package var to: FeatureFlag

    package init(from: FeatureFlag?, to: FeatureFlag) {
        self.from = from
        self.to = to
    }

    /// Whether anything that an application sees changes.
    package var isEmpty: Bool {
        guard var from else { return false }
        (from.version, from.updatedBy, from.updatedAt, from.change) = (
            to.version, to.updatedBy, to.updatedAt, to.change
        )
        return from == to
    }

    /// Users who get it less those who lose it, as a share: negative where the feature is taken away.
    package var delta: Int { to.share.basisPoints - (from?.share.basisPoints ?? 0) }

    /// Whether those who have it are dealt anew: not the next in line get or lose it, but anybody.
    package var isReshuffled: Bool {
        guard let from, from.share > .none || to.share > .none else { return false }
        return from.group != to.group || from.stickiness != to.stickiness
            || from.algorithm != nil && from.algorithm != to.algorithm
    }

    /// Per cent of all users for whom something changes: the difference of the shares, where the rollout only grows or shrinks;
    /// where all are dealt anew, those who get it and those who lose it; where variants change, all who have it.
    package var affected: Double {
        let (before, after) = ((from?.share.percent ?? 0) / 100, to.share.percent / 100)
        if isReshuffled { return (before * (1 - after) + after * (1 - before)) * 100 }
        if let from, from.variants != to.variants { return max(before, after) * 100 }
        return Double(delta.magnitude) / 100
    }

    /// Grave: to half of the users or more, or anything that deals those who have it anew. The kill switch never is.
    package var risk: Risk {
        if to.share == .none { return .routine }
        if isReshuffled || from.map({ $0.variants != to.variants && $0.share > .none }) ?? false { return .grave }
        return to.share >= .half && (from.map { $0.share != to.share } ?? true) ? .grave : .routine
    }

    package var kind: ActionKind { to.share == .none && (from?.share ?? .none) > .none ? .flagOff : .flagSet }

    /// What is typed to confirm a grave one: flag and share, `checkout-v2 50%`.
    package var target: String { FlagChange.target(to.name, to.share) }

    package static func target(_ name: String, _ share: Rollout) -> String { "\(name) \(share)%" }

    /// `5 % → 25 %`, `on 25 % → off`
    package var words: String {
        var parts: [String] = []
        let before = from.map(FlagChange.state) ?? "none"
        let after = FlagChange.state(to)
        if before != after { parts.append("\(before) → \(after)") }
        guard let from else { return parts.joined(separator: ", ") }
        if from.isEnabled == to.isEnabled, !to.isEnabled, from.rollout != to.rollout {
            parts.append("rollout when on: \(from.rollout.words) → \(to.rollout.words)")
        }
        if from.variants != to.variants {
            parts.append("variants \(to.variants.isEmpty ? "none" : FlagVariant.text(to.variants))")
        }
        if from.group != to.group { parts.append("salt \(to.group)") }
        if from.stickiness != to.stickiness { parts.append("stickiness \(to.stickiness)") }
        let (added, removed) = (
            to.allowed.count { !from.allowed.contains($0) }, from.allowed.count { !to.allowed.contains($0) }
        )
        if added > 0 { parts.append("allow-list +\(added)") }
        if removed > 0 { parts.append("allow-list −\(removed)") }
        return parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
    }

    package static func state(_ flag: FeatureFlag) -> String { flag.isEnabled ? flag.rollout.words : "off" }
}
