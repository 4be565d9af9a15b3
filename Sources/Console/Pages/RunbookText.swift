import Launch

/// A runbook's section as a page shows it: whole paragraphs in the page's own width, without the marks of Markdown.
enum RunbookText {
    /// Joins the source lines of each paragraph: where a file breaks its lines says nothing. A list's item and a line that
    /// begins in bold begin a paragraph.
    static func paragraphs(of lines: [String]) -> [String] {
        var paragraphs: [String] = []
        for line in lines {
            let text = line.drop { $0 == " " || $0 == "\t" }
            guard !text.isEmpty else { continue }
            if let last = paragraphs.indices.last, !begins(text) {
                paragraphs[last] += " " + String(text)
            } else {
                paragraphs.append(String(text))
            }
        }
        return paragraphs.map { $0.replacing("**", with: "") }
    }

    /// The lines of a paragraph; those of a list's item stand under its text.
    static func wrapped(_ paragraph: String, to width: Int) -> [String] {
        guard paragraph.hasPrefix("- ") else { return Text.wrapped(paragraph, to: width) }
        return Text.wrapped(String(paragraph.dropFirst(2)), to: max(1, width - 2)).enumerated().map { index, line in
            (index == 0 ? "- " : "  ") + line
        }
    }

    private static func begins(_ text: Substring) -> Bool {
        if ["- ", "* ", "+ ", "> ", "| ", "**", "```", "… "].contains(where: { text.hasPrefix($0) }) { return true }
        let number = text.prefix { $0.isNumber }
        return !number.isEmpty && text[number.endIndex...].hasPrefix(". ")
    }
}
