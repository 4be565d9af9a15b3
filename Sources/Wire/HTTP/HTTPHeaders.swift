/// The headers of a response, kept as they came and read when asked for: most polls look at one or two, if any.
package struct HTTPHeaders: Hashable, Sendable {
    /// The status line and the header lines of the last response (after redirects).
    private let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }

    /// Headers that nobody sent: for an answer that is made up.
    package init(_ pairs: [(name: String, value: String)]) {
        bytes = Array(("HTTP\n" + pairs.map { "\($0.name): \($0.value)" }.joined(separator: "\n")).utf8)
    }

    /// The value of the first header of that name, in any case.
    package subscript(name: String) -> String? {
        var wanted = name
        return wanted.withUTF8 { wanted in
            for line in lines {
                guard line.count > wanted.count, line[line.startIndex + wanted.count] == UInt8(ascii: ":") else {
                    continue
                }
                if zip(line, wanted).allSatisfy({ Self.lowercased($0) == Self.lowercased($1) }) {
                    return Self.value(line[(line.startIndex + wanted.count + 1)...])
                }
            }
            return nil
        }
    }

    /// All of them, in the order in which they came.
    package var all: [(name: String, value: String)] {
        lines.compactMap { line in
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            return (String(decoding: line[..<colon], as: UTF8.self), Self.value(line[(colon + 1)...]))
        }
    }

    private var lines: some Sequence<ArraySlice<UInt8>> {
        // The first is the status line.
        bytes.split(separator: UInt8(ascii: "\n")).dropFirst()
    }

    private static func value(_ bytes: ArraySlice<UInt8>) -> String {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
        let trimmed = bytes.drop(while: isBlank)
        let end = trimmed.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? trimmed.startIndex
        return String(decoding: trimmed[..<end], as: UTF8.self)
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
    }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, String)...) { self.init(elements.map { ($0.0, $0.1) }) }
}
