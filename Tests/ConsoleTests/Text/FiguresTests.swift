import Console
import Launch
import Testing

@Suite struct FiguresTests {
    private let figures = Figures()

    @Test(
        "numbers are written the Argentine way",
        arguments: [
            (1234567.891, 2, "1.234.567,89"), (0.04, 1, "0,0"), (-0.04, 1, "0,0"), (-42.5, 2, "−42,50"),
            (999.95, 1, "1.000,0"),
            (0, 0, "0"), (1000, 0, "1.000"), (12.05, 2, "12,05"), (.nan, 1, "–"), (.infinity, 0, "∞"),
            (-.infinity, 0, "−∞"), (1e30, 0, "∞"),
        ])
    func numbers(value: Double, decimals: Int, text: String) {
        #expect(figures.number(value, decimals: decimals) == text)
    }

    @Test func theEnglishConventionSwapsTheMarks() {
        #expect(Figures(.english).number(1234567.891, decimals: 2) == "1,234,567.89")
        #expect(Figures(.english).percent(0.1) == "0.1 %")
    }

    @Test func wholeNumbersOfAnySize() {
        #expect(figures.number(Int.min) == "−9.223.372.036.854.775.808")
        #expect(figures.number(999) == "999")
        #expect(figures.number(-1000) == "−1.000")
    }

    @Test(
        "compact numbers fit in a column",
        arguments: [
            (0.1, "0,1"), (3, "3"), (9.96, "10"), (87, "87"), (1204, "1.204"), (9999, "9.999"), (41_234, "41,2 k"),
            (999_999, "1.000 k"),
            (3_400_000, "3,4 M"), (2.5e9, "2,5 G"), (-41_234, "−41,2 k"), (.nan, "–"),
        ])
    func compact(value: Double, text: String) {
        #expect(figures.compact(value) == text)
        #expect(Text.width(of: text) <= 7)
    }

    @Test(
        "values are written in their unit",
        arguments: [
            (87, Unit.milliseconds, "87 ms"), (0.42, .milliseconds, "0,4 ms"), (3400, .milliseconds, "3,4 s"),
            (999.7, .milliseconds, "1,0 s"),
            (0.1, .percent, "0,1 %"), (100, .percent, "100 %"), (1204, .perSecond, "1.204/s"), (34, .perHour, "34/h"),
            (412_300, .pesosPerHour, "$ 412.300/h"), (-42, .pesos, "−$ 42"), (2_147_483_648, .bytes, "2,0 GiB"),
            (512, .bytes, "512 B"),
            (1_048_575, .bytes, "1,0 MiB"), (61, .days, "61 d"), (3120, .seconds, "52 min"), (43_200, .seconds, "12 h"),
            (.nan, .milliseconds, "–"), (.infinity, .bytes, "∞"),
        ])
    func units(value: Double, unit: Unit, text: String) {
        #expect(figures.value(value, unit: unit) == text)
    }

    @Test func changesAlwaysBearASign() {
        #expect(figures.change(8) == "+8 %")
        #expect(figures.change(-3) == "−3 %")
        #expect(figures.change(-0.2) == "±0 %")
        #expect(figures.change(.nan) == "–")
    }

    @Test(
        "ages count whole units that have passed",
        arguments: [
            (0, "0 s"), (12_900, "12 s"), (59_999, "59 s"), (60_000, "1 min"), (240_000, "4 min"), (43_200_000, "12 h"),
            (172_800_000, "2 d"), (5_270_400_000, "61 d"), (-5, "0 s"),
        ] as [(Int64, String)])
    func ages(milliseconds: Int64, text: String) {
        #expect(figures.age(Milliseconds(milliseconds)) == text)
    }

    @Test(
        "the launch clock reads one second until the very launch",
        arguments: [
            (2_537_000, "T+00:42:17"), (-3_600_000, "T−01:00:00"), (-1, "T−00:00:01"), (-1000, "T−00:00:01"),
            (0, "T+00:00:00"),
            (999, "T+00:00:00"), (359_999_000, "T+99:59:59"), (360_000_000, "T+100:00:00"),
        ] as [(Int64, String)])
    func launchClock(milliseconds: Int64, text: String) {
        #expect(figures.launchClock(Milliseconds(milliseconds)) == text)
    }

    @Test func clocksAndDates() {
        let time = CivilTime(secondsSinceEpoch: 1_764_006_137)
        #expect(figures.clock(time) == "17:42:17")
        #expect(figures.shortClock(time) == "17:42")
        #expect(figures.date(time) == "24/11/2025")
        #expect(Figures(.english).date(time) == "2025-11-24")
    }

    @Test func paddedFiguresKeepTheirColumn() {
        for value in [1.0, 87, 1204] { #expect(Text.width(of: figures.padded(figures.rate(value), to: 8)) == 8) }
    }
}
