import Actions
import ArgumentParser
import Glibc
import Journal
import Launch
import Settings
import Synchronization
import UnixSignals

/// `guardia flag ramp NAME 1,5,25,100 --every 10m --guard payment_success`
struct FlagRampCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ramp", abstract: "Let a flag's share grow by itself, step by step, as long as its guard is ok.",
        discussion: """
            Each share is set, read back, and watched for --every; the last one too, before the ramp is over. While a guard is \
            a warning or not known, or Redis does not answer, the time stands still. When a guard is critical the ramp stops \
            and steps back to the share before (exit 4). Somebody else's change of the flag ends it (exit 3). \
            From any terminal: guardia flag pause, resume, abort. Ctrl-C aborts, and takes the share back.
            """)

    @OptionGroup var options: ActionOptions
    @Argument(help: "The flag's name.") var name: String
    @Argument(help: "Growing shares in per cent, as 1,5,25,100; otherwise as the config says.") var steps: String?

    @Option(help: ArgumentHelp("How long each share must do well: 90s, 10m.", valueName: "time")) var every: String?
    @Option(
        name: .customLong("guard"),
        help: ArgumentHelp(
            "A series that stops it when it is critical; may be repeated. Otherwise as the config says.",
            valueName: "series"))
    var guards: [String] = []
    @Flag(help: "Watch nothing. Needs --reason.") var unguarded = false
    @Option(help: ArgumentHelp("Refuse where the flag is at another version than this.", valueName: "version"))
    var expect: Int64?
    @Flag(help: "Make the flag where neither Redis nor the launch config knows it.") var create = false

    func validate() throws {
        if unguarded, !guards.isEmpty { throw ValidationError("--unguarded and --guard exclude each other") }
        if unguarded, options.reason.isEmpty { throw ValidationError("--unguarded needs --reason") }
    }

    func run() async throws {
        let session = try FlagSession(options, for: .flagRamp)
        let look = try await session.lookOrFail(name)
        let from = look.flag?.share ?? .none
        let plan = try plan(session, from: from)
        if let trouble = plan.trouble { throw Failure.usage(Told(trouble)) }
        try await refuseSecond(session)
        if !options.yes { try await confirm(look, plan, session) }
        throw await FlagRampCommand.run(
            .init(
                name: name, plan: plan, expect: expect ?? look.flag?.version ?? 0, creates: create,
                reason: options.reason, by: session.identity.who, command: ActionSession.commandLine, pid: getpid()),
            options, session)
    }

    private func plan(_ session: FlagSession, from: Rollout) throws -> RampPlan {
        var shares = session.plan.steps
        if let steps {
            guard let given = RampPlan.steps(steps) else {
                throw Failure.usage(Told("'\(steps)' are no shares: write them as 1,5,25,100"))
            }
            shares = given
        }
        var span = session.plan.every
        if let every {
            do { span = try Quantity.duration(every) } catch {
                throw Failure.usage(Told("--every: \(error.message)\(error.hint.map { " (\($0))" } ?? "")"))
            }
        }
        var watched = guards.map { SeriesID($0) }
        for id in watched {
            guard let series = session.launch.series.first(where: { $0.id == id }) else {
                let known = session.launch.series.filter(\.isJudged).map(\.id.name)
                let hint = Nearest.hint(for: id.name, among: known) ?? "guardia graph lists them"
                throw Failure.usage(Told("--guard: nothing produces the series '\(id)'; \(hint)"))
            }
            if !series.isJudged {
                throw Failure.usage(Told("--guard: '\(id)' has no thresholds: nothing says when a ramp spoils it"))
            }
        }
        if watched.isEmpty, !unguarded { watched = session.plan[name]?.guards ?? [] }
        if watched.isEmpty, !unguarded {
            throw Failure.usage(Told("nothing would stop this ramp: give --guard SERIES, or --unguarded with --reason"))
        }
        // What is in force already is not set anew.
        let plan = RampPlan(from: from, steps: shares, every: span, guards: watched)
        return steps == nil ? plan.rest(above: from) : plan
    }

    /// One ramp a flag: a second one would fight the first.
    private func refuseSecond(_ session: FlagSession) async throws {
        guard let board = await session.board.board(), let ramp = board.flags.ramp(of: name),
            let record = board.actions[ramp.id], record.ended == nil
        else { return }
        guard ActionLock.lives(record.id, journal: session.journal) == false else {
            await session.close()
            throw Failure.refused(
                Told(
                    "\(record.started.by.signature)'s ramp of \(name) runs (\(record.id)): guardia flag abort \(name) first"
                ))
        }
        // Where no engine has told that it died, this one does.
        await session.tell(.ended(.died(record)))
    }

    private func confirm(_ look: FlagLook, _ plan: RampPlan, _ session: FlagSession) async throws {
        let report = Flags.report(name, .success(look), await session.board.board(), session)
        Output.line(report.line(isCurrent: true, by: Flags.by(report, session), name: name.count))
        let top = plan.steps.last ?? .none
        let change = FlagChange(
            from: look.flag, to: FlagEdit(isEnabled: true, rollout: top).applied(to: look.flag, name: name))
        Output.line(
            "→ \(plan.steps.map(\.words).joined(separator: " → ")), \(plan.every.count / 1000) s each: "
                + session.concerns(change, await session.users()))
        let guarding = GuardVerdict(of: plan.guards, on: await session.board.board(), at: session.clock.now())
        Output.line("guard: \(guarding.words)")
        if let note = session.plan[name]?.note { Output.line("mind: \(note)") }
        let target = FlagChange.target(name, top)
        switch top >= .half ? Confirmation.typed(target) : Confirmation.yes() {
        case true?: return
        case false?:
            await session.close()
            throw Failure.refused(Told("not confirmed: nothing was changed"))
        case nil:
            await session.close()
            throw Failure.usage(Told("nobody can confirm it here: give --yes"))
        }
    }

    // MARK: Running it

    static func run(_ order: FlagRamp.Order, _ options: ActionOptions, _ session: FlagSession) async -> ExitCode {
        let id = options.actionID(.flagRamp, at: session.clock.now().utc)
        let sign = ActionSign(id, journal: session.journal)
        // A lost terminal is nothing to a ramp; Ctrl-C and SIGTERM take it back, as an operator's abort does.
        signal(SIGHUP, SIG_IGN)
        let called = Mutex<[ActionEvent.Asked]>([])
        let signals = Task {
            for await signal in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
                called.withLock { $0.append(.init(action: id, request: .abort, by: order.by, reason: "\(signal)")) }
            }
        }
        let board = session.board
        let world = FlagRamp.World(
            board: { await board.board() }, clock: session.clock, pause: { try await Task.sleep(for: $0.duration) },
            requests: {
                let asked = called.withLock { called in
                    defer { called = [] }
                    return called
                }
                return asked + (await board.requests(of: id))
            })
        let result = await FlagRamp(
            order, of: session.plan, in: session.store, world: world,
            reporter: session.reporter(id, json: options.json)
        ).run()
        signals.cancel()
        sign.end()
        return await session.finish(result, id, json: options.json)
    }
}

