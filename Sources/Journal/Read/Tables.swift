import GRDB
import Launch

/// The recorder's series by number.
struct SeriesTable {
    private(set) var ids: [SeriesID?] = []
    private(set) var resolutions: [Resolution] = []

    init() {}

    init(_ db: Database) throws {
        let rows = try Row.fetchCursor(db.cachedStatement(sql: "SELECT number, name, resolution FROM series"))
        while let row = try rows.next() {
            let number: Int = try row.stored(0)
            guard (0..<CodecLimit.series).contains(number) else { continue }
            if number >= ids.count {
                ids += repeatElement(nil, count: number + 1 - ids.count)
                resolutions += repeatElement(.exact, count: number + 1 - resolutions.count)
            }
            ids[number] = SeriesID(try row.stored(1) as String)
            let step: Double = try row.stored(2)
            resolutions[number] = step.isFinite && step >= 0 ? Resolution(step) : .exact
        }
    }

    func contains(_ series: Int) -> Bool { series < ids.count && ids[series] != nil }

    /// The value of a cell that is a number.
    func number(_ cell: Cell, of series: Int) -> Double? {
        switch cell {
        case .steps(let steps): contains(series) ? resolutions[series].number(steps) : nil
        case .exact(let bits): Double(bitPattern: bits)
        case .text, .missed: nil
        }
    }
}

/// The recorder's texts by number, fetched as they are met.
struct TextTable {
    private var texts: [Int: String] = [:]
    /// How many are remembered: a series whose text is always another one must not fill the memory.
    private static let limit = 4096

    mutating func text(_ number: Int, in db: Database) throws -> String {
        if let text = texts[number] { return text }
        if texts.count >= TextTable.limit { texts.removeAll() }
        let found = try String.fetchOne(
            db.cachedStatement(sql: "SELECT content FROM text WHERE number = ?"), arguments: [number])
        let text = found ?? "(text no longer kept)"
        texts[number] = text
        return text
    }

    mutating func measurement(_ cell: Cell, of series: Int, _ table: SeriesTable, in db: Database) throws -> Measurement
    {
        switch cell {
        case .steps, .exact: .number(table.number(cell, of: series) ?? .nan)
        case .text(let number): .text(try text(number, in: db))
        case .missed(let number): .missed(try text(number, in: db))
        }
    }
}
