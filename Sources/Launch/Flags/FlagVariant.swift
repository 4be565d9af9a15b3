/// One of several forms of a feature, dealt among those who have it.
package struct FlagVariant: Hashable, Sendable, Codable, CustomStringConvertible {
    package var name: String
    /// Its part of the sum of all weights.
    package var weight: Int

    package init(name: String, weight: Int) {
        self.name = name
        self.weight = weight
    }

    package var description: String { "\(name)=\(weight)" }

    /// How many a flag may have, and how much they may weigh.
    package static let limit = 20
    package static let heaviest = 1_000_000

    /// `blue=50,green=50`, as the flag's hash and a command line have it; empty: none.
    package static func list(_ text: String) throws(FlagFault) -> [FlagVariant] {
        func fault(_ why: String) -> FlagFault { .malformed(field: "variants", value: text, why: why) }
        if text.isEmpty { return [] }
        var variants: [FlagVariant] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2, let weight = Int(sides[1]), (0...heaviest).contains(weight) else {
                throw fault("write them as name=weight, separated by commas")
            }
            let name = String(sides[0])
            if let trouble = FlagName.trouble(with: name) { throw fault("of a variant: \(trouble)") }
            guard !variants.contains(where: { $0.name == name }) else { throw fault("\(name) is there twice") }
            variants.append(FlagVariant(name: name, weight: weight))
        }
        guard variants.count <= limit else { throw fault("more than \(limit) variants") }
        guard variants.contains(where: { $0.weight > 0 }) else { throw fault("no variant has any weight") }
        return variants
    }

    package static func text(_ variants: [FlagVariant]) -> String { variants.map(\.description).joined(separator: ",") }
}

/// What a flag or a variant may be called: it goes into keys, command lines and the screen, so its alphabet is small.
package enum FlagName {
    package static let limit = 64

    /// Why a text is no name; nil for one that is.
    package static func trouble(with text: String) -> String? {
        if text.isEmpty { return "a name is missing" }
        if text.utf8.count > limit { return "a name has at most \(limit) characters" }
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        }
        guard let first = text.utf8.first, isAlphanumeric(first) else {
            return "a name begins with a letter or a digit"
        }
        let marks = Array("._-".utf8)
        guard text.utf8.allSatisfy({ isAlphanumeric($0) || marks.contains($0) }) else {
            return "a name has only letters, digits and . _ -"
        }
        return nil
    }
}
