import Launch
import Testing

/// Weeks of simulated revenue: the rhythm of a barber shop's hours and weekdays, with noise that two runs draw alike.
struct SeasonalBaselineTests {
    private static let zone = Zone(name: "America/Argentina/Buenos_Aires", abbreviation: "ART", baseOffset: -10_800)
    /// Monday to Saturday, 9 to 21 o'clock; Sunday is quiet, and judged against Sundays.
    private let baseline = SeasonalBaseline(
        zone: zone, hours: LaunchWindow(weekdays: 1...7, fromMinute: 9 * 60, toMinute: 21 * 60))

    /// A Monday, 0 o'clock in Buenos Aires.
    private static let monday = Timestamp(seconds: 1_790_564_400)

    /// Pesos an hour at a local hour of a weekday (0: Monday).
    private static func usual(day: Int, hour: Int) -> Double {
        let hours: [Double] = [
            0, 0, 0, 0, 0, 0, 0, 20, 120, 300, 420, 480, 400, 260, 220, 260, 340, 460, 560, 620, 480, 260, 90, 20,
        ]
        let days: [Double] = [0.55, 0.9, 0.95, 1.05, 1.25, 1.4, 0.2]
        return hours[hour] * days[day] * 1000
    }

    /// −1 … 1, the same for the same hour.
    private static func noise(_ seed: Int64) -> Double {
        var state = UInt64(bitPattern: seed) &+ 0x9E37_79B9_7F4A_7C15
        state = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        state = (state ^ (state >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((state ^ (state >> 31)) >> 11) * 0x1p-52 - 1
    }

    private static func at(week: Int, day: Int, hour: Int, minute: Int = 0) -> Timestamp {
        monday + .hours(Int64(week * 168 + day * 24 + hour)) + .minutes(Int64(minute))
    }

    /// Six weeks, an hour a sample.
    private static let past: [SeasonalBaseline.Sample] = (0..<6).flatMap { week in
        (0..<7).flatMap { day in
            (0..<24).map { hour in
                let time = at(week: week, day: day, hour: hour)
                return SeasonalBaseline.Sample(
                    at: time, value: usual(day: day, hour: hour) * (1 + 0.12 * noise(time.seconds)))
            }
        }
    }

    private func judge(day: Int, hour: Int, _ factor: Double) -> SeasonalBaseline.Judgement {
        baseline.judge(
            Self.usual(day: day, hour: hour) * factor, at: Self.at(week: 6, day: day, hour: hour), past: Self.past)
    }

    @Test("a week as every week is usual in each of its business hours, Sunday as well")
    func aNormalWeek() {
        for day in 0..<7 {
            for hour in 9..<21 {
                let time = Self.at(week: 6, day: day, hour: hour)
                let value = Self.usual(day: day, hour: hour) * (1 + 0.12 * Self.noise(time.seconds))
                guard case .usual(let expectation) = baseline.judge(value, at: time, past: Self.past) else {
                    Issue.record("day \(day), \(hour) o'clock: \(baseline.judge(value, at: time, past: Self.past))")
                    continue
                }
                #expect(expectation.weeks == 6)
            }
        }
    }

    @Test func aPlantedOutageOnASaturdayIsFound() {
        guard case .low(let expectation) = judge(day: 5, hour: 19, 0.35) else {
            Issue.record("\(judge(day: 5, hour: 19, 0.35))")
            return
        }
        #expect(expectation.deviations < -3.5)
        #expect(abs(expectation.median - Self.usual(day: 5, hour: 19)) < 0.15 * Self.usual(day: 5, hour: 19))
    }

    @Test("a planted normal Sunday is not, though it makes a seventh of a Saturday")
    func aNormalSundayIsNot() {
        for hour in 9..<21 {
            guard case .usual = judge(day: 6, hour: hour, 1) else {
                Issue.record("\(hour) o'clock: \(judge(day: 6, hour: hour, 1))")
                continue
            }
        }
        // The same pesos on a Saturday would be an outage.
        let sunday = Self.usual(day: 6, hour: 19)
        guard case .low = baseline.judge(sunday, at: Self.at(week: 6, day: 5, hour: 19), past: Self.past) else {
            Issue.record("a Saturday as poor as a Sunday is not found")
            return
        }
    }

    @Test func aPlantedRushIsFoundToo() {
        guard case .high = judge(day: 2, hour: 18, 2.2) else {
            Issue.record("\(judge(day: 2, hour: 18, 2.2))")
            return
        }
    }

    @Test("nights are not judged, whatever they bring")
    func night() {
        #expect(judge(day: 2, hour: 3, 1) == .unjudged(.outsideHours))
        #expect(
            baseline.judge(1e9, at: Self.at(week: 6, day: 2, hour: 22), past: Self.past) == .unjudged(.outsideHours))
    }

    @Test("one odd week (a holiday, an outage) does not move what is usual")
    func anOddWeek() {
        let odd = Self.past.map { sample in
            sample.at >= Self.at(week: 3, day: 0, hour: 0) && sample.at < Self.at(week: 4, day: 0, hour: 0)
                ? SeasonalBaseline.Sample(at: sample.at, value: 0) : sample
        }
        let time = Self.at(week: 6, day: 4, hour: 18)
        guard case .usual = baseline.judge(Self.usual(day: 4, hour: 18), at: time, past: odd),
            case .low = baseline.judge(Self.usual(day: 4, hour: 18) * 0.3, at: time, past: odd)
        else {
            Issue.record("one odd week decides")
            return
        }
    }

    @Test("a holiday is neither judged nor judged by: half of the past may be holidays, and nobody is woken on one")
    func holidays() {
        // A Friday. Three of the six before it were closed, as between Christmas and Epiphany.
        let time = Self.at(week: 6, day: 4, hour: 18)
        func day(_ week: Int) -> LaunchHoliday {
            let civil = Self.zone.civil(Self.at(week: week, day: 4, hour: 18))
            return LaunchHoliday(year: civil.year, month: civil.month, day: civil.day, name: "Feriado \(week)")
        }
        let past = Self.past.map { sample in
            [3, 4, 5].contains {
                sample.at >= Self.at(week: $0, day: 4, hour: 0) && sample.at < Self.at(week: $0, day: 5, hour: 0)
            }
                ? SeasonalBaseline.Sample(at: sample.at, value: 0) : sample
        }
        var known = baseline
        known.holidays = [day(3), day(4), day(5)]
        let half = Self.usual(day: 4, hour: 18) * 0.5
        guard case .low(let expectation) = known.judge(half, at: time, past: past) else {
            Issue.record("\(known.judge(half, at: time, past: past))")
            return
        }
        #expect(expectation.weeks == 3)
        #expect(abs(expectation.median - Self.usual(day: 4, hour: 18)) < 0.15 * Self.usual(day: 4, hour: 18))
        // Without the list the three closed days make half a Friday look usual.
        guard case .usual = baseline.judge(half, at: time, past: past) else {
            Issue.record("\(baseline.judge(half, at: time, past: past))")
            return
        }
        known.holidays = [day(6)]
        #expect(known.judge(0, at: time, past: Self.past) == .unjudged(.holiday("Feriado 6")))
        // By the local day: half past nine on the evening before is still no holiday, though UTC says so.
        guard case .low = known.judge(0, at: Self.at(week: 6, day: 3, hour: 20, minute: 30), past: Self.past) else {
            Issue.record("the day before is taken for the holiday")
            return
        }
        // Too few are left: nothing is said.
        known.holidays = [day(2), day(3), day(4), day(5)]
        #expect(known.judge(0, at: time, past: past) == .unjudged(.tooLittlePast(weeks: 2, needed: 3)))
    }

    @Test("with fewer than three weeks nothing is called usual")
    func tooLittlePast() {
        let short = Self.past.filter { $0.at >= Self.at(week: 4, day: 0, hour: 0) }
        #expect(
            baseline.judge(1, at: Self.at(week: 6, day: 4, hour: 18), past: short)
                == .unjudged(.tooLittlePast(weeks: 2, needed: 3)))
        #expect(
            baseline.judge(1, at: Self.at(week: 6, day: 4, hour: 18), past: [])
                == .unjudged(.tooLittlePast(weeks: 0, needed: 3)))
    }

    @Test("a figure that is no number is not judged, and weeks that were all alike leave room for a few per cent")
    func edges() {
        let time = Self.at(week: 6, day: 4, hour: 18)
        let alike = (0..<6).map { SeasonalBaseline.Sample(at: Self.at(week: $0, day: 4, hour: 18), value: 1000) }
        guard case .unjudged = baseline.judge(.nan, at: time, past: alike) else {
            Issue.record("NaN was judged")
            return
        }
        guard case .usual = baseline.judge(1050, at: time, past: alike),
            case .low = baseline.judge(0, at: time, past: alike)
        else {
            Issue.record("five per cent is an anomaly, or nothing is none")
            return
        }
        let nothing = (0..<6).map { SeasonalBaseline.Sample(at: Self.at(week: $0, day: 4, hour: 18), value: 0) }
        guard case .usual = baseline.judge(0, at: time, past: nothing) else {
            Issue.record("nothing where there is never anything is an anomaly")
            return
        }
    }

    @Test("weeks are counted by the local hour: a change of the clocks shifts no lunch")
    func changeOfClocks() {
        // Summer time from the middle of week 3 on.
        let zone = Zone(
            name: "X", abbreviation: "X", baseOffset: -10_800,
            transitions: [.init(since: Self.at(week: 3, day: 3, hour: 3).seconds, offset: -7200)])
        let local = SeasonalBaseline(zone: zone)
        let past = (0..<6).flatMap { week in
            (0..<24).map { hour in
                let time = Self.at(week: week, day: 4, hour: hour)
                // What is sold depends on the hour that the clock on the wall shows.
                return SeasonalBaseline.Sample(at: time, value: zone.civil(time).hour == 13 ? 500 : 10)
            }
        }
        let lunch = (0..<24).map { Self.at(week: 6, day: 4, hour: $0) }.first { zone.civil($0).hour == 13 }!
        guard case .usual(let expectation) = local.judge(500, at: lunch, past: past) else {
            Issue.record("\(local.judge(500, at: lunch, past: past))")
            return
        }
        #expect(expectation.median == 500)
        #expect(expectation.weeks == 6)
    }
}
