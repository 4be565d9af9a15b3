import GRDB
import GRDBSQLite

/// One connection to the journal's database, whose errors are ``JournalError``s.
struct Store {
    let path: String
    let queue: DatabaseQueue

    /// - Parameter readonly: nothing can be written through it, whatever is asked.
    init(path: String, readonly: Bool) throws(JournalError) {
        self.path = path
        var configuration = Configuration()
        configuration.readonly = readonly
        configuration.label = "journal"
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            if readonly {
                // Reading is one pass over blobs: a large page cache would only be private memory.
                try db.execute(sql: "PRAGMA cache_size = -512")
                return
            }
            // "If the last connection to a database closes … the WAL file is deleted": then a reader that may not write
            // in the folder could not open the journal of a stopped engine.
            var persist: CInt = 1
            sqlite3_file_control(db.sqliteConnection, nil, SQLITE_FCNTL_PERSIST_WAL, &persist)
            try db.execute(
                sql: """
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = NORMAL;
                    PRAGMA journal_size_limit = \(JournalWriter.logTarget);
                    PRAGMA cache_size = -2048;
                    PRAGMA temp_store = MEMORY
                    """)
        }
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
        } catch {
            throw JournalError(error, path: path)
        }
    }

    /// Runs `body` on the connection, in no transaction.
    func access<Value>(_ body: (Database) throws -> Value) throws(JournalError) -> Value {
        do { return try queue.inDatabase(body) } catch { throw JournalError(error, path: path) }
    }

    /// One snapshot of the journal for as long as `body` takes; it must be short, because the log cannot shrink meanwhile.
    func read<Value>(_ body: (Database) throws -> Value) throws(JournalError) -> Value {
        do { return try queue.read(body) } catch { throw JournalError(error, path: path) }
    }

    /// One transaction that is the only writer from its beginning; all of it is committed, or nothing.
    func write<Value>(_ body: (Database) throws -> Value) throws(JournalError) -> Value {
        do {
            return try queue.inDatabase { db in
                var value: Value?
                try db.inTransaction(.immediate) {
                    value = try body(db)
                    return .commit
                }
                guard let value else { throw JournalError.failed(path: path, reason: "the transaction did not run") }
                return value
            }
        } catch {
            throw JournalError(error, path: path)
        }
    }
}

extension JournalError {
    /// What SQLite said, in the journal's words.
    init(_ error: any Error, path: String) {
        switch error {
        case let error as JournalError: self = error
        case let error as DatabaseError: self.init(error, path: path)
        default: self = .failed(path: path, reason: String(describing: error))
        }
    }

    private init(_ error: DatabaseError, path: String) {
        let reason = error.message ?? String(describing: error.resultCode)
        switch error.resultCode {
        case .SQLITE_FULL: self = .full(path: path)
        case .SQLITE_READONLY, .SQLITE_PERM: self = .readOnly(path: path)
        case .SQLITE_NOTADB: self = .notAJournal(path: path, reason: reason)
        case .SQLITE_CORRUPT: self = .damaged(path: path, reason: reason)
        default: self = .failed(path: path, reason: "\(reason) (\(error.extendedResultCode))")
        }
    }
}
