package import Launch

/// What is wrong with the flags before a launch: those in Redis held against the launch config.
package struct FlagFindings: Hashable, Sendable {
    /// The launch is not fit with these.
    package private(set) var errors: [String] = []
    /// It may be meant so.
    package private(set) var warnings: [String] = []

    package init(_ looks: [FlagLook], _ plan: FlagsPlan) {
        for look in looks {
            let known = plan[look.name]
            switch look.state {
            case .absent: errors.append("\(look.name): it is in the launch config, and not in Redis")
            case .faulty(let fault, _):
                if case .name = fault {
                    errors.append("a flag named \(fault)")
                } else {
                    errors.append("\(look.name): \(fault)")
                }
            case .flag(let flag): judge(flag, known, plan)
            }
        }
    }

    private mutating func judge(_ flag: FeatureFlag, _ known: KnownFlag?, _ plan: FlagsPlan) {
        if let algorithm = flag.algorithm, algorithm != plan.target.algorithm {
            errors.append(
                "\(flag.name): its algorithm is \(algorithm.rawValue), the launch config says "
                    + "\(plan.target.algorithm.rawValue): the applications would deal users otherwise than guardia says"
            )
        } else if let trouble = plan.target.algorithm.trouble(with: flag.rollout) {
            errors.append("\(flag.name): \(trouble)")
        }
        if known == nil { warnings.append("\(flag.name): it is in Redis, and the launch config does not name it") }
        if flag.algorithm == nil {
            warnings.append("\(flag.name): it names no algorithm: whoever reads it must guess")
        }
        if flag.version == 0 { warnings.append("\(flag.name): it has no version: it was made by hand") }
        if flag.stickiness == .random {
            warnings.append("\(flag.name): its stickiness is random: users get and lose it from one visit to the next")
        }
        if let known, known.guards.isEmpty { warnings.append("\(flag.name): no guard would stop its ramp") }
    }
}
