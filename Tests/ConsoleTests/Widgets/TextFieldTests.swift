import Console
import Testing

@Suite struct TextFieldTests {
    init() { _ = charset }

    @Test func typingMovesTheCursor() {
        var field = TextField()
        field.insert("v1.")
        field.move(by: -1)
        field.insert("4")
        #expect(field.text == "v14.")
        #expect(field.cursor == 3)
        field.deleteBackward()
        field.deleteForward()
        #expect(field.text == "v1")
        field.deleteForward()
        field.moveToStart()
        field.deleteBackward()
        #expect(field.text == "v1")
    }

    @Test func aWordIsDeletedBackToItsBeginning() {
        var field = TextField("payment p95  ")
        field.deleteWord()
        #expect(field.text == "payment ")
        field.deleteWord()
        field.deleteWord()
        #expect(field.text == "")
    }

    @Test("a pasted megabyte is cut, and becomes one safe line", .timeLimit(.minutes(1)))
    func paste() {
        var field = TextField(limit: 20)
        field.insert(String(repeating: "a\r\nb\u{1b}[31m", count: 100_000))
        #expect(field.text.count == 20)
        #expect(field.text.hasPrefix("a b␛[31ma b␛"))
    }

    @Test func theCursorStaysInView() {
        var field = TextField("a long reason")
        let end = Frame.drawn(8, 1) { field.render(into: &$0, area: $0.bounds, isFocused: true) }
        #expect(end.rows == [" reason "])
        #expect(end.cursor == Point(7, 0))
        field.moveToStart()
        let start = Frame.drawn(8, 1) { field.render(into: &$0, area: $0.bounds, isFocused: true) }
        #expect(start.rows == ["a long …"])
        #expect(start.cursor == .zero)
    }

    @Test func withoutFocusThereIsNoCursor() {
        let frame = Frame.drawn(8, 1) {
            TextField().render(into: &$0, area: $0.bounds, isFocused: false, placeholder: "reason")
        }
        #expect(frame.rows == ["reason  "])
        #expect(frame.cursor == nil)
    }
}
