import GRDB
import Launch

/// The numbers under which the recorder writes series and texts.
///
/// A value: a transaction works on a copy that replaces the original when it was committed, so that no number is ever
/// remembered that is not in the file.
struct Catalog {
    struct Entry: Hashable {
        var number: Int
        var resolution: Resolution
    }

    private struct Text: Hashable {
        var number: Int
        /// When the file was last told that it is in use.
        var used: Timestamp
    }

    private var series: [SeriesID: Entry] = [:]
    private var resolutions: [SeriesID: Resolution] = [:]
    private var texts: [String: Text] = [:]

    /// How many texts are remembered; beyond it they are looked up in the file again.
    private static let textLimit = 4096
    /// A text in use is marked so this often.
    private static let useInterval: Milliseconds = .hours(1)

    /// Takes over the units of a manifest: numbers are rounded to what their unit is worth.
    mutating func adopt(_ manifest: Manifest) {
        resolutions = Dictionary(
            manifest.series.map { ($0.id, Resolution($0.unit.resolution)) }, uniquingKeysWith: { first, _ in first })
        series = series.filter { $0.value.resolution == resolutions[$0.key] ?? .exact }
    }

    /// The number of a series, given to it now if it is new.
    mutating func entry(of id: SeriesID, in db: Database) throws -> Entry {
        if let entry = series[id] { return entry }
        let resolution = resolutions[id] ?? .exact
        let arguments: StatementArguments = [id.name.cut(toBytes: TextLimit.bytes), resolution.step]
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO series(name, resolution) VALUES (?, ?)")
            .execute(arguments: arguments)
        let number = try Int.fetchOne(
            db.cachedStatement(sql: "SELECT number FROM series WHERE name = ? AND resolution = ?"), arguments: arguments
        )
        guard let number, number < CodecLimit.series else {
            throw JournalError.failed(path: id.name, reason: "more than \(CodecLimit.series) series were ever recorded")
        }
        let entry = Entry(number: number, resolution: resolution)
        series[id] = entry
        return entry
    }

    /// The number of a text, given to it now if it is new.
    mutating func number(of content: String, at time: Timestamp, in db: Database) throws -> Int {
        let content = content.cut(toBytes: TextLimit.bytes)
        if let text = texts[content] {
            guard (time - text.used).count.magnitude > Catalog.useInterval.count else { return text.number }
            try touch(text.number, content: content, at: time, in: db)
            return text.number
        }
        if texts.count >= Catalog.textLimit { texts.removeAll() }
        let known = try Int.fetchOne(
            db.cachedStatement(sql: "SELECT number FROM text WHERE content = ?"), arguments: [content])
        if let known {
            try touch(known, content: content, at: time, in: db)
            return known
        }
        try db.cachedStatement(sql: "INSERT INTO text(content, used) VALUES (?, ?)")
            .execute(arguments: [content, time.milliseconds])
        let number = Int(db.lastInsertedRowID)
        texts[content] = Text(number: number, used: time)
        return number
    }

    private mutating func touch(_ number: Int, content: String, at time: Timestamp, in db: Database) throws {
        // An upsert, because pruning may have taken the row of a text that comes back after a month.
        try db.cachedStatement(
            sql: """
                INSERT INTO text(number, content, used) VALUES (?, ?, ?)
                ON CONFLICT(number) DO UPDATE SET used = excluded.used
                """
        ).execute(arguments: [number, content, time.milliseconds])
        texts[content] = Text(number: number, used: time)
    }
}
