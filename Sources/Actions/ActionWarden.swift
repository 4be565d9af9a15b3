import Edge
import Glibc
import Journal
package import Launch

/// What the engine does for actions, once a second: brings what was spooled into the journal, finds actions whose process
/// died, mends edges that a rollback could not reach when they come back, and starts the host that a drill had stopped when it
/// died.
package actor ActionWarden {
    private let path: String
    private let origin: String
    private let host: String
    private let clock: any Clock
    /// Nil: no traffic is moved, and no edge is to be mended.
    private let deployment: Deployment?
    private let edges: EdgeGroup
    private let board: JournalBoard
    /// Flags that are not as the journal was last told, and since when.
    private var unheard = FlagWatch()
    // MARK: Readiness
    private var turns = ReadinessTurns()
    // MARK: Drills
    /// Starts the host that a drill stops; why it failed. Nil: no such drill is configured.
    private let startHost: (@Sendable () async -> String?)?
    private var isStarting = false
    /// What came of the last try, until the journal knows.
    private var started: (drill: ActionID, trouble: String?)?
    /// Drills whose host could not be started, and when that is tried again.
    private var failedStarts: [ActionID: Milliseconds] = [:]
    private static let startAgain: Milliseconds = .seconds(10)
    private let executor: ThreadExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    package init(
        journal path: String, origin: String, clock: any Clock, deployment: Deployment?, edges: EdgeGroup,
        startHost: (@Sendable () async -> String?)? = nil
    ) {
        self.startHost = startHost
        self.path = path
        self.origin = origin
        host = origin
        self.clock = clock
        self.deployment = deployment
        self.edges = edges
        board = JournalBoard(path)
        executor = ThreadExecutor(name: "warden")
    }

    deinit { executor.stop() }

    /// Looks once a second until the task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            await look()
            try? await Task.sleep(for: .seconds(1))
        }
        for door in edges.doors { await door.close() }
    }

    /// One look: what `run` does each second.
    package func look() async {
        drainSpool()
        guard let board = await board.board() else { return }
        bury(board.actions)
        let changes = unheard.changes(on: board, now: clock.now())
        // Not told now, it is told at the next look.
        _ = try? append(changes.map { Event(origin: origin, at: clock.now(), body: .flag(.changed($0))) })
        tellReadiness(board)
        await startStoppedHost(board)
        await mend(board.actions)
    }

    /// Journals how the go/no-go poll has turned, so that the past can be read and each verdict has its `since`.
    private func tellReadiness(_ board: Board) {
        let now = clock.now()
        guard !board.isSilent(at: now), let poll = ReadinessPoll(board, at: now) else { return }
        let events = turns.take(poll, told: board.readiness, at: now)
        guard !events.isEmpty else { return }
        _ = try? append(events.map { Event(origin: origin, at: now, body: .readiness($0)) })
    }

    private func drainSpool() {
        // While the disk is still full, what waits stays where it is, and is tried again.
        _ = try? Spool(of: path).drain { events throws(JournalError) in try append(events) }
    }

    /// Through a writer of its own each time: it is rarely needed, and the journal may have been replaced meanwhile.
    private func append(_ events: [Event]) throws(JournalError) {
        guard !events.isEmpty else { return }
        try JournalWriter(path: path, origin: origin, role: .action).append(events)
    }

    // MARK: Actions that died

    /// Tells the end of every action of this machine whose process is gone.
    private func bury(_ log: ActionLog) {
        for record in log.running where record.started.by.host == host && !lives(record) {
            // Not told now, it is told at the next look.
            _ = try? append([Event(origin: origin, at: clock.now(), body: .action(.ended(.died(record))))])
        }
    }

    /// The lock decides. Where none could be made (a full disk), a process of that number that is a guardia is taken for it.
    private func lives(_ record: ActionRecord) -> Bool {
        if ActionLock.lives(record.id, journal: path) != false { return true }
        guard let file = fopen("/proc/\(record.started.pid)/cmdline", "re") else { return false }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, file)
        let words = bytes.prefix(count).split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return words.first?.hasSuffix("guardia") ?? false
    }

    // MARK: A host that a dead drill had stopped

    /// A drill of ours that stops a host and died before it told its end: whether it had started the host again is not known,
    /// and to start one that runs does no harm. Its end is told only once that is done, so that an engine that is started in
    /// between does it, too.
    private func startStoppedHost(_ board: Board) async {
        guard let startHost, let drill = board.backups.lastDrill(.edge), drill.ended == nil,
            let record = board.actions.records.last(where: { $0.id == drill.id }), record.started.by.host == host,
            record.ended.map({ $0.body.outcome == .died }) ?? !lives(record)
        else { return }
        guard let started, started.drill == drill.id else {
            guard !isStarting, failedStarts[drill.id].map({ $0 <= clock.now().uptime }) ?? true else { return }
            isStarting = true
            // It may take as long as its deadline: nothing else waits for it.
            Task { self.take(await startHost(), of: drill.id) }
            return
        }
        guard let trouble = started.trouble else {
            let end = BackupEvent.DrillEnded(
                id: drill.id, kind: .edge, hasPassed: false, measured: nil, target: drill.started.target,
                summary: "its process died while a host was stopped; the engine started the host again")
            // Not told now, it is told at the next look, and the host not started again for that.
            if (try? append([Event(origin: origin, at: clock.now(), body: .backup(.drillEnded(end)))])) != nil {
                self.started = nil
            }
            return
        }
        self.started = nil
        if failedStarts.updateValue(clock.now().uptime + Self.startAgain, forKey: drill.id) == nil {
            let note = ActionEvent.Noted(
                action: drill.id, step: "disturb",
                text: "A HOST IS STILL STOPPED: it could not be started again: \(trouble)")
            _ = try? append([Event(origin: origin, at: clock.now(), body: .action(.noted(note)))])
        }
    }

    private func take(_ trouble: String?, of drill: ActionID) {
        isStarting = false
        started = (drill, trouble)
    }

    // MARK: Edges that come back

    /// Takes each edge that was out of reach to what was decided meanwhile, unless somebody else moved it since.
    private func mend(_ log: ActionLog) async {
        guard let deployment, let (split, names, cause) = log.unmended else { return }
        let origin = origin
        let teller = JournalTeller(journal: path, origin: origin, clock: clock)
        let clock = clock
        _ = await edges.only(names).each { door throws(EdgeError) in
            // Out of reach still: nothing is told, it is asked again in a second.
            guard let status = try? await door.status(within: .seconds(1)) else { return }
            // What the action itself left there when it lost the edge is nobody's any more.
            let isLeft = status.lock?.action == cause.text
            if let lock = status.lock, !lock.hasLapsed, !isLeft { return }
            let who = Operator(name: "engine", uid: getuid(), host: origin)
            let id = ActionID(.mend, at: clock.now().utc, random: .random(in: 0 ... .max))
            _ = await ActionReporter(id, journal: teller).single(
                .mend, by: who, reason: "\(door.plan.name) was out of reach of \(cause)", command: [],
                on: EdgeGroup([door])
            ) { group in
                await Mend(split: split, deployment: deployment, status: status, takesOver: isLeft)
                    .run(on: door, as: who, id)
            }
        }
        await teller.settle(within: .seconds(2))
        teller.close()
    }
}

/// Brings one edge to a split, as a rollback does.
struct Mend: Sendable {
    let split: Split
    let deployment: Deployment
    let status: EdgeStatus
    /// Whether the lock that is there is the one that was left.
    let takesOver: Bool

    func run(on door: any EdgeDoor, as who: Operator, _ id: ActionID) async -> Result<String, EdgeError> {
        do throws(EdgeError) {
            let lags = await Rollback.lags(door, behind: status.split, within: Rollback.reach)
            if status.split != split || takesOver || lags {
                let fence = try await door.take(
                    LockClaim(
                        holder: who.signature, action: id.text, kind: .rollback, reason: "mend",
                        lease: deployment.lease, force: takesOver ? .takeover : nil, fence: status.fence),
                    within: Rollback.reach)
                try await Rollback.flip(door, from: status.split, to: split, fence: fence)
                try? await door.release(fence: fence, within: Rollback.reach)
            }
            let proof = FrontProof(answersPlan: deployment.answers) { try await Task.sleep(for: $0.duration) }
            try await proof.prove(split, version: nil, on: door, within: Rollback.proof + door.reloading)
            return .success("\(door.plan.name) serves \(split) again, proved")
        } catch {
            return .failure(error)
        }
    }
}
