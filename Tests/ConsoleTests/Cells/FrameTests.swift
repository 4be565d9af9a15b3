import Console
import Testing

@Suite struct FrameTests {
    init() { _ = charset }

    @Test func aCellTakesEightBytes() {
        #expect(MemoryLayout<Cell>.size == 8)
        #expect(MemoryLayout<Cell>.stride == 8)
    }

    @Test("nothing is drawn in a frame without cells, and nothing traps", arguments: [(0, 0), (0, 3), (3, 0)])
    func zeroSize(width: Int, height: Int) {
        let frame = Frame.drawn(width, height) {
            $0.put("abc", at: .zero, .text)
            $0.fill(Rect(x: -1, y: -1, width: 9, height: 9), .ok)
            $0.box(Rect(x: 0, y: 0, width: 3, height: 3), .rounded, .border)
            $0.plot("x", at: .zero, .text)
        }
        #expect(frame.rows.joined() == "")
    }

    @Test("text is cut at the frame's edge with an ellipsis")
    func cutsAtTheEdge() {
        let frame = Frame.drawn(6, 1) { $0.put("guardia", at: Point(1, 0), .text) }
        #expect(frame.rows == [" guar…"])
    }

    @Test("what is filled over half of a wide character leaves no other half")
    func fillsOverHalves() {
        let frame = Frame.drawn(8, 1) {
            $0.put("漢a漢b漢", at: .zero, .text)
            $0.fill(Rect(x: 1, y: 0, width: 3, height: 1), .ok, with: "-")
        }
        #expect(frame.rows == [" --- b漢"])
    }

    @Test func oneCellShowsOneCharacterOrTheEllipsis() {
        #expect(Frame.drawn(1, 1) { $0.put("a", at: .zero, .text) }.rows == ["a"])
        #expect(Frame.drawn(1, 1) { $0.put("ab", at: .zero, .text) }.rows == ["…"])
        #expect(Frame.drawn(1, 1) { $0.put("漢", at: .zero, .text) }.rows == ["…"])
    }

    @Test("text aligns within the width given")
    func aligns() {
        let frame = Frame.drawn(8, 3) {
            $0.put("ab", at: Point(1, 0), .text, width: 5)
            $0.put("ab", at: Point(1, 1), .text, width: 5, align: .trailing)
            $0.put("ab", at: Point(1, 2), .text, width: 5, align: .centre)
        }
        #expect(frame.rows == [" ab     ", "    ab  ", "  ab    "])
    }

    @Test("a wide character takes two cells, and is dropped where only one is left")
    func wide() {
        #expect(Frame.drawn(4, 1) { $0.put("a漢b", at: .zero, .text) }.rows == ["a漢b"])
        #expect(Frame.drawn(4, 1) { $0.put("a漢字", at: .zero, .text) }.rows == ["a漢…"])
        #expect(Frame.drawn(5, 1) { $0.put("漢字漢", at: .zero, .text) }.rows == ["漢字…"])
        #expect(Frame.drawn(4, 1) { $0.put("漢字漢", at: .zero, .text) }.rows == ["漢… "])
    }

    @Test("overwriting half of a wide character leaves no half behind")
    func halves() {
        #expect(
            Frame.drawn(4, 1) {
                $0.put("漢字", at: .zero, .text); $0.plot("x", at: Point(1, 0), .text)
            }.rows == [" x字"])
        #expect(
            Frame.drawn(4, 1) {
                $0.put("漢字", at: .zero, .text); $0.plot("x", at: Point(2, 0), .text)
            }.rows == ["漢x "])
        #expect(
            Frame.drawn(4, 1) {
                $0.put("漢字", at: .zero, .text); $0.put("語", at: Point(1, 0), .text)
            }.rows == [" 語 "])
    }

    @Test func textThatBeginsLeftOfTheFrameIsClipped() {
        #expect(Frame.drawn(3, 1) { $0.put("abcd", at: Point(-2, 0), .text) }.rows == ["cd "])
        #expect(Frame.drawn(3, 1) { $0.put("漢b", at: Point(-1, 0), .text) }.rows == [" b "])
    }

    @Test("combining marks share the cell of their base")
    func combining() {
        let frame = Frame.drawn(3, 1) { $0.put("e\u{301}x", at: .zero, .text) }
        #expect(frame.rows == ["e\u{301}x "])
        #expect(frame[Point(1, 0)] == Cell("x", Style(.text)))
    }

    @Test func spansFollowOneAnother() {
        let frame = Frame.drawn(10, 2) {
            $0.put([Span("ab", .ok), Span("cd", .warning, .bold)], at: Point(0, 0))
            $0.put([Span("ab", .ok), Span("cd", .warning)], at: Point(0, 1), width: 9, align: .trailing)
        }
        #expect(frame.rows == ["abcd      ", "     abcd "])
        #expect(frame[Point(2, 0)]?.style == Style(.warning, .bold))
    }

    @Test(
        "a box keeps to the frame, focus is heavier",
        arguments: [
            (Border.rounded, ["╭──╮ ", "│  │ ", "╰──╯ "]), (Border.heavy, ["┏━━┓ ", "┃  ┃ ", "┗━━┛ "]),
        ])
    func boxes(border: Border, rows: [String]) {
        #expect(Frame.drawn(5, 3) { $0.box(Rect(x: 0, y: 0, width: 4, height: 3), border, .border) }.rows == rows)
    }

    @Test func aBoxLargerThanTheFrameIsClipped() {
        #expect(
            Frame.drawn(2, 2) { $0.box(Rect(x: -1, y: 0, width: 9, height: 9), .rounded, .border) }.rows == [
                "──", "  ",
            ])
    }

    @Test func resetBlanksAndResizes() {
        var frame = Frame.drawn(3, 1) { $0.put("e\u{301}漢", at: .zero, .ok) }
        frame.cursor = .zero
        frame.reset(size: Size(width: 2, height: 2))
        #expect(frame.rows == ["  ", "  "])
        #expect(frame.cursor == nil)
    }

    @Test func restyleLeavesTheTextAlone() {
        let frame = Frame.drawn(3, 1) {
            $0.put("abc", at: .zero, .text)
            $0.restyle(Rect(x: 1, y: 0, width: 9, height: 9)) { $0.role = .selection }
        }
        #expect(picture(of: frame) == "\"abc\"\n(0,0) text\n(1,0) selection\n")
    }

    @Test("a line of pieces that is cut says so, also where one of them ends at the edge")
    func cutsPieces() {
        func row(_ spans: [Span]) -> String {
            Frame.drawn(6, 1) { $0.put(spans, at: .zero, width: 6) }.rows[0]
        }
        #expect(row([Span("abc"), Span("def"), Span("ghi")]) == "abcde…")
        #expect(row([Span("abc"), Span("def")]) == "abcdef")
        #expect(row([Span("abc"), Span("def"), Span("  ")]) == "abcdef", "spaces are nothing that is missed")
        #expect(row([Span("abcdefgh"), Span("i")]) == "abcde…")
    }
}
