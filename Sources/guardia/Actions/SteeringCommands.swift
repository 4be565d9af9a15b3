import Actions
import ArgumentParser
import Edge
import Glibc
import Journal
import Launch

/// `guardia promote`: on with the deploy that runs, waits, is to be confirmed, or was interrupted.
struct PromoteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote",
        abstract:
            "Go on: end a deploy's wait or analysis as good, confirm a promotion, or finish an interrupted deploy.",
        discussion: """
            It says what the deploy waits for and what comes next, and has the version typed; --yes asks nothing, for scripts. \
            Where nobody can be asked and --yes is not given, nothing is done.
            """)

    @OptionGroup var options: ActionOptions
    @Argument(help: "The deploy's id; otherwise the one that runs or was interrupted.")
    var action: String?

    func run() async throws { try await Steering(options, action, .promote).run() }
}

/// `guardia pause`: hold a deploy before its next step.
struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Hold a running deploy before its next step; guardia promote lets it go on.")

    @OptionGroup var options: ActionOptions
    @Argument(help: "The deploy's id; otherwise the one that runs.")
    var action: String?

    func run() async throws { try await Steering(options, action, .pause).run() }
}

/// `guardia abort`: back to the colour that served before.
struct AbortCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "abort",
        abstract: "End a deploy, running or interrupted, and take the traffic back to the colour that served before.")

    @OptionGroup var options: ActionOptions
    @Argument(help: "The deploy's id; otherwise the one that runs or was interrupted.")
    var action: String?

    func run() async throws { try await Steering(options, action, .abort).run() }
}

/// `guardia approve`: a second operator's yes to a deploy that waits for it.
struct ApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Approve the deploy of another operator, as it was planned.")

    @OptionGroup var options: ActionOptions
    @Argument(help: "The deploy's id; otherwise the one that waits.")
    var action: String?

    func run() async throws { try await Steering(options, action, .approve).run() }
}

extension ActionRecord {
    /// Whether an operator's approval is among its steps, and not given yet.
    fileprivate var awaitsApproval: Bool {
        steps.contains { $0.step.name == DeployStep.approve.name && $0.endedAt == nil }
    }
}

/// Asks something of a deploy through the journal; where its process is dead, does it in its place.
struct Steering {
    private let options: ActionOptions
    private let wanted: String?
    private let kind: ActionKind
    /// How long a living deploy may take to answer.
    private static let patience = 100

    init(_ options: ActionOptions, _ action: String?, _ kind: ActionKind) {
        self.options = options
        wanted = action
        self.kind = kind
    }

    func run() async throws {
        let session = try ActionSession(options, for: kind, isRescue: true)
        let board = JournalBoard(session.journal)
        guard let log = await board.board()?.actions else {
            throw Failure.undecided(
                Told("\(session.journal) cannot be read, so no deploy can be found: guardia rollback needs no journal"))
        }
        guard let record = find(in: log, journal: session.journal) else {
            throw Failure.refused(
                Told(
                    wanted.map { "there is no deploy \($0) that runs or was interrupted" }
                        ?? "no deploy runs, and none was interrupted"))
        }
        let lives = record.ended == nil && ActionLock.lives(record.id, journal: session.journal) != false
        // To abort is not kept waiting by edges that do not answer: whether it hangs is looked at where it hears nothing.
        let isBlind = kind == .abort || kind == .promote && options.yes
        let survey = isBlind ? nil : await EdgeSurvey.take(session.edges, session.deployment)
        let hangs = lives && survey?.traffic.hasLapsed(lockOf: record.id) == true
        // Nobody is there to hear it: a deploy that is called held would be believed to be.
        if hangs, kind == .pause || kind == .approve {
            await session.close()
            throw Failure.refused(Told("\(record.id) HANGS: \(UnsettledAction.hanging)"))
        }
        if kind == .promote, !options.yes, let survey {
            for line in survey.lines { Output.line(line) }
            try await confirm(record, lives: lives, hangs: hangs, session)
        }
        if lives { throw await ask(record, board, session) }
        switch kind {
        case .promote: throw await resume(record, session)
        case .abort: throw await undo(record, session)
        default:
            throw Failure.refused(
                Told("\(record.id) does not run any more: guardia promote finishes it, guardia abort undoes it"))
        }
    }

    /// The deploy that is meant: by its name; else the newest that lives, else the newest deploy or rollback whose process died,
    /// whether the engine has noticed that or not.
    private func find(in log: ActionLog, journal: String) -> ActionRecord? {
        let movers = log.running.filter(\.kind.movesTraffic)
        let living = movers.filter { ActionLock.lives($0.id, journal: journal) != false }
        let deploys = living.filter { $0.kind == .deploy }
        let dead =
            (log.interrupted.map { [$0] } ?? []) + movers.filter { record in !living.contains { $0.id == record.id } }
        if let wanted { return (dead + deploys).last { $0.id.text == wanted } }
        return deploys.last ?? dead.last
    }

    // MARK: Asking first

