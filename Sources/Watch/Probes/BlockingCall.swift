import Glibc
import Synchronization
package import Wire

/// Calls that may block for ever (a file of a dead mount), each on a thread of its own, waited for no longer than their
/// deadline.
///
/// A thread that hangs cannot be ended. So there is at most one: while it hangs, further calls are refused.
package actor BlockingCall: PinnedActor {
    package nonisolated let reactor: Reactor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }
    private let name: String
    private let isBusy = Flag()

    /// - Parameter name: what is called, for the sentence: `statvfs of /data`.
    package init(_ name: String, on reactor: Reactor) {
        self.name = name
        self.reactor = reactor
    }

    /// - Throws: ``ProbeFailure`` when the deadline passes or an earlier call still hangs; what `body` throws.
    package func run<Value: Sendable>(
        deadline: Duration, _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        guard isBusy.set() else { throw ProbeFailure("\(name) still hangs") }
        let outcome = Outcome<Value>()
        let isBusy = isBusy
        let started = DetachedThread.start {
            let result = Result { try body() }
            // First: whoever has the result may call again at once.
            isBusy.clear()
            outcome.settle(result)
        }
        guard started else {
            isBusy.clear()
            throw ProbeFailure("\(name): this machine is out of threads")
        }
        let failure = ProbeFailure("\(name): no answer within \(deadline.inWords)")
        let timer = Task {
            try await self.pause(for: deadline)
            outcome.settle(.failure(failure))
        }
        defer { timer.cancel() }
        return try await outcome.value
    }
}

/// Whether a call is under way; set by the actor, cleared by the call's thread.
private final class Flag: Sendable {
    private let value = Atomic(false)

    /// False if it was set already.
    func set() -> Bool {
        value.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
    }
    func clear() { value.store(false, ordering: .releasing) }
}

/// A result that comes once: whoever is first settles it, the others are not heard.
private final class Outcome<Value: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Value, any Error>)
        case settled(Result<Value, any Error>)
    }
    private let state = Mutex(State.open)

    func settle(_ result: Result<Value, any Error>) {
        let waiting: CheckedContinuation<Value, any Error>? = state.withLock { state in
            defer { if case .settled = state {} else { state = .settled(result) } }
            if case .awaited(let continuation) = state { return continuation }
            return nil
        }
        waiting?.resume(with: result)
    }

    var value: Value {
        get async throws {
            try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    let result: Result<Value, any Error>? = state.withLock { state in
                        if case .settled(let result) = state { return result }
                        state = .awaited(continuation)
                        return nil
                    }
                    if let result { continuation.resume(with: result) }
                }
            } onCancel: {
                settle(.failure(CancellationError()))
            }
        }
    }
}
