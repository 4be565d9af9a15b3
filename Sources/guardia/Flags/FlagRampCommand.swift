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
            "A series that stops it when it is critical, or an alert rule that stops it when it fires; may be repeated. Otherwise as the config says.",
            valueName: "name"))
    var guards: [String] = []
    @Flag(help: "Watch nothing. Needs --reason.") var unguarded = false
    @Option(help: ArgumentHelp("Refuse where the flag is at another version than this.", valueName: "version"))
    var expect: Int64?
    @Flag(help: "Make the flag where neither Redis nor the launch config knows it.") var create = false
    @OptionGroup var approval: ApprovalOptions

    func validate() throws {
        if unguarded, !guards.isEmpty { throw ValidationError("--unguarded and --guard exclude each other") }
        try approval.validate(options)
        if unguarded, options.reason.isEmpty { throw ValidationError("--unguarded needs --reason") }
    }

    func run() async throws {
        let session = try FlagSession(options, for: .flagRamp)
        let look = try await session.lookOrFail(name)
        let from = look.flag?.share ?? .none
        let plan = try plan(session, from: from)
        if let trouble = plan.trouble { throw Failure.usage(Told(trouble)) }
        try await refuseSecond(session)
        // A kill switch was pulled for a reason: a ramp that undoes it is said, in a script too.
        if let flag = look.flag, !flag.isEnabled {
            let who = flag.updatedBy.isEmpty ? "somebody" : flag.updatedBy
            Output.error("mind: \(name) is OFF, by \(who): this ramp turns it on again")
        }
        if !options.yes { try await confirm(look, plan, session) }
        throw await FlagRampCommand.run(
            .init(
                name: name, plan: plan, expect: expect ?? look.flag?.version ?? 0, creates: create,
                reason: options.reason, by: session.identity.who, command: ActionSession.commandLine, pid: getpid()),
            options, session, breakGlass: approval.breakGlass)
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
        var watched: [RampGuard] = []
        for name in guards {
            let (series, alerts) = (session.launch.series, session.launch.alerts)
            guard let found = RampGuard(named: name, series: series, alerts: alerts) else {
                let known = alerts.rules.map(\.name) + series.filter(\.isJudged).map(\.id.name)
                let hint = Nearest.hint(for: name, among: known) ?? "guardia graph and guardia rules list name them"
                throw Failure.usage(Told("--guard: there is no series and no alert rule '\(name)'; \(hint)"))
            }
            if !found.isAlert, series.first(where: { $0.id.name == name })?.isJudged == false {
                throw Failure.usage(Told("--guard: '\(name)' has no thresholds: nothing says when a ramp spoils it"))
            }
            watched.append(found)
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
        Output.line(
            report.line(
                isCurrent: true, by: Flags.by(report, session), name: name.count, figures: session.launch.figures))
        let top = plan.steps.last ?? .none
        let change = FlagChange(
            from: look.flag, to: FlagEdit(isEnabled: true, rollout: top).applied(to: look.flag, name: name))
        Output.line(
            "→ \(plan.steps.map(\.words).joined(separator: " → ")), \(plan.every.count / 1000) s each: "
                + session.concerns(change, await session.users()))
        let guarding = GuardVerdict(of: plan.guards, on: await session.board.board(), at: session.clock.now())
        Output.line("guard: \(guarding.words)")
        if let note = session.plan[name]?.note { Output.line("mind: \(note)") }
        session.mindApproval(of: .flagRamp)
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

    /// - Parameter isApproved: somebody has approved it already: it goes on with one whose process died.
    static func run(
        _ order: FlagRamp.Order, _ options: ActionOptions, _ session: FlagSession, breakGlass: Bool = false,
        isApproved: Bool = false
    ) async -> ExitCode {
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
        // The signals are heard here already.
        let needed = isApproved ? 0 : session.launch.approvals.count(for: .flagRamp)
        let approval = ApprovalWait(
            needed: needed, limit: session.launch.approvals.limit, breaksGlass: breakGlass, clock: session.clock,
            pause: world.pause, requests: world.requests)
        let result = await FlagRamp(
            order, of: session.plan, in: session.store, world: world,
            reporter: session.reporter(id, json: options.json), approval: approval, zone: session.zone
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