/// `guardia flag pause NAME`
struct FlagPause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Hold a flag's ramp at its share; its guard still steps it back.")

    @OptionGroup var options: ActionOptions
    @Argument(help: "The flag's name.") var name: String

    func run() async throws { try await RampSteering(name, .pause, options).run() }
}

/// `guardia flag resume NAME`
struct FlagResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract:
            "Let a held ramp go on, take its share as good and go on now, or go on with a ramp whose process died.")

    @OptionGroup var options: ActionOptions
    @Argument(help: "The flag's name.") var name: String

    func run() async throws { try await RampSteering(name, .promote, options).run() }
}

/// `guardia flag abort NAME`
struct FlagAbort: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "abort", abstract: "End a flag's ramp, running or dead, and take the share back to where it began."
    )

    @OptionGroup var options: ActionOptions
    @Argument(help: "The flag's name.") var name: String

    func run() async throws { try await RampSteering(name, .abort, options).run() }
}

/// Asks something of a ramp through the journal; where its process is dead, does it in its place.
struct RampSteering {
    private let name: String
    private let kind: ActionKind
    private let options: ActionOptions
    /// How often, each a tenth of a second, a living ramp is looked at for an answer.
    private static let patience = 100

    init(_ name: String, _ kind: ActionKind, _ options: ActionOptions) {
        self.name = name
        self.kind = kind
        self.options = options
    }

    func run() async throws {
        if let trouble = FlagName.trouble(with: name) { throw Failure.usage(Told("'\(name)': \(trouble)")) }
        let session = try FlagSession(options, for: kind, isRescue: kind != .promote)
        guard let board = await session.board.board() else {
            throw Failure.undecided(
                Told("\(session.journal) cannot be read, so no ramp can be found: guardia flag off needs no journal"))
        }
        guard let record = board.unfinishedRamp(of: name), let ramp = board.flags.ramp(record.id)
        else {
            await session.close()
            throw Failure.refused(Told("no ramp of \(name) runs, and none was interrupted"))
        }
        let lives = record.ended == nil && ActionLock.lives(record.id, journal: session.journal) != false
        if lives { throw await ask(record, session) }
        if record.ended == nil { await session.tell(.ended(.died(record))) }
        switch kind {
        case .promote: throw await resume(ramp, record, board, session)
        case .abort: throw await undo(ramp, record, board, session)
        default:
            await session.close()
            throw Failure.refused(
                Told(
                    "\(record.id) does not run any more: guardia flag resume goes on with it, guardia flag abort takes it back"
                ))
        }
    }

