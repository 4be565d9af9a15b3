import Foundation
import GRDB
import Launch
import Testing

@testable import Journal

@Suite("A journal that is damaged or hostile")
struct DamageTests {
    let folder: Folder

    init() throws { folder = try Folder() }

    static let recording = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Config/recordings/bad-deploy.journal")

    /// Puts a journal of these bytes into a fresh place.
    private func write(_ bytes: [UInt8]) throws {
        for suffix in ["", "-wal", "-shm", ".beat"] { unlink(folder.journal + suffix) }
        try Data(bytes).write(to: URL(fileURLWithPath: folder.journal))
    }

    /// Changes a whole journal as an attacker would.
    private func hostile(_ sql: String) throws {
        try write([UInt8](Data(contentsOf: Self.recording)))
        try DatabaseQueue(path: folder.journal).writeWithoutTransaction { db in
            try db.execute(
                sql: "PRAGMA foreign_keys = OFF; DROP TRIGGER event_unchangeable; DROP TRIGGER event_undeletable")
            try db.execute(sql: sql)
        }
    }

    /// All that screens and commands read of a journal; what it throws is a `JournalError`, and nothing traps.
    static func readAll(_ path: String) throws(JournalError) {
        let reader = try JournalReader(path: path)
        let board = try reader.currentBoard(span: .hours(1), isWhole: true)
        _ = board.picture
        if let extent = try reader.extent() {
            let middle = extent.lowerBound.milliseconds / 2 + extent.upperBound.milliseconds / 2
            _ = try reader.past(at: Timestamp(milliseconds: middle)).board.picture
            _ = try reader.event(.before, extent.upperBound)
        }
        _ = try reader.news()
        _ = try reader.events(limit: 10_000)
        _ = try reader.head()
        _ = try reader.samples(of: Dictionary(uniqueKeysWithValues: board.tracks.map { ($0.series.id, .hours(1)) }))
        _ = try reader.hours(of: Set(board.tracks.map(\.series.id)), since: Timestamp(milliseconds: 0))
        _ = try reader.verify()
    }

    @Test("flipped bytes are an error or a gap, never a trap", arguments: 1...4 as ClosedRange<UInt64>)
    func flipped(seed: UInt64) throws {
        let whole = [UInt8](try Data(contentsOf: Self.recording))
        var random = Seeded(seed)
        var refused = 0
        for _ in 0..<12 {
            var bytes = whole
            // One page in two is a page of texts and numbers: few flips hit what matters, many hit something in each part.
            for _ in 0..<Int.random(in: 1...60, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
            }
            try write(bytes)
            do throws(JournalError) { try Self.readAll(folder.journal) } catch { refused += 1 }
        }
        #expect(refused > 0)
    }

    @Test(
        "an engine sets a damaged journal aside, says so, and watches",
        arguments: [
            // Which byte, and what it becomes: the name of a series is NULL; the manifest is no JSON; the header is no header.
            "UPDATE manifest SET body = '{' || body",
            "DELETE FROM manifest; INSERT INTO manifest VALUES (1, 2, 3, 4, '[]')",
            "ALTER TABLE tick RENAME TO tock", "DROP TABLE text; CREATE TABLE text(number, content, used)",
            "UPDATE event SET sequence = 9223372036854775807 WHERE sequence = (SELECT max(sequence) FROM event)",
        ])
    func setAside(sql: String) async throws {
        try hostile(sql)
        try await expectSetAside()
    }

    @Test(
        "a header with one wrong byte is damage, and another program's file is left alone", arguments: [0, 3, 68, 71])
    func header(offset: Int) async throws {
        var bytes = [UInt8](try Data(contentsOf: Self.recording))
        bytes[offset] ^= 0x40
        try write(bytes)
        try await expectSetAside()
        for suffix in ["", "-wal", "-shm", ".beat", ".lock"] { unlink(folder.journal + suffix) }
        try await DatabaseQueue(path: folder.journal).write { try $0.execute(sql: "CREATE TABLE player(id INTEGER)") }
        await #expect(throws: JournalError.self) { try await JournalRecorder.open(path: folder.journal, origin: "o") }
    }

