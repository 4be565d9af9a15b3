import Glibc
import Subprocess
import Synchronization

/// A process that we started: in a session of its own, with default signals and no descriptor of ours, so that it
/// neither hears our terminal nor keeps our files open.
final class ChildProcess: Sendable {
    let pid: pid_t
    private let exit: Task<TerminationStatus, any Error>
    private let status = Mutex<TerminationStatus?>(nil)

    private init(pid: pid_t, exit: Task<TerminationStatus, any Error>) {
        self.pid = pid
        self.exit = exit
    }

    /// Starts a POSIX shell script, which may become another program by `exec`; returns when it runs.
    static func start(script: String, name: String, arguments: [String]) async throws -> ChildProcess {
        var options = PlatformOptions()
        options.createSession = true
        let environment = Environment.custom([
            "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8",
        ])
        let started = Started()
        // swift-subprocess runs a child within a task and kills it when that is cancelled. This task belongs to no one:
        // nobody cancels it, and it reaps the child.
        let exit = Task {
            do {
                let result = try await run(
                    .name("sh"), arguments: Arguments(["-c", script, name] + arguments), environment: environment,
                    platformOptions: options, input: .none, output: .discarded, error: .discarded
                ) { execution in started.resume(.success(execution.processIdentifier.value)) }
                return result.terminationStatus
            } catch {
                started.resume(.failure(error))
                throw error
            }
        }
        let child = ChildProcess(pid: try await started.value, exit: exit)
        Task { try await child.waitForExit() }
        return child
    }

    /// How the process ended; nil while it lives.
    var exitStatus: TerminationStatus? { status.withLock { $0 } }
    var isRunning: Bool { exitStatus == nil }

    /// Waits for the process to end.
    @discardableResult
    func waitForExit() async throws -> TerminationStatus {
        let status = try await exit.value
        self.status.withLock { $0 = status }
        return status
    }

    func send(_ signal: Int32) {
        if isRunning { kill(pid, signal) }
    }
}

/// The one-time hand-over of a process id from the task that runs the process.
private final class Started: Sendable {
    private enum State {
        case empty
        case waiting(CheckedContinuation<pid_t, any Error>)
        case done(Result<pid_t, any Error>)
    }
    private let state = Mutex(State.empty)

    func resume(_ result: Result<pid_t, any Error>) {
        state.withLock { state in
            switch state {
            case .empty: state = .done(result)
            case .waiting(let continuation):
                state = .done(result)
                continuation.resume(with: result)
            case .done: break
            }
        }
    }

    var value: pid_t {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                state.withLock { state in
                    switch state {
                    case .empty, .waiting: state = .waiting(continuation)
                    case .done(let result): continuation.resume(with: result)
                    }
                }
            }
        }
    }
}
