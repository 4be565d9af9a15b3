import FoundationEssentials

/// A place in a JSON document (RFC 6901), as `/checks/0/version`.
package struct JSONPointer: Hashable, Sendable {
    package var tokens: [String]

    /// nil where the text is no pointer: it is neither empty nor begins with `/`, or a `~` is followed by neither 0 nor 1.
    package init?(_ text: String) {
        guard !text.isEmpty else {
            tokens = []
            return
        }
        guard text.first == "/" else { return nil }
        tokens = []
        for part in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let token = Self.unescaped(part) else { return nil }
            tokens.append(token)
        }
    }

    private static func unescaped(_ part: Substring) -> String? {
        var token = ""
        var characters = part.unicodeScalars.makeIterator()
        while let scalar = characters.next() {
            guard scalar == "~" else {
                token.unicodeScalars.append(scalar)
                continue
            }
            switch characters.next() {
            case "0": token += "~"
            case "1": token += "/"
            default: return nil
            }
        }
        return token
    }

    /// Why nothing was found; it says so itself.
    package struct Failure: Error, Hashable, CustomStringConvertible {
        package let description: String
        package init(_ description: String) { self.description = description }
    }

    /// The scalar at this place, as text: `1.4.2`, `true`, `12`.
    ///
    /// - Throws: ``Failure`` where the bytes are no JSON, nothing is there, or an object or array is.
    package func text(in json: [UInt8]) throws -> String {
        let decoder = JSONDecoder()
        decoder.userInfo[.tokens] = tokens
        do {
            return try decoder.decode(Leaf.self, from: Data(json)).text
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure("the body is not JSON")
        }
    }
}

extension CodingUserInfoKey {
    fileprivate static let tokens = CodingUserInfoKey(rawValue: "tokens")!
}

/// Walks down the pointer's tokens, so that only what lies on the way is decoded.
private struct Leaf: Decodable {
    var text: String

    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let tokens = decoder.userInfo[.tokens] as? [String] ?? []
        text = try Leaf.walk(tokens[...], at: "", from: decoder)
    }

    private static func walk(_ tokens: ArraySlice<String>, at path: String, from decoder: any Decoder) throws -> String
    {
        guard let token = tokens.first else { return try scalar(at: path, from: decoder) }
        let here = "\(path)/\(token)"
        let missing = JSONPointer.Failure("the JSON has nothing at \(here.prefix(80))")
        if let object = try? decoder.container(keyedBy: Name.self) {
            let name = Name(stringValue: token)
            guard object.contains(name) else { throw missing }
            return try walk(tokens.dropFirst(), at: here, from: object.superDecoder(forKey: name))
        }
        if var array = try? decoder.unkeyedContainer() {
            // An index has no leading zero (RFC 6901, section 4).
            guard let index = Int(token), index >= 0, String(index) == token, index < array.count ?? 0 else {
                throw missing
            }
            for _ in 0..<index { _ = try array.superDecoder() }
            return try walk(tokens.dropFirst(), at: here, from: array.superDecoder())
        }
        throw missing
    }

    private static func scalar(at path: String, from decoder: any Decoder) throws -> String {
        guard let value = try? decoder.singleValueContainer() else {
            throw JSONPointer.Failure("the JSON at \(path) is not a single value")
        }
        if value.decodeNil() { return "null" }
        if let text = try? value.decode(String.self) { return text }
        if let flag = try? value.decode(Bool.self) { return flag ? "true" : "false" }
        if let whole = try? value.decode(Int64.self) { return String(whole) }
        if let number = try? value.decode(Double.self) { return "\(number)" }
        throw JSONPointer.Failure("the JSON at \(path.isEmpty ? "its root" : path.prefix(80)) is not a single value")
    }
}