    private func ask(_ record: ActionRecord, _ session: FlagSession) async -> ExitCode {
        guard let request = ActionEvent.Asked.Request(rawValue: kind.rawValue) else { return ExitCode(2) }
        let who = session.identity.who
        let id = options.actionID(kind, at: session.clock.now().utc)
        let sign = ActionSign(id, journal: session.journal)
        let result = await session.reporter(id, json: options.json).steer(
            kind, of: record, by: who, reason: options.reason, command: ActionSession.commandLine
        ) {
            let before = await state(of: record.id, session)
            await session.tell(.asked(.init(action: record.id, request: request, by: who, reason: options.reason)))
            await session.settle()
            if let trouble = session.trouble {
                return ActionResult(
                    .undecided, "\(record.id) was not told: \(trouble); guardia flag off needs no journal")
            }
            return await heard(record, before, session)
        }
        sign.end()
        return await session.finish(result, id, json: options.json)
    }

    private struct State: Hashable {
        var progress: Int
        var turned: FlagEvent.RampTurned?
    }

    private func state(of id: ActionID, _ session: FlagSession) async -> State {
        let board = await session.board.board()
        return State(progress: board?.actions[id]?.progress ?? 0, turned: board?.flags.ramp(id)?.turned)
    }

    /// Waits until something has come of it; of an abort, until it is over.
    private func heard(_ record: ActionRecord, _ before: State, _ session: FlagSession) async -> ActionResult {
        for _ in 0..<RampSteering.patience {
            let board = await session.board.board()
            if let end = board?.actions[record.id]?.ended?.body {
                return ActionResult(.done, "\(record.id) has ended: \(end.summary)")
            }
            let now = await state(of: record.id, session)
            if now != before, kind != .abort, let turned = now.turned {
                let why = turned.reason.isEmpty ? "" : ": \(turned.reason)"
                return ActionResult(
                    .done, "\(record.id) has heard it: \(turned.standing.rawValue) at \(turned.share.words)\(why)")
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
        return ActionResult(
            .undecided, "\(record.id) was told, and nothing has happened yet: see guardia flag get \(name)")
    }

    // MARK: A ramp that died

    /// The ramp and those that it went on with: what they wrote is no one else's.
    private func owners(_ record: ActionRecord, _ board: Board) -> Set<String> {
        var owners: Set<String> = [record.id.text]
        var next = record.started.continues
        while let id = next, owners.insert(id.text).inserted { next = board.actions[id]?.started.continues }
        return owners
    }

    private func resume(
        _ ramp: FlagBoard.Ramp, _ record: ActionRecord, _ board: Board, _ session: FlagSession
    ) async -> ExitCode {
        await FlagRampCommand.run(
            .init(
                name: name, plan: ramp.plan, reason: options.reason.isEmpty ? record.started.reason : options.reason,
                by: session.identity.who, command: ActionSession.commandLine, pid: getpid(), continues: record.id,
                owners: owners(record, board)), options, session)
    }

    private func undo(
        _ ramp: FlagBoard.Ramp, _ record: ActionRecord, _ board: Board, _ session: FlagSession
    ) async -> ExitCode {
        let looked = await session.look(name)
        guard case .success(let look) = looked, let flag = look.flag else {
            await session.close()
            if case .failure(let error) = looked { return Failure.failed(Told("nothing was changed: \(error)")) }
            return Failure.refused(Told("there is no flag \(name) any more"))
        }
        guard owners(record, board).contains(flag.change) || flag.share == ramp.plan.from else {
            await session.close()
            return Failure.refused(
                Told("\(look.moved(from: look)): what it is now is not the ramp's; set it yourself"))
        }
        for number in [SIGHUP, SIGINT, SIGTERM, SIGQUIT] { signal(number, SIG_IGN) }
        return await FlagChangeOptions.perform(
            .init(
                name: name, edit: FlagEdit(isEnabled: true, rollout: ramp.plan.from), expect: flag.version,
                reason: options.reason.isEmpty ? "undo \(record.id)" : options.reason, by: session.identity.who,
                command: ActionSession.commandLine, pid: getpid(), continues: record.id), options, session)
    }
}
