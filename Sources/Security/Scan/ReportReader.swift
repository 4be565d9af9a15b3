package import Launch
import Wire

/// Reads the reports of scanners from a file of any size, in memory that its findings bound.
package enum ReportReader {
    /// A report that is larger is not read at all: nothing of that size is one.
    package static let maximumSize: Int64 = 2 << 30

    /// - Throws: ``SecurityError`` that says what is wrong with the report, and where.
    package static func read(_ path: String, format: ScanSource.Format) throws(SecurityError) -> ScanReport {
        guard let status = FileBytes.status(path) else { throw SecurityError(path, "there is no such report") }
        guard status.size > 0 else { throw SecurityError(path, "the report is empty") }
        guard status.size <= maximumSize else {
            throw SecurityError(path, "the report has more than \(maximumSize >> 30) GiB")
        }
        var reader: Reader?
        var failure: String?
        do throws(SecurityError) {
            try FileBytes.each(path) { piece in
                do {
                    if reader == nil { reader = try Reader(format, first: piece) }
                    try reader?.take(piece)
                    return true
                } catch {
                    failure = "\(error)"
                    return false
                }
            }
        } catch {
            throw error
        }
        if failure == nil {
            do {
                if let report = try reader?.end() { return report }
                failure = "the report is empty"
            } catch {
                failure = "\(error)"
            }
        }
        throw SecurityError(path, failure ?? "it cannot be read")
    }

    /// The same of bytes in memory.
    package static func read(_ bytes: [UInt8], format: ScanSource.Format) throws -> ScanReport {
        var reader = try Reader(format, first: bytes[...])
        try reader.take(bytes[...])
        return try reader.end()
    }

    /// What a report is not.
    package struct Mismatch: Error, CustomStringConvertible {
        package let description: String
        init(_ description: String) { self.description = description }
    }

    private enum Reader {
        case json(JSONScanner, JSONReport)
        case xml(XMLScanner, XMLReport)

        init(_ format: ScanSource.Format, first: ArraySlice<UInt8>) throws {
            let start = first.first { ![32, 9, 10, 13, 0xEF, 0xBB, 0xBF].contains($0) }
            switch (format, start) {
            case (.nmap, 60), (.zap, 60): self = .xml(XMLScanner(), XMLReport(format))
            case (.nmap, _): throw Mismatch("nmap's XML begins with <, this does not: write it with -oX")
            case (_, 60): throw Mismatch("XML, where \(format.rawValue) writes JSON: write it with its JSON format")
            default: self = .json(JSONScanner(), JSONReport(format))
            }
        }

        mutating func take(_ piece: ArraySlice<UInt8>) throws {
            switch self {
            case .json(var scanner, let report):
                try scanner.take(piece) { try report.take($0) }
                self = .json(scanner, report)
            case .xml(var scanner, let report):
                try scanner.take(piece) { try report.take($0) }
                self = .xml(scanner, report)
            }
        }

        mutating func end() throws -> ScanReport {
            switch self {
            case .json(var scanner, let report):
                try scanner.end { try report.take($0) }
                return try report.end()
            case .xml(var scanner, let report):
                try scanner.end()
                return try report.end()
            }
        }
    }
}

/// `2026-03-09T12:00:00…Z` or with an offset, as reports write it; nil for what is none.
enum ReportTime {
    static func parse(_ text: String) -> Timestamp? {
        if text.count >= 20, text.utf8.contains(84), text.utf8.prefix(4).allSatisfy({ (48...57).contains($0) }) {
            let head = text.prefix(19).replacing("T", with: " ")
            let rest = text.dropFirst(19).drop { $0 == "." || $0.isNumber }
            guard let local = PostgresLog.timestamp("\(head).000 UTC") else { return nil }
            if rest == "Z" || rest.isEmpty { return local }
            let parts = rest.dropFirst().split(separator: ":")
            guard let sign = rest.first, "+-".contains(sign), parts.count == 2, let hours = Int64(parts[0]),
                let minutes = Int64(parts[1])
            else { return nil }
            return local + Milliseconds.minutes((hours * 60 + minutes) * (sign == "-" ? 1 : -1))
        }
        return HTTPDate.parse(text).map { Timestamp(seconds: $0) }
    }
}
