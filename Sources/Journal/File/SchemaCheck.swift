import GRDB

/// Whether what a file calls its tables are a journal's: a view under a table's name can make every query last for ever, a
/// trigger can write what nobody asked for, and a table of other columns holds values of any type.
///
/// A newer guardia may have added tables and indexes of its own, and then all is well; for a view or a trigger it must have
/// raised the version.
struct SchemaCheck {
    /// What each piece was made by, by name, with its blanks evened out.
    private let known: [String: String]

    /// What a journal of this version has.
    static let current = SchemaCheck()

    private init() {
        known = Dictionary(uniqueKeysWithValues: Schema.pieces.map { ($0.name, SchemaCheck.evened($0.sql)) })
    }

    private struct Entry {
        var type: String
        var name: String
        var sql: String
        var page: Int64
    }

    private static func entries(_ db: Database) throws -> [Entry] {
        try Row.fetchAll(
            db, sql: "SELECT type, name, coalesce(sql, ''), coalesce(rootpage, 0) FROM sqlite_schema LIMIT 1000"
        )
        .map { row in
            let sql: String = try row.stored(2)
            return Entry(
                type: try row.stored(0), name: try row.stored(1),
                sql: evened(sql), page: try row.stored(3))
        }
    }

    /// By bytes: whether a character is a blank is a question to all of Unicode, asked of each of some thousand at every start.
    private static func evened(_ sql: String) -> String {
        let words = sql.utf8.split { $0 == 0x20 || (0x09...0x0d).contains($0) }
        return words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    }

    /// - Returns: what is not a journal's; nil where all is.
    func trouble(in db: Database) throws -> String? {
        let entries = try SchemaCheck.entries(db)
        for entry in entries {
            switch entry.type {
            case "table" where entry.page > 0:
                if Schema.tableNames.contains(entry.name), entry.sql != known[entry.name] {
                    return "its table '\(entry.name)' is not a journal's"
                }
            case "index": continue
            case "trigger" where entry.sql == known[entry.name]: continue
            default: return "it has a \(entry.type) '\(entry.name)' that is not a journal's"
            }
        }
        let tables = Set(entries.lazy.filter { $0.type == "table" }.map(\.name))
        return Schema.requiredTables.first { !tables.contains($0) }.map { "it has no table '\($0)'" }
    }
}
