import GRDB

/// A database changed behind guardia's back.
enum SQLiteFile {
    @discardableResult
    static func execute(_ sql: String, in path: String) throws -> Int {
        let queue = try DatabaseQueue(path: path)
        return try queue.writeWithoutTransaction { db in
            try db.execute(sql: sql)
            return db.changesCount
        }
    }
}
