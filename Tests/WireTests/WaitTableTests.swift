import Testing

@testable import Wire

@Suite struct WaitTableTests {
    @Test func waitersExpireInTheOrderOfTheirDeadlines() {
        var table = WaitTable<Int64>()
        var random = SystemRandomNumberGenerator()
        let deadlines = (0..<500).map { _ in Int64.random(in: 0..<100, using: &random) }
        for deadline in deadlines { table.park(deadline, at: table.reserve(), until: deadline) }
        var expired: [Int64] = []
        while let (_, waiter) = table.removeExpired(at: 100) { expired.append(waiter) }
        #expect(expired == deadlines.sorted())
        #expect(table.count == 0)
        #expect(table.nextDeadline == nil)
    }

    @Test func nobodyExpiresBeforeTheDeadline() {
        var table = WaitTable<Int>()
        table.park(1, at: table.reserve(), until: 10)
        #expect(table.removeExpired(at: 9) == nil)
        #expect(table.removeExpired(at: 10)?.waiter == 1)
    }

    @Test func removalFromTheMiddleKeepsTheOrder() {
        var table = WaitTable<Int64>()
        let tickets = (0..<200).map { deadline in
            let ticket = table.reserve()
            table.park(Int64(deadline), at: ticket, until: Int64(deadline * 37 % 200))
            return ticket
        }
        for index in stride(from: 0, to: 200, by: 3) { #expect(table.remove(tickets[index]) == Int64(index)) }
        var last: Int64 = -1
        var left = 0
        while let next = table.nextDeadline, table.removeExpired(at: 200) != nil {
            #expect(next >= last)
            last = next
            left += 1
        }
        #expect(left == 133)
    }

    @Test func aWaiterIsTakenOnce() {
        var table = WaitTable<Int>()
        let ticket = table.reserve()
        table.park(1, at: ticket, until: nil)
        #expect(table.isWaiting(ticket))
        #expect(table.remove(ticket) == 1)
        #expect(table.remove(ticket) == nil)
        #expect(!table.isWaiting(ticket))
    }

    @Test func anOldTicketDoesNotNameTheSlotsNextWaiter() {
        var table = WaitTable<Int>()
        let old = table.reserve()
        table.park(1, at: old, until: 5)
        _ = table.remove(old)
        let new = table.reserve()
        table.park(2, at: new, until: 5)
        #expect(old.index == new.index)
        #expect(table.remove(old) == nil)
        #expect(table.waiting == [new])
        #expect(Ticket(bits: new.bits) == new)
    }

    @Test func aReservedTicketCannotBeTaken() {
        var table = WaitTable<Int>()
        #expect(table.remove(table.reserve()) == nil)
        #expect(table.waiting.isEmpty)
    }
}
