import Glibc

/// Reads JSON (RFC 8259) as it comes, piece by piece, and tells what it meets: a report of any size in bounded memory.
///
/// Strict where it matters (structure, escapes, numbers' letters), lenient where others are not: invalid UTF-8 becomes U+FFFD.
package struct JSONScanner {
    package enum Token: Hashable, Sendable {
        case beginObject, endObject, beginArray, endArray
        case key(String)
        case string(String)
        case number(String)
        case bool(Bool)
        case null
    }

    package enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        case unexpected(byte: UInt8, offset: Int)
        case tooDeep
        case truncated
        case trailing(offset: Int)

        package var description: String {
            switch self {
            case .unexpected(let byte, let offset):
                "not JSON: " + (byte > 32 && byte < 127 ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)")
                    + " at offset \(offset)"
            case .tooDeep: "nested deeper than \(JSONScanner.maximumDepth) levels"
            case .truncated: "it ends in the middle: the report was cut off"
            case .trailing(let offset): "something follows the JSON at offset \(offset)"
            }
        }
    }

    package static let maximumDepth = 64
    /// A longer text is cut: no field that is used has one.
    package static let maximumText = 16 << 10

    private enum Expecting { case value, valueOrEnd, keyOrEnd, key, colon, commaOrEnd, nothing }
    private enum Lexeme {
        case none
        case string(isKey: Bool)
        case escape(isKey: Bool)
        case unicode(isKey: Bool, digits: Int, value: UInt32)
        case word
    }

    private var expecting = Expecting.value
    private var stack: [Bool] = []  // true: an object
    private var lexeme = Lexeme.none
    private var text: [UInt8] = []
    private var surrogate: UInt32?
    private var offset = 0

    package init() {}

    /// Takes a piece in, and tells each token that is whole.
    package mutating func take(_ bytes: some Sequence<UInt8>, _ tell: (Token) throws -> Void) throws {
        let isTaken: Void? = try bytes.withContiguousStorageIfAvailable { try take(buffer: $0, tell) }
        if isTaken == nil { try Array(bytes).withUnsafeBufferPointer { try take(buffer: $0, tell) } }
    }

    private mutating func take(buffer: UnsafeBufferPointer<UInt8>, _ tell: (Token) throws -> Void) throws {
        var index = 0
        while index < buffer.count {
            // Most of a large report is text that is cut anyway: it is searched for its end, not gone through.
            if case .string = lexeme, text.count >= JSONScanner.maximumText, surrogate == nil {
                let rest = UnsafeRawPointer(buffer.baseAddress! + index)
                let left = buffer.count - index
                let quote = memchr(rest, 34, left).map { UnsafeRawPointer($0) - rest } ?? left
                let plain = memchr(rest, 92, quote).map { UnsafeRawPointer($0) - rest } ?? quote
                if plain > 0 {
                    offset += plain
                    index += plain
                    continue
                }
            }
            let byte = buffer[index]
            index += 1
            offset += 1
            switch lexeme {
            case .none: try begin(byte, tell)
            case .string(let isKey): try string(byte, isKey, tell)
            case .escape(let isKey): try escape(byte, isKey)
            case .unicode(let isKey, let digits, let value): try unicode(byte, isKey, digits, value)
            case .word:
                if JSONScanner.isWord(byte) {
                    guard text.count < 64 else { throw Failure.unexpected(byte: byte, offset: offset - 1) }
                    text.append(byte)
                } else {
                    try word(tell)
                    try begin(byte, tell)
                }
            }
        }
    }

    /// The input has ended.
    package mutating func end(_ tell: (Token) throws -> Void) throws {
        if case .word = lexeme { try word(tell) }
        guard case .none = lexeme, stack.isEmpty, case .nothing = expecting else { throw Failure.truncated }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (97...122).contains(byte) || byte == 69 || byte == 43 || byte == 45 || byte == 46
    }

    private mutating func begin(_ byte: UInt8, _ tell: (Token) throws -> Void) throws {
        switch byte {
        case 32, 9, 10, 13: return
        // A byte-order mark.
        case 0xEF where offset == 1, 0xBB where offset == 2, 0xBF where offset == 3: return
        default: break
        }
        let wrong = Failure.unexpected(byte: byte, offset: offset - 1)
        switch (expecting, byte) {
        case (.nothing, _): throw Failure.trailing(offset: offset - 1)
        case (.colon, 58): expecting = .value
        case (.commaOrEnd, 44): expecting = stack.last == true ? .key : .value
        case (.commaOrEnd, 125), (.keyOrEnd, 125):
            guard stack.popLast() == true else { throw wrong }
            expecting = stack.isEmpty ? .nothing : .commaOrEnd
            try tell(.endObject)
        case (.commaOrEnd, 93), (.valueOrEnd, 93):
            guard stack.popLast() == false else { throw wrong }
            expecting = stack.isEmpty ? .nothing : .commaOrEnd
            try tell(.endArray)
        case (.key, 34), (.keyOrEnd, 34): (lexeme, text) = (.string(isKey: true), [])
        case (.value, _), (.valueOrEnd, _): try value(byte, wrong, tell)
        default: throw wrong
        }
    }

    private mutating func value(_ byte: UInt8, _ wrong: Failure, _ tell: (Token) throws -> Void) throws {
        switch byte {
        case 123, 91:
            guard stack.count < JSONScanner.maximumDepth else { throw Failure.tooDeep }
            stack.append(byte == 123)
            expecting = byte == 123 ? .keyOrEnd : .valueOrEnd
            try tell(byte == 123 ? .beginObject : .beginArray)
        case 34: (lexeme, text) = (.string(isKey: false), [])
        case _ where JSONScanner.isWord(byte): (lexeme, text) = (.word, [byte])
        default: throw wrong
        }
    }

    private mutating func string(_ byte: UInt8, _ isKey: Bool, _ tell: (Token) throws -> Void) throws {
        switch byte {
        case 34:
            flushSurrogate()
            lexeme = .none
            let value = String(decoding: text, as: UTF8.self)
            text.removeAll(keepingCapacity: true)
            expecting = isKey ? .colon : stack.isEmpty ? .nothing : .commaOrEnd
            try tell(isKey ? .key(value) : .string(value))
        case 92: lexeme = .escape(isKey: isKey)
        default:
            flushSurrogate()
            append(byte)
        }
    }

    private mutating func append(_ byte: UInt8) { if text.count < JSONScanner.maximumText { text.append(byte) } }

    private mutating func append(_ scalar: UInt32) {
        let scalar = Unicode.Scalar(scalar) ?? "\u{FFFD}"
        for byte in String(Character(scalar)).utf8 { append(byte) }
    }

    private mutating func flushSurrogate() {
        if surrogate != nil { append(0xFFFD as UInt32) }
        surrogate = nil
    }

    private mutating func escape(_ byte: UInt8, _ isKey: Bool) throws {
        if byte != 117 { flushSurrogate() }
        lexeme = .string(isKey: isKey)
        switch byte {
        case 34, 92, 47: append(byte)
        case 98: append(8 as UInt8)
        case 102: append(12 as UInt8)
        case 110: append(10 as UInt8)
        case 114: append(13 as UInt8)
        case 116: append(9 as UInt8)
        case 117: lexeme = .unicode(isKey: isKey, digits: 0, value: 0)
        default: throw Failure.unexpected(byte: byte, offset: offset - 1)
        }
    }

    private mutating func unicode(_ byte: UInt8, _ isKey: Bool, _ digits: Int, _ value: UInt32) throws {
        let digit: UInt32
        switch byte {
        case 48...57: digit = UInt32(byte - 48)
        case 97...102: digit = UInt32(byte - 87)
        case 65...70: digit = UInt32(byte - 55)
        default: throw Failure.unexpected(byte: byte, offset: offset - 1)
        }
        let value = value << 4 | digit
        guard digits == 3 else {
            lexeme = .unicode(isKey: isKey, digits: digits + 1, value: value)
            return
        }
        lexeme = .string(isKey: isKey)
        if let high = surrogate, (0xDC00...0xDFFF).contains(value) {
            surrogate = nil
            append(0x10000 + (high - 0xD800) << 10 + (value - 0xDC00))
        } else {
            flushSurrogate()
            if (0xD800...0xDBFF).contains(value) { surrogate = value } else { append(value) }
        }
    }

    private mutating func word(_ tell: (Token) throws -> Void) throws {
        lexeme = .none
        let word = String(decoding: text, as: UTF8.self)
        text.removeAll(keepingCapacity: true)
        expecting = stack.isEmpty ? .nothing : .commaOrEnd
        switch word {
        case "true": try tell(.bool(true))
        case "false": try tell(.bool(false))
        case "null": try tell(.null)
        default:
            guard word.utf8.contains(where: { (48...57).contains($0) }), Double(word) != nil else {
                throw Failure.unexpected(byte: word.utf8.first ?? 0, offset: max(0, offset - 1 - word.utf8.count))
            }
            try tell(.number(word))
        }
    }
}