    /// Says what waits and what comes next, and has the target typed: going on moves traffic.
    private func confirm(
        _ record: ActionRecord, lives: Bool, hangs: Bool, _ session: ActionSession
    ) async throws {
        for line in Steering.outlook(record, lives: lives, hangs: hangs, at: session.clock.now()) { Output.line(line) }
        let target = record.started.to?.version ?? record.started.to?.colour ?? record.id.text
        let answer = Confirmation.typed(target)
        guard answer != true else { return }
        await session.close()
        throw answer == nil
            ? Failure.usage(Told("nobody can confirm it here: give --yes"))
            : Failure.refused(Told("not confirmed: nothing was changed"))
    }

    /// Where the action stands, and what going on means.
    static func outlook(_ record: ActionRecord, lives: Bool, hangs: Bool = false, at now: Moment) -> [String] {
        var lines = [UnsettledAction(record: record, lives: lives, hangs: hangs).words(at: now)]
        if lives, !hangs, record.waitsFor == nil { lines.append("  what runs now is taken as good and ended") }
        lines.append("  next: \(record.next?.title ?? "its end")")
        return lines
    }

    // MARK: A deploy that lives

    private func ask(
        _ record: ActionRecord, _ board: JournalBoard, _ session: ActionSession
    ) async -> ExitCode {
        guard let request = ActionEvent.Asked.Request(rawValue: kind.rawValue) else { return ExitCode(2) }
        let who = session.identity.who
        if kind == .approve, !record.awaitsApproval {
            return Failure.refused(
                Told("\(record.id) waits for no approval: it is at \(record.current?.step.title ?? "its beginning")"))
        }
        if kind == .approve, who.uid == record.started.by.uid {
            return Failure.refused(Told("\(who.name) asked for \(record.id): another operator must approve it"))
        }
        let id = options.actionID(kind, at: session.clock.now().utc)
        let sign = ActionSign(id, journal: session.journal)
        let reporter = session.reporter(id, json: options.json)
        let result = await reporter.steer(
            kind, of: record, by: who, reason: options.reason, command: ActionSession.commandLine
        ) {
            let before = record.progress
            await session.teller.tell(
                .asked(.init(action: record.id, request: request, by: who, reason: options.reason)))
            await session.teller.settle(within: .seconds(5))
            if let trouble = session.teller.trouble {
                return ActionResult(
                    .undecided, "\(record.id) was not told: \(trouble); guardia rollback needs no journal")
            }
            // A pause and an approval are heard when the step that runs has ended.
            if kind == .pause || kind == .approve { return ActionResult(.done, "\(record.id) is told") }
            return await heard(record, before, board, session)
        }
        sign.end()
        return await session.finish(result, id, json: options.json)
    }

    /// Waits until something has come of it.
    private func heard(
        _ record: ActionRecord, _ before: Int, _ board: JournalBoard, _ session: ActionSession
    ) async -> ActionResult {
        for _ in 0..<Steering.patience {
            if let now = await board.board()?.actions[record.id], now.progress != before {
                return ActionResult(
                    .done, "\(record.id) has heard it, and is at \(now.current?.step.title ?? "its end")")
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
        let hangs = await EdgeSurvey.take(session.edges, session.deployment).traffic.hasLapsed(lockOf: record.id)
        return ActionResult(
            .undecided,
            hangs
                ? "\(record.id) HANGS and has heard nothing: \(UnsettledAction.hanging)"
                : "\(record.id) was told, and nothing has happened yet: see guardia status")
    }

    // MARK: A deploy that died

    private func resume(_ record: ActionRecord, _ session: ActionSession) async -> ExitCode {
        // A rollback is finished by rolling back, not by another release.
        if record.kind == .rollback { return await rollBack(to: record.started.to?.colour, record, "finish", session) }
        await bury(record, session)
        let plan = session.deployment
        let shares = record.started.steps.compactMap { step in
            step.name.hasPrefix("shift-") ? Int(step.name.dropFirst("shift-".count)) : nil
        }
        let confirms = record.started.steps.contains { $0.name == "confirm" }
        let order = DeployOrder(
            version: record.started.to?.version ?? "", shares: shares,
            bake: DeployCommand.duration("--bake", in: record.started.command) ?? plan.canary.bake,
            confirmWithin: confirms
                ? DeployCommand.duration("--confirm-within", in: record.started.command) ?? plan.watch.confirmWithin
                    ?? .hours(1) : nil,
            reason: options.reason.isEmpty ? record.started.reason : options.reason, by: session.identity.who,
            command: ActionSession.commandLine, pid: getpid(), continues: record)
        return await DeployCommand.run(order, options, session)
    }

    private func undo(_ record: ActionRecord, _ session: ActionSession) async -> ExitCode {
        await rollBack(to: record.started.from?.colour, record, "undo", session)
    }

    private func rollBack(
        to colour: String?, _ record: ActionRecord, _ what: String, _ session: ActionSession
    ) async -> ExitCode {
        await bury(record, session)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { signal(number, SIG_IGN) }
        let order = Rollback.Order(
            to: colour, reason: options.reason.isEmpty ? "\(what) \(record.id)" : options.reason,
            by: session.identity.who, command: ActionSession.commandLine, continues: record.id,
            pid: getpid(), isDead: session.isDead)
        return await RollbackCommand.run(order, options, session)
    }

    /// Tells the journal that the action's process is dead, unless the engine has.
    private func bury(_ record: ActionRecord, _ session: ActionSession) async {
        guard record.ended == nil else { return }
        await session.teller.tell(.ended(.died(record)))
    }
}
