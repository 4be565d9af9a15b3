import Rehearsal
import Testing

@Suite("A split")
struct SplitTests {
    @Test("shares are exact", arguments: [0, 1, 10, 50, 99, 100])
    func exactShares(share: Int) {
        let split = Split(live: "blue", canary: "green", share: share)
        #expect(split.share(of: "green") == share)
        #expect(split.share(of: "blue") == 100 - share)
        #expect(split.slots.count == 100)
    }

    @Test("a canary that grows keeps the slots it has")
    func canaryGrowsSticky() {
        let small = Split(live: "blue", canary: "green", share: 10)
        let large = Split(live: "blue", canary: "green", share: 25)
        for slot in small.slots.indices where small.slots[slot] == "green" { #expect(large.slots[slot] == "green") }
    }

    @Test("a share beyond the bounds is the nearest one")
    func boundedShare() {
        #expect(Split(live: "blue", canary: "green", share: 101) == Split(all: "green"))
        #expect(Split(live: "blue", canary: "green", share: -1) == Split(all: "blue"))
    }

    @Test("99 slots are no split")
    func needsAllSlots() {
        #expect(Split(slots: Array(repeating: "blue", count: 99)) == nil)
        #expect(Split(slots: Array(repeating: "blue", count: 100)) == Split(all: "blue"))
    }

    @Test("its description names the largest share first")
    func description() {
        #expect("\(Split(live: "blue", canary: "green", share: 10))" == "blue 90 %, green 10 %")
        #expect("\(Split(all: "green"))" == "green 100 %")
    }
}
