/// Reads XML as scanners write it, piece by piece: elements, attributes and text; no entities but the five and numbers, no
/// DTD's definitions (so none of their bombs), in bounded memory.
package struct XMLScanner {
    package enum Token: Hashable, Sendable {
        case begin(String, [String: String])
        case end(String)
        case text(String)
    }

    package enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        case malformed(offset: Int, String)
        case tooDeep
        case truncated

        package var description: String {
            switch self {
            case .malformed(let offset, let what): "not XML at offset \(offset): \(what)"
            case .tooDeep: "nested deeper than \(XMLScanner.maximumDepth) levels"
            case .truncated: "it ends in the middle: the report was cut off"
            }
        }
    }

    package static let maximumDepth = 64
    package static let maximumText = 16 << 10
    /// One tag with all its attributes.
    package static let maximumTag = 256 << 10

    private enum State { case text, tag, quoted(UInt8), comment, declaration, cdata }
    private var state = State.text
    private var bytes: [UInt8] = []
    private var stack: [String] = []
    private var hasRoot = false
    private var offset = 0

    package init() {}

    package mutating func take(_ input: some Sequence<UInt8>, _ tell: (Token) throws -> Void) throws {
        for byte in input {
            offset += 1
            switch state {
            case .text:
                if byte == 60 {
                    try flushText(tell)
                    state = .tag
                } else if stack.isEmpty {
                    guard [32, 9, 10, 13, 0xEF, 0xBB, 0xBF].contains(byte) else {
                        throw Failure.malformed(offset: offset - 1, "text outside of any element")
                    }
                } else if bytes.count < XMLScanner.maximumText {
                    bytes.append(byte)
                }
            case .tag:
                guard bytes.count < XMLScanner.maximumTag else {
                    throw Failure.malformed(offset: offset, "a tag without an end")
                }
                if byte == 62 {
                    let tag = bytes
                    bytes.removeAll(keepingCapacity: true)
                    state = .text
                    try self.tag(tag, tell)
                } else {
                    bytes.append(byte)
                    if byte == 34 || byte == 39, bytes.first != 33, bytes.first != 63 { state = .quoted(byte) }
                    if bytes.count == 3, bytes == Array("!--".utf8) { (state, bytes) = (.comment, []) }
                    if bytes.count == 8, bytes == Array("![CDATA[".utf8) { (state, bytes) = (.cdata, []) }
                    if bytes.count == 8, bytes == Array("!DOCTYPE".utf8) { (state, bytes) = (.declaration, []) }
                }
            case .quoted(let quote):
                guard bytes.count < XMLScanner.maximumTag else {
                    throw Failure.malformed(offset: offset, "an attribute without an end")
                }
                bytes.append(byte)
                if byte == quote { state = .tag }
            case .comment:
                bytes.append(byte)
                if bytes.count > 3 { bytes.removeFirst() }
                if bytes == Array("-->".utf8) { (state, bytes) = (.text, []) }
            case .declaration:
                // An internal subset is not read: nothing that it defines is wanted.
                if byte == 91 {
                    throw Failure.malformed(
                        offset: offset - 1, "a document type with definitions of its own is not read")
                }
                if byte == 62 { state = .text }
            case .cdata:
                bytes.append(byte)
                if bytes.count > XMLScanner.maximumText, bytes.last != 93, bytes.last != 62 { bytes.removeLast() }
                if byte == 62, bytes.suffix(3) == Array("]]>".utf8)[...] {
                    let text = String(decoding: bytes.dropLast(3), as: UTF8.self)
                    (state, bytes) = (.text, [])
                    if !stack.isEmpty { try tell(.text(text)) }
                }
                if bytes.count > 2 * XMLScanner.maximumText { bytes.removeFirst(XMLScanner.maximumText) }
            }
        }
    }

    package mutating func end() throws {
        guard case .text = state, stack.isEmpty, hasRoot else { throw Failure.truncated }
    }

    private mutating func flushText(_ tell: (Token) throws -> Void) throws {
        defer { bytes.removeAll(keepingCapacity: true) }
        guard bytes.contains(where: { ![32, 9, 10, 13].contains($0) }) else { return }
        try tell(.text(XMLScanner.unescaped(bytes[...])))
    }

    private mutating func tag(_ tag: [UInt8], _ tell: (Token) throws -> Void) throws {
        if tag.first == 63 || tag.first == 33 { return }
        if tag.first == 47 {
            let name = String(decoding: tag.dropFirst().prefix { ![32, 9, 10, 13].contains($0) }, as: UTF8.self)
            guard stack.popLast() == name else {
                throw Failure.malformed(offset: offset, "</\(name.prefix(40))> ends nothing")
            }
            return try tell(.end(name))
        }
        guard !stack.isEmpty || !hasRoot else { throw Failure.malformed(offset: offset, "a second root element") }
        hasRoot = true
        let isEmpty = tag.last == 47
        var rest = (isEmpty ? tag.dropLast() : tag[...])
        let name = String(decoding: XMLScanner.word(&rest), as: UTF8.self)
        guard !name.isEmpty else { throw Failure.malformed(offset: offset, "a tag without a name") }
        var attributes: [String: String] = [:]
        while true {
            rest = rest.drop { [32, 9, 10, 13].contains($0) }
            guard !rest.isEmpty else { break }
            let key = XMLScanner.word(&rest)
            rest = rest.drop { [32, 9, 10, 13].contains($0) }
            guard !key.isEmpty, rest.popFirst() == 61 else {
                throw Failure.malformed(offset: offset, "an attribute without a value in <\(name.prefix(40))>")
            }
            rest = rest.drop { [32, 9, 10, 13].contains($0) }
            guard let quote = rest.popFirst(), quote == 34 || quote == 39, let end = rest.firstIndex(of: quote) else {
                throw Failure.malformed(offset: offset, "an attribute without quotes in <\(name.prefix(40))>")
            }
            if attributes.count < 64 {
                attributes[String(decoding: key, as: UTF8.self)] = XMLScanner.unescaped(
                    rest[..<end].prefix(XMLScanner.maximumText))
            }
            rest = rest[(end + 1)...]
        }
        try tell(.begin(name, attributes))
        if isEmpty { return try tell(.end(name)) }
        guard stack.count < XMLScanner.maximumDepth else { throw Failure.tooDeep }
        stack.append(name)
    }

    private static func word(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let word = rest.prefix { ![32, 9, 10, 13, 61, 47].contains($0) }
        rest = rest[word.endIndex...]
        return word
    }

    static func unescaped(_ bytes: ArraySlice<UInt8>) -> String {
        guard bytes.contains(38) else { return String(decoding: bytes, as: UTF8.self) }
        var result: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            guard byte == 38, let end = rest.prefix(12).firstIndex(of: 59) else {
                result.append(byte)
                continue
            }
            let name = String(decoding: rest[..<end], as: UTF8.self)
            rest = rest[(end + 1)...]
            switch name {
            case "lt": result.append(60)
            case "gt": result.append(62)
            case "amp": result.append(38)
            case "quot": result.append(34)
            case "apos": result.append(39)
            default:
                let number =
                    name.hasPrefix("#x")
                    ? UInt32(name.dropFirst(2), radix: 16) : name.hasPrefix("#") ? UInt32(name.dropFirst()) : nil
                let scalar = number.flatMap(Unicode.Scalar.init) ?? "\u{FFFD}"
                result += Array(String(Character(scalar)).utf8)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
