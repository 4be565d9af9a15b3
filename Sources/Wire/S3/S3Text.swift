/// The little of XML that S3 answers in: elements without attributes that matter, text with five entities.
package enum S3Text {
    /// The content of every element of that name, in order; nested ones of the same name are not looked for.
    package static func all(_ name: String, in text: Substring) -> [Substring] {
        var found: [Substring] = []
        var rest = text
        while let start = rest.firstRange(of: "<\(name)>") {
            guard let end = rest[start.upperBound...].firstRange(of: "</\(name)>") else { break }
            found.append(rest[start.upperBound..<end.lowerBound])
            rest = rest[end.upperBound...]
        }
        return found
    }

    package static func first(_ name: String, in text: Substring) -> String? {
        all(name, in: text).first.map(unescaped)
    }

    package static func unescaped(_ text: Substring) -> String {
        var result = String(text)
        for (entity, character) in [
            ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#34;", "\""), ("&#39;", "'"),
            ("&amp;", "&"),
        ] {
            result = result.replacing(entity, with: character)
        }
        return result
    }
}
