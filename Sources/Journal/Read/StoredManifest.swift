import CLinux
import GRDB
import Launch
import Synchronization

/// A manifest as it stands in the file.
struct StoredManifest: Sendable {
    private let json: String

    /// The one in force at `time`; before the first, the first; nil where there is none.
    init?(_ db: Database, at time: Timestamp?) throws {
        let inForce = try String.fetchOne(
            db, sql: "SELECT body FROM manifest WHERE utc <= ? ORDER BY id DESC LIMIT 1",
            arguments: [time?.milliseconds ?? .max])
        guard let json = try inForce ?? String.fetchOne(db, sql: "SELECT body FROM manifest ORDER BY id LIMIT 1") else {
            return nil
        }
        self.json = json
    }

    func decoded() throws -> Manifest { try JournalJSON.decode(Manifest.self, from: json) }

    /// How often each series is due, read by SQLite from the JSON: a tenth of the time that decoding takes.
    fileprivate func intervals(_ db: Database) throws -> [SeriesID: Milliseconds] {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT json_extract(value, '$.id'), json_extract(value, '$.interval') FROM json_each(?, '$.series')
                """, arguments: [json])
        var intervals: [SeriesID: Milliseconds] = [:]
        while let row = try rows.next() {
            let id = SeriesID(try row.stored(0) as String)
            if intervals[id] == nil { intervals[id] = Milliseconds(try row.stored(1)) }
        }
        return intervals
    }
}

/// A manifest that is decoded on another thread while its reader goes on.
///
/// Whoever comes first decodes it, and the other one has what came of it: nobody waits for a thread that has not begun, and where the
/// system gives none, its reader decodes.
final class ManifestDecoding: Sendable {
    private let stored: StoredManifest
    private let outcome = Mutex<Result<Manifest, any Error>?>(nil)

    init(_ stored: StoredManifest) {
        self.stored = stored
        let context = Unmanaged.passRetained(self)
        let code = guardia_start_thread_aside(
            { context in
                if let context {
                    _ = try? Unmanaged<ManifestDecoding>.fromOpaque(context).takeRetainedValue().manifest()
                }
                return nil
            }, context.toOpaque())
        if code != 0 { context.release() }
    }

    /// How often each of its series is due. What SQLite cannot make out, the decoder can, or it says what is wrong.
    func intervals(_ db: Database) throws -> [SeriesID: Milliseconds] {
        do { return try stored.intervals(db) } catch { return try manifest().intervals }
    }

    func manifest() throws -> Manifest {
        try outcome.withLock { outcome in
            let known = outcome ?? Result { try stored.decoded() }
            outcome = known
            return known
        }.get()
    }
}

extension Manifest {
    /// How often each of its series is due.
    var intervals: [SeriesID: Milliseconds] {
        Dictionary(series.map { ($0.id, $0.interval) }) { first, _ in first }
    }
}
