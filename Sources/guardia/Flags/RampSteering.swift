import Actions
import ArgumentParser
import Glibc
import Journal
import Launch

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
                owners: owners(record, board)), options, session, isApproved: record.isPastApproval)
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
                Told("\(look.moved(from: look, zone: session.zone)): what it is now is not the ramp's; set it yourself")
            )
        }
        for number in [SIGHUP, SIGINT, SIGTERM, SIGQUIT] { signal(number, SIG_IGN) }
        return await FlagChangeOptions.perform(
            .init(
                name: name, edit: FlagEdit(isEnabled: true, rollout: ramp.plan.from), expect: flag.version,
                reason: options.reason.isEmpty ? "undo \(record.id)" : options.reason, by: session.identity.who,
                command: ActionSession.commandLine, pid: getpid(), continues: record.id), options, session)
    }
}
