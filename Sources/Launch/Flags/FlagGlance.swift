/// A flag as the journal has it: all but the users of its allow-list, of whom only the number is kept for ever.
package struct FlagGlance: Hashable, Sendable {
    package var flag: FeatureFlag
    package var allowCount: Int

    package init(_ flag: FeatureFlag) {
        self.flag = flag
        allowCount = flag.allowed.count
        self.flag.allowed = []
    }

    /// One line, as the series `flags.state.NAME` has it: `enabled=1 rollout=25 version=7 updated_by=ana@bastion …`. Values are
    /// escaped, so that nobody's name can pass for a field.
    package var text: String {
        var words = flag.values.filter { !$0.value.isEmpty && $0.field != "allow" }
            .map { "\($0.field)=\(Self.escaped($0.value))" }
        if allowCount > 0 { words.append("allowed=\(allowCount)") }
        return words.joined(separator: " ")
    }

    /// - Throws: as ``Flag/init(name:fields:)`` does.
    package init(name: String, text: String) throws(FlagFault) {
        var fields: [String: String] = [:]
        for word in text.split(separator: " ") {
            guard let equals = word.firstIndex(of: "=") else { continue }
            fields[String(word[..<equals])] = Self.unescaped(word[word.index(after: equals)...])
        }
        let count = fields.removeValue(forKey: "allowed").flatMap { Int($0) } ?? 0
        flag = try FeatureFlag(name: name, fields: fields)
        allowCount = count
    }

    /// Whether both say the same of who has the feature, whoever wrote it.
    package func isSame(as other: FlagGlance) -> Bool {
        var (left, right) = (flag, other.flag)
        for field in [\FeatureFlag.updatedBy, \FeatureFlag.change] {
            left[keyPath: field] = ""
            right[keyPath: field] = ""
        }
        (left.updatedAt, right.updatedAt) = (nil, nil)
        return left == right && allowCount == other.allowCount
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            if byte <= 32 || byte == 37 || byte >= 127 {
                result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            } else {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        return result
    }

    private static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == 37, rest.count >= 2, let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension FlagGlance: Codable {
    private enum Keys: String, CodingKey { case name, state }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        try self.init(
            name: container.decode(String.self, forKey: .name), text: container.decode(String.self, forKey: .state))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(flag.name, forKey: .name)
        try container.encode(text, forKey: .state)
    }
}
