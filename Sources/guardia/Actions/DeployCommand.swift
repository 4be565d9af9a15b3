import Actions
import ArgumentParser
import Edge
import Glibc
import Journal
import Launch
import Settings
import UnixSignals
import Watch
import Wire

/// `guardia deploy VERSION`: a version to the idle colour, and the traffic to it.
struct DeployCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy",
        abstract: "Bring a version to the idle colour and the traffic to it, step by step.",
        discussion: """
            Preflight, lock, release, gate, canary steps each with an analysis, promotion, watch. It goes back by itself when a \
            step fails. From any terminal: guardia pause, promote (go on, or confirm), abort. Ctrl-C aborts, and takes the \
            traffic back.

            Exit codes: 0 done, 1 failed and everything is as before, 2 wrong usage, 3 refused or pre-empted, 4 a person is needed.
            """)

    @OptionGroup var options: ActionOptions

    @Argument(help: "The version to deploy.")
    var version: String

    @Option(
        help: ArgumentHelp(
            "Shares of the traffic on the way, in per cent: 1,5,25 (100 comes by itself); none: `none`.",
            valueName: "shares"))
    var canary: String?

    @Option(help: ArgumentHelp("How long each share is analysed: 90s, 5m.", valueName: "time"))
    var bake: String?

    @Option(
        help: ArgumentHelp("Unless somebody confirms within this, the edges go back by themselves.", valueName: "time"))
    var confirmWithin: String?

    @Option(
        help: ArgumentHelp("Refuse where another split serves than this, the one that was seen.", valueName: "split"))
    var from: String?

    @Option(help: ArgumentHelp("Leave an edge alone; may be repeated.", valueName: "edge"))
    var without: [String] = []

    @Option(help: ArgumentHelp("How long a person may take to decide what cannot be told.", valueName: "time"))
    var wait = "30m"

    @OptionGroup var approval: ApprovalOptions

    @Flag(help: "Go ahead though the go/no-go poll is not GO. Needs --reason, and is told to everybody.")
    var force = false

    @Flag(help: "Say what would be done and what speaks against it; change nothing.")
    var dryRun = false

    func validate() throws {
        if force, options.reason.allSatisfy(\.isWhitespace) { throw ValidationError("--force needs --reason") }
        try approval.validate(options)
    }

    func run() async throws {
        if let trouble = ReleaseVersion.trouble(with: version) {
            // A dry run answers as the deploy would: it is refused.
            throw dryRun ? Failure.refused(Told(trouble)) : Failure.usage(Told(trouble))
        }
        let session = try ActionSession(options, for: .deploy, isRescue: false)
        let order = try order(session)
        if dryRun { throw await dryRun(order, session) }
        if !options.yes { try await confirm(order, session) }
        throw await DeployCommand.run(order, options, session)
    }

    private func order(_ session: ActionSession) throws -> DeployOrder {
        let plan = session.deployment
        let confirm = try duration(confirmWithin, "--confirm-within")
        if let confirm, confirm <= plan.watch.span {
            throw Failure.usage(
                Told(
                    "--confirm-within counts from the promotion, and the watch alone takes \(plan.watch.span.count / 1000) s: "
                        + "nobody would have time to confirm"))
        }
        return DeployOrder(
            version: version, shares: try shares() ?? plan.canary.steps,
            bake: try duration(bake, "--bake") ?? plan.canary.bake,
            confirmWithin: confirm ?? plan.watch.confirmWithin, from: from,
            reason: options.reason, without: Set(without), breakGlass: approval.breakGlass, force: force,
            decision: try duration(wait, "--wait") ?? .minutes(30), by: session.identity.who,
            command: ActionSession.commandLine, pid: getpid())
    }

    private func shares() throws -> [Int]? {
        guard let canary else { return nil }
        if canary == "none" { return [] }
        let shares = canary.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        let numbers = shares.compactMap(\.self).filter { $0 != 100 }
        guard !shares.contains(nil), numbers.allSatisfy({ (1...99).contains($0) }),
            zip(numbers, numbers.dropFirst()).allSatisfy({ $0 < $1 })
        else { throw Failure.usage(Told("--canary takes growing whole numbers from 1 to 99, as 1,5,25, or none")) }
        return numbers
    }

    /// What an earlier command line said for an option; nil where it said nothing.
    static func duration(_ option: String, in command: [String]) -> Milliseconds? {
        let given = command.enumerated().compactMap { index, word -> String? in
            if word.hasPrefix("\(option)=") { return String(word.dropFirst(option.count + 1)) }
            return word == option ? command.dropFirst(index + 1).first : nil
        }
        return given.last.flatMap { try? Quantity.duration($0) }
    }

    private func duration(_ text: String?, _ option: String) throws -> Milliseconds? {
        guard let text else { return nil }
        do { return try Quantity.duration(text) } catch {
            throw Failure.usage(Told("\(option): \(error.message)\(error.hint.map { " (\($0))" } ?? "")"))
        }
    }

    // MARK: Running it

    static func run(_ order: DeployOrder, _ options: ActionOptions, _ session: ActionSession) async -> ExitCode {
        let id = options.actionID(.deploy, at: session.clock.now().utc)
        let sign = ActionSign(id, journal: session.journal)
        let board = JournalBoard(session.journal)
        // Where no engine has told that an earlier one died, this one does: no screen is to show two that run.
        for record in await board.board()?.actions.running ?? []
        where record.started.by.host == order.by.host && ActionLock.lives(record.id, journal: session.journal) == false
        {
            await session.teller.tell(.ended(.died(record)))
        }
        let (requests, ask) = AsyncStream.makeStream(of: ActionEvent.Asked.self)
        let listening = Task {
            while !Task.isCancelled {
                for asked in await board.requests(of: id) { ask.yield(asked) }
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
        // A lost terminal is nothing to a deploy; Ctrl-C and SIGTERM take it back, as an operator's abort does.
        signal(SIGHUP, SIG_IGN)
        let signals = Task {
            for await signal in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
                ask.yield(.init(action: id, request: .abort, by: order.by, reason: "\(signal)"))
            }
        }
        // Without the journal's folder nobody can go on with it, end it, or see how the release does: it goes back by itself.
        // A rehearsal that was killed leaves its deploy behind so.
        let orphaned = Task {
            var looks = 0
            while looks < DeployCommand.goneLooks {
                do { try await Task.sleep(for: .seconds(1)) } catch { return }
                looks = await board.isFolderGone() ? looks + 1 : 0
            }
            ask.yield(
                .init(
                    action: id, request: .abort, by: order.by,
                    reason: "the folder of its journal is gone, \(session.journal): nobody can be asked any more"))
        }
        let world = session.world(board: board, requests: requests)
        let result = await Deploy(
            order, of: session.deployment, on: session.edges, world: world,
            reporter: session.reporter(id, json: options.json)
        ).run()
        listening.cancel()
        orphaned.cancel()
        signals.cancel()
        sign.end()
        return await session.finish(result, id, json: options.json)
    }

    /// How many seconds the folder must be gone.
    private static let goneLooks = 10

    /// All that the preflight would find now, with nothing changed.
    private func rehearse(_ order: DeployOrder, _ session: ActionSession) async -> Deploy.Rehearsal {
        let (requests, _) = AsyncStream.makeStream(of: ActionEvent.Asked.self)
        let world = session.world(board: JournalBoard(session.journal), requests: requests)
        return await Deploy(
            order, of: session.deployment, on: session.edges, world: world,
            reporter: ActionReporter(ActionID("dry-run"), journal: NoJournal())
        ).rehearse()
    }

    private func tell(_ rehearsal: Deploy.Rehearsal) {
        for line in rehearsal.releases { Output.line("Release: \(line)") }
        if !rehearsal.compares.isEmpty {
            Output.line("The canary is compared by \(rehearsal.compares.joined(separator: ", "))")
        }
        for fact in rehearsal.facts { Output.line("✓ \(fact)") }
        for caution in rehearsal.cautions { Output.line("! \(caution)") }
        for refusal in rehearsal.refusals { Output.line("✗ \(refusal)") }
    }

    private func dryRun(_ order: DeployOrder, _ session: ActionSession) async -> ExitCode {
        let rehearsal = await rehearse(order, session)
        if options.json {
            Output.json(rehearsal)
        } else {
            Output.line(
                "\(order.version) to \(rehearsal.to), beside \(rehearsal.from); steps: \(rehearsal.steps.joined(separator: ", "))"
            )
            tell(rehearsal)
            Output.line(
                rehearsal.refusals.isEmpty
                    ? "nothing speaks against it; nothing was changed" : "it would be refused; nothing was changed")
        }
        await session.close()
        return ExitCode(rehearsal.refusals.isEmpty ? 0 : 3)
    }

    private func confirm(_ order: DeployOrder, _ session: ActionSession) async throws {
        let status = await EdgeSurvey.take(session.edges, session.deployment)
        for line in status.lines { Output.line(line) }
        let shares = (order.shares + [100]).map { "\($0) %" }.joined(separator: " → ")
        Output.line("Deploy \(order.version): \(shares), \(order.bake.count / 1000) s each.")
        let rehearsal = await rehearse(order, session)
        Output.line("Steps: \(rehearsal.steps.joined(separator: ", "))")
        tell(rehearsal)
        guard rehearsal.refusals.isEmpty else {
            await session.close()
            throw Failure.refused(Told("it would be refused; nothing was changed"))
        }
        if order.force { Output.line("It goes ahead even if the go/no-go poll is not GO: \(order.reason)") }
        let target = order.force ? "\(PlanCard.force) \(order.version)" : order.version
        switch Confirmation.typed(target) {
        case true?: return
        case false?: throw Failure.refused(Told("not confirmed: nothing was changed"))
        case nil: throw Failure.usage(Told("nobody can confirm it here: give --yes"))
        }
    }
}

