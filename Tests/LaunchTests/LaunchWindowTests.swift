import Launch
import Testing

@Suite("When a launch is wanted")
struct LaunchWindowTests {
    private let window = LaunchWindow(weekdays: 1...5, fromMinute: 9 * 60, toMinute: 18 * 60)
    private let zone = Zone(name: "America/Argentina/Buenos_Aires", abbreviation: "ART", baseOffset: -10_800)

    /// A time of the week that begins on Monday, 2026-03-09, in Buenos Aires.
    private func time(day: Int64, _ hour: Int64, _ minute: Int64, _ second: Int64 = 0) -> CivilTime {
        zone.civil(Timestamp(seconds: 1_773_025_200 + (day - 1) * 86_400 + hour * 3600 + minute * 60 + second))
    }

    @Test(
        "its first minute is in it, its last is not",
        arguments: [
            (1, 8, 59, 59, false), (1, 9, 0, 0, true), (3, 12, 0, 0, true), (5, 17, 59, 59, true), (5, 18, 0, 0, false),
            (5, 23, 59, 59, false), (6, 0, 0, 0, false), (6, 12, 0, 0, false), (7, 12, 0, 0, false),
            (8, 0, 0, 0, false),
            (8, 9, 0, 0, true),
        ] as [(Int64, Int64, Int64, Int64, Bool)])
    func boundaries(day: Int64, hour: Int64, minute: Int64, second: Int64, isInside: Bool) {
        let time = time(day: day, hour, minute, second)
        #expect(time.weekday == Int((day - 1) % 7 + 1))
        #expect(window.contains(time) == isInside)
    }

    @Test func aWindowUntilMidnightHoldsTheLastSecondOfTheDay() {
        let window = LaunchWindow(weekdays: 6...6, fromMinute: 0, toMinute: 24 * 60)
        #expect(window.contains(time(day: 6, 0, 0)) && window.contains(time(day: 6, 23, 59, 59)))
        #expect(!window.contains(time(day: 5, 23, 59, 59)) && !window.contains(time(day: 7, 0, 0)))
    }

    @Test("it is the zone's time that counts, not UTC")
    func zones() {
        // 21:30 UTC on Friday is 18:30 in Buenos Aires, and Thursday's 23:00 there is Friday in UTC.
        #expect(!window.contains(zone.civil(Timestamp(seconds: 1_773_025_200 + 4 * 86_400 + 18 * 3600 + 1800))))
        let tokyo = Zone(name: "Asia/Tokyo", abbreviation: "JST", baseOffset: 32_400)
        #expect(window.contains(tokyo.civil(Timestamp(seconds: 1_773_014_400 + 10 * 3600))) == false)
    }
}
