import Journal
package import Launch

/// Looks once a second for what only guardia can know to be wrong (``EngineAlerts``), in the journal's own story, and hands it to
/// the alerts. A journal that cannot be read ends none of them.
///
/// On a thread of its own: a disk that hangs holds up nothing else.
package actor EngineAlertWatch {
    private let plan: EngineAlertPlan
    private let clock: any Clock
    private let tell: @Sendable (OutsideAlerts) -> Void
    private let executor: ThreadExecutor
    private var followed: FollowedBoard
    /// Nil: nothing was told yet.
    private var told: Int?
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameter tell: hears all that is found, at each look.
    package init(
        journal path: String, plan: EngineAlertPlan, clock: any Clock, tell: @escaping @Sendable (OutsideAlerts) -> Void
    ) {
        // Of the series it needs what the edges say of their locks.
        followed = FollowedBoard(path, span: .minutes(1)) { EdgeSeries.isOne($0.id) }
        self.plan = plan
        self.clock = clock
        self.tell = tell
        executor = ThreadExecutor(name: "engine-alerts")
    }

    deinit { executor.stop() }

    /// Looks until the task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            look()
            try? await Task.sleep(for: .seconds(1))
        }
    }

    /// One look: what `run` does each second.
    package func look() {
        followed.catchUp()
        guard let board = followed.board, board.manifest != nil else { return }
        let alerts = EngineAlerts(board, plan, at: clock.now()).alerts
        defer { told = alerts.count }
        // The first look ends what an engine before this one had told, and is over.
        if alerts.isEmpty, told == 0 { return }
        tell(
            OutsideAlerts(
                source: EngineAlerts.source, alerts: alerts.map { OutsideAlert(facts: $0) }, silences: []))
    }
}
