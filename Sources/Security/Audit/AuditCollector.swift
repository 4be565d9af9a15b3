import Foundation
import Glibc
package import Journal
package import Launch

/// Reads what PostgreSQL logs (jsonlog or csvlog, with pgaudit's lines in it) and watches the digests of configuration files:
/// what is of the audit goes into the ``AuditStore``. Blocking: to be called on a thread of its own.
package struct AuditCollector {
    private let store: AuditStore
    private let clock: any Clock

    /// How much of a file one call takes in.
    private static let chunk = 4 << 20
    /// A longer line is no log's.
    private static let maximumLine = 1 << 20

    package init(into store: AuditStore, clock: any Clock) {
        self.store = store
        self.clock = clock
    }

    /// What one look at a source brought.
    package struct Outcome: Hashable, Sendable {
        package var entries = 0
        /// Lines that could not be read.
        package var unreadable = 0
        /// Whether there is more to read.
        package var hasMore = false

        package init() {}
    }

    package func collect(_ source: AuditSource) throws -> Outcome {
        var outcome = Outcome()
        switch source.kind {
        case .jsonlog(let path):
            for file in try AuditCollector.files(path, ending: ".json") {
                try read(file, source.name, isJSON: true, &outcome)
            }
        case .csvlog(let path):
            for file in try AuditCollector.files(path, ending: ".csv") {
                try read(file, source.name, isJSON: false, &outcome)
            }
        case .files(let paths): for path in paths { try digest(path, source.name, &outcome) }
        }
        return outcome
    }

    /// A log's file, or those of its folder, in the order of their names, which are times.
    private static func files(_ path: String, ending: String) throws -> [String] {
        var status = stat()
        guard stat(path, &status) == 0 else { throw SecurityError(path, String(cString: strerror(errno))) }
        guard status.st_mode & S_IFMT == S_IFDIR else { return [path] }
        return try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(ending) }.sorted()
            .map { "\(path)/\($0)" }
    }

    // MARK: Logs

    private func read(_ file: String, _ source: String, isJSON: Bool, _ outcome: inout Outcome) throws {
        guard let status = FileBytes.status(file) else { return }
        var position = try store.position(of: file) ?? .init(inode: status.inode, offset: 0)
        // Another file under the name, or one that was cut: it is read from its start.
        if position.inode != status.inode || position.offset > status.size {
            position = .init(inode: status.inode, offset: 0)
        }
        guard position.offset < status.size else { return }
        var bytes: [UInt8] = []
        try FileBytes.each(file, from: position.offset) { piece in
            bytes += piece
            return bytes.count < AuditCollector.chunk
        }
        var entries: [AuditEntry] = []
        let taken =
            isJSON
            ? AuditCollector.jsonLines(bytes, source, &entries, &outcome)
            : AuditCollector.csvRecords(bytes, source, &entries, &outcome)
        guard taken > 0 else { return }
        position.offset += Int64(taken)
        try store.keep(entries, of: file, at: position)
        outcome.entries += entries.count
        outcome.hasMore = outcome.hasMore || position.offset < status.size && bytes.count >= AuditCollector.chunk
    }

    /// Reads whole lines; the last one may still be written.
    ///
    /// - Returns: how many bytes were taken.
    static func jsonLines(
        _ bytes: [UInt8], _ source: String, _ entries: inout [AuditEntry], _ outcome: inout Outcome
    ) -> Int {
        var start = 0
        var told = AuditedStatements()
        while let end = bytes[start...].firstIndex(of: 10) {
            let line = bytes[start..<end]
            start = end + 1
            guard line.count > 1 else { continue }
            guard let fields = try? JSONLine.fields(line) else {
                outcome.unreadable += 1
                continue
            }
            if told.isRepeated(fields["message"] ?? "", session: fields["session_id"] ?? "") { continue }
            if let entry = PostgresLog.entry(json: fields, source: source) { entries.append(entry) }
        }
        // A line without an end, longer than any: passed over, or it would be read again for ever.
        if start == 0, bytes.count > maximumLine {
            outcome.unreadable += 1
            return bytes.count
        }
        return start
    }

    static func csvRecords(
        _ bytes: [UInt8], _ source: String, _ entries: inout [AuditEntry], _ outcome: inout Outcome
    ) -> Int {
        var scanner = CSVScanner()
        var told = AuditedStatements()
        var taken = 0
        var start = 0
        while let end = bytes[start...].firstIndex(of: 10) {
            scanner.take(bytes[start...end]) { record in
                if record.count < 14 {
                    outcome.unreadable += 1
                } else if told.isRepeated(record[13], session: record[5]) {
                    return
                } else if let entry = PostgresLog.entry(csv: record, source: source) {
                    entries.append(entry)
                }
            }
            start = end + 1
            if scanner.isBetweenRecords { taken = start }
        }
        if taken == 0, bytes.count > maximumLine {
            outcome.unreadable += 1
            return bytes.count
        }
        return taken
    }

    // MARK: Files

    private func digest(_ path: String, _ source: String, _ outcome: inout Outcome) throws {
        let digest: String
        do throws(SecurityError) {
            digest = Signing.sha256(try FileBytes.read(path, limit: 16 << 20))
        } catch {
            digest = "unreadable"
        }
        let known = try store.digest(of: path)
        guard known != digest else { return }
        let action = known == nil ? "first seen" : digest == "unreadable" ? "gone or unreadable" : "changed"
        try store.keep(
            AuditEntry(
                at: clock.now().utc, source: source, kind: .configuration, action: action, object: path,
                text: "sha256 \(digest)" + (known.map { ", before \($0)" } ?? "")), digest: digest, of: path)
        outcome.entries += 1
    }
}

