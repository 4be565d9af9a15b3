/// Lets the reading of a file go on past a duplicate key.
///
/// Yams gives up at the first mapping with one. So the earlier of the two gets another first letter, from Unicode's
/// private planes and therefore of one column like the letter itself, and the file is parsed again; the name is put
/// right when the tree is walked.
struct DuplicateKeys {
    /// A file with more of them than this is not a settings file.
    static let limit = 32
    private static let base: UInt32 = 0xF0000
    private var letters: [Unicode.Scalar] = []

    /// The text with the first letter of the key at `place` disguised; nil where that cannot be done.
    mutating func disguise(_ key: String, at place: Place, in text: String) -> String? {
        guard letters.count < Self.limit, let letter = key.unicodeScalars.first, place.line > 0, place.column > 0,
            let disguise = Unicode.Scalar(Self.base + UInt32(letters.count))
        else { return nil }
        var scalars = text.unicodeScalars
        var index = scalars.startIndex
        for _ in 1..<place.line {
            guard let end = scalars[index...].firstIndex(of: "\n") else { return nil }
            index = scalars.index(after: end)
        }
        guard var position = scalars.index(index, offsetBy: place.column - 1, limitedBy: scalars.endIndex),
            position < scalars.endIndex
        else { return nil }
        if scalars[position] == "\"" || scalars[position] == "'" { position = scalars.index(after: position) }
        guard position < scalars.endIndex, scalars[position] == letter else { return nil }
        scalars.replaceSubrange(position...position, with: CollectionOfOne(disguise))
        letters.append(letter)
        return String(scalars)
    }

    /// A key as it stands in the file.
    func original(_ key: String) -> String {
        guard let first = key.unicodeScalars.first, first.value >= Self.base,
            first.value < Self.base + UInt32(letters.count)
        else { return key }
        var scalars = key.unicodeScalars
        scalars.replaceSubrange(
            scalars.startIndex...scalars.startIndex, with: CollectionOfOne(letters[Int(first.value - Self.base)]))
        return String(scalars)
    }
}
