import Foundation
import Launch

/// The beginning of a dump in pg_dump's custom format: what it is, and what is in it. (pg_backup_archiver.c, pg_backup_custom.c)
struct ArchiveContents {
    /// 1.14 is PostgreSQL 12 to 15, 1.15 is 16, 1.16 is 17 and 18.
    var version: (major: Int, minor: Int)
    var integerSize: Int
    var isCompressed: Bool
    var database: String
    var serverVersion: String
    var entries: [Entry]
    /// Where the data begin.
    var end: Int

    /// One thing that the dump makes or fills.
    struct Entry {
        var id: Int
        var hasData: Bool
        /// `TABLE DATA`, `INDEX`, `SEQUENCE SET` …
        var kind: String
        var schema: String
        var name: String
        var definition: String
        /// `COPY public.bookings (id, user_id) FROM stdin;`
        var copyStatement: String

        var title: String {
            if kind == "BLOBS" { return "large objects" }
            return schema.isEmpty ? name : "\(schema).\(name)"
        }

        /// What COPY takes.
        var copy: String {
            var text = copyStatement[...]
            if text.hasPrefix("COPY ") { text = text.dropFirst(5) }
            if let end = text.range(of: " FROM stdin", options: .backwards) { text = text[..<end.lowerBound] }
            return String(text)
        }
    }

    /// Kinds that say nothing of the content, or are left out when a drill restores.
    private static let uncounted: Set<String> = [
        "ENCODING", "STDSTRINGS", "SEARCHPATH", "DATABASE", "DATABASE PROPERTIES", "TABLE DATA", "SEQUENCE SET",
        "BLOBS",
        "ACL", "DEFAULT ACL", "COMMENT", "SECURITY LABEL", "PUBLICATION", "PUBLICATION TABLE",
        "PUBLICATION TABLES IN SCHEMA", "SUBSCRIPTION", "SUBSCRIPTION TABLE", "MATERIALIZED VIEW DATA", "SCHEMA",
        "STATISTICS DATA",
    ]

    /// How many there are of each kind.
    var objects: [String: Int] {
        entries.reduce(into: [:]) { counts, entry in
            if !Self.uncounted.contains(entry.kind) { counts[entry.kind, default: 0] += 1 }
        }
    }

    /// Sequences are one row each: the statement that sets them.
    var sequences: [BackupManifest.Table] {
        entries.filter { $0.kind == "SEQUENCE SET" }.map {
            BackupManifest.Table(
                schema: $0.schema, name: $0.name, copy: "", rows: 1, bytes: Int64($0.definition.utf8.count),
                fingerprint: RowFingerprint.of($0.definition))
        }
    }

    /// - Returns: nil where `bytes` do not hold all of it yet.
    /// - Throws: where this cannot be the beginning of a dump.
    init?(_ bytes: [UInt8]) throws(ArchiveFault) {
        let outcome: Result<ArchiveContents, Stop> = bytes.withUnsafeBytes { buffer in
            var cursor = Cursor(bytes: buffer)
            do throws(Stop) { return .success(try Self.read(&cursor)) } catch { return .failure(error) }
        }
        switch outcome {
        case .success(let contents): self = contents
        case .failure(.needsMore): return nil
        case .failure(.wrong(let reason)): throw ArchiveFault(table: nil, reason: reason)
        }
    }

    private enum Stop: Error {
        case needsMore
        case wrong(String)
    }

    private static func read(_ cursor: inout Cursor) throws(Stop) -> ArchiveContents {
        guard try cursor.text(5) == "PGDMP" else { throw .wrong("this is no dump of pg_dump's custom format") }
        let version = (Int(try cursor.byte()), Int(try cursor.byte()))
        _ = try cursor.byte()
        guard version.0 == 1, (12...16).contains(version.1) else {
            throw .wrong("it is a dump of format \(version.0).\(version.1), which this guardia does not know")
        }
        cursor.integerSize = Int(try cursor.byte())
        let offsetSize = Int(try cursor.byte())
        guard [4, 8].contains(cursor.integerSize), (1...8).contains(offsetSize) else {
            throw .wrong("its numbers have an impossible size")
        }
        guard try cursor.byte() == 1 else { throw .wrong("it is not of pg_dump's custom format") }
        let compression = version.1 >= 15 ? Int(try cursor.byte()) : try cursor.integer()
        for _ in 0..<7 { _ = try cursor.integer() }  // when it was made
        let database = try cursor.string() ?? ""
        let server = try cursor.string() ?? ""
        _ = try cursor.string()  // pg_dump's own version
        let count = try cursor.integer()
        guard (0...10_000_000).contains(count) else { throw .wrong("its table of contents has an impossible length") }
        var entries: [Entry] = []
        for _ in 0..<count { entries.append(try entry(&cursor, version.1, offsetSize)) }
        return ArchiveContents(
            version: version, integerSize: cursor.integerSize, isCompressed: compression != 0, database: database,
            serverVersion: server, entries: entries, end: cursor.position)
    }

    private init(
        version: (major: Int, minor: Int), integerSize: Int, isCompressed: Bool, database: String,
        serverVersion: String, entries: [Entry], end: Int
    ) {
        self.version = version
        self.integerSize = integerSize
        self.isCompressed = isCompressed
        self.database = database
        self.serverVersion = serverVersion
        self.entries = entries
        self.end = end
    }

    private static func entry(_ cursor: inout Cursor, _ minor: Int, _ offsetSize: Int) throws(Stop) -> Entry {
        let id = try cursor.integer()
        let hasData = try cursor.integer() != 0
        _ = try cursor.string()  // the catalogue's table
        _ = try cursor.string()  // and its oid
        let tag = try cursor.string() ?? ""
        let kind = try cursor.string() ?? ""
        _ = try cursor.integer()  // section
        let definition = try cursor.string() ?? ""
        _ = try cursor.string()  // how to drop it
        let copy = try cursor.string() ?? ""
        let schema = try cursor.string() ?? ""
        _ = try cursor.string()  // tablespace
        if minor >= 14 { _ = try cursor.string() }  // access method
        if minor >= 16 { _ = try cursor.integer() }  // relkind
        _ = try cursor.string()  // owner
        _ = try cursor.string()  // WITH OIDS
        while try cursor.string() != nil {}  // what it depends on
        try cursor.skip(1 + offsetSize)  // where its data are: not known while a dump is streamed
        return Entry(
            id: id, hasData: hasData, kind: kind, schema: schema, name: tag, definition: definition, copyStatement: copy
        )
    }

    private struct Cursor {
        let bytes: UnsafeRawBufferPointer
        var position = 0
        var integerSize = 4

        init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

        mutating func skip(_ count: Int) throws(Stop) {
            guard bytes.count - position >= count else { throw .needsMore }
            position += count
        }

        mutating func byte() throws(Stop) -> UInt8 {
            try skip(1)
            return bytes[position - 1]
        }

        mutating func text(_ count: Int) throws(Stop) -> String {
            try skip(count)
            return String(decoding: bytes[(position - count)..<position], as: UTF8.self)
        }

        mutating func integer() throws(Stop) -> Int {
            try skip(1 + integerSize)
            let start = position - integerSize
            let magnitude = (0..<integerSize).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
            return bytes[start - 1] == 0 ? magnitude : -magnitude
        }

        mutating func string() throws(Stop) -> String? {
            let length = try integer()
            if length < 0 { return nil }
            guard length <= 1 << 30 else { throw .wrong("its table of contents is spoiled") }
            return try text(length)
        }
    }
}
