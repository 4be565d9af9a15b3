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
}
