/// A piece of text in one style, part of a line.
package struct Span: Hashable, Sendable {
    package var text: String
    package var style: Style

    package init(_ text: String, _ role: Role = .text, _ attributes: Attributes = []) {
        self.text = text
        style = Style(role, attributes)
    }

    /// The same piece with another text.
    func changed(_ change: (String) -> String) -> Span {
        var span = self
        span.text = change(text)
        return span
    }
}
