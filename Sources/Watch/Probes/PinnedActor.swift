package import Wire

/// An actor whose code runs on the Reactor's thread, as that of every prober does.
package protocol PinnedActor: Actor {
    nonisolated var reactor: Reactor { get }
}

extension PinnedActor {
    /// Suspends for a while; cancellation ends it early.
    func pause(for duration: Duration) async throws { try await reactor.sleep(for: duration) }

    /// Runs `work`, which is cancelled when the budget is spent.
    ///
    /// For work whose steps cannot be given what is left of the time, because each length of it would be another statement
    /// to prepare.
    func within<Value: Sendable>(
        _ budget: Budget, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await self.pause(for: budget.remaining)
                throw ProbeFailure("no answer within \(budget.whole.inWords)")
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }
}
