/// Reads CSV (RFC 4180) as it comes: quoted fields may hold commas, quotes and line ends.
package struct CSVScanner: Sendable {
    /// More of a field is left out, and more fields of a record.
    package static let maximumField = 16 << 10
    package static let maximumFields = 64

    private var fields: [String] = []
    private var field: [UInt8] = []
    private var isQuoted = false
    /// A quote has come within quotes: the end, or half of a doubled one.
    private var sawQuote = false
    private var isEmpty = true

    package init() {}

    /// Whether the bytes so far end between two records.
    package var isBetweenRecords: Bool { isEmpty && !isQuoted }

    package mutating func take(_ bytes: some Sequence<UInt8>, _ tell: ([String]) -> Void) {
        for byte in bytes {
            isEmpty = false
            if isQuoted {
                if sawQuote {
                    sawQuote = false
                    if byte == 34 {
                        append(34)
                        continue
                    }
                    isQuoted = false
                } else if byte == 34 {
                    sawQuote = true
                    continue
                } else {
                    append(byte)
                    continue
                }
            }
            switch byte {
            case 34 where field.isEmpty: isQuoted = true
            case 44: endField()
            case 13: break
            case 10:
                endField()
                let record = fields
                fields = []
                isEmpty = true
                if record != [""] { tell(record) }
            default: append(byte)
            }
        }
    }

    /// What is left without a line end.
    package mutating func end() -> [String]? {
        guard !isEmpty else { return nil }
        endField()
        defer { self = CSVScanner() }
        return fields
    }

    private mutating func append(_ byte: UInt8) { if field.count < CSVScanner.maximumField { field.append(byte) } }

    private mutating func endField() {
        if fields.count < CSVScanner.maximumFields { fields.append(String(decoding: field, as: UTF8.self)) }
        field.removeAll(keepingCapacity: true)
    }

    /// The fields of one line.
    package static func fields(_ line: String) -> [String] {
        var scanner = CSVScanner()
        var result: [String] = []
        scanner.take(line.utf8) { result = $0 }
        return scanner.end() ?? result
    }
}
