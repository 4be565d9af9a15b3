package import Launch

/// Begins backups and restore drills when they are due: in the engine, which only starts their commands.
package actor BackupScheduler {
    private let plan: BackupPlan
    private let window: LaunchWindow?
    private let zone: Zone
    private let clock: any Clock
    private let board: JournalBoard
    private let start: @Sendable (ActionRequest) -> Void
    /// When a command was started here that has not been heard of in the journal yet.
    private var started: [ActionKind: Moment] = [:]

    /// How long a command may take to its first event.
    private static let patience: Milliseconds = .minutes(2)

    /// - Parameter start: starts a command in a session of its own, as a dashboard does.
    package init(
        _ plan: BackupPlan, window: LaunchWindow?, zone: Zone, clock: any Clock, journal: String,
        start: @escaping @Sendable (ActionRequest) -> Void
    ) {
        self.plan = plan
        self.window = window
        self.zone = zone
        self.clock = clock
        board = JournalBoard(journal)
        self.start = start
    }

    /// Looks every ten seconds until the task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(10))
            if Task.isCancelled { return }
            await look()
        }
    }

    /// One look: what `run` does every ten seconds.
    package func look() async {
        guard let board = await board.board() else { return }
        consider(.backup, plan.schedule, ["backup", "run"], board, drill: nil)
        prune(board)
        // A backup that runs is not to be drilled beside: both would be slower than they are.
        guard started[.backup] == nil, !board.actions.running.contains(where: { $0.kind == .backup }) else { return }
        // Nor is anything proved of what is not there: a drill without a backup would be an alarm about nothing.
        guard board.backups.backups.contains(where: \.isGood) else { return }
        consider(.drill, plan.drill.schedule, ["drill", "restore"], board, drill: .restore)
    }

    private func consider(
        _ kind: ActionKind, _ schedule: WeeklySchedule?, _ words: [String], _ board: Board, drill: DrillKind?
    ) {
        guard let schedule else { return }
        let now = clock.now()
        var attempts = Self.attempts(kind, board, drill: drill)
        if let before = started[kind] {
            if let last = attempts.last, last >= before.utc {
                started[kind] = nil
            } else if before.age(at: now) < Self.patience {
                return
            } else {
                // It never said a word.
                started[kind] = nil
                attempts = WeeklySchedule.Attempts(last: before.utc, hasFailed: true)
            }
        }
        guard schedule.isDue(at: now.utc, after: attempts, in: zone, window: window) else { return }
        // What is whole and only did not reach the bucket is not taken again: that would fill the disk.
        let isWhole =
            attempts.hasFailed && kind == .backup
            && board.backups.failure?.event.backup.flatMap { board.backups[$0] }?.isGood == true
        let isNew = attempts.last.map { last in (schedule.latest(until: now.utc, in: zone) ?? last) > last } ?? true
        begin(kind, isWhole && !isNew ? ["backup", "upload"] : words, at: now)
    }

    /// After a backup, what is no longer kept goes, where the policy says so.
    private func prune(_ board: Board) {
        let now = clock.now()
        guard plan.retention.isAutomatic,
            !board.actions.running.contains(where: { $0.kind == .backup || $0.kind == .prune }),
            let taken = board.backups.backups.last
        else { return }
        if let last = board.actions.records.last(where: { $0.kind == .prune }), last.at.utc >= taken.at.utc { return }
        if let before = started[.prune], before.age(at: now) < Self.patience { return }
        begin(.prune, ["backup", "prune"], at: now)
    }

    private func begin(_ kind: ActionKind, _ words: [String], at now: Moment) {
        started[kind] = now
        start(
            ActionRequest(
                id: ActionID(kind, at: now.utc, random: .random(in: 0 ... .max)), kind: kind,
                arguments: words + ["--yes", "--reason", "scheduled"]))
    }

    /// What the journal tells of earlier ones.
    static func attempts(_ kind: ActionKind, _ board: Board, drill: DrillKind?) -> WeeklySchedule.Attempts {
        let drills = Set(board.backups.drills.filter { $0.kind != drill }.map(\.id))
        guard let last = board.actions.records.last(where: { $0.kind == kind && !drills.contains($0.id) }) else {
            return WeeklySchedule.Attempts()
        }
        return WeeklySchedule.Attempts(
            last: last.at.utc, hasFailed: last.ended.map { $0.body.outcome != .done } ?? false,
            isRunning: last.ended == nil)
    }
}