/// PostgreSQL's two structured logs (manual, section 20.8.4 and 20.8.5), line by line.
package enum PostgresLog {
    package static func entry(json fields: [String: String], source: String) -> AuditEntry? {
        guard let time = fields["timestamp"].flatMap(timestamp), let message = fields["message"] else { return nil }
        return AuditEntry(
            at: time, source: source, user: fields["user"] ?? "", database: fields["dbname"] ?? "",
            origin: fields["remote_host"] ?? "", message: message, state: fields["state_code"] ?? "",
            fields: CSVScanner.fields)
    }

    /// log_time, user_name, database_name, process_id, connection_from, session_id, session_line_num, command_tag,
    /// session_start_time, virtual_transaction_id, transaction_id, error_severity, sql_state_code, message, …
    package static func entry(csv fields: [String], source: String) -> AuditEntry? {
        guard fields.count >= 14, let time = timestamp(fields[0]) else { return nil }
        let host = fields[4].lastIndex(of: ":").map { String(fields[4][..<$0]) } ?? fields[4]
        return AuditEntry(
            at: time, source: source, user: fields[1], database: fields[2], origin: host, message: fields[13],
            state: fields[12], fields: CSVScanner.fields)
    }

    /// `2026-03-09 12:00:00.123 UTC`, in the server's `log_timezone`: UTC, or an offset such as `-03`. Another zone's name
    /// cannot be told from here: the line is passed over rather than misdated.
    static func timestamp(_ text: String) -> Timestamp? {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int64? {
            guard range.upperBound <= bytes.count else { return nil }
            var value: Int64 = 0
            for byte in bytes[range] {
                guard (48...57).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 48)
            }
            return value
        }
        guard bytes.count >= 24, bytes[4] == 45, bytes[7] == 45, bytes[10] == 32, bytes[13] == 58, bytes[16] == 58,
            bytes[19] == 46, let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            let fraction = number(20..<23), (1970...9999).contains(year), (1...12).contains(month),
            (1...31).contains(day), hour < 24, minute < 60, second < 61
        else { return nil }
        let zone = text.dropFirst(24)
        let offset: Int64
        switch zone {
        case "UTC", "GMT", "Etc/UTC": offset = 0
        // Argentina's zone has no letters in tzdata.
        case "-03": offset = -3 * 3600
        default:
            guard zone.count == 3, let sign = zone.first, sign == "+" || sign == "-",
                let hours = Int64(zone.dropFirst())
            else { return nil }
            offset = hours * (sign == "-" ? -3600 : 3600)
        }
        // Howard Hinnant's days_from_civil.
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        return Timestamp(
            milliseconds: (days * 86_400 + hour * 3600 + minute * 60 + second - offset) * 1000 + fraction)
    }
}
