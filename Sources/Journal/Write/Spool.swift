import Foundation
import Glibc
package import Launch

/// Where events wait that a journal could not take: files beside it, or, where that disk is full too, in memory.
///
/// One file a process, one JSON object a line, each with its own time and origin. Whoever can write the journal next drains
/// it; a file that its process still holds open is left to it.
package struct Spool: Sendable {
    /// The folders that are tried, in this order.
    private let folders: [String]

    /// - Parameter journal: the journal's path.
    package init(of journal: String) {
        // A name that leads back to the journal, for the folder in memory that all journals share.
        let mark = journal.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        folders = ["\(journal).spool", "/dev/shm/guardia-spool-\(geteuid())-\(String(mark, radix: 16))"]
    }

    private struct Line: Codable {
        var origin: String
        var at: Moment
        var kind: String
        var body: String
    }

    /// Keeps events until the journal can be written.
    ///
    /// - Throws: `JournalError` when no folder takes them.
    package func keep(_ events: [Event]) throws(JournalError) {
        var reason = "no folder to spool to"
        do {
            let lines = try events.map { event in
                let line = Line(
                    origin: event.origin, at: event.at, kind: event.body.kind, body: try event.body.bounded().json())
                return try JournalJSON.encode(line) + "\n"
            }
            let bytes = Array(lines.joined().utf8)
            for folder in folders {
                do throws(JournalError) { return try Spool.append(bytes, in: folder) } catch {
                    reason = error.description
                }
            }
        } catch {
            reason = "\(error)"
        }
        throw .failed(path: folders[0], reason: reason)
    }

    private static func append(_ bytes: [UInt8], in folder: String) throws(JournalError) {
        if mkdir(folder, 0o750) != 0, errno != EEXIST { throw JournalError(errno: errno, path: folder) }
        var status = stat()
        // In a folder that all may write to, only one of our own is trusted.
        guard lstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid() else {
            throw .failed(path: folder, reason: "it is not a folder of ours")
        }
        let path = "\(folder)/\(getpid()).jsonl"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard descriptor >= 0 else { throw JournalError(errno: errno, path: path) }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX) == 0 else { throw JournalError(errno: errno, path: path) }
        let start = lseek(descriptor, 0, SEEK_END)
        let written = write(descriptor, bytes, bytes.count)
        guard written == bytes.count, fsync(descriptor) == 0 else {
            let code = written < 0 ? errno : ENOSPC
            // Half a line would spoil the next one.
            ftruncate(descriptor, start)
            throw JournalError(errno: code, path: path)
        }
    }

    /// What waits, and goes on waiting: what somebody must hear of now, though the journal cannot take it. A file that is
    /// being written or drained is left to its process.
    package func waiting() -> [Event] {
        folders.flatMap { folder -> [Event] in
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return names.sorted().filter { $0.hasSuffix(".jsonl") }.flatMap { Spool.events("\(folder)/\($0)") }
        }
    }

    private static func events(_ path: String) -> [Event] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_uid == geteuid() || geteuid() == 0,
            flock(descriptor, LOCK_SH | LOCK_NB) == 0
        else { return [] }
        return events(in: descriptor)
    }

    private static func events(in descriptor: Int32) -> [Event] {
        let text = String(decoding: FileHandle(fileDescriptor: descriptor).readDataToEndOfFile(), as: UTF8.self)
        return text.split(separator: "\n").compactMap { line in
            (try? JournalJSON.decode(Line.self, from: String(line))).map {
                Event(origin: $0.origin, at: $0.at, body: Event.Body(kind: $0.kind, json: $0.body))
            }
        }
    }

    /// Hands what waits to `write`, oldest file first, and lets it go once that returns.
    ///
    /// - Returns: how many events were handed over.
    @discardableResult
    package func drain(_ write: ([Event]) throws(JournalError) -> Void) throws(JournalError) -> Int {
        var count = 0
        for folder in folders {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            for name in names.sorted() where name.hasSuffix(".jsonl") {
                count += try Spool.drain("\(folder)/\(name)", write)
            }
        }
        return count
    }

    private static func drain(_ path: String, _ write: ([Event]) throws(JournalError) -> Void) throws(JournalError)
        -> Int
    {
        let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_uid == geteuid() || geteuid() == 0,
            flock(descriptor, LOCK_EX | LOCK_NB) == 0
        else { return 0 }
        let events = events(in: descriptor)
        try write(events)
        // Under the lock: a writer that comes now makes a file of its own.
        unlink(path)
        return events.count
    }
}