    private func expectSetAside() async throws {
        let recorder = try await JournalRecorder.open(path: folder.journal, origin: "o")
        await recorder.record(.latency, at: .at(0))
        await recorder.record(Tick(at: .at(1), readings: [Reading("api.p95", .number(7))]))
        await recorder.beat(at: .at(2))
        #expect(await recorder.notRecording == nil)
        let reader = try JournalReader(path: folder.journal)
        #expect(try reader.currentBoard().track("api.p95")?.value == .number(7))
        #expect(try reader.events(limit: 9).contains { $0.body.kind == "recording.gap" })
        #expect(try reader.verify().holds)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names.contains { $0.contains(".damaged-") })
        await recorder.close(at: .at(3))
    }

    @Test(
        "a journal whose tables are not ours is refused by readers in no time",
        arguments: [
            "ALTER TABLE tick RENAME TO tick2; CREATE VIEW tick AS SELECT a.* FROM tick2 a, tick2 b, tick2 c",
            "CREATE VIEW more AS SELECT 1", "CREATE TRIGGER evil AFTER INSERT ON event BEGIN SELECT 1; END",
            "CREATE VIRTUAL TABLE v USING fts5(x)",
            "ALTER TABLE tick RENAME TO old; CREATE TABLE tick(id INTEGER PRIMARY KEY, utc, level, state, readings)",
        ])
    func foreignTables(sql: String) throws {
        try hostile(sql)
        let begun = ContinuousClock.now
        #expect { try JournalReader(path: folder.journal) } throws: { error in
            if case .damaged = error as? JournalError { true } else { false }
        }
        #expect(ContinuousClock.now - begun < .seconds(10))
    }

    @Test("a table more is a newer guardia's, and is read past")
    func newerTable() throws {
        try hostile("CREATE TABLE later(id INTEGER PRIMARY KEY) STRICT; CREATE INDEX later_id ON later(id)")
        #expect(try JournalReader(path: folder.journal).currentBoard().manifest != nil)
    }

    @Test("a query that never ends is given up")
    func endless() throws {
        let store = try Store(path: folder.journal, readonly: false)
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
        #expect(throws: JournalError.self) {
            try store.access(within: 50) { try Int.fetchOne($0, sql: endless) }
        }
        #expect(try store.access(within: 50) { try Int.fetchOne($0, sql: "SELECT 1") } == 1)
    }

    @Test(
        "numbers at the ends of what a word holds stop nobody",
        arguments: [Int64.max, .min, .max - 1, .min + 1] as [Int64])
    func extremes(number: Int64) throws {
        for column in ["utc", "uptime", "boot"] {
            try hostile("UPDATE event SET \(column) = \(number) WHERE sequence % 3 = 0")
            try Self.readAll(folder.journal)
            let events = try JournalReader(path: folder.journal).events(limit: 10_000)
            let now = Moment.at(0)
            for event in events { #expect(event.at.age(at: now) >= 0 && now.age(at: event.at) >= 0) }
        }
        for sql in ["UPDATE tick SET utc = \(number) WHERE id % 5 = 0", "UPDATE tick SET id = \(number) WHERE id = 9"] {
            try hostile(sql)
            try Self.readAll(folder.journal)
        }
    }

    @Test(
        "an event whose number cannot be is damage, and the chain says where",
        arguments: [Int64.max, .min, 0] as [Int64])
    func impossibleSequence(sequence: Int64) throws {
        try hostile("UPDATE event SET sequence = \(sequence) WHERE sequence = 20")
        let reader = try JournalReader(path: folder.journal)
        #expect(throws: JournalError.self) { try reader.events(from: .min, limit: 10_000) }
        #expect(try !reader.verify().holds)
    }
}
