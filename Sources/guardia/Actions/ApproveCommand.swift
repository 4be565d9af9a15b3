import Actions
import ArgumentParser
import Journal
import Launch

/// `guardia approve`: a second operator's yes to what waits for it.
struct ApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Approve what another operator asked for, as it was planned.",
        discussion: """
            A deploy, a change of a flag, a ramp, a freeze, a lock, a drill: whatever `approvals:` of the launch config asks for. \
            It prints what is approved. Nobody approves what they asked for themselves.
            """)

    @OptionGroup var options: ActionOptions
    @Argument(help: "The action's id; otherwise the newest that waits.")
    var action: String?

    func run() async throws {
        let caller = try ActionCaller(options, for: .approve, isRescue: true)
        let board = JournalBoard(caller.journal)
        guard let log = await board.board()?.actions else {
            throw Failure.undecided(Told("\(caller.journal) cannot be read: what waits cannot be found"))
        }
        let record = action.map { log[ActionID($0)] } ?? log.awaitingApproval.first
        // Of a deploy the edges are looked at, too.
        if record?.kind == .deploy || record == nil && caller.launch.deployment != nil {
            return try await Steering(options, record?.id.text ?? action, .approve).run()
        }
        guard let record else {
            throw Failure.refused(Told(action.map { "there is no action \($0)" } ?? "nothing waits for an approval"))
        }
        if !options.json { for line in Steering.plan(record) { Output.line(line) } }
        if record.ended == nil, ActionLock.lives(record.id, journal: caller.journal) == false {
            throw Failure.refused(Told("\(record.id) does not run any more: its process died"))
        }
        if let objection = record.objection(toApprovalBy: caller.identity.who) {
            throw Failure.refused(Told(objection))
        }
        throw await approve(record, caller)
    }

    private func approve(_ record: ActionRecord, _ caller: ActionCaller) async -> ExitCode {
        let clock = SystemClock()
        let teller = JournalTeller(journal: caller.journal, origin: Origin.name, clock: clock)
        let id = options.actionID(.approve, at: clock.now().utc)
        let sign = ActionSign(id, journal: caller.journal)
        let (who, reason, json) = (caller.identity.who, options.reason, options.json)
        let result = await ActionReporter(id, journal: teller) { event in if !json { ActionPrinter.print(event) } }
            .steer(.approve, of: record, by: who, reason: reason, command: ActionSession.commandLine) {
                await teller.tell(.asked(.init(action: record.id, request: .approve, by: who, reason: reason)))
                await teller.settle(within: .seconds(5))
                if let trouble = teller.trouble {
                    return ActionResult(.undecided, "\(record.id) was not told: \(trouble)")
                }
                return ActionResult(.done, "\(record.id) is told")
            }
        sign.end()
        await teller.settle(within: .seconds(5))
        if let trouble = teller.trouble { Output.error(trouble) }
        teller.close()
        ActionPrinter.print(result, id, json: json)
        return ExitCode(result.outcome.exitCode)
    }
}
