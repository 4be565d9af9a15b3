import Launch
import Testing

@testable import Watch

@Suite struct WindowTests {
    @Test func firstLookAtACounterBringsNoRate() {
        var counter = Counter()
        #expect(counter.rate(to: 100, at: 1000) == nil)
        #expect(counter.rate(to: 150, at: 6000) == 10)
    }

    @Test func counterThatFallsCountsFromZero() {
        var counter = Counter()
        _ = counter.rate(to: 1000, at: 0)
        #expect(counter.rate(to: 30, at: 10_000) == 3)
        #expect(counter.rate(to: 40, at: 20_000) == 1)
    }

    @Test func twoLooksInOneMillisecondDivideByNothing() {
        var counter = Counter()
        _ = counter.rate(to: 1, at: 1000)
        #expect(counter.rate(to: 2, at: 1000) == nil)
    }

    @Test func shareOfNothingIsAMissNotZero() {
        var share = CounterShare()
        #expect(share.percent(hits: 10, misses: 10, at: 0, nothing: "idle") == nil)
        #expect(share.percent(hits: 10, misses: 10, at: 1000, nothing: "idle") == .missed("idle"))
        #expect(share.percent(hits: 13, misses: 11, at: 2000, nothing: "idle") == .number(75))
    }

    @Test func paceIsDueAtOnceAndAgainAfterItsInterval() {
        var pace = Pace(every: .seconds(60))
        #expect(pace.isDue(at: 5))
        pace.done(at: 5)
        #expect(!pace.isDue(at: 60_004))
        #expect(pace.isDue(at: 60_005))
    }

    @Test func shareWindowForgetsWhatIsOlderThanItsLength() {
        var window = ShareWindow(length: .minutes(1))
        #expect(window.percent(at: 0) == nil)
        for second in 0..<30 { window.record(true, at: .seconds(Int64(second))) }
        for second in 30..<60 { window.record(false, at: .seconds(Int64(second))) }
        #expect(window.percent(at: .seconds(59)) == 50)
        #expect(window.percent(at: .seconds(74)) == Double(15) / 45 * 100)
        #expect(window.percent(at: .seconds(100)) == 0)
        #expect(window.percent(at: .seconds(300)) == nil)
    }

    @Test func quantilesOfAFewLooksAreExact() throws {
        var window = LatencyWindow(length: .minutes(5), interval: .seconds(1))
        #expect(window.quantiles([0.5], at: 0) == nil)
        for second in 1...100 { window.record(milliseconds: Double(101 - second), at: .seconds(Int64(second))) }
        #expect(window.quantiles([0, 0.5, 0.95, 0.99, 1], at: .seconds(100)) == [1, 50, 95, 99, 100])
        // The first 50, which were the slowest, are five minutes old.
        #expect(window.quantiles([0.5, 1], at: .seconds(350)) == [25, 50])
        #expect(window.quantiles([0.5], at: .seconds(1000)) == nil)
    }

    @Test("the ring gives its room back and stays sorted over a day of looks")
    func dayOfLooks() throws {
        var generator = SeededGenerator(seed: 7)
        var window = ExactLatencies(length: .seconds(60), capacity: 61)
        var recent: [Float] = []
        for second in 0..<5000 {
            let value = Float.random(in: 0.1...900, using: &generator)
            recent = (recent + [value]).suffix(60)
            window.record(milliseconds: Double(value), at: .seconds(Int64(second)))
        }
        let sorted = recent.sorted()
        let found = window.quantiles([0.5, 0.95], at: .seconds(4999))
        let quantiles = try #require(found)
        #expect(quantiles == [Double(sorted[29]), Double(sorted[56])])
    }

    @Test func longWindowIsAHistogramRightToOnePerCent() throws {
        var window = LatencyWindow(length: .hours(24), interval: .seconds(1))
        for second in 1...10_000 { window.record(milliseconds: Double(second) / 10, at: .seconds(Int64(second))) }
        let found = window.quantiles([0.5, 0.99], at: .seconds(10_000))
        let quantiles = try #require(found)
        #expect(abs(quantiles[0] / 500 - 1) < 0.01)
        #expect(abs(quantiles[1] / 990 - 1) < 0.01)
        // A day and a slice later all of it is gone.
        #expect(window.quantiles([0.5], at: .seconds(10_000) + .hours(26)) == nil)
    }

    @Test func latencyBeyondTheHistogramStaysInIt() throws {
        var histogram = SlicedHistogram(length: .hours(12))
        histogram.record(milliseconds: 1e12, at: 0)
        let found = histogram.quantiles([1], at: 0)
        let maximum = try #require(found)
        #expect(maximum[0] > 60_000)
    }
}

/// SplitMix64: the same numbers each time, so that a failing case can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
