import Journal
package import Launch

/// Looks once a second for what only guardia can know to be wrong (``EngineAlerts``), in the journal's own story, and hands it to
/// the alerts. A journal that cannot be read ends none of them.
///
/// On a thread of its own: a disk that hangs holds up nothing else.
package actor EngineAlertWatch {
    private let path: String
    private let plan: EngineAlertPlan
    private let clock: any Clock
    private let tell: @Sendable (OutsideAlerts) -> Void
    private let executor: ThreadExecutor
    private var reader: JournalReader?
    private var board: Board?
    /// Nil: nothing was told yet.
    private var told: Int?
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameter tell: hears all that is found, at each look.
    package init(
        journal path: String, plan: EngineAlertPlan, clock: any Clock, tell: @escaping @Sendable (OutsideAlerts) -> Void
    ) {
        self.path = path
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
        guard let board = catchUp(), board.manifest != nil else { return }
        let alerts = EngineAlerts(board, plan, at: clock.now()).alerts
        defer { told = alerts.count }
        // The first look ends what an engine before this one had told, and is over.
        if alerts.isEmpty, told == 0 { return }
        tell(
            OutsideAlerts(
                source: EngineAlerts.source, alerts: alerts.map { OutsideAlert(facts: $0) }, silences: []))
    }

    /// The board as the journal has it now; nil where it cannot be read.
    private func catchUp() -> Board? {
        do throws(JournalError) {
            if reader == nil { reader = try JournalReader(path: path) }
            guard let reader else { return nil }
            // Asked before reading: what comes meanwhile is a change at the next look.
            switch (try reader.change(), board) {
            case (.nothing, .some): break
            case (.news, .some): for entry in try reader.news() { take(entry) }
            default: board = try reader.currentBoard(span: .minutes(1))
            }
        } catch {
            reader = nil
            board = nil
        }
        return board
    }

    private func take(_ entry: JournalEntry) {
        switch entry {
        case .manifest(let manifest): board?.apply(manifest)
        case .tick(let tick): board?.apply(tick)
        case .event(let event): board?.apply(event)
        }
    }
}
