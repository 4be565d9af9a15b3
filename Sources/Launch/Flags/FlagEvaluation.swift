/// Who asks whether they have a feature: what the application's SDK would be told.
package struct FlagContext: Hashable, Sendable {
    package var user: String?
    package var session: String?
    /// Further fields of the context, by name.
    package var properties: [String: String]

    package init(user: String? = nil, session: String? = nil, properties: [String: String] = [:]) {
        self.user = user
        self.session = session
        self.properties = properties
    }

    /// What they are recognised by; nil: nothing, chance decides.
    func stickyID(_ stickiness: FeatureFlag.Stickiness) -> String? {
        switch stickiness.field {
        case "default": user ?? session
        case "random": nil
        case "userId": user
        case "sessionId": session
        default: properties[stickiness.field]
        }
    }
}

/// Whether somebody has a feature, and why.
package struct FlagEvaluation: Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// The flag is off for everybody.
        case off
        /// The allow-list names them.
        case allowed
        /// Their place in the rollout, in basis points: they have it from that share on.
        case rollout(place: Int)
        /// Nobody is in.
        case nobody
        /// The context lacks what the flag's stickiness needs: the SDK lets chance decide, or says no.
        case unrecognised(field: String)
    }

    package var isOn: Bool
    package var variant: String?
    package var reason: Reason

    /// - Parameter algorithm: the launch config's, for a flag that names none.
    package init(of flag: FeatureFlag, for context: FlagContext, by algorithm: FlagAlgorithm) {
        let algorithm = flag.algorithm ?? algorithm
        let stickyID = context.stickyID(flag.stickiness)
        guard flag.isEnabled else {
            self.init(isOn: false, reason: .off)
            return
        }
        if let user = context.user, flag.allowed.contains(user) {
            self.init(isOn: true, reason: .allowed)
        } else if let stickyID {
            let place = algorithm.threshold(of: stickyID, salt: flag.group)
            self.init(
                isOn: algorithm.includes(stickyID, salt: flag.group, at: flag.rollout), reason: .rollout(place: place))
        } else if flag.rollout == .all {
            self.init(isOn: true, reason: .rollout(place: 0))
        } else {
            self.init(
                isOn: false, reason: flag.rollout == .none ? .nobody : .unrecognised(field: flag.stickiness.field))
        }
        if isOn { variant = Self.variant(of: flag, for: stickyID ?? context.user ?? "", by: algorithm) }
    }

    private init(isOn: Bool, reason: Reason) {
        self.isOn = isOn
        variant = nil
        self.reason = reason
    }

    private static func variant(of flag: FeatureFlag, for stickyID: String, by algorithm: FlagAlgorithm) -> String? {
        let total = flag.variants.reduce(0) { $0 + $1.weight }
        var left = algorithm.variantPlace(of: stickyID, salt: flag.group, total: total)
        for variant in flag.variants where variant.weight > 0 {
            if left <= variant.weight { return variant.name }
            left -= variant.weight
        }
        return nil
    }

    /// In a sentence, for people.
    package func words(of flag: FeatureFlag) -> String {
        switch reason {
        case .off: "the flag is off for everybody"
        case .allowed: "the allow-list names them"
        case .nobody: "the rollout is 0 %"
        case .unrecognised(let field): "nothing to recognise them by (stickiness \(field)): chance decides"
        case .rollout(let place) where isOn && place <= 0: "everybody has it"
        case .rollout(let place):
            "in from \(Rollout(basisPoints: place)?.words ?? "?") on, the rollout is \(flag.rollout.words)"
        }
    }
}
