import Actions
import ArgumentParser
import Edge
import Glibc
import Journal
import Launch

/// `guardia rollback`: all traffic back to the standby.
struct RollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Take all traffic back to the standby, now. Needs the edges and nothing else.",
        discussion: """
            It asks the standby through every edge, locks the edges (pre-empting a deploy that runs), switches them side by \
            side, and proves by each front door who answers. It needs no database, no engine and no journal; where the config \
            has errors it goes by the last that had none. An edge that cannot be reached is named, and mended by the engine \
            when it returns.

            Without --to it goes to the standby, unless the journal tells that the standby is what a deploy, an abort or a \
            rollback has just left: then it refuses, and says how to go there all the same. A journal that cannot be read \
            refuses nothing.

            Exit codes: 0 done, 2 wrong usage, 3 refused (nothing was changed), 4 a person is needed (the message says what for).
            """)

    @OptionGroup var options: ActionOptions

    @Option(help: ArgumentHelp("The colour to go to; otherwise the standby.", valueName: "colour"))
    var to: String?

    @Option(help: ArgumentHelp("Refuse unless the target answers with this version.", valueName: "version"))
    var expect: String?

    @Option(
        help: ArgumentHelp("Refuse where another split serves than this, the one that was seen.", valueName: "split"))
    var from: String?

    @Option(help: ArgumentHelp("Leave an edge alone; may be repeated.", valueName: "edge"))
    var without: [String] = []

    @Flag(
        help:
            "Also where the standby does not live, was left by a deploy or a rollback, or the schema is known not to fit."
    )
    var force = false

    func run() async throws {
        let session = try ActionSession(options, for: .rollback, isRescue: true)
        if !options.yes { try await confirm(session) }
        // From here on it is carried through: a closed terminal or a Ctrl-C must not leave it half-way.
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { signal(number, SIG_IGN) }
        throw await RollbackCommand.run(order(session), options, session)
    }

    private func order(_ session: ActionSession) -> Rollback.Order {
        Rollback.Order(
            to: to, expect: expect, from: from, reason: options.reason, force: force, without: Set(without),
            by: session.identity.who, command: ActionSession.commandLine, pid: getpid(), isDead: session.isDead,
            actions: session.actions)
    }

    static func run(_ order: Rollback.Order, _ options: ActionOptions, _ session: ActionSession) async -> ExitCode {
        let id = options.actionID(.rollback, at: session.clock.now().utc)
        let sign = ActionSign(id, journal: session.journal)
        let result = await Rollback(
            order, of: session.deployment, on: session.edges, reporter: session.reporter(id, json: options.json),
            followers: Followers(session.deployment, run: session.runner())
        ).run()
        sign.end()
        return await session.finish(result, id, json: options.json)
    }

    /// Shows what would be done, and has the target typed.
    private func confirm(_ session: ActionSession) async throws {
        let status = await EdgeSurvey.take(session.edges, session.deployment)
        for line in status.lines { Output.line(line) }
        guard let target = to ?? status.rollbackTarget else {
            throw Failure.refused(Told("it cannot be told which colour is the standby: name it with --to"))
        }
        if let (log, now) = await session.actions(), let rejection = status.traffic.rejection(of: target, log) {
            Output.line("! \(rejection.words(at: now))")
            if to == nil, !force {
                throw Failure.refused(
                    Told(
                        "going there brings back what was left; to go there all the same: guardia rollback --to \(target)"
                    ))
            }
        }
        Output.line("Roll back to \(target) \(status.version(of: target) ?? "(version not known)").")
        let word = status.hasOneVersion ? target : status.version(of: target) ?? target
        switch Confirmation.typed(word) {
        case true?: return
        case false?: throw Failure.refused(Told("not confirmed: nothing was changed"))
        case nil: throw Failure.usage(Told("nobody can confirm it here: give --yes"))
        }
    }
}
