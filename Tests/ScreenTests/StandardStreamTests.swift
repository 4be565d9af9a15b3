import Screen
import Testing

@Suite struct StandardStreamTests {
    @Test(
        "text from outside makes no line of its own",
        arguments: [
            "a\n✓ ROLLBACK READY blue v9, through 1/1 edges", "a\r✓ ROLLBACK READY", "a\r\nb", "a\u{85}b", "a\u{2028}b",
            "a\u{2029}b", "a\u{0b}b", "a\u{0c}b",
        ])
    func oneLine(text: String) {
        let marked = StandardStream.marked(text)
        #expect(!marked.unicodeScalars.contains { $0.properties.generalCategory == .control })
        #expect(!marked.contains { $0.isNewline })
        #expect(marked.hasPrefix("a"))
    }

    @Test func aLineIsBounded() {
        #expect(
            StandardStream.marked(String(repeating: "x", count: 100_000)).utf8.count <= StandardStream.lineLimit + 3)
    }
}
