/// The feature flags of a launch: where they are kept, and how they are changed.
package struct FlagsPlan: Hashable, Sendable {
    package var target: FlagsTarget
    /// How often they are looked at.
    package var interval: Milliseconds
    /// The flags that the config names, in its order.
    package var flags: [KnownFlag]
    /// What a ramp does where nobody says otherwise.
    package var steps: [Rollout]
    package var every: Milliseconds
    /// The series that counts the users of the product.
    package var users: SeriesID?
    /// Each change is added to this stream, and published on this channel.
    package var stream: String
    package var channel: String

    package init(
        target: FlagsTarget, interval: Milliseconds = .seconds(2), flags: [KnownFlag],
        steps: [Rollout] = FlagsPlan.usualSteps, every: Milliseconds = .minutes(10), users: SeriesID? = nil,
        stream: String = "flags:audit", channel: String = "flags:changed"
    ) {
        self.target = target
        self.interval = interval
        self.flags = flags
        self.steps = steps
        self.every = every
        self.users = users
        self.stream = stream
        self.channel = channel
    }

    package static let usualSteps = [1, 5, 25, 100].compactMap { Rollout(percent: $0) }

    /// What looks at them.
    package var probe: Probe {
        Probe(
            name: FlagSeries.probe, interval: interval, deadline: min(interval, .seconds(2)),
            retry: Probe.Retry(attempts: 0), target: .flags(target))
    }

    package subscript(name: String) -> KnownFlag? { flags.first { $0.name == name } }

    /// What the journal's readers are told.
    package func facts(actAs: [String]) -> FlagFacts {
        FlagFacts(
            flags: flags, algorithm: target.algorithm, steps: steps, every: every, users: users, actAs: actAs)
    }
}

/// Flags that are looked at: made from `flags:`, not by the user.
package struct FlagsTarget: Hashable, Sendable {
    package var redis: RedisTarget
    /// A flag's key is this and its name.
    package var prefix: String
    package var algorithm: FlagAlgorithm
    package var names: [String]

    package init(redis: RedisTarget, prefix: String = "flag:", algorithm: FlagAlgorithm, names: [String]) {
        self.redis = redis
        self.prefix = prefix
        self.algorithm = algorithm
        self.names = names
    }

    package func key(of name: String) -> String { prefix + name }

    var measures: [Measure] {
        names.flatMap { name in
            [
                Measure("share.\(name)", "share of \(name)", .percent, absence: .normal),
                Measure("state.\(name)", "state of \(name)", .text, absence: .normal),
            ]
        } + [
            Measure("faulty", "missing or malformed", .count, thresholds: Thresholds(warning: .above(0)))
        ]
    }
}
