import Actions
import ArgumentParser
import Edge
import Journal
import Launch

/// `guardia lock …`: who may change the traffic.
struct LockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lock", abstract: "Show, take or release the locks of the edges.",
        subcommands: [Show.self, Take.self, Release.self], defaultSubcommand: Show.self)

    private static let reach: Duration = .seconds(3)

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Say who holds the lock of each edge.")
        @OptionGroup var options: LookOptions

        private struct Row: Encodable {
            var edge: String
            var fence: Int64?
            var holder: String?
            var action: String?
            var kind: String?
            var reason: String?
            var seconds: Int64?
            var trouble: String?
        }

        func run() async throws {
            let session = try ActionSession(options, for: nil, isRescue: true)
            let answers = await session.edges.each { door throws(EdgeError) in try await door.status(within: reach) }
            for (edge, result) in answers.all {
                switch result {
                case .success(let status):
                    let lock = status.lock
                    if options.json {
                        Output.json(
                            Row(
                                edge: edge, fence: status.fence, holder: lock?.holder, action: lock?.action,
                                kind: lock?.kind,
                                reason: lock?.reason, seconds: lock?.left))
                    } else if let lock {
                        let left = lock.hasLapsed ? "LAPSED: whoever held it is gone" : "\(lock.left) s left"
                        let reason = lock.reason.isEmpty ? "" : "  \(lock.reason)"
                        Output.line(
                            "\(edge)  fence \(status.fence)  \(lock.holder)  \(lock.kind) \(lock.action)  \(left)\(reason)"
                        )
                    } else {
                        Output.line("\(edge)  fence \(status.fence)  free")
                    }
                case .failure(let error):
                    if options.json {
                        Output.json(Row(edge: edge, trouble: error.reason))
                    } else {
                        Output.line("\(edge)  ? \(error.reason)")
                    }
                }
            }
            await session.close()
            throw ExitCode(answers.isWhole ? 0 : 4)
        }
    }

    struct Take: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "take",
            abstract: "Take the locks of all edges, from whoever holds them; what they run stops at its next step.",
            discussion: "The lock is held for --hold, for work by hand; give it back with guardia lock release.")
        @OptionGroup var options: ActionOptions

        @Option(help: ArgumentHelp("How long, as 30m.", valueName: "time"))
        var hold = SpanArgument<Minutes>(.minutes(15))
        @OptionGroup var approval: ApprovalOptions

        func validate() throws {
            try approval.validate(options)
            guard (Milliseconds.minutes(1) ... .hours(24)).contains(hold.span) else {
                throw ValidationError("--hold is from 1m to 24h")
            }
        }

        func run() async throws {
            let session = try ActionSession(options, for: .takeLock, isRescue: true)
            if !options.yes {
                for line in await EdgeSurvey.take(session.edges, session.deployment).lines { Output.line(line) }
                // A grave action: typed, and never a constant.
                let target = session.launch.product.name
                switch Confirmation.typed(target) {
                case true?: break
                case false?: throw Failure.refused(Told("not confirmed: nothing was changed"))
                case nil: throw Failure.usage(Told("nobody can confirm it here: give --yes"))
                }
            }
            let id = options.actionID(.takeLock, at: session.clock.now().utc)
            let (who, reason, lease) = (session.identity.who, options.reason, hold.span)
            let result = await Simple.run(
                .takeLock, id, options, session, breakGlass: approval.breakGlass
            ) { group throws(EdgeError) in
                _ = try await group.lock(within: reach) { _ in
                    LockClaim(
                        holder: who.signature, action: id.text, kind: .lock, reason: reason, lease: lease,
                        force: .takeover)
                }
                return "every edge is locked by \(who.signature) for \(lease.count / 60_000) min"
            }
            throw await session.finish(result, id, json: options.json)
        }
    }

    struct Release: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "release",
            abstract: "Give back locks that were taken by hand, or that lapsed.")
        @OptionGroup var options: ActionOptions

        func run() async throws {
            let session = try ActionSession(options, for: .releaseLock, isRescue: true)
            let id = options.actionID(.releaseLock, at: session.clock.now().utc)
            let result = await Simple.run(.releaseLock, id, options, session) { group throws(EdgeError) in
                let answers = await group.each { door throws(EdgeError) -> Bool in
                    let status = try await door.status(within: reach)
                    guard let lock = status.lock else { return false }
                    guard lock.kind == LockClaim.Kind.lock.rawValue || lock.hasLapsed else {
                        throw EdgeError(
                            .refused(.held(lock)), "release the lock", on: door.plan.name,
                            because:
                                "\(lock.holder) holds it for \(lock.kind) \(lock.action), which runs: abort or pre-empt that"
                        )
                    }
                    try await door.release(fence: status.fence, within: reach)
                    return true
                }
                if let failure = answers.errors.first { throw failure.error }
                let (freed, all) = (answers.values.values.count { $0 }, answers.all.count)
                return freed == 0
                    ? "no edge was locked"
                    : "the lock of \(freed == all ? "every edge" : "\(freed) of \(all) edges") was given back"
            }
            throw await session.finish(result, id, json: options.json)
        }
    }
}

/// `guardia freeze`: no deploys, until it is thawed. A rollback is never frozen.
struct FreezeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "freeze", abstract: "Refuse deploys on every edge, with a reason; rollbacks go on. --off thaws.")

    @OptionGroup var options: ActionOptions

    @Flag(help: "Let deploys through again.")
    var off = false

    @OptionGroup var approval: ApprovalOptions

    func validate() throws {
        try approval.validate(options)
        if !off, options.reason.isEmpty {
            throw ValidationError("a freeze needs --reason: whoever meets it at 3 am reads it")
        }
    }

    func run() async throws {
        let kind: ActionKind = off ? .thaw : .freeze
        let session = try ActionSession(options, for: kind, isRescue: true)
        let id = options.actionID(kind, at: session.clock.now().utc)
        let (off, who, reason) = (off, session.identity.who.signature, options.reason)
        let result = await Simple.run(kind, id, options, session, breakGlass: approval.breakGlass) {
            group throws(EdgeError) in
            let answers = await group.each { door throws(EdgeError) in
                if off {
                    try await door.thaw(within: .seconds(3))
                } else {
                    try await door.freeze(by: who, reason: reason, within: .seconds(3))
                }
            }
            if let failure = answers.errors.first { throw failure.error }
            return off
                ? "deploys are let through again"
                : "deploys are refused on \(answers.all.count == 1 ? "one edge" : "\(answers.all.count) edges")"
        }
        throw await session.finish(result, id, json: options.json)
    }
}

/// An action of one step.
enum Simple {
    static func run(
        _ kind: ActionKind, _ id: ActionID, _ options: ActionOptions, _ session: ActionSession,
        breakGlass: Bool = false, _ body: (EdgeGroup) async throws(EdgeError) -> String
    ) async -> ActionResult {
        let sign = ActionSign(id, journal: session.journal)
        defer { sign.end() }
        let reporter = session.reporter(id, json: options.json)
        let desk = ApprovalDesk(
            kind, id, by: session.identity.who, of: session.launch, JournalBoard(session.journal),
            breakGlass: breakGlass, clock: session.clock)
        defer { desk.end() }
        return await reporter.single(
            kind, by: session.identity.who, reason: options.reason, command: ActionSession.commandLine,
            on: session.edges, approval: desk.wait
        ) { group in await .of { () throws(EdgeError) in try await body(group) } }
    }
}
