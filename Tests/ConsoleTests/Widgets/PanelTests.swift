import Console
import Testing

@Suite struct PanelTests {
    init() { _ = charset }

    private func panel(_ width: Int, _ height: Int, isFocused: Bool = false) -> [String] {
        Frame.drawn(width, height) {
            Panel(title: "1 Health", facts: [Span("9 ok", .ok), Span(" · 1 warn", .warning)], isFocused: isFocused)
                .render(into: &$0, area: $0.bounds)
        }.rows
    }

    @Test("title left, facts right, heavier with the focus")
    func looks() {
        #expect(
            panel(34, 3) == [
                "╭─ 1 Health ───── 9 ok · 1 warn ─╮", "│                                │",
                "╰────────────────────────────────╯",
            ])
        #expect(panel(34, 3, isFocused: true)[0] == "┍━ 1 Health ━━━━━ 9 ok · 1 warn ━┑")
    }

    @Test("facts give way to the title")
    func narrow() {
        #expect(panel(24, 2)[0] == "╭─ 1 Health ─ 9 ok ·… ─╮")
        #expect(panel(16, 2)[0] == "╭─ 1 Health ───╮")
        #expect(panel(12, 2)[0] == "╭─ 1 Hea… ─╮")
        #expect(panel(2, 2) == ["╭╮", "╰╯"])
    }

    @Test func theAreaInsideIsReturned() {
        var frame = Frame(size: Size(width: 9, height: 4))
        #expect(Panel(title: "x").render(into: &frame, area: frame.bounds) == Rect(x: 1, y: 1, width: 7, height: 2))
    }
}
