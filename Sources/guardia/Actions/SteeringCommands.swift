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
            throw await refuse(
                wanted.map { "there is no deploy \($0) that runs or was interrupted" }
                    ?? "no deploy runs, and none was interrupted", nil, session)
        }
        let lives = record.ended == nil && ActionLock.lives(record.id, journal: session.journal) != false
        // To abort is not kept waiting by edges that do not answer: whether it hangs is looked at where it hears nothing.
        let isBlind = kind == .abort || kind == .promote && options.yes
        let survey = isBlind ? nil : await EdgeSurvey.take(session.edges, session.deployment)
        let hangs = lives && survey?.traffic.hasLapsed(lockOf: record.id) == true
        // Nobody is there to hear it: a deploy that is called held would be believed to be.
        if hangs, kind == .pause || kind == .approve {
            throw await refuse("\(record.id) HANGS: \(UnsettledAction.hanging)", record, session)
        }
        if kind == .promote, !options.yes, let survey {
            for line in survey.lines { Output.line(line) }
            try await confirm(record, lives: lives, hangs: hangs, session)
        }
        // Whoever approves is to see what: here nothing is asked, since the deploy waits and looks again before it begins.
        if kind == .approve, let survey, !options.json {
            for line in survey.lines + Steering.plan(record) { Output.line(line) }
        }
        if lives { throw await ask(record, board, session) }
        // Whoever was asked may have taken their time.
        let now = await board.board()?.actions ?? log
        if let objection = now.objection(toGoingOnWith: record.id) {
            throw await refuse("\(objection): nothing was changed", record, session)
        }
        let left = now[record.id] ?? record
        if kind == .promote, left.isOnItsWayBack {
            throw await refuse(
                "\(left.id) was on its way back when it died: guardia abort, or guardia rollback, finishes that",
                left, session)
        }
        switch kind {
        case .promote: throw await resume(left, begunBy: now.origin(of: left), session)
        case .abort: throw await undo(left, session)
        default:
            throw await refuse(
                "\(left.id) does not run any more: guardia promote finishes it, guardia abort undoes it", left,
                session)
        }
    }

    /// Nothing was done: said as an end, to a script as one object.
    private func refuse(_ why: String, _ record: ActionRecord?, _ session: ActionSession) async -> ExitCode {
        guard options.json else {
            await session.close()
            return Failure.refused(Told(why))
        }
        return await session.finish(ActionResult(.refused, why), record?.id ?? ActionID(wanted ?? ""), json: true)
    }

    /// The deploy that is meant: by its name; else the newest that lives, else the newest deploy or rollback whose process died,
    /// whether the engine has noticed that or not.
    private func find(in log: ActionLog, journal: String) -> ActionRecord? {
        let movers = log.running.filter(\.kind.movesTraffic)
        let living = movers.filter { ActionLock.lives($0.id, journal: journal) != false }
        let deploys = living.filter { $0.kind == .deploy }
        let dead =
            (log.interrupted.map { [$0] } ?? [])
            + movers.filter { record in !record.isOvertaken && !living.contains { $0.id == record.id } }
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
        let next = lives && !hangs ? record.next : record.resumption
        lines.append("  next: \(next?.title ?? "its end")")
        return lines
    }

    /// What an approval is for: who asked, for what, why, by which steps.
    static func plan(_ record: ActionRecord) -> [String] {
        let started = record.started
        return [
            "\(record.label) for \(started.by.signature)\(started.reason.isEmpty ? "" : ": \(started.reason)")",
            "  runs: \(ShellWords.line(started.command))",
            "  steps: \(started.steps.map(\.name).joined(separator: ", "))",
        ] + (started.edges.isEmpty ? [] : ["  edges: \(started.edges.joined(separator: ", "))"])
    }

    // MARK: A deploy that lives

    private func ask(
        _ record: ActionRecord, _ board: JournalBoard, _ session: ActionSession
    ) async -> ExitCode {
        guard let request = ActionEvent.Asked.Request(rawValue: kind.rawValue) else { return ExitCode(2) }
        let who = session.identity.who
        if kind == .approve, let objection = record.objection(toApprovalBy: who) {
            return await refuse(objection, record, session)
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

    /// - Parameter origin: the deploy whose command line it was; the record may itself go on with that one.
    private func resume(
        _ record: ActionRecord, begunBy origin: ActionRecord, _ session: ActionSession
    ) async -> ExitCode {
        // A rollback is finished by rolling back, not by another release.
        if record.kind == .rollback { return await rollBack(to: record.started.to?.colour, record, "finish", session) }
        await bury(record, session)
        let plan = session.deployment
        let shares = record.started.steps.compactMap { step in
            step.name.hasPrefix("shift-") ? Int(step.name.dropFirst("shift-".count)) : nil
        }
        let confirms = record.started.steps.contains { $0.name == "confirm" }
        let command = origin.started.command
        let order = DeployOrder(
            version: record.started.to?.version ?? "", shares: shares,
            bake: DeployCommand.duration("--bake", in: command) ?? plan.canary.bake,
            confirmWithin: confirms
                ? DeployCommand.duration("--confirm-within", in: command) ?? plan.watch.confirmWithin ?? .hours(1)
                : nil,
            reason: options.reason.isEmpty ? record.started.reason : options.reason,
            without: leftAlone(by: record, session), force: command.contains("--force"),
            decision: origin.started.decision ?? .minutes(30), by: session.identity.who,
            command: ActionSession.commandLine, pid: getpid(), continues: record)
        return await DeployCommand.run(order, options, session)
    }

    /// The edges that it was told to leave alone: they are left alone by whoever ends it, too.
    private func leftAlone(by record: ActionRecord, _ session: ActionSession) -> Set<String> {
        Set(session.edges.names).subtracting(record.started.edges)
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
            without: leftAlone(by: record, session), by: session.identity.who, command: ActionSession.commandLine,
            continues: record.id,
            pid: getpid(), isDead: session.isDead)
        return await RollbackCommand.run(order, options, session)
    }

    /// Tells the journal that the action's process is dead, unless the engine has.
    private func bury(_ record: ActionRecord, _ session: ActionSession) async {
        guard record.ended == nil else { return }
        await session.teller.tell(.ended(.died(record)))
    }
}
