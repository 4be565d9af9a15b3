import Launch
import Testing

/// Random histories of readings, gaps, steps of the clock, words of operators and restarts: what must hold in all of them.
struct AlertHistoryTests {
    private struct Rule: Sendable, CustomStringConvertible {
        var hold: Int64
        var keep: Int64
        var description: String { "for \(hold) s, keep_firing_for \(keep) s" }
    }

    @Test(arguments: 0..<60)
    func everyHistoryKeepsThePromises(seed: Int) throws {
        var random = Numbers(UInt64(seed))
        let hold = Int64([0, 5, 30].randomElement(using: &random)!)
        let keep = Int64([0, 10].randomElement(using: &random)!)
        let rule = AlertRule(
            name: "slow", condition: .bound("api.p95", .above(200), clear: 150), severity: .critical,
            hold: .seconds(hold), keepFiring: .seconds(keep), damping: nil)
        var bench = Bench([rule], [series("api.p95")])
        let id = try #require(bench.ids("slow").first)
        /// The values that were read, by uptime.
        var read: [(at: Milliseconds, value: Double)] = []
        var value: Double? = 100
        for _ in 0..<800 {
            switch Int.random(in: 0..<60, using: &random) {
            case 0...2: value = 250
            case 3...4: value = 100
            case 5: value = 180
            case 6: value = nil
            case 7: bench.now.utc = bench.now.utc + .hours(Bool.random(using: &random) ? 1 : -1)
            case 8: bench.restart()
            case 9:
                let ack = AlertEvent.Acknowledged(
                    alert: id, by: "ana", way: .command, until: bench.now.utc + .seconds(40))
                if bench.machine.log[id]?.state == .firing, bench.machine.log[id]?.acknowledged == nil {
                    bench.told.append((.acknowledged(ack), bench.now))
                    bench.say(.acknowledged(ack))
                }
            default: break
            }
            bench.run(1, value.map { ["api.p95": $0] } ?? [:])
            if let value { read.append((bench.now.uptime, value)) }
        }

        var firedAt: Moment?
        var pendingAt: Moment?
        var acknowledgedAt: Moment?
        var isWell = false
        for (event, at) in bench.told {
            switch event {
            case .pending:
                #expect(firedAt == nil && pendingAt == nil && hold > 0)
                pendingAt = at
            case .cleared:
                #expect(pendingAt != nil)
                pendingAt = nil
            case .fired(let body):
                // Never twice without an end between, never before its `for`.
                #expect(firedAt == nil)
                if hold > 0 {
                    let since = try #require(pendingAt)
                    #expect(since.age(at: at) >= .seconds(hold))
                    #expect(body.alert.since == since)
                }
                (firedAt, pendingAt, isWell) = (at, nil, false)
                #expect(read.last { $0.at <= at.uptime }.map { $0.value > 200 } == true)
            case .resolved:
                #expect(firedAt != nil)
                // Only a reading resolves, and one that is well.
                let last = try #require(read.last { $0.at <= at.uptime })
                #expect(last.value <= 150 && at.uptime - last.at <= .seconds(5))
                (firedAt, acknowledgedAt) = (nil, nil)
            case .acknowledged:
                acknowledgedAt = at
            case .unacknowledged:
                let given = try #require(acknowledgedAt)
                #expect(given.age(at: at) >= .seconds(40) && given.age(at: at) <= .seconds(41))
                acknowledgedAt = nil
            case .recovering(let body):
                // In turns, only while it fires, and well only by a reading that is.
                #expect(firedAt != nil && body.isWell != isWell)
                isWell = body.isWell
                let last = try #require(read.last { $0.at <= at.uptime })
                if isWell { #expect(last.value <= 150 && at.uptime - last.at <= .seconds(5)) }
            case .suppressed, .silenced, .unsilenced: Issue.record("nothing was silenced")
            }
        }
        // What fires at the end is on the board, and nothing else.
        #expect((bench.machine.log[id]?.state == .firing) == (firedAt != nil))
        // A machine that is made from what was told is in the same state.
        var log = AlertLog()
        for entry in bench.told { log.take(entry.event, at: entry.at) }
        #expect(log[id]?.state == bench.machine.log[id]?.state)
        #expect(log[id]?.acknowledged == bench.machine.log[id]?.acknowledged)
    }
}

/// The same numbers in each run (SplitMix64).
struct Numbers: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
