import Actions
import ArgumentParser
import Glibc
import Journal
import Launch

/// `guardia flag set NAME --rollout 25`
struct FlagSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Set a flag's share, variants, salt or stickiness.",
        discussion: """
            Refused, with what changed, where somebody else was first; what was written is read back. A share of 50 % or more, \
            and whatever deals users anew, is confirmed by typing the flag and its share.
            """)

    @OptionGroup var options: ActionOptions
    @OptionGroup var change: FlagChangeOptions
    @Argument(help: "The flag's name.") var name: String

    @Option(help: ArgumentHelp("Per cent of users: 25, 0.5.", valueName: "share")) var rollout: String?
    @Option(help: ArgumentHelp("Forms of the feature by weight: blue=50,green=50; none: ''.", valueName: "list"))
    var variants: String?
    @Option(
        help: ArgumentHelp(
            "What stands before the user in the hash (Unleash's groupId). Another one deals all users anew.",
            valueName: "text"))
    var salt: String?
    @Option(
        help: ArgumentHelp("What users are recognised by: default, userId, sessionId, random, …", valueName: "field"))
    var stickiness: String?

    @Flag(help: "Switch it on, too.") var on = false

    func run() async throws {
        var edit = FlagEdit(isEnabled: on ? true : nil)
        if let rollout {
            guard let share = Rollout(rollout) else {
                throw Failure.usage(Told("--rollout: '\(rollout)' is no share: from 0 to 100 per cent, as 25 or 0.5"))
            }
            edit.rollout = share
        }
        if let variants {
            do throws(FlagFault) { edit.variants = try FlagVariant.list(variants) } catch {
                throw Failure.usage(Told("--\(error)"))
            }
        }
        if let salt {
            if !salt.isEmpty, let why = FeatureFlag.trouble(withWord: salt) {
                throw Failure.usage(Told("--salt: \(why)"))
            }
            edit.salt = salt
        }
        if let stickiness {
            if let why = FlagName.trouble(with: stickiness) { throw Failure.usage(Told("--stickiness: \(why)")) }
            edit.stickiness = .init(stickiness)
        }
        if edit.isEmpty {
            throw Failure.usage(Told("nothing to set: give --rollout, --variants, --salt or --stickiness"))
        }
        try await change.run(name, edit, options)
    }
}

/// `guardia flag on NAME`
struct FlagOn: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "on", abstract: "Switch a flag on, at the share that it has.")

    @OptionGroup var options: ActionOptions
    @OptionGroup var change: FlagChangeOptions
    @Argument(help: "The flag's name.") var name: String

    func run() async throws { try await change.run(name, FlagEdit(isEnabled: true), options) }
}

/// `guardia flag off NAME`: the kill switch.
struct FlagOff: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "off", abstract: "The kill switch: nobody has the feature any more. Its share is kept for later.",
        discussion: """
            Goes ahead whatever the flag is meanwhile, ends its ramp, and needs no second person; where the config has errors \
            it goes by the last that had none.
            """, aliases: ["kill"])

    @OptionGroup var options: ActionOptions
    @Argument(help: "The flag's name.") var name: String

    func run() async throws {
        try await FlagChangeOptions.run(name, .off, options, expect: nil, creates: false)
    }
}

/// `guardia flag allow NAME --add ID --remove ID`
struct FlagAllow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allow", abstract: "Give a feature to single users whatever its share is, or take that back.",
        discussion:
            "Without --add and --remove it prints the list. The journal keeps how many users there are, not which.")

    @OptionGroup var options: ActionOptions
    @OptionGroup var change: FlagChangeOptions
    @Argument(help: "The flag's name.") var name: String
    @Option(help: ArgumentHelp("A user's id; may be repeated.", valueName: "id")) var add: [String] = []
    @Option(help: ArgumentHelp("A user's id; may be repeated.", valueName: "id")) var remove: [String] = []

    private struct Report: Encodable {
        var flag: String
        var allowed: [String]
    }

    func run() async throws {
        for user in add + remove {
            if let why = FeatureFlag.trouble(withWord: user) {
                throw Failure.usage(Told("'\(user)' is no user's id: \(why)"))
            }
        }
        if add.isEmpty, remove.isEmpty {
            let session = try FlagSession(options, for: nil)
            let looked = await session.look(name)
            await session.close()
            switch looked {
            case .failure(let error): throw Failure.undecided(error)
            case .success(let look):
                guard let flag = look.flag else { throw Failure.failed(Told("there is no flag \(name) in Redis")) }
                if options.json {
                    Output.json(Report(flag: name, allowed: flag.allowed))
                } else {
                    for user in flag.allowed { Output.line(user) }
                }
            }
            return
        }
        try await change.run(name, FlagEdit(allow: add, disallow: remove), options)
    }
}

