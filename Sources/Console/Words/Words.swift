package import Launch

/// The words of one language: the one table that every text of ours on the screen comes from.
package struct Words: Sendable {
    private let text: @Sendable (Word) -> String

    init(_ text: @escaping @Sendable (Word) -> String) { self.text = text }

    /// The text of a word.
    package func callAsFunction(_ word: Word) -> String { text(word) }

    /// The text of a word with its gaps filled, in order. What is filled in is not searched for gaps itself.
    package func callAsFunction(_ word: Word, _ values: String...) -> String {
        var rest = Substring(text(word))
        var filled = ""
        for value in values {
            guard let gap = rest.firstRange(of: "{}") else { break }
            filled += rest[..<gap.lowerBound] + value
            rest = rest[gap.upperBound...]
        }
        return filled + rest
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
