import DequeModule

/// Lets one task at a time use a connection, in the order of asking. For code on the reactor.
package final class Turn {
    private let reactor: Reactor
    private var isTaken = false
    private var queue: Deque<Ticket> = []

    package init(on reactor: Reactor) { self.reactor = reactor }

    /// Waits for the caller's turn, who then must call `pass()`.
    package func take(
        _ operation: String, on target: String, until deadline: ContinuousClock.Instant
    ) async throws(WireError) {
        switch await take(until: deadline) {
        case .ready, .finished: return
        case .timedOut:
            throw WireError(.timedOut, operation, on: target, because: "an earlier request took all the time")
        case .cancelled: throw WireError(.cancelled, operation, on: target, because: "cancelled")
        }
    }

    /// `.ready` once it is the caller's turn, who then must call `pass()`.
    func take(until deadline: ContinuousClock.Instant?) async -> Wake {
        guard isTaken else {
            isTaken = true
            return .ready
        }
        return await reactor.park(until: deadline) { _, ticket in self.queue.append(ticket) }
    }

    /// Hands the turn to the next who still waits.
    package func pass() {
        while let next = queue.popFirst() {
            if reactor.core.wake(next, .ready) { return }
        }
        isTaken = false
    }
}
