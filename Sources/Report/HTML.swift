import Console

/// HTML that is written piece by piece. Markup can only be a literal of this program; whatever else there is goes in by
/// ``text(_:limit:)``, which makes it text and nothing else.
struct HTML {
    private(set) var page = ""

    /// Markup of ours; never with a value in it that came from anywhere else.
    mutating func markup(_ literal: StaticString) {
        literal.withUTF8Buffer { page += String(decoding: $0, as: UTF8.self) }
    }

    /// What was built by another of these.
    mutating func append(_ html: HTML) { page += html.page }

    /// Text, whatever is in it.
    mutating func text(_ text: String, limit: Int = 2000) { page += HTML.escaped(text, limit: limit) }

    /// An element with text in it.
    mutating func element(_ name: StaticString, _ text: String, class style: StaticString? = nil) {
        markup("<")
        markup(name)
        if let style {
            markup(" class=\"")
            markup(style)
            markup("\"")
        }
        markup(">")
        self.text(text)
        markup("</")
        markup(name)
        markup(">")
    }

    /// A number of ours in SVG.
    mutating func number(_ value: Double) {
        guard value.isFinite else { return page += "0" }
        let tenths = (value * 10).rounded()
        let whole = Int64(tenths / 10)
        let rest = Int64(tenths.magnitude) % 10
        page += tenths < 0 && whole == 0 ? "-0" : "\(whole)"
        if rest != 0 { page += ".\(rest)" }
    }

    /// C0, C1, bidi controls and zero-width characters become visible marks, as on the screen; then what HTML reads as
    /// markup becomes what it stands for, in text and in quoted attributes alike.
    static func escaped(_ text: String, limit: Int = 2000) -> String {
        var escaped = ""
        for scalar in Text.sanitised(text, limit: limit).unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "`": escaped += "&#96;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
