/// What a version may be: it goes into command lines, file names and the screen, so its alphabet is small.
package enum ReleaseVersion {
    package static let limit = 128

    /// 1 … 128 letters (ASCII), digits, `.`, `_`, `+` and `-`, first a letter or a digit: `v1.4.0`, `2026.03.09-rc1+b7`.
    package static func isFit(_ text: String) -> Bool { trouble(with: text) == nil }

    /// Why a text is no version; nil for one that is.
    package static func trouble(with text: String) -> String? {
        guard let first = text.utf8.first else { return "a version is missing" }
        if text.first?.isWhitespace == true || text.last?.isWhitespace == true {
            return "there is a blank before or behind the version"
        }
        if text.utf8.count > limit { return "a version has at most \(limit) characters" }
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        }
        guard isAlphanumeric(first) else { return "a version begins with a letter or a digit" }
        let marks = Array("._+-".utf8)
        guard text.utf8.allSatisfy({ isAlphanumeric($0) || marks.contains($0) }) else {
            return "a version has only letters, digits and . _ + -"
        }
        return nil
    }
}
