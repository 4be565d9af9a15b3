import Actions
import ArgumentParser
import Launch
import Synchronization
import UnixSignals

/// What the command line of an action may say that others must approve.
struct ApprovalOptions: ParsableArguments {
    @Flag(help: "Go ahead without the approval that the config asks for. Needs --reason, and is told to everybody.")
    var breakGlass = false

    func validate(_ options: ActionOptions) throws {
        if breakGlass, options.reason.allSatisfy(\.isWhitespace) {
            throw ValidationError("--break-glass needs --reason")
        }
    }
}

/// The wait for another operator that the launch config asks for; Ctrl-C and SIGTERM call it off.
struct ApprovalDesk {
    /// Nil: nobody has to approve it.
    let wait: ApprovalWait?
    private let signals: Task<Void, Never>?

    init(
        _ kind: ActionKind, _ id: ActionID, by who: Operator, of launch: LaunchConfiguration, _ board: JournalBoard,
        breakGlass: Bool, clock: any Clock
    ) {
        let (rules, needed) = (launch.approvals, launch.approvals.count(for: kind))
        guard needed > 0 else {
            (wait, signals) = (nil, nil)
            return
        }
        let called = CalledOff()
        signals = Task {
            for await signal in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
                called.add(.init(action: id, request: .abort, by: who, reason: "\(signal)"))
            }
        }
        wait = ApprovalWait(
            needed: needed, limit: rules.limit, breaksGlass: breakGlass, clock: clock,
            pause: { try await Task.sleep(for: $0.duration) },
            requests: { called.taken() + (await board.requests(of: id)) })
    }

    func end() { signals?.cancel() }

    private final class CalledOff: Sendable {
        private let asked = Mutex<[ActionEvent.Asked]>([])
        func add(_ one: ActionEvent.Asked) { asked.withLock { $0.append(one) } }
        func taken() -> [ActionEvent.Asked] {
            asked.withLock { asked in
                defer { asked = [] }
                return asked
            }
        }
    }
}
