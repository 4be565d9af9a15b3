/// A feature flag as it is kept: who has the feature, and who said so last.
package struct FeatureFlag: Hashable, Sendable {
    package var name: String
    /// Off: nobody has it, whatever the rollout and the allow-list say.
    package var isEnabled: Bool
    package var rollout: Rollout
    package var variants: [FlagVariant]
    /// What stands before the user in the hash (Unleash's groupId); nil: the name.
    package var salt: String?
    package var stickiness: Stickiness
    /// Users who have it whatever the rollout is.
    package var allowed: [String]
    /// As the flag itself says; nil: as the launch config says.
    package var algorithm: FlagAlgorithm?
    /// Counts its changes; 0: whoever made it by hand gave it none.
    package var version: Int64
    package var updatedBy: String
    package var updatedAt: Timestamp?
    /// The action that changed it last; empty where that was none of guardia's.
    package var change: String

    package init(
        name: String, isEnabled: Bool = true, rollout: Rollout = .none, variants: [FlagVariant] = [],
        salt: String? = nil, stickiness: Stickiness = .standard, allowed: [String] = [],
        algorithm: FlagAlgorithm? = nil, version: Int64 = 0, updatedBy: String = "", updatedAt: Timestamp? = nil,
        change: String = ""
    ) {
        self.name = name
        self.isEnabled = isEnabled
        self.rollout = rollout
        self.variants = variants
        self.salt = salt
        self.stickiness = stickiness
        self.allowed = allowed
        self.algorithm = algorithm
        self.version = version
        self.updatedBy = updatedBy
        self.updatedAt = updatedAt
        self.change = change
    }

    /// The share of users who have it, the allow-list aside.
    package var share: Rollout { isEnabled ? rollout : .none }

    /// What the hash begins with.
    package var group: String { salt ?? name }

    /// What somebody is recognised by from one visit to the next.
    package struct Stickiness: Hashable, Sendable, Codable, CustomStringConvertible {
        /// `default`: the user, else the session, else chance; or the name of a field of the context.
        package var field: String

        package init(_ field: String) { self.field = field }

        package static let standard = Stickiness("default")
        package static let random = Stickiness("random")

        package var description: String { field }

        package init(from decoder: any Decoder) throws {
            field = try decoder.singleValueContainer().decode(String.self)
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(field)
        }
    }
}

/// Why what is kept of a flag cannot be taken for one.
package enum FlagFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// Its name cannot be one.
    case name(String, why: String)
    /// A field is not there.
    case missing(field: String)
    /// A field holds what it may not.
    case malformed(field: String, value: String, why: String)

    package var description: String {
        switch self {
        case .name(let name, let why): "'\(name.prefix(80))': \(why)"
        case .missing(let field): "it has no field '\(field)'"
        case .malformed(let field, let value, let why): "\(field) '\(value.prefix(80))': \(why)"
        }
    }
}
