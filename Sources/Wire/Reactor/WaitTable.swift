/// Names one wait. A ticket outlives its wait harmlessly: the generation tells a reused slot from the wait it named.
struct Ticket: Hashable, Sendable {
    let index: UInt32
    let generation: UInt32

    init(index: UInt32, generation: UInt32) {
        self.index = index
        self.generation = generation
    }

    /// The ticket as one word, for a C library's user pointer.
    init(bits: UInt) {
        self.init(index: UInt32(truncatingIfNeeded: bits), generation: UInt32(truncatingIfNeeded: bits >> 32))
    }

    var bits: UInt { UInt(generation) << 32 | UInt(index) }
}

/// Everybody who waits on the reactor, by ticket and by deadline: slots with a free list, and a binary heap that knows
/// where each slot stands in it, so that a wait that ends early leaves nothing behind.
///
/// Whoever removes a waiter answers it, so each is answered exactly once. Deadlines are nanoseconds of the reactor's own
/// time line.
struct WaitTable<Waiter> {
    private struct Slot {
        /// From 1, so that no ticket is a null pointer.
        var generation: UInt32 = 1
        var waiter: Waiter?
        /// Where the slot stands in the heap; -1 without a deadline.
        var position = -1
    }

    private var slots: [Slot] = []
    private var free: [UInt32] = []
    private var heap: [(deadline: Int64, index: UInt32)] = []

    /// The number of tickets given out and not yet redeemed.
    var count: Int { slots.count - free.count }

    /// The earliest deadline.
    var nextDeadline: Int64? { heap.first?.deadline }

    /// Gives out a ticket before its waiter is known: a cancellation may have to name it already.
    mutating func reserve() -> Ticket {
        if let index = free.popLast() {
            return Ticket(index: index, generation: slots[Int(index)].generation)
        }
        slots.append(Slot())
        return Ticket(index: UInt32(slots.count - 1), generation: 1)
    }

    mutating func park(_ waiter: Waiter, at ticket: Ticket, until deadline: Int64?) {
        slots[Int(ticket.index)].waiter = waiter
        guard let deadline else { return }
        heap.append((deadline, ticket.index))
        slots[Int(ticket.index)].position = heap.count - 1
        siftUp(heap.count - 1)
    }

    /// The waiter, unless someone else has taken it already.
    mutating func remove(_ ticket: Ticket) -> Waiter? {
        let index = Int(ticket.index)
        guard index < slots.count, slots[index].generation == ticket.generation, let waiter = slots[index].waiter else {
            return nil
        }
        if slots[index].position >= 0 { removeFromHeap(at: slots[index].position) }
        slots[index] = Slot(generation: ticket.generation &+ 1)
        free.append(ticket.index)
        return waiter
    }

    func isWaiting(_ ticket: Ticket) -> Bool {
        let slot = slots[Int(ticket.index)]
        return slot.generation == ticket.generation && slot.waiter != nil
    }

    /// One whose deadline is `now` or earlier, the earliest first.
    mutating func removeExpired(at now: Int64) -> (ticket: Ticket, waiter: Waiter)? {
        guard let first = heap.first, first.deadline <= now else { return nil }
        let ticket = Ticket(index: first.index, generation: slots[Int(first.index)].generation)
        guard let waiter = remove(ticket) else { return nil }
        return (ticket, waiter)
    }

    /// Every ticket that somebody waits at.
    var waiting: [Ticket] {
        slots.indices.compactMap { index in
            slots[index].waiter == nil
                ? nil : Ticket(index: UInt32(index), generation: slots[index].generation)
        }
    }

    // MARK: The heap

    private mutating func removeFromHeap(at position: Int) {
        let last = heap.count - 1
        if position != last {
            exchange(position, last)
        }
        heap.removeLast()
        if position < heap.count {
            siftDown(position)
            siftUp(position)
        }
    }

    private mutating func siftUp(_ start: Int) {
        var position = start
        while position > 0 {
            let parent = (position - 1) / 2
            guard heap[position].deadline < heap[parent].deadline else { return }
            exchange(position, parent)
            position = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var position = start
        while true {
            var least = position
            for child in [2 * position + 1, 2 * position + 2]
            where child < heap.count && heap[child].deadline < heap[least].deadline {
                least = child
            }
            guard least != position else { return }
            exchange(position, least)
            position = least
        }
    }

    private mutating func exchange(_ a: Int, _ b: Int) {
        heap.swapAt(a, b)
        slots[Int(heap[a].index)].position = a
        slots[Int(heap[b].index)].position = b
    }
}
