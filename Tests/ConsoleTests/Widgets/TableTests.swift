import Console
import Testing

@Suite struct TableTests {
    init() { _ = charset }

    private let table = Table(
        columns: [
            .init("Rule", width: 8, weight: 1), .init("Value", width: 6, align: .trailing, priority: 1),
            .init("Since", width: 5, priority: 2),
        ],
        rows: [("Redis memory", "82 %", "14:38"), ("Payment p95", "3,4 s", "14:21"), ("Jujuy", "171 ms", "14:09")]
            .map { row in .init(id: row.0, cells: [[Span(row.0)], [Span(row.1)], [Span(row.2)]]) },
        selection: "Payment p95")

    private func rows(_ width: Int, _ height: Int, _ table: Table<String>) -> [String] {
        Frame.drawn(width, height) { table.render(into: &$0, area: $0.bounds) }.rows
    }

    @Test func columnsAlignAndTheWeightedOneGrows() {
        #expect(
            rows(28, 4, table) == [
                "Rule             Value Since", "Redis memory      82 % 14:38", "Payment p95      3,4 s 14:21",
                "Jujuy           171 ms 14:09",
            ])
    }

    @Test("columns of the highest priority number go first")
    func narrow() {
        #expect(rows(20, 2, table) == ["Rule           Value", "Redis memory    82 %"])
        #expect(rows(14, 2, table) == ["Rule          ", "Redis memory  "])
        #expect(rows(5, 2, table) == ["Rule ", "Redi…"])
    }

    @Test("the selection follows its row, not its place")
    func selection() {
        var sorted = table
        sorted.rows.reverse()
        sorted.rows.swapAt(0, 1)
        let frame = Frame.drawn(20, 4) { sorted.render(into: &$0, area: $0.bounds) }
        #expect(frame[Point(0, 1)]?.style.role == .selection)
        #expect(frame[Point(19, 1)]?.style.role == .selection)
        #expect(frame[Point(0, 2)]?.style.role == .text)
    }

    @Test func aSingleLineShowsARowAndNoHeader() {
        #expect(rows(12, 1, table) == ["Redis memory"])
    }

    @Test func scrollsToTheRowsInView() {
        var scrolled = table
        scrolled.scroll = Scroll(top: 99)
        #expect(rows(12, 3, scrolled) == ["Rule        ", "Payment p95 ", "Jujuy       "])
    }
}

@Suite struct ScrollTests {
    @Test func revealMovesAsLittleAsItTakes() {
        var scroll = Scroll()
        scroll.reveal(3, count: 10, height: 4)
        #expect(scroll.top == 0)
        scroll.reveal(5, count: 10, height: 4)
        #expect(scroll.top == 2)
        scroll.reveal(1, count: 10, height: 4)
        #expect(scroll.top == 1)
    }

    @Test func movingStopsAtEitherEnd() {
        var scroll = Scroll()
        scroll.move(by: 99, count: 10, height: 4)
        #expect(scroll.visible(count: 10, height: 4) == 6..<10)
        scroll.move(by: -99, count: 10, height: 4)
        #expect(scroll.top == 0)
        scroll.move(by: 1, count: 2, height: 4)
        #expect(scroll.top == 0)
    }

    @Test func nothingIsInViewOfNothing() {
        #expect(Scroll(top: 5).visible(count: 0, height: 4).isEmpty)
        #expect(Scroll(top: 5).visible(count: 4, height: 0).isEmpty)
        #expect(Scroll(top: 5).visible(count: 4, height: 9) == 0..<4)
    }
}
