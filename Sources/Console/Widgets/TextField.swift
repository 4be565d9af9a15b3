/// A line that is being typed: the state of a field, and its drawing.
package struct TextField: Hashable, Sendable {
    package private(set) var text: String = ""
    /// How many characters stand left of the cursor.
    package private(set) var cursor = 0
    /// The most characters that the field takes.
    package var limit: Int

    package init(_ text: String = "", limit: Int = 256) {
        self.limit = limit
        insert(text)
    }

    // MARK: Editing

    /// Inserts typed or pasted text at the cursor, as one line: line ends become spaces, the rest passes the sanitiser.
    package mutating func insert(_ pasted: String) {
        let room = limit - text.count
        guard room > 0 else { return }
        // No more is looked at than could be taken: a paste may be a megabyte.
        let line = String(pasted.prefix(room).map { $0.isNewline || $0 == "\t" ? " " : $0 })
        let safe = Text.sanitised(line, limit: .max).prefix(room)
        text.insert(contentsOf: safe, at: index(cursor))
        cursor = min(cursor + safe.count, text.count)
    }

    package mutating func clear() { (text, cursor) = ("", 0) }

    package mutating func deleteBackward() {
        guard cursor > 0 else { return }
        cursor -= 1
        text.remove(at: index(cursor))
    }

    package mutating func deleteForward() {
        guard cursor < text.count else { return }
        text.remove(at: index(cursor))
    }

    /// Removes back to the beginning of the word, as Ctrl-W does in a shell.
    package mutating func deleteWord() {
        let before = text.prefix(cursor)
        let trimmed = before.reversed().drop { $0 == " " }.drop { $0 != " " }.count
        text.removeSubrange(index(trimmed)..<index(cursor))
        cursor = trimmed
    }

    package mutating func move(by characters: Int) { cursor = min(max(0, cursor + characters), text.count) }
    package mutating func moveToStart() { cursor = 0 }
    package mutating func moveToEnd() { cursor = text.count }

    private func index(_ offset: Int) -> String.Index { text.index(text.startIndex, offsetBy: offset) }

    // MARK: Drawing

    /// Draws the part of the line around the cursor on the area's first row, and puts the frame's cursor there if the
    /// field has the focus.
    package func render(into frame: inout Frame, area: Rect, isFocused: Bool, placeholder: String = "") {
        guard !area.isEmpty else { return }
        let role: Role = isFocused ? .fieldFocused : .field
        frame.fill(area.row(0), role)
        if text.isEmpty { frame.put(placeholder, in: area, .placeholder) }
        // The cursor stands on a cell of its own, so one column less than the area is for what is left of it.
        var start = text.startIndex
        let cursorIndex = index(cursor)
        var left = Text.width(of: text[..<cursorIndex])
        while isFocused, left > area.width - 1, start < cursorIndex {
            let next = text.index(after: start)
            left -= Text.width(of: text[start..<next])
            start = next
        }
        if !text.isEmpty { frame.put(text[start...], in: area, role) }
        if isFocused { frame.cursor = Point(area.x + max(0, left), area.y) }
    }
}
