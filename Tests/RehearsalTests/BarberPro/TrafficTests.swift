import Testing

@testable import barberpro

@Suite("Traffic")
struct TrafficTests {
    /// Tuesday, 24 November 2026, midnight in Buenos Aires.
    private let midnight = 1_795_489_200.0

    @Test("the average of a week is 1")
    func weekAverage() {
        let minutes = stride(from: midnight, to: midnight + 7 * 86400, by: 600)
        let mean = minutes.map(TrafficShape.level).reduce(0, +) / Double(7 * 144)
        #expect(abs(mean - 1) < 0.01)
    }

    @Test("a day is quietest at 4 and busiest around noon and after work")
    func dayCurve() {
        let levels = (0..<24).map { TrafficShape.level(unixTime: midnight + Double($0) * 3600) }
        #expect(levels.firstIndex(of: levels.min()!) == 4)
        #expect((18...21).contains(levels.firstIndex(of: levels.max()!)!))
        let morning = levels[0..<15]
        #expect((11...13).contains(morning.firstIndex(of: morning.max()!)!))
    }

    @Test("Saturday is busier than Monday")
    func weekCurve() {
        #expect(
            TrafficShape.level(unixTime: midnight + 4.5 * 86400) > 1.5
                * TrafficShape.level(unixTime: midnight + 6.5 * 86400))
    }

    @Test("the level has no jumps within a day")
    func continuous() {
        for minute in 0..<1439 {
            let now = TrafficShape.level(unixTime: midnight + Double(minute) * 60)
            let next = TrafficShape.level(unixTime: midnight + Double(minute + 1) * 60)
            #expect(abs(next - now) < 0.02)
        }
    }

    @Test("times before 1970 are no trap")
    func longAgo() {
        #expect(TrafficShape.level(unixTime: -1e9) > 0)
    }

    @Test("24 provinces, of 45,892,285 people")
    func provinces() {
        #expect(Province.all.count == 24)
        #expect(Province.totalPopulation == 45_892_285)
        #expect(Set(Province.all.map(\.iso)).count == 24)
        #expect(Province.ofPerson(0).iso == "AR-C")
        #expect(Province.ofPerson(Province.totalPopulation - 1) == Province.all[23])
    }

    @Test("customers come from where people live")
    func provinceWeights() {
        var random = SplitMix64(seed: 7)
        var counts: [String: Int] = [:]
        for number in 0..<20_000 { counts[Journey(number: number, using: &random).province.iso, default: 0] += 1 }
        for province in Province.all where province.population > 1_000_000 {
            let expected = Double(province.population) / Double(Province.totalPopulation) * 20_000
            #expect(abs(Double(counts[province.iso] ?? 0) - expected) < 5 * expected.squareRoot())
        }
    }

    @Test("the same seed brings the same customers")
    func deterministic() {
        func ways(seed: UInt64) -> [[Journey.Step]] {
            var random = SplitMix64(seed: seed)
            return (0..<50).map { number in
                var journey = Journey(number: number, using: &random)
                var steps: [Journey.Step] = []
                while let step = journey.next() { steps.append(step) }
                return steps
            }
        }
        #expect(ways(seed: 1) == ways(seed: 1))
        #expect(ways(seed: 1) != ways(seed: 2))
    }

    @Test("a journey has as many requests as its mean says")
    func meanRequests() {
        var random = SplitMix64(seed: 3)
        var requests = 0
        for number in 0..<20_000 {
            var journey = Journey(number: number, using: &random)
            while let step = journey.next() {
                requests += 1
                journey.took(.init(isSuccess: true, id: "1", isApproved: true), for: step)
            }
        }
        #expect(abs(Double(requests) / 20_000 - Journey.meanRequests) < 0.1)
    }

    @Test("who books registers first, pays the booking, and has it confirmed once it is paid")
    func bookingJourney() throws {
        var random = SplitMix64(seed: 5)
        var journey = Journey(number: 0, using: &random)
        while !journey.steps.contains(.book) { journey = Journey(number: 0, using: &random) }
        var steps: [Journey.Step] = []
        while let step = journey.next() {
            steps.append(step)
            journey.took(.init(isSuccess: true, id: "77", isApproved: true), for: step)
        }
        let register = try #require(steps.firstIndex(of: .register))
        let book = try #require(steps.firstIndex(of: .book))
        #expect(register < book)
        guard case .pay(booking: "77", _) = steps[book + 1] else {
            Issue.record("a booking is paid: \(steps)")
            return
        }
        #expect(steps.last == .confirm(booking: "77"))
    }

    @Test("a refusal ends the visit")
    func refusalEndsJourney() {
        var random = SplitMix64(seed: 5)
        var journey = Journey(number: 0, using: &random)
        let first = journey.next()!
        journey.took(.init(isSuccess: false), for: first)
        #expect(journey.next() == nil)
    }

    @Test("a slow network slows its provinces alone")
    func slowNetwork() {
        let network = Network(factor: 3, provinces: ["AR-V"])
        func mean(_ network: Network, _ iso: String) -> Double {
            var random = SplitMix64(seed: 9)
            let total = (0..<1000).map { _ in
                network.roundTrip(from: Province.byISO[iso]!, using: &random) / .milliseconds(1)
            }
            return total.reduce(0, +) / 1000
        }
        #expect(abs(mean(network, "AR-V") / mean(Network(), "AR-V") - 3) < 0.01)
        #expect(mean(network, "AR-C") == mean(Network(), "AR-C"))
        #expect(mean(Network(), "AR-C") < 25)
        #expect(mean(Network(), "AR-V") > 90)
    }
}
