package import Launch

/// The words of one language: the one table that every text of ours on the screen comes from.
package struct Words: Sendable {
    private let text: @Sendable (Word) -> String

    init(_ text: @escaping @Sendable (Word) -> String) { self.text = text }

    /// The text of a word.
    package func callAsFunction(_ word: Word) -> String { text(word) }

    /// The text of a word with its gaps filled, in order. What is filled in is not searched for gaps itself.
    package func callAsFunction(_ word: Word, _ values: String...) -> String {
        var rest = text(word).utf8[...]
        var filled = ""
        for value in values {
            guard let gap = Words.gap(in: rest) else { break }
            filled += Substring(rest[..<gap.lowerBound])
            filled += value
            rest = rest[gap.upperBound...]
        }
        return filled + Substring(rest)
    }

    /// Where the first `{}` is.
    private static func gap(in text: Substring.UTF8View) -> Range<String.Index>? {
        var rest = text
        while let open = rest.firstIndex(of: UInt8(ascii: "{")) {
            rest = rest[open...].dropFirst()
            if rest.first == UInt8(ascii: "}") { return open..<rest.index(after: rest.startIndex) }
        }
        return nil
    }
}

extension Verdict {
    /// What the verdict is called, in four cells at most.
    package var word: Word {
        switch self {
        case .ok: .ok
        case .unknown: .unknown
        case .warning: .warning
        case .critical: .critical
        }
    }
}
