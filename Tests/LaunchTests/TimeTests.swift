import Launch
import Testing

struct TimeTests {
    @Test("an age ignores a step of the wall clock")
    func ageIgnoresClockStep() {
        let taken = moment(0)
        var now = moment(3)
        now.utc = now.utc + .hours(-1)
        #expect(taken.age(at: now) == 3000)
    }

    @Test("across a reboot the wall clock is all there is")
    func ageAcrossReboot() {
        let taken = moment(0)
        let now = Moment(utc: taken.utc + .seconds(90), uptime: 5000, boot: BootID(rawValue: 2))
        #expect(taken.age(at: now) == .seconds(90))
    }

    @Test("an age is never negative")
    func ageIsNeverNegative() {
        #expect(moment(5).age(at: moment(3)) == 0)
    }

    @Test(
        "civil dates are right around leap days, year ends and the epoch",
        arguments: [
            (0, [1970, 1, 1, 0, 0, 0, 4]),
            (-1, [1969, 12, 31, 23, 59, 59, 3]),
            (951_782_400, [2000, 2, 29, 0, 0, 0, 2]),
            (1_709_164_800, [2024, 2, 29, 0, 0, 0, 4]),
            (1_773_327_737, [2026, 3, 12, 15, 2, 17, 4]),
            (4_107_542_399, [2100, 2, 28, 23, 59, 59, 7]),
        ] as [(Int64, [Int])])
    func civilDates(seconds: Int64, fields: [Int]) {
        let civil = CivilTime(secondsSinceEpoch: seconds)
        #expect(
            [civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second, civil.weekday] == fields)
    }

    @Test("a zone uses the offset in force at the time asked for")
    func zoneUsesOffsetInForce() {
        let zone = Zone(
            name: "Test", abbreviation: "T", baseOffset: -7200,
            transitions: [.init(since: 1000, offset: -10_800), .init(since: 5000, offset: -14_400)])
        #expect(zone.offset(at: Timestamp(seconds: 999)) == -7200)
        #expect(zone.offset(at: Timestamp(seconds: 1000)) == -10_800)
        #expect(zone.offset(at: Timestamp(seconds: 99_999)) == -14_400)
    }
}
