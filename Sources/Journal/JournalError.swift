/// Why a journal cannot be opened, read or written. Its description says what failed, on what, why, and what to do now.
package enum JournalError: Error, Hashable, Sendable {
    /// There is no such file: no engine has recorded here yet.
    case notThere(path: String)
    /// This user may not read it, or not search a folder on the way.
    case denied(path: String)
    /// Another engine holds the journal's lock; its pid, where it could be read.
    case locked(path: String, pid: Int32?)
    /// The file is not one of ours.
    case notAJournal(path: String, reason: String)
    /// A newer guardia wrote the file.
    case newerFormat(path: String, found: Int, known: Int)
    /// SQLite found the file damaged.
    case damaged(path: String, reason: String)
    /// No space is left on the disk (or the quota is used up).
    case full(path: String)
    /// The file, its folder or its file system cannot be written.
    case readOnly(path: String)
    /// The disk, or the way to it, fails.
    case ioError(path: String, reason: String)
    /// A reader has held a transaction for so long that the write-ahead log reached its bound.
    case logHeld(path: String, bytes: Int64, pid: Int32?)
    /// Anything else that SQLite or the kernel refused.
    case failed(path: String, reason: String)
}

extension JournalError {
    /// A few words for the heartbeat and the screen: `disk full`.
    package var brief: String {
        switch self {
        case .notThere: "no journal"
        case .denied: "permission denied"
        case .locked(_, let pid): "locked by \(JournalError.process(pid))"
        case .notAJournal: "not a journal"
        case .newerFormat: "written by a newer guardia"
        case .damaged: "journal damaged"
        case .full: "disk full"
        case .readOnly: "journal is read-only"
        case .logHeld(_, _, let pid): "log held back by \(JournalError.process(pid))"
        case .ioError(_, let reason): "its disk fails: \(reason)"
        case .failed(_, let reason): reason
        }
    }

    private static func process(_ pid: Int32?) -> String { pid.map { "pid \($0)" } ?? "another process" }
}

extension JournalError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notThere(let path):
            "\(path): there is no journal yet; start the engine (guardia watch) or give the right path"
        case .denied(let path):
            "\(path): permission denied; the journal is read by its owner and its group: become a member of that group"
        case .locked(let path, let pid):
            "\(path): another engine records here (\(JournalError.process(pid))); stop it first"
        case .notAJournal(let path, let reason):
            "\(path): this is not a guardia journal (\(reason)); give the right path, or move the file away"
        case .newerFormat(let path, let found, let known):
            "\(path): written in format \(found), this guardia knows up to \(known); use the newer guardia"
        case .damaged(let path, let reason):
            """
            \(path): the file is damaged (\(reason)); keep it as it is, start the engine on a new path, \
            and recover the old one with `sqlite3 \(path) .recover`
            """
        case .full(let path):
            "\(path): no space left on its disk; free some: recording goes on by itself"
        case .readOnly(let path):
            "\(path): cannot be written; check the owner and mode of file and folder, and whether the file system is mounted read-only"
        case .logHeld(let path, let bytes, let pid):
            """
            \(path): \(JournalError.process(pid)) has been reading for so long that the log has reached \(bytes) bytes; \
            end it: recording goes on by itself
            """
        case .ioError(let path, let reason):
            "\(path): its disk fails (\(reason)); see the kernel's log, and what the file system says"
        case .failed(let path, let reason):
            "\(path): \(reason)"
        }
    }
}
