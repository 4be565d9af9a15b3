/// What the journal's readers are told of the flags: names and rules, no address and no secret.
package struct FlagFacts: Hashable, Sendable, Codable {
    package var flags: [KnownFlag]
    package var algorithm: FlagAlgorithm
    /// What a ramp does where nobody says otherwise.
    package var steps: [Rollout]
    package var every: Milliseconds
    /// The series that counts the users of the product; nil: shares only.
    package var users: SeriesID?
    /// The words before `guardia` on the command line of an action.
    package var actAs: [String]
    /// Why nobody may act from a screen; nil where operators may.
    package var locked: String?

    package init(
        flags: [KnownFlag], algorithm: FlagAlgorithm, steps: [Rollout], every: Milliseconds, users: SeriesID? = nil,
        actAs: [String] = [], locked: String? = nil
    ) {
        self.flags = flags
        self.algorithm = algorithm
        self.steps = steps
        self.every = every
        self.users = users
        self.actAs = actAs
        self.locked = locked
    }

    package subscript(name: String) -> KnownFlag? { flags.first { $0.name == name } }
}

/// A flag that the launch config names.
package struct KnownFlag: Hashable, Sendable, Codable {
    package var name: String
    /// A few words for people; nil: the name.
    package var title: String?
    /// What can go wrong with it: shown before it is changed.
    package var note: String?
    /// What stops its ramps.
    package var guards: [RampGuard]

    package init(name: String, title: String? = nil, note: String? = nil, guards: [RampGuard] = []) {
        self.name = name
        self.title = title
        self.note = note
        self.guards = guards
    }
}
