/// What may be tried on the running launch, and how: the `drills:` section of the launch config.
package struct DrillsPlan: Hashable, Sendable {
    /// What is allowed here; in a rehearsal all of it is.
    package var allowed: Set<DrillKind>
    /// What tells whether the application is well: answers of 200 at this address.
    package var health: String?
    /// How long until it must be well again.
    package var target: Milliseconds
    /// How many good answers in a row count as well.
    package var answers: Int
    package var connections: ConnectionsDrill?
    package var redis: RestartDrill?
    package var edge: HostDrill?

    package init(
        allowed: Set<DrillKind> = [], health: String? = nil, target: Milliseconds = .seconds(30), answers: Int = 5,
        connections: ConnectionsDrill? = nil, redis: RestartDrill? = nil, edge: HostDrill? = nil
    ) {
        self.allowed = allowed
        self.health = health
        self.target = target
        self.answers = answers
        self.connections = connections
        self.redis = redis
        self.edge = edge
    }

    /// Ends the application's connections, then takes all that are left for a while.
    package struct ConnectionsDrill: Hashable, Sendable {
        /// As whom: a role that may end others' sessions.
        package var server: PostgresTarget
        /// Whose sessions are ended.
        package var user: String
        /// How long none is left for the application.
        package var hold: Milliseconds
        /// Probes that it disturbs.
        package var silences: [String]

        package init(server: PostgresTarget, user: String, hold: Milliseconds = .seconds(3), silences: [String] = []) {
            self.server = server
            self.user = user
            self.hold = hold
            self.silences = silences
        }
    }

    /// Restarts Redis.
    package struct RestartDrill: Hashable, Sendable {
        package var restart: CommandPlan
        /// The Redis: what it says its run is, before and after, proves that it was restarted.
        package var server: RedisTarget
        package var silences: [String]

        package init(restart: CommandPlan, server: RedisTarget = RedisTarget(), silences: [String] = []) {
            self.restart = restart
            self.server = server
            self.silences = silences
        }
    }

    /// Stops one host of the application, and starts it again.
    package struct HostDrill: Hashable, Sendable {
        package var stop: CommandPlan
        package var start: CommandPlan
        /// An address of that host alone: silence there proves that it was down, an answer that it is back.
        package var host: String
        /// How long it stays down.
        package var hold: Milliseconds
        package var silences: [String]

        package init(
            stop: CommandPlan, start: CommandPlan, host: String, hold: Milliseconds = .seconds(5),
            silences: [String] = []
        ) {
            self.stop = stop
            self.start = start
            self.host = host
            self.hold = hold
            self.silences = silences
        }
    }

    /// Probes whose alarms a drill sets off.
    package func silences(of kind: DrillKind) -> [String] {
        switch kind {
        case .connections: connections?.silences ?? []
        case .redis: redis?.silences ?? []
        case .edge: edge?.silences ?? []
        case .restore: []
        }
    }

    /// Why a drill may not be run here; nil where it may.
    package func refusal(of kind: DrillKind, in environment: String) -> String? {
        if kind.disturbs, environment != "rehearsal", !allowed.contains(kind) {
            return "drills that disturb are not allowed in \(environment): name '\(kind.rawValue)' in drills.allowed"
        }
        let isSetUp =
            switch kind {
            case .restore: true
            case .connections: connections != nil
            case .redis: redis != nil
            case .edge: edge != nil
            }
        if !isSetUp { return "the launch config does not say how: see drills.\(kind.rawValue)" }
        if kind.disturbs, health == nil { return "the launch config does not say what is well: see drills.health" }
        return nil
    }
}

/// Whether an application is well again: it is so from the first of a row of good answers on.
package struct RecoveryWatch: Hashable, Sendable {
    package let wanted: Int
    /// When the disturbance began, by the monotonic clock.
    package let begun: Milliseconds
    private var run = 0
    private var runBegan: Milliseconds?
    /// Whether a bad answer was ever seen: where none was, the disturbance was not felt.
    package private(set) var wasHurt = false
    package private(set) var asked = 0
    package private(set) var failed = 0
    private var lastFailure: Milliseconds?

    package init(wanted: Int, begun: Milliseconds) {
        self.wanted = wanted
        self.begun = begun
    }

    package mutating func take(isWell: Bool, at now: Milliseconds) {
        asked += 1
        if isWell {
            if run == 0 { runBegan = now }
            run += 1
        } else {
            failed += 1
            run = 0
            runBegan = nil
            wasHurt = true
            lastFailure = now
        }
    }

    /// How long it took to be well again; nil: it is not yet.
    package var recovered: Milliseconds? {
        guard run >= wanted else { return nil }
        guard wasHurt, let runBegan else { return 0 }
        return max(0, runBegan - begun)
    }
}
