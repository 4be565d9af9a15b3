import Launch
import Testing

@testable import Console

@Suite("A value in a narrow column")
struct ValueTextTests {
    @Test(
        "loses its unit before it is cut, and is left out before half of it is shown",
        arguments: [
            ("41 %", 5, "41", " %"), ("−111 %", 5, "−111", ""), ("−1.234 %", 5, "…", ""), ("412,3/s", 8, "412,3", "/s"),
            ("too few (9)", 5, "…", ""), ("few", 5, "few", ""),
        ])
    func narrow(text: String, room: Int, number: String, unit: String) {
        let value = ValueText(text, room: room)
        #expect(value.number == number)
        #expect(value.unit == unit)
    }

    @Test(
        "does not read as the bound that it has crossed",
        arguments: [
            (99.87, .below(99.9), 6, "99,8 %"), (99.87, .below(99.9), 7, "99,87 %"), (97.2, .below(99.9), 6, "97,2 %"),
            (1.04, .above(1), 5, "1,1 %"), (1.04, .above(1), 6, "1,04 %"), (0.98, .above(1), 6, "1,0 %"),
        ] as [(Double, Thresholds.Bound, Int, String)])
    func beyond(value: Double, bound: Thresholds.Bound, room: Int, text: String) {
        #expect(Figures().value(value, unit: .percent, beyond: bound, room: room) == text)
    }
}
