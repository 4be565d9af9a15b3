import GRDB
import GRDBSQLite

/// One connection to the journal's database, whose errors are ``JournalError``s.
struct Store {
    let path: String
    let queue: DatabaseQueue
    private let deadline: Deadline
    private let opening: ReadOnlyOpening?

    /// How long one reading may compute: an hour of history takes some milliseconds, a whole journal a few seconds.
    static let readLimit: Int64 = 20_000
    /// No text and no blob of ours is nearly as long.
    private static let valueLimit: CInt = 32 << 20

    /// - Parameter readonly: nothing can be written through it, whatever is asked.
    init(path: String, readonly: Bool) throws(JournalError) {
        self.path = path
        let files = JournalFiles(path: path)
        let wasReadOnly = files.isOnReadOnlyDisk
        guard wasReadOnly || !ReadOnlyOpening.lives(path) else { throw .readOnly(path: path) }
        let deadline = Deadline()
        self.deadline = deadline
        var configuration = Configuration()
        configuration.readonly = readonly
        configuration.label = "journal"
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            deadline.watch(db.sqliteConnection)
            // What https://sqlite.org/security.html says of files from elsewhere. Without trusted_schema = OFF: Debian's SQLite 3.40
            // takes json_extract() for unsafe then, on which our own indexes rest; SchemaCheck compares texts instead.
            sqlite3_limit(db.sqliteConnection, SQLITE_LIMIT_LENGTH, Store.valueLimit)
            sqlite3_limit(db.sqliteConnection, SQLITE_LIMIT_ATTACHED, 2)
            try db.execute(sql: "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0")
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
        opening = wasReadOnly || files.isOnReadOnlyDisk ? ReadOnlyOpening(path) : nil
    }

    /// Runs `body` on the connection, in no transaction.
    ///
    /// - Parameter limit: how many milliseconds it may compute; nil: as long as it takes, for what reads the whole file.
    func access<Value>(
        within limit: Int64? = nil, _ body: (Database) throws -> Value
    ) throws(JournalError) -> Value {
        do { return try deadline.within(limit) { try queue.inDatabase(body) } } catch {
            throw JournalError(error, path: path)
        }
    }

    /// One snapshot of the journal for as long as `body` takes; it must be short, because the log cannot shrink meanwhile.
    func read<Value>(_ body: (Database) throws -> Value) throws(JournalError) -> Value {
        do { return try deadline.within(Store.readLimit) { try queue.read(body) } } catch {
            throw JournalError(error, path: path)
        }
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
        // A value of another type than its table has, or JSON that is none: nobody of ours wrote that.
        case is RowDecodingError: self = .damaged(path: path, reason: "a value is not of its column's type")
        case let error as DecodingError: self = .damaged(path: path, reason: JournalError.place(of: error))
        default: self = .failed(path: path, reason: String(describing: error))
        }
    }

    private static func place(of error: DecodingError) -> String {
        let context: DecodingError.Context? =
            switch error {
            case .dataCorrupted(let context), .keyNotFound(_, let context), .typeMismatch(_, let context),
                .valueNotFound(_, let context):
                context
            @unknown default: nil
            }
        let path = context?.codingPath.map(\.stringValue).joined(separator: ".") ?? ""
        return path.isEmpty ? "a manifest that cannot be read" : "a manifest that cannot be read, at \(path)"
    }

    private init(_ error: DatabaseError, path: String) {
        let reason = error.message ?? String(describing: error.resultCode)
        switch error.resultCode {
        case .SQLITE_FULL: self = .full(path: path)
        case .SQLITE_READONLY, .SQLITE_PERM: self = .readOnly(path: path)
        case .SQLITE_NOTADB: self = .notAJournal(path: path, reason: reason)
        case .SQLITE_CORRUPT, .SQLITE_TOOBIG: self = .damaged(path: path, reason: reason)
        case .SQLITE_IOERR: self = .ioError(path: path, reason: "\(reason), \(error.extendedResultCode)")
        case .SQLITE_INTERRUPT:
            self = .failed(
                path: path, reason: "reading it takes longer than \(Store.readLimit / 1000) s: it was given up")
        default: self = .failed(path: path, reason: "\(reason) (\(error.extendedResultCode))")
        }
    }
}
