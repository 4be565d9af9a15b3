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
    private let journal: String
    /// Whose the journal is: the only one whose engine will ever look here.
    private let owner: uid_t

    /// No more files than this are looked at, and none that is longer: whoever may write here is trusted, but not with the
    /// engine's memory.
    static let fileLimit = 1000
    static let sizeLimit = 4 << 20
    /// So many are held open at once.
    private static let drainLimit = 100

    /// - Parameter journal: the journal's path.
    package init(of journal: String) {
        // A name that leads back to the journal, for the folder in memory that all journals share.
        let mark = journal.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        var status = stat()
        owner = stat(journal, &status) == 0 ? status.st_uid : geteuid()
        self.journal = journal
        folders = ["\(journal).spool", "/dev/shm/guardia-spool-\(owner)-\(String(mark, radix: 16))"]
    }

    /// The folder in memory, which nobody finds by the journal's own.
    package var memoryFolder: String { folders[1] }

    private struct Line: Codable {
        var origin: String
        var at: Moment
        var kind: String
        var body: String
    }

    /// Keeps events until the journal can be written.
    ///
    /// - Throws: `JournalError` when no folder takes them, or when the engine of this journal would never look there.
    package func keep(_ events: [Event]) throws(JournalError) {
        guard owner == geteuid() || geteuid() == 0 else {
            throw .failed(
                path: journal,
                reason: "it belongs to \(Spool.name(of: owner)), who records here and reads no spool of others; "
                    + "run the command as \(Spool.name(of: owner))")
        }
        var reason = "no folder to spool to"
        do {
            let lines = try events.map { event in
                let line = Line(
                    origin: event.origin, at: event.at, kind: event.body.kind, body: try event.body.bounded().json())
                return try JournalJSON.encode(line) + "\n"
            }
            // Twice: the engine may take a folder away that it has just emptied.
            for path in folders + folders {
                do throws(JournalError) {
                    let folder = try OwnFolder.made(path, owner: owner)
                    for piece in Spool.pieces(of: lines) { try Spool.append(piece, in: folder) }
                    return
                } catch {
                    reason = error.description
                }
            }
        } catch {
            reason = "\(error)"
        }
        throw .failed(path: folders[0], reason: reason)
    }

    /// The lines in pieces that each fit into a file.
    private static func pieces(of lines: [String]) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        for line in lines.map(\.utf8) {
            if let last = pieces.last, last.count + line.count <= sizeLimit / 4 {
                pieces[pieces.count - 1] += line
            } else {
                pieces.append(Array(line))
            }
        }
        return pieces
    }

    private static func name(of uid: uid_t) -> String {
        getpwuid(uid).map { String(cString: $0.pointee.pw_name) } ?? "uid \(uid)"
    }

    /// The file of this process; one that was filled is left to the engine, and the next part has another name.
    private static func name(part: Int) -> String { part == 0 ? "\(getpid()).jsonl" : "\(getpid())-\(part).jsonl" }

    /// Whether something waits that this process told: what it tells next comes after that.
    package var holdsOwn: Bool {
        folders.contains { access("\($0)/\(Spool.name(part: 0))", F_OK) == 0 }
    }

    private static func append(_ bytes: [UInt8], in folder: OwnFolder) throws(JournalError) {
        var part = 0
        while part < fileLimit {
            let name = name(part: part)
            let path = "\(folder.path)/\(name)"
            guard let descriptor = folder.file(name, O_WRONLY | O_CREAT | O_APPEND) else {
                throw JournalError(errno: errno, path: path)
            }
            defer { close(descriptor) }
            guard flock(descriptor, LOCK_EX) == 0 else { throw JournalError(errno: errno, path: path) }
            var status = stat()
            // It was fetched while this waited for the lock.
            if fstat(descriptor, &status) == 0, status.st_nlink == 0 { continue }
            let start = lseek(descriptor, 0, SEEK_END)
            if start > 0, Int(start) + bytes.count > sizeLimit {
                part += 1
                continue
            }
            let written = write(descriptor, bytes, bytes.count)
            guard written == bytes.count, fsync(descriptor) == 0 else {
                let code = written < 0 ? errno : ENOSPC
                // Half a line would spoil the next one.
                ftruncate(descriptor, start)
                throw JournalError(errno: code, path: path)
            }
            return
        }
        throw .failed(path: folder.path, reason: "it is full of what nobody has fetched")
    }

    /// What waits, and goes on waiting: what somebody must hear of now, though the journal cannot take it.
    ///
    /// It takes no lock: a line that is being written is heard at the next look, and whoever drains a file meanwhile is not
    /// kept from it. Only what this user wrote counts, whoever that is: root believes no folder of somebody else's.
    package func waiting() -> [Event] {
        Spool.merged(
            files().map { file in
                guard let descriptor = file.folder.file(file.name, O_RDONLY) else { return [] }
                defer { close(descriptor) }
                return Spool.events(in: descriptor)
            })
    }

    /// A file that waits.
    private struct Waiting {
        let folder: OwnFolder
        let name: String
        let size: Int
        /// When it was last written to.
        let written: (seconds: Int, nanoseconds: Int)
    }

    /// One that is held by this process, and by no other.
    private final class Taken {
        let folder: OwnFolder
        let name: String
        let descriptor: Int32

        /// Nil where another process writes it, or has drained it.
        init?(_ file: Waiting) {
            guard let descriptor = file.folder.file(file.name, O_RDWR) else { return nil }
            (folder, name, self.descriptor) = (file.folder, file.name, descriptor)
            var status = stat()
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &status) == 0, status.st_nlink > 0 else {
                return nil
            }
        }

        deinit { close(descriptor) }
    }

    /// What waits in all folders, in the order in which the files were last written to; no more at once than memory is given for.
    private func files() -> [Waiting] {
        let files = folders.flatMap { path -> [Waiting] in
            guard let folder = try? OwnFolder(path, owner: geteuid()) else { return [] }
            return folder.names(limit: Spool.fileLimit).filter { $0.hasSuffix(".jsonl") }.compactMap { name in
                folder.status(of: name).map {
                    Waiting(folder: folder, name: name, size: $0.size, written: ($0.seconds, $0.nanoseconds))
                }
            }
        }
        var size = 0
        return files.sorted { $0.written < $1.written }.prefix { file in
            defer { size += min(file.size, Spool.sizeLimit) }
            return size < 2 * Spool.sizeLimit
        }
    }

    /// The events of several files as they happened: what one command told in one folder and then in the other, and what the next
    /// one did, whatever the numbers of their processes. Each file's own order stands.
    private static func merged(_ files: [[Event]]) -> [Event] {
        var rests = files.map { $0[...] }.filter { !$0.isEmpty }
        var events: [Event] = []
        while let next = rests.indices.min(by: {
            rests[$1][rests[$1].startIndex].at.isAfter(rests[$0][rests[$0].startIndex].at)
        }) {
            events.append(rests[next].removeFirst())
            if rests[next].isEmpty { rests.remove(at: next) }
        }
        return events
    }

    private static func events(in descriptor: Int32) -> [Event] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < sizeLimit {
            let count = read(descriptor, &piece, min(piece.count, sizeLimit - bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += piece[..<count]
        }
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            (try? JournalJSON.decode(Line.self, from: String(decoding: line, as: UTF8.self))).map {
                Event(origin: $0.origin, at: $0.at, body: Event.Body(kind: $0.kind, json: $0.body))
            }
        }
    }

    /// Hands what waits to `write`, at once and as it happened, and lets it go when that returns. A file that is being written to is
    /// left to its process, and what is too much for one time to the next.
    ///
    /// - Returns: how many events were handed over.
    @discardableResult
    package func drain(_ write: ([Event]) throws(JournalError) -> Void) throws(JournalError) -> Int {
        // Nothing is left behind in memory, where nobody would ever tidy up; a folder that holds something stays.
        defer { rmdir(memoryFolder) }
        let files = files().prefix(Spool.drainLimit).compactMap(Taken.init)
        guard !files.isEmpty else { return 0 }
        let events = Spool.merged(files.map { Spool.events(in: $0.descriptor) })
        try write(events)
        // Under the lock: a writer that comes now makes a file of its own.
        for file in files { file.folder.remove(file.name) }
        return events.count
    }
}
