import Console

/// Markdown that is written line by line; text from outside cannot become markup of it.
struct Markdown {
    private(set) var text = ""

    mutating func line(_ line: String = "") { text += line + "\n" }

    mutating func heading(_ level: Int, _ title: String) {
        if !text.isEmpty { line() }
        line(String(repeating: "#", count: level) + " " + title)
        line()
    }

    mutating func table(_ head: [String], _ rows: [[String]]) {
        line("| " + head.joined(separator: " | ") + " |")
        line("|" + head.map { _ in " --- |" }.joined())
        for row in rows { line("| " + row.joined(separator: " | ") + " |") }
    }

    /// Text from outside, in one line, with what Markdown and HTML would take for markup told to be text.
    static func plain(_ text: String, limit: Int = 300) -> String {
        var plain = ""
        for character in Text.sanitised(text, limit: limit) {
            switch character {
            case "&": plain += "&amp;"
            case "<": plain += "&lt;"
            case ">": plain += "&gt;"
            case "\\", "`", "*", "_", "[", "]", "|", "#", "~", "!": plain += "\\" + String(character)
            default: plain.append(character)
            }
        }
        return plain
    }
}
