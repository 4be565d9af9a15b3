import Glibc

/// The files of a journal as they are under its names now: what is open may be another one, or none any more.
struct JournalPlace: Hashable, Sendable {
    var database: FileIdentity?
    /// Of the database, in bytes.
    var size: Int64 = 0
    var log: FileIdentity?
    var index: FileIdentity?
    var lock: FileIdentity?

    init(_ files: JournalFiles) {
        database = FileIdentity(path: files.path)
        size = files.size
        log = FileIdentity(path: files.log)
        index = FileIdentity(path: files.index)
        lock = FileIdentity(path: files.lock)
    }

    /// What has become of the files that were opened at this place, seeing what is there now.
    func loss(now: JournalPlace) -> JournalLoss? {
        if now.database == nil { return .deleted }
        if now.database != database { return .replaced }
        if now.size < size { return .truncated }
        if now.log != log || now.index != index { return .logLost }
        if now.lock != lock { return .lockLost }
        return nil
    }

    /// Whether a reader that opened the files at this place reads what is written there now. A log that came later is
    /// the one that it opens with its next transaction.
    func isReadable(now: JournalPlace) -> Bool {
        now.database == database && (log == nil || now.log == log) && (index == nil || now.index == index)
    }
}

/// How the files of an open journal were lost to somebody else's hand: what is written goes where nobody reads it.
package enum JournalLoss: String, Hashable, Sendable {
    case deleted, replaced, truncated
    /// The write-ahead log or its index; the database itself is whole.
    case logLost
    /// Another engine could take a new one.
    case lockLost
    /// SQLite found the file damaged.
    case damaged
    /// There was never one: its disk was full or read-only when the engine started.
    case neverOpened

    /// In words for the operator.
    package var reason: String {
        switch self {
        case .deleted: "the journal was deleted"
        case .replaced: "another file took the journal's place"
        case .truncated: "the journal was truncated"
        case .logLost: "the journal's log was deleted or replaced"
        case .lockLost: "the journal's lock was deleted or replaced"
        case .damaged: "the journal is damaged"
        case .neverOpened: "the journal could not be written when the engine started"
        }
    }

    /// Whether what is left of the file can no longer be written to.
    var leavesRemains: Bool { self == .truncated || self == .damaged }
}
