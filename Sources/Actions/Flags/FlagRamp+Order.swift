package import Launch

extension FlagRamp {
    package struct Order: Sendable {
        package var name: String
        package var plan: RampPlan
        /// The version that was seen; another one refuses it.
        package var expect: Int64?
        package var creates: Bool
        package var reason: String
        package var by: Operator
        package var command: [String]
        package var pid: Int32
        /// The ramp that this one goes on with, its process dead.
        package var continues: ActionID?
        /// The earlier runs of this ramp: what they wrote is no one else's.
        package var owners: Set<String>

        package init(
            name: String, plan: RampPlan, expect: Int64? = nil, creates: Bool = false, reason: String = "",
            by: Operator, command: [String], pid: Int32, continues: ActionID? = nil,
            owners: Set<String> = []
        ) {
            self.name = name
            self.plan = plan
            self.expect = expect
            self.creates = creates
            self.reason = reason
            self.by = by
            self.command = command
            self.pid = pid
            self.continues = continues
            self.owners = owners
        }
    }

    /// What a ramp needs of the world besides the store. Each is a function, so that its rules are tested without one.
    package struct World: Sendable {
        /// What the journal says now; nil where it cannot be read.
        package var board: @Sendable () async -> Board?
        package var clock: any Clock
        /// Waits; throws when its task is cancelled.
        package var pause: Pause
        /// What operators have asked of this ramp since the last call.
        package var requests: @Sendable () async -> [ActionEvent.Asked]

        package init(
            board: @escaping @Sendable () async -> Board?, clock: any Clock, pause: @escaping Pause,
            requests: @escaping @Sendable () async -> [ActionEvent.Asked]
        ) {
            self.board = board
            self.clock = clock
            self.pause = pause
            self.requests = requests
        }
    }
}
