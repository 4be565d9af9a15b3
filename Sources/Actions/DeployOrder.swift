package import Launch

/// What an operator asks a deploy for, and who asks.
package struct DeployOrder: Sendable {
    package var version: String
    /// The canary's shares; 100 comes by itself.
    package var shares: [Int]
    package var bake: Milliseconds
    package var confirmWithin: Milliseconds?
    /// The split that was in force when it was planned.
    package var from: String?
    package var reason: String
    /// Edges that are left alone.
    package var without: Set<String>
    /// Goes ahead without approval; loudly.
    package var breakGlass: Bool
    /// Goes ahead though the go/no-go poll is not GO; loudly.
    package var force: Bool
    /// How long a person may take to decide what could not be told.
    package var decision: Milliseconds
    package var by: Operator
    package var command: [String]
    package var pid: Int32
    /// The interrupted deploy that this one goes on with.
    package var continues: ActionRecord?

    package init(
        version: String, shares: [Int], bake: Milliseconds, confirmWithin: Milliseconds?, from: String? = nil,
        reason: String = "", without: Set<String> = [], breakGlass: Bool = false, force: Bool = false,
        decision: Milliseconds = .minutes(30),
        by: Operator, command: [String], pid: Int32, continues: ActionRecord? = nil
    ) {
        self.version = version
        self.shares = shares
        self.bake = bake
        self.confirmWithin = confirmWithin
        self.from = from
        self.reason = reason
        self.without = without
        self.breakGlass = breakGlass
        self.force = force
        self.decision = decision
        self.by = by
        self.command = command
        self.pid = pid
        self.continues = continues
    }
}

/// What a deploy needs of the world besides the edges. Each is a function, so that its rules are tested without one.
package struct DeployWorld: Sendable {
    /// What the journal says now; nil where it cannot be read.
    package var board: @Sendable () async -> Board?
    package var clock: any Clock
    /// Waits; throws when its task is cancelled.
    package var pause: Pause
    /// Runs a command of the config.
    package var run: Followers.Run
    /// The schema's version, asked of the database.
    package var schema: @Sendable (SchemaPlan) async throws -> Int64
    /// The value that a secret of the config stands for.
    package var secret: @Sendable (Secret) throws -> String
    /// When deploys are wanted; nil: always.
    package var window: LaunchWindow?
    package var zone: Zone
    /// The go/no-go poll of the config; nil: there is none.
    package var readiness: ReadinessPlan?
    /// How far back the figures of the colours reach.
    package var memory: Milliseconds
    /// What operators ask of this action while it runs.
    package var requests: AsyncStream<ActionEvent.Asked>
    /// Says when the leases are to be renewed: once each such span, until its reader is cancelled.
    package var renewals: @Sendable (Milliseconds) -> AsyncStream<Void>

    package init(
        board: @escaping @Sendable () async -> Board?, clock: any Clock,
        pause: @escaping Pause, run: @escaping Followers.Run,
        schema: @escaping @Sendable (SchemaPlan) async throws -> Int64,
        secret: @escaping @Sendable (Secret) throws -> String, window: LaunchWindow?, zone: Zone,
        readiness: ReadinessPlan? = nil, memory: Milliseconds = .minutes(1),
        requests: AsyncStream<ActionEvent.Asked>,
        renewals: @escaping @Sendable (Milliseconds) -> AsyncStream<Void> = DeployWorld.every
    ) {
        self.board = board
        self.clock = clock
        self.pause = pause
        self.run = run
        self.schema = schema
        self.secret = secret
        self.window = window
        self.zone = zone
        self.readiness = readiness
        self.memory = memory
        self.requests = requests
        self.renewals = renewals
    }

    /// A tick each `span`.
    @Sendable package static func every(_ span: Milliseconds) -> AsyncStream<Void> {
        AsyncStream { try? await Task.sleep(for: span.duration) }
    }
}
