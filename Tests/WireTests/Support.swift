import Glibc
import Testing
import Wire

/// An actor on the reactor, for tests of what only code there may do.
actor Pinned {
    nonisolated let reactor: Reactor
    nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    init(_ reactor: Reactor) { self.reactor = reactor }

    func run<Result: Sendable>(_ body: @Sendable (isolated Pinned) async throws -> Result) async rethrows -> Result {
        try await body(self)
    }
}

extension Reactor {
    /// Runs something that must fail by its deadline, up to five times, and expects it to have ended once within 50 ms
    /// after it: a loaded machine may be late, but not always. The time is taken on the reactor, where nothing but the
    /// reactor's own lateness counts.
    ///
    /// - Returns: the last error.
    @discardableResult
    func expectFailure(
        by deadline: Duration = .milliseconds(300), sourceLocation: SourceLocation = #_sourceLocation,
        _ body: @Sendable () async throws -> Void
    ) async -> WireError? {
        var failure: WireError?
        var durations: [Duration] = []
        for _ in 0..<5 {
            let (duration, error) = await Pinned(self).run { _ in
                let start = ContinuousClock.now
                do {
                    try await body()
                    return (ContinuousClock.now - start, (any Error)?.none)
                } catch {
                    return (.now - start, error)
                }
            }
            failure = error as? WireError
            guard failure != nil else {
                Issue.record("not a WireError: \(String(describing: error))", sourceLocation: sourceLocation)
                return nil
            }
            durations.append(duration)
            if duration <= deadline + .milliseconds(50) { return failure }
        }
        Issue.record("took \(durations), more than \(deadline) and 50 ms", sourceLocation: sourceLocation)
        return failure
    }
}

/// The error of something that must fail.
func wireError<Result>(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Result
) async -> WireError? {
    do {
        _ = try await body()
        Issue.record("it succeeded", sourceLocation: sourceLocation)
    } catch let error as WireError {
        return error
    } catch {
        Issue.record(error, sourceLocation: sourceLocation)
    }
    return nil
}

/// How many descriptors this process has open.
func openDescriptors() -> Int {
    guard let folder = opendir("/proc/self/fd") else { return -1 }
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    return count
}

/// Waits for another thread or process to bring something about, up to a bound.
func eventually(within limit: Duration = .seconds(10), _ condition: () async throws -> Bool) async rethrows -> Bool {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
        if try await condition() { return true }
        try? await Task.sleep(for: .milliseconds(5))
    }
    return try await condition()
}
