import Foundation
import GRDB
import Launch
import Testing

@testable import Journal

@Suite("The writer")
struct WriterTests {
    let folder: Folder

    init() throws { folder = try Folder() }

    @Test("a second engine is refused, by the pid of the first")
    func secondEngine() throws {
        let first = try JournalWriter(path: folder.journal, origin: "a")
        #expect(throws: JournalError.locked(path: folder.journal, pid: getpid())) {
            try JournalWriter(path: folder.journal, origin: "b")
        }
        try first.append([.engineStopped(.init(reason: "x"))], at: .at(0))
    }

    @Test("a new journal has the pieces of its schema, by these names and statements, and nothing else")
    func pieces() throws {
        do { _ = try JournalWriter(path: folder.journal, origin: "a") }
        let rows = try DatabaseQueue(path: folder.journal).read { db in
            try Row.fetchAll(db, sql: "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
        }
        let kept = Dictionary(uniqueKeysWithValues: rows.map { ($0["name"] as String, $0["sql"] as String) })
        let meant = Schema.pieces.map { ($0.name, $0.sql.replacing("INDEX IF NOT EXISTS", with: "INDEX")) }
        #expect(kept == Dictionary(uniqueKeysWithValues: meant))
        #expect(kept.count == 18)
    }

    @Test("the lock goes with its holder")
    func lockGoes() throws {
        do { _ = try JournalWriter(path: folder.journal, origin: "a") }
        _ = try JournalWriter(path: folder.journal, origin: "b")
    }

    @Test("every file is readable by the group and writable by the owner alone")
    func modes() throws {
        let writer = try JournalWriter(path: folder.journal, origin: "a")
        try writer.append([.engineStopped(.init(reason: "x"))], at: .at(0))
        for suffix in ["", "-wal", "-shm", ".beat"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.journal + suffix)
            #expect(attributes[.posixPermissions] as? Int == 0o640, "\(suffix)")
        }
    }

    @Test("the umask takes no right from the group", .timeLimit(.minutes(1)))
    func umask() async throws {
        // The umask belongs to the whole process, so another one is asked.
        let path = folder.journal
        await #expect(processExitsWith: .success) { [path = path as String] in
            Glibc.umask(0o077)
            let writer = try JournalWriter(path: path, origin: "a")
            try writer.append([.engineStopped(.init(reason: "x"))], at: .at(0))
            for suffix in ["", "-wal", "-shm", ".beat", ".lock"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: path + suffix)
                if attributes[.posixPermissions] as? Int != 0o640 { exit(1) }
            }
        }
    }

    @Test("log and index stay when the last connection closes, so that a reader without rights can open the file")
    func logStays() throws {
        do { _ = try JournalWriter(path: folder.journal, origin: "a") }
        #expect(FileManager.default.fileExists(atPath: folder.journal + "-wal"))
    }

    @Test("the same manifest again is not written again")
    func sameManifest() throws {
        let writer = try JournalWriter(path: folder.journal, origin: "a")
        try writer.record(.latency, at: .at(0))
        try writer.record(.latency, at: .at(1))
        let count = try writer.store.access { try Int.fetchOne($0, sql: "SELECT count(*) FROM manifest") }
        #expect(count == 1)
    }

    @Test(
        "what is no journal is refused, and left as it is",
        arguments: [
            "this is not a database at all, only a text that is long enough to have a header", "SQLite format 3",
        ])
    func garbage(content: String) throws {
        try content.write(toFile: folder.journal, atomically: true, encoding: .utf8)
        for open in [
            { _ = try JournalWriter(path: folder.journal, origin: "a") },
            { _ = try JournalReader(path: folder.journal) },
        ] {
            let error = #expect(throws: JournalError.self) { try open() }
            guard case .notAJournal = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        #expect(try String(contentsOfFile: folder.journal, encoding: .utf8) == content)
    }

    @Test("another program's database is refused")
    func foreign() throws {
        let queue = try DatabaseQueue(path: folder.journal)
        try queue.write { try $0.execute(sql: "CREATE TABLE player(id INTEGER)") }
        try queue.close()
        #expect(throws: JournalError.notAJournal(path: folder.journal, reason: "a database of another program")) {
            try JournalWriter(path: folder.journal, origin: "a")
        }
    }

    @Test("a newer format is refused")
    func newer() throws {
        do { _ = try JournalWriter(path: folder.journal, origin: "a") }
        let queue = try DatabaseQueue(path: folder.journal)
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = 9") }
        try queue.close()
        #expect(throws: JournalError.newerFormat(path: folder.journal, found: 9, known: Schema.version)) {
            try JournalReader(path: folder.journal)
        }
    }

    @Test("a folder that does not exist is said to be missing")
    func noFolder() {
        let path = folder.path + "/none/launch.journal"
        let error = #expect(throws: JournalError.self) { try JournalWriter(path: path, origin: "a") }
        #expect(error?.description == "\(path): its folder does not exist; create it")
    }

    @Test("a tick costs at most 2.4 bytes a reading, all included")
    func size() throws {
        let units: [Launch.Unit] = (0..<200).map { index in
            switch index % 20 {
            case 0..<8: .milliseconds
            case 8..<11: .percent
            case 11..<14: .perSecond
            case 14..<16: .count
            case 16..<18: .bytes
            case 18: .verdict
            default: .text
            }
        }
        let manifest = Manifest.of(units)
        let writer = try JournalWriter(path: folder.journal, origin: "a")
        try writer.record(manifest, at: .at(0))
        var random = Seeded(7)
        var values = units.map { $0 == .bytes ? 3e9 : 120.0 }
        let seconds = 900
        for second in 1...seconds {
            let readings = zip(manifest.series, values.indices).map { series, index in
                switch series.unit {
                case .milliseconds:
                    values[index] += (120 - values[index]) * 0.1 + .random(in: -8...8, using: &random)
                case .bytes: values[index] += .random(in: -200_000...200_000, using: &random)
                case .verdict: values[index] = 0
                case .text: return Reading(series.id, .text("v1.4.2"))
                case .count: values[index] += Double(Int.random(in: -2...2, using: &random))
                default: values[index] += .random(in: -2...2, using: &random)
                }
                let jitter = series.unit == .milliseconds ? Double.random(in: -10...10, using: &random) : 0
                return Reading(series.id, .number(values[index] + jitter))
            }
            try writer.record(Tick(at: .at(Double(second)), readings: readings))
        }
        // Without what a new file costs once.
        let bytes = try writer.store.access { db in
            try Int.fetchOne(db, sql: "PRAGMA page_count")! * Int.fetchOne(db, sql: "PRAGMA page_size")!
        }
        #expect(Double(bytes - 130_000) / Double(seconds * units.count) <= 2.4)
    }
}