/// Tells nobody: for a dry run.
struct NoJournal: ActionJournal {
    func tell(_ event: ActionEvent) async {}
    func tell(_ body: Event.Body) async {}
    func settle(within limit: Duration) async {}
}

extension ActionSession {
    /// What a deploy needs of the world besides the edges.
    func world(board: JournalBoard, requests: AsyncStream<ActionEvent.Asked>) -> DeployWorld {
        let zone =
            (try? ZoneTable.make(
                name: launch.zoneName, abbreviation: launch.zoneAbbreviation, around: clock.now().utc)) ?? .utc
        let (launch, reactor) = (launch, reactor)
        return DeployWorld(
            board: { await board.board() }, clock: clock, pause: { try await Task.sleep(for: $0.duration) },
            run: runner(),
            schema: { plan in
                let target = launch.probes.lazy.compactMap { probe in
                    if case .postgres(let target) = probe.target, probe.name == plan.probe { target } else { nil }
                }.first
                guard let target else { throw Told("there is no postgres probe '\(plan.probe)'") }
                let secrets = SecretStore()
                let settings = try PostgresSettings(target) { try secrets.resolve($0) }
                let client = PostgresClient(settings, on: reactor)
                let rows = try await client.query(plan.query, deadline: .seconds(5), readOnly: true)
                guard rows.count == 1, let text = rows[0, 0], let number = Int64(text) else {
                    throw Told("the schema query did not return one whole number")
                }
                return number
            }, secret: { try SecretStore().resolve($0) }, window: launch.launch.window, zone: zone,
            readiness: launch.readiness,
            memory: launch.colourWindow, requests: requests)
    }
}
