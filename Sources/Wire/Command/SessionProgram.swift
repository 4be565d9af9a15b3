import Glibc
import Synchronization

/// The running program of a session. It is started, ended and reaped on threads of their own: a slow disk and a process that
/// hangs in the kernel hold nobody up.
final class SessionProgram: Sendable {
    let output: Pipe
    let error: Pipe
    /// What is written is read by the program.
    let input: Int32
    private let child: Mutex<ChildProcess?>

    private init(_ child: consuming ChildProcess, input: Int32) {
        output = child.output
        error = child.error
        self.input = input
        self.child = Mutex(consume child)
    }

    deinit { end(gently: false) }

    static func start(_ arguments: [String], _ environment: [String: String]) throws(ChildProcess.Failure)
        -> SessionProgram
    {
        let child = try ChildProcess(arguments, environment, listens: true)
        let input = child.input?.write ?? -1
        return SessionProgram(child, input: input)
    }

    /// Both mean that the next answer would not be to the next request.
    var hasOutputOrEnded: Bool {
        child.withLock { child in
            guard child != nil else { return true }
            var entry = pollfd(fd: output.read, events: Int16(POLLIN), revents: 0)
            return poll(&entry, 1, 0) != 0
        }
    }

    /// - Parameter gently: gives it a second to come to its end; else it is killed at once, with all that is in its group.
    func end(gently: Bool) {
        guard var child = child.withLock({ $0.take() }) else { return }
        child.closeInput()
        if !gently { child.signalGroup(SIGKILL) }
        let reaper = Reaper(child, gently: gently)
        if !DetachedThread.start({ reaper.run() }) { reaper.giveUp() }
    }
}

/// Waits for a program's end, forces it, and lets go of the process.
private final class Reaper: Sendable {
    private let child: Mutex<ChildProcess?>
    private let gently: Bool

    init(_ child: consuming sending ChildProcess, gently: Bool) {
        self.child = Mutex(consume child)
        self.gently = gently
    }

    func run() {
        guard let child = child.withLock({ $0.take() }) else { return }
        var entry = pollfd(fd: child.handle, events: Int16(POLLIN), revents: 0)
        if gently, poll(&entry, 1, 1000) == 0 { child.signalGroup(SIGKILL) }
        _ = child.reap()
    }

    /// There is no thread to be had: it is killed, and reaped at our own end.
    func giveUp() { child.withLock { $0?.signalGroup(SIGKILL) } }
}

/// The start of a program, which is waited for no longer than its deadline.
final class SessionStart: Sendable {
    private struct State {
        var waiter: (Inbox, Ticket)?
        var outcome: Result<SessionProgram, ChildProcess.Failure>?
        var isAbandoned = false
    }

    private let arguments: [String]
    private let environment: [String: String]
    private let state = Mutex(State())

    init(_ arguments: [String], _ environment: [String: String]) {
        self.arguments = arguments
        self.environment = environment
    }

    /// - Returns: nil where the wait did not end by the program's start; then a program that starts later is ended at once.
    func run(on reactor: Reactor, until deadline: ContinuousClock.Instant) async -> (
        wake: Wake, outcome: Result<SessionProgram, ChildProcess.Failure>?
    ) {
        let wake = await reactor.park(until: deadline) { core, ticket in
            let inbox = core.inbox
            state.withLock { $0.waiter = (inbox, ticket) }
            if !DetachedThread.start({ self.spawn() }) {
                state.withLock { $0.outcome = .failure(ChildProcess.Failure(code: EAGAIN)) }
                core.wake(ticket, .ready)
            }
        }
        return state.withLock { state in
            state.isAbandoned = true
            defer { state.outcome = nil }
            return (wake, state.outcome)
        }
    }

    private func spawn() {
        let outcome: Result<SessionProgram, ChildProcess.Failure>
        do throws(ChildProcess.Failure) {
            outcome = .success(try SessionProgram.start(arguments, environment))
        } catch {
            outcome = .failure(error)
        }
        let waiter = state.withLock { state in
            if !state.isAbandoned { state.outcome = outcome }
            return state.waiter
        }
        if let (inbox, ticket) = waiter { inbox.end(ticket, with: .ready) }
    }
}
