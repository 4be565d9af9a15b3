/// The sentence of an alert, with fields that are filled in when it fires: `{{title}} is {{value}}, over {{bound}}`.
package struct SummaryTemplate: Hashable, Sendable {
    package enum Piece: Hashable, Sendable {
        case text(String)
        case field(String)
    }

    package let source: String
    package let pieces: [Piece]

    /// Why a template cannot be read.
    package struct Malformed: Error, Hashable {
        package var reason: String
    }

    /// - Throws: where a field has no end, or no name.
    package init(_ source: String) throws(Malformed) {
        self.source = source
        var pieces: [Piece] = []
        var rest = source[...]
        while let start = rest.firstRange(of: "{{") {
            if start.lowerBound > rest.startIndex { pieces.append(.text(String(rest[..<start.lowerBound]))) }
            guard let end = rest[start.upperBound...].firstRange(of: "}}") else {
                throw Malformed(reason: "'{{' without its '}}'")
            }
            let name = rest[start.upperBound..<end.lowerBound].trimmed
            guard !name.isEmpty else { throw Malformed(reason: "'{{}}' names no field") }
            pieces.append(.field(name))
            rest = rest[end.upperBound...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        self.pieces = pieces
    }

    private init(plain: String) {
        source = plain
        pieces = [.text(plain)]
    }

    /// A sentence without fields.
    package static func plain(_ text: String) -> SummaryTemplate { SummaryTemplate(plain: text) }

    package var fields: [String] {
        pieces.compactMap { if case .field(let name) = $0 { name } else { nil } }
    }

    /// The fields that every alert has.
    package static let knownFields = ["value", "bound", "title", "series", "severity", "reason"]

    /// The sentence. A field that has no value is shown as `{{name?}}`: a page with a hole in it must be seen to have one.
    package func text(_ value: (String) -> String?) -> String {
        pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .field(let name): value(name) ?? "{{\(name)?}}"
            }
        }.joined()
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var text = self
        while text.first == " " { text = text.dropFirst() }
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }
}