/// What the commands that change a flag may say besides.
struct FlagChangeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Refuse where the flag is at another version than this, the one that was seen.", valueName: "version"))
    var expect: Int64?

    @Flag(help: "Make the flag where neither Redis nor the launch config knows it.")
    var create = false

    @OptionGroup var approval: ApprovalOptions

    func run(_ name: String, _ edit: FlagEdit, _ options: ActionOptions) async throws {
        try approval.validate(options)
        try await FlagChangeOptions.run(
            name, edit, options, expect: expect, creates: create, breakGlass: approval.breakGlass)
    }

    static func run(
        _ name: String, _ edit: FlagEdit, _ options: ActionOptions, expect: Int64?, creates: Bool,
        breakGlass: Bool = false
    ) async throws {
        if let trouble = FlagName.trouble(with: name) { throw Failure.usage(Told("'\(name)': \(trouble)")) }
        let kind: ActionKind = edit.isKill ? .flagOff : .flagSet
        let session = try FlagSession(options, for: kind, isRescue: edit.isKill)
        var expect = expect
        if !options.yes {
            let seen = try await confirm(name, edit, session)
            // What was shown is what is changed; the kill switch goes ahead whatever it is meanwhile.
            if !edit.isKill { expect = expect ?? seen }
        }
        // From here on it is carried through: a closed terminal must not leave it untold.
        for number in [SIGHUP, SIGINT, SIGTERM, SIGQUIT] { signal(number, SIG_IGN) }
        throw await perform(
            .init(
                name: name, edit: edit, expect: expect, creates: creates, reason: options.reason,
                by: session.identity.who, command: commandLine, pid: getpid()), options, session, breakGlass: breakGlass
        )
    }

    static func perform(
        _ order: FlagSet.Order, _ options: ActionOptions, _ session: FlagSession, breakGlass: Bool = false
    ) async -> ExitCode {
        let id = options.actionID(order.kind, at: session.clock.now().utc)
        let sign = ActionSign(id, journal: session.journal)
        let desk = session.approvals(of: order.kind, id, breakGlass: breakGlass)
        defer { desk.end() }
        let result = await FlagSet(
            order, of: session.plan, in: session.store, clock: session.clock,
            reporter: session.reporter(id, json: options.json), approval: desk.wait, zone: session.zone
        ).run()
        sign.end()
        return await session.finish(result, id, json: options.json)
    }

    /// The words of the command without the users that it names: the journal keeps them for ever.
    static var commandLine: [String] {
        var words = ActionSession.commandLine
        for index in words.indices {
            for option in ["--add", "--remove"] {
                if words[index] == option, index + 1 < words.count { words[index + 1] = "…" }
                if words[index].hasPrefix(option + "=") { words[index] = option + "=…" }
            }
        }
        return words
    }

    /// Shows what would be done, and has it confirmed.
    ///
    /// - Returns: the version that was shown.
    private static func confirm(_ name: String, _ edit: FlagEdit, _ session: FlagSession) async throws -> Int64 {
        let look = try await session.lookOrFail(name)
        let board = await session.board.board()
        let change = FlagChange(from: look.flag, to: edit.applied(to: look.flag, name: name))
        let report = Flags.report(name, .success(look), board, session)
        Output.line(
            report.line(
                isCurrent: true, by: Flags.by(report, session), name: name.count, figures: session.launch.figures))
        Output.line("→ \(change.words): \(session.concerns(change, await session.users()))")
        if let note = session.plan[name]?.note { Output.line("mind: \(note)") }
        if report.ramp != nil { Output.line("mind: its ramp ends by this") }
        session.mindApproval(of: edit.isKill ? .flagOff : .flagSet)
        let answer = change.risk == .grave ? Confirmation.typed(change.target) : Confirmation.yes()
        switch answer {
        case true?: return look.flag?.version ?? 0
        case false?:
            await session.close()
            throw Failure.refused(Told("not confirmed: nothing was changed"))
        case nil:
            await session.close()
            throw Failure.usage(Told("nobody can confirm it here: give --yes"))
        }
    }
}