/// The scalars of a JSON object, by the path that leads to them (`transaction.client_ip`); arrays count from 0. For single
/// lines of a log; more than `limit` of them are left out.
package enum JSONLine {
    package static func fields(_ bytes: some Collection<UInt8>, limit: Int = 400) throws -> [String: String] {
        var scanner = JSONScanner()
        var fields: [String: String] = [:]
        var path: [(name: String, index: Int?)] = []
        func place() -> String { path.map(\.name).joined(separator: ".") }
        func leave() {
            guard let last = path.indices.last else { return }
            if let index = path[last].index {
                path[last] = ("\(index + 1)", index + 1)
            } else {
                path.removeLast()
            }
        }
        func take(_ token: JSONScanner.Token) {
            switch token {
            case .beginObject: break
            case .endObject: leave()
            case .beginArray: path.append(("0", 0))
            case .endArray:
                path.removeLast()
                leave()
            case .key(let key): path.append((key, nil))
            case .string(let text), .number(let text):
                if fields.count < limit { fields[place()] = text }
                leave()
            case .bool(let flag):
                if fields.count < limit { fields[place()] = flag ? "true" : "false" }
                leave()
            case .null: leave()
            }
        }
        try scanner.take(bytes) { take($0) }
        try scanner.end { take($0) }
        return fields
    }
}
