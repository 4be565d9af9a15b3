import DequeModule

/// Lets one task at a time use a connection, in the order of asking.
final class Turn {
    private let reactor: Reactor
    private var isTaken = false
    private var queue: Deque<Ticket> = []

    init(on reactor: Reactor) { self.reactor = reactor }

    /// `.ready` once it is the caller's turn, who then must call `pass()`.
    func take(until deadline: ContinuousClock.Instant?) async -> Wake {
        guard isTaken else {
            isTaken = true
            return .ready
        }
        return await reactor.park(until: deadline) { _, ticket in self.queue.append(ticket) }
    }

    /// Hands the turn to the next who still waits.
    func pass() {
        while let next = queue.popFirst() {
            if reactor.core.wake(next, .ready) { return }
        }
        isTaken = false
    }
}
