import Console
import Testing

@Suite struct AsciiTests {
    private func ascii(_ text: String) -> String {
        String(decoding: text.unicodeScalars.map(\.ascii), as: UTF8.self)
    }

    @Test(
        "our own glyphs keep their look",
        arguments: [
            ("╭─╮│╰┏━┓┃┤", "+-+|++-+|+"), ("▁▂▃▄▅▆▇█", "_.-:=+*#"), ("✓ ! ✗ ?", "+ ! x ?"),
            ("T−01:00 ≥90 97,2 %", "T-01:00 >90 97,2 %"),
            ("● BLUE ○ GREEN → ·", "* BLUE o GREEN > ."),
        ])
    func ours(text: String, shown: String) {
        #expect(ascii(text) == shown)
    }

    @Test func accentsAreDropped() {
        #expect(ascii("Río Neuquén ñandú ÁÉ ß Ÿ Ž š") == "Rio Neuquen nandu AE s Y Z s")
    }

    @Test func foreignTextIsAQuestionMark() {
        #expect(ascii("漢字 مر") == "?? ??")
    }

    @Test("every glyph becomes one printable ASCII character")
    func printable() {
        for value in UInt32(0)..<0x30000 {
            guard let scalar = Unicode.Scalar(value), value >= 0x20, value != 0x7f else { continue }
            #expect((0x20..<0x7f).contains(scalar.ascii))
        }
    }
}
