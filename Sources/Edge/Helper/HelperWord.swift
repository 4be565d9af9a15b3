/// Words as the helper on an edge takes and keeps them: one alphabet, anything else as %XX, the empty word as %.
///
/// The helper never decodes a word, so none can be taken for an option, a pattern or a command.
enum HelperWord {
    static func encode(_ text: String) -> String {
        guard !text.isEmpty else { return "%" }
        var word = ""
        for byte in text.utf8 {
            if isPlain(byte) {
                word.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                word += "%" + hex(byte >> 4) + hex(byte & 15)
            }
        }
        return word
    }

    /// The word of as much of a text as fits into `limit` bytes, whole characters only.
    static func encode(_ text: String, limit: Int) -> String {
        var word = ""
        for character in text {
            let next = encode(String(character))
            guard word.utf8.count + next.utf8.count <= limit else { break }
            word += next
        }
        return word.isEmpty ? "%" : word
    }

    /// Nil for what is no word of this alphabet. What is not UTF-8 becomes U+FFFD.
    static func decode(_ word: some StringProtocol) -> String? {
        if word == "%" { return "" }
        var bytes: [UInt8] = []
        var rest = Array(word.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            } else if isPlain(byte) {
                bytes.append(byte)
            } else {
                return nil
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            || "._:@/+,=-".utf8.contains(byte)
    }

    private static func hex(_ nibble: UInt8) -> String { String(nibble, radix: 16, uppercase: true) }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }
}
