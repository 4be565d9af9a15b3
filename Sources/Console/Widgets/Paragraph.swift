/// A text broken into lines at its spaces.
package struct Paragraph: Sendable {
    package var text: String
    package var style: Style

    package init(_ text: String, _ role: Role = .text, _ attributes: Attributes = []) {
        self.text = text
        style = Style(role, attributes)
    }

    /// Draws as many lines as there is room for, from line `top` on, and returns how many lines the text has; the last
    /// line in view ends in `…` when more follow.
    @discardableResult
    package func render(into frame: inout Frame, area: Rect, top: Int = 0) -> Int {
        let lines = Text.wrapped(text, to: area.width)
        for (row, line) in lines.dropFirst(top).prefix(area.height).enumerated() {
            let isCut = row == area.height - 1 && top + area.height < lines.count
            frame.put(
                isCut ? Text.padded(line, to: max(0, area.width - 1)) + "…" : line,
                at: Point(area.x, area.y + row), style, width: area.width)
        }
        return lines.count
    }
}

extension Text {
    /// The text in lines of at most `width` cells, broken at spaces and line feeds; a longer word is broken where it must.
    /// What lies past `Text.limit` scalars is left out.
    package static func wrapped(_ text: String, to width: Int) -> [String] {
        guard width > 0, !text.isEmpty else { return [] }
        var lines: [String] = []
        for part in text.unicodeScalars.prefix(limit).split(separator: "\n", omittingEmptySubsequences: false) {
            let first = lines.count
            var line = ""
            var used = 0
            for word in part.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" }) {
                var word = Substring(sanitised(Substring(word)))
                var length = self.width(of: word)
                if used > 0, used + 1 + length > width {
                    lines.append(line)
                    (line, used) = ("", 0)
                }
                while length > width {
                    let head = self.head(of: word, width: width)
                    lines.append(String(head))
                    word = word[head.endIndex...]
                    length = self.width(of: word)
                }
                if used > 0, length > 0 { line += " " }
                used += length + (used > 0 ? 1 : 0)
                line += word
            }
            // An empty line of the text stays one; the end of a word that filled its line exactly makes none.
            if used > 0 || lines.count == first { lines.append(line) }
        }
        return lines
    }

    /// The same in at most `lines` lines; the last one ends in `…` where more would follow.
    package static func wrapped(_ text: String, to width: Int, lines limit: Int) -> [String] {
        let lines = wrapped(text, to: width)
        guard lines.count > limit, limit > 0 else { return Array(lines.prefix(max(0, limit))) }
        return lines[..<(limit - 1)] + [truncated(lines[limit - 1] + "…", to: width)]
    }

    /// Pieces of different styles in lines of at most `width` cells, broken at spaces; all but the first begin below `indent` cells.
    static func wrapped(_ spans: [Span], to width: Int, indent: Int) -> [[Span]] {
        guard width > indent, self.width(of: spans) > width else { return [spans] }
        let margin = Span(String(repeating: " ", count: indent), .text)
        var (lines, line, used): ([[Span]], [Span], Int) = ([], [], 0)
        for span in spans {
            var rest = Substring(span.text)
            var run = ""
            while !rest.isEmpty {
                // A word with the spaces before it.
                let space = rest.prefix { $0 == " " }
                let word = rest[space.endIndex...].prefix { $0 != " " }
                rest = rest[word.endIndex...]
                let length = self.width(of: word)
                if used > indent, used + space.count + length > width {
                    if !run.isEmpty { line.append(span.changed { _ in run }) }
                    lines.append(line)
                    (line, used, run) = ([margin], indent + length, String(word))
                } else {
                    run += space + word
                    used += space.count + length
                }
            }
            if !run.isEmpty { line.append(span.changed { _ in run }) }
        }
        return lines + [line]
    }

    /// As much of a word as fits, at least one character.
    private static func head(of word: Substring, width: Int) -> Substring {
        var used = 0
        var end = word.startIndex
        while end < word.endIndex {
            let next = word.index(after: end)
            used += self.width(of: word[end..<next])
            if used > width, end > word.startIndex { break }
            end = next
        }
        return word[..<end]
    }
}
