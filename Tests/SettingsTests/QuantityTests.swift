import Launch
import Settings
import Testing

@Suite("Values as people write them")
struct QuantityTests {
    @Test(
        "durations",
        arguments: [
            ("500ms", 500), ("2s", 2000), ("1.5s", 1500), ("2m", 120_000), ("1h30m", 5_400_000), ("30d", 2_592_000_000),
            ("1h 30m", 5_400_000), ("0s", 0), ("1w", 604_800_000), ("5min", 300_000),
        ] as [(String, Int64)])
    func duration(_ text: String, _ milliseconds: Int64) throws {
        #expect(try Quantity.duration(text) == Milliseconds(milliseconds))
    }

    @Test(
        "what is no duration is refused",
        arguments: [
            "", "5", "s", "5 apples", "30m1h", "1h1h", "-2s", "1e9s", "9999999999999999d", "NaNs", "5s5", "..s", "٣s",
        ])
    func noDuration(_ text: String) {
        #expect(throws: Misfit.self) { try Quantity.duration(text) }
    }

    @Test("sizes, decimal and binary")
    func size() throws {
        #expect(try Quantity.size("512MB") == 512e6)
        #expect(try Quantity.size("2GiB") == 2_147_483_648)
        #expect(throws: Misfit.self) { try Quantity.size("2G") }
        #expect(throws: Misfit.self) { try Quantity.size("2") }
    }

    @Test("a bound is turned into the base unit of its series")
    func bounds() throws {
        #expect(try Thresholds.Bound("above 150ms", unit: .milliseconds) == .above(150))
        #expect(try Thresholds.Bound("above 3s", unit: .milliseconds) == .above(3000))
        #expect(try Thresholds.Bound("above 1h", unit: .seconds) == .above(3600))
        #expect(try Thresholds.Bound("below 30d", unit: .days) == .below(30))
        #expect(try Thresholds.Bound("below 90 %", unit: .percent) == .below(90))
        #expect(try Thresholds.Bound("above 120/min", unit: .perSecond) == .above(2))
        #expect(try Thresholds.Bound("above 2MB/s", unit: .bytesPerSecond) == .above(2e6))
        #expect(try Thresholds.Bound("below 250000ARS/h", unit: .pesosPerHour) == .below(250_000))
        #expect(try Thresholds.Bound("below 0.5", unit: .count) == .below(0.5))
    }

    @Test(
        "a bound in a unit that does not fit is refused",
        arguments: [
            ("above 150ms", .percent), ("below 90%", .milliseconds), ("above 90%", .count), ("above 5", .perSecond),
            ("above 5s", .bytes), ("above 1", .verdict), ("above 1", .text), ("above", .count),
            ("150ms", .milliseconds),
            ("above 90%%", .percent), ("above 1,5%", .percent),
        ] as [(String, Unit)])
    func unfit(_ text: String, _ unit: Unit) {
        #expect(throws: Misfit.self) { try Thresholds.Bound(text, unit: unit) }
    }

    @Test("timestamps with their offset")
    func timestamps() throws {
        #expect(try CalendarText.timestamp("1970-01-01T00:00:00Z") == Timestamp(seconds: 0))
        #expect(try CalendarText.timestamp("2026-03-09T09:00:00-03:00") == Timestamp(seconds: 1_773_057_600))
        #expect(try CalendarText.timestamp("2024-02-29T23:59:59.5+00:00") == Timestamp(seconds: 1_709_251_199))
    }

    @Test(
        "a time without offset, or out of the calendar, is refused",
        arguments: [
            "2026-03-09T09:00:00", "2026-02-29T09:00:00Z", "2026-13-01T00:00:00Z", "2026-03-09", "2026-03-09T25:00:00Z",
            "2026-03-09T09:00:00ART", "2026-03-09T09:00:00-03", "", "á026-03-09T09:00:00Z", "2026-03-09T09:00:00.Zzz",
        ])
    func noTimestamp(_ text: String) {
        #expect(throws: Misfit.self) { try CalendarText.timestamp(text) }
    }

    @Test("launch windows")
    func windows() throws {
        let window = try CalendarText.window("Mon-Fri 09:00-18:00")
        #expect(window == LaunchWindow(weekdays: 1...5, fromMinute: 540, toMinute: 1080))
        #expect(try CalendarText.window("Sat 00:00-24:00").firstDay == 6)
        for text in [
            "Fri-Mon 09:00-18:00", "Mon-Fri 18:00-09:00", "Mon-Fri 9:00-18:00", "Mon-Fri", "Lun-Vie 09:00-18:00",
        ] {
            #expect(throws: Misfit.self) { try CalendarText.window(text) }
        }
        let slip = #expect(throws: Misfit.self) { try CalendarText.window("Mno-Fri 09:00-18:00") }
        #expect(slip?.hint == "did you mean 'Mon'?")
    }
}
