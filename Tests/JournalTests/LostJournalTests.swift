import Foundation
import GRDB
import Launch
import Testing

@testable import Journal

@Suite("A journal that is taken away from under the engine")
struct LostJournalTests {
    let folder: Folder

    init() throws { folder = try Folder() }

    private static let suffixes = ["", "-wal", "-shm", ".beat"]

    /// An engine that has recorded for a while and knows one alert, and a reader that follows it.
    private func running() async throws -> (JournalRecorder, JournalReader) {
        let recorder = try await JournalRecorder.open(path: folder.journal, origin: "o")
        await recorder.record(.latency, at: .at(0))
        await recorder.append([.change("api.p95", .ok, .warning, value: 310)], at: .at(1))
        await recorder.append([.change("api.p95", .warning, .critical, value: 612)], at: .at(5))
        await recorder.append([.change("tls.days", .ok, .warning), .change("tls.days", .warning, .ok)], at: .at(6))
        for second in 1...20 { await recorder.record(tick(second)) }
        await recorder.beat(at: .at(20))
        let reader = try JournalReader(path: folder.journal)
        _ = try reader.currentBoard()
        return (recorder, reader)
    }

    private func tick(_ second: Int) -> Tick {
        Tick(at: .at(Double(second)), readings: [Reading("api.p95", .number(Double(second)))])
    }

    private func remove(_ suffixes: [String]) {
        for suffix in suffixes { unlink(folder.journal + suffix) }
    }

    /// What a new reader and the one that follows see in the journal that was begun anew.
    private func expectBegunAnew(_ reader: JournalReader, because loss: JournalLoss) throws {
        #expect(try reader.change() == .replaced)
        for reader in [reader, try JournalReader(path: folder.journal)] {
            let board = try reader.currentBoard()
            #expect(board.manifest == .latency)
            let alert = board.feed.sorted.first { $0.id == "api.p95" }
            #expect(alert?.change.to == .critical && alert?.since == .at(1))
            #expect(board.feed.count(.critical) == 1 && board.feed.count(.warning) == 0)
            #expect(board.track("api.p95")?.value == .number(22))
            let gaps = try reader.events(limit: 99).compactMap { event -> String? in
                if case .recordingGap(let gap) = event.body { gap.reason } else { nil }
            }
            #expect(gaps == [loss.reason])
            #expect(try reader.verify().holds)
        }
    }

    /// Second 21: the loss is noticed. Second 22: it is over.
    private func live(_ recorder: JournalRecorder, _ reader: JournalReader, noticing loss: JournalLoss) async {
        await recorder.beat(at: .at(21))
        #expect(await recorder.notRecording == loss.reason)
        #expect(reader.heartbeat() == Heartbeat(at: .at(21), notRecording: loss.reason))
        await recorder.record(tick(22))
        await recorder.beat(at: .at(22))
        #expect(await recorder.notRecording == nil)
        #expect(reader.heartbeat() == Heartbeat(at: .at(22)))
    }

    @Test("a pipe in its place is left alone, and named, until it is gone")
    func pipe() async throws {
        let (recorder, reader) = try await running()
        remove([""])
        #expect(mkfifo(folder.journal, 0o600) == 0)
        for second in 21...25 { await recorder.beat(at: .at(Double(second))) }
        #expect(await recorder.notRecording == "not a journal")
        var status = stat()
        #expect(lstat(folder.journal, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
        let remains = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
            $0.contains(".damaged-")
        }
        #expect(remains.isEmpty)
        // Who starts anew is refused, and does not hang.
        await recorder.close(at: .at(26))
        #expect(throws: JournalError.notAJournal(path: folder.journal, reason: "it is not a regular file")) {
            _ = try JournalWriter(path: folder.journal, origin: "o")
        }
        _ = reader
    }

    @Test(
        "deleted: says so, and begins a new one with all that stands",
        arguments: [suffixes, ["", "-wal", "-shm"], [""]])
    func deleted(suffixes: [String]) async throws {
        let (recorder, reader) = try await running()
        remove(suffixes)
        await live(recorder, reader, noticing: .deleted)
        try expectBegunAnew(reader, because: .deleted)
    }

    @Test("truncated: keeps the remains, and begins a new one", arguments: [0, 100, 8192])
    func truncated(size: Int64) async throws {
        let (recorder, reader) = try await running()
        // All is in the file, so that cutting it hurts.
        try await recorder.checkpoint()
        #expect(await recorder.notRecording == nil)
        await recorder.beat(at: .at(20.5))
        truncate(folder.journal, off_t(size))
        await live(recorder, reader, noticing: .truncated)
        try expectBegunAnew(reader, because: .truncated)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names.contains { $0.contains(".damaged-") })
    }

    @Test("a file that only became smaller is whole: VACUUM is no loss")
    func vacuum() async throws {
        let (recorder, reader) = try await running()
        await recorder.append([.engineStopped(.init(reason: String(repeating: "x", count: 4000)))], at: .at(20))
        for second in 21...400 {
            await recorder.record(
                Tick(
                    at: .at(Double(second)),
                    readings: [Reading("api.version", .text("\(second)" + String(repeating: "y", count: 900)))]))
        }
        try await recorder.checkpoint()
        await recorder.beat(at: .at(401))
        let before = JournalFiles(path: folder.journal).size
        try DatabaseQueue(path: folder.journal).inDatabase { db in
            try db.execute(sql: "DELETE FROM tick; DELETE FROM text; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
        }
        #expect(JournalFiles(path: folder.journal).size < before)
        await recorder.beat(at: .at(402))
        #expect(await recorder.notRecording == nil)
        #expect(try reader.change() != .replaced)
    }

    @Test("its log deleted: what it held is saved, and nothing is told twice")
    func logDeleted() async throws {
        let (recorder, reader) = try await running()
        remove(["-wal", "-shm"])
        await live(recorder, reader, noticing: .logLost)
        let fresh = try JournalReader(path: folder.journal)
        let board = try fresh.currentBoard()
        #expect(board.feed.count(.critical) == 1)
        #expect(board.track("api.p95")?.value == .number(22))
        let changes = try fresh.events(limit: 99).filter { $0.body.kind == "verdict.changed" }
        #expect(changes.count == 4)
        #expect(try fresh.verify().holds)
        #expect(try reader.change() == .replaced)
        #expect(try reader.currentBoard().track("api.p95")?.value == .number(22))
    }

    @Test("something else in its place is left alone, and named until it is gone")
    func foreign() async throws {
        let (recorder, _) = try await running()
        remove(Self.suffixes)
        try Data("a letter to my aunt, which is no database at all".utf8).write(
            to: URL(fileURLWithPath: folder.journal))
        for second in 21...23 { await recorder.beat(at: .at(Double(second))) }
        #expect(await recorder.notRecording == "not a journal")
        #expect(try String(contentsOfFile: folder.journal, encoding: .utf8).hasPrefix("a letter"))
        remove(["", "-wal", "-shm"])
        await recorder.beat(at: .at(24))
        #expect(await recorder.notRecording == nil)
        #expect(try JournalReader(path: folder.journal).currentBoard().feed.count(.critical) == 1)
    }

    @Test("another journal in its place is gone on with")
    func another() async throws {
        let (recorder, reader) = try await running()
        do {
            let other = try JournalWriter(path: folder.path + "/other", origin: "p")
            try other.append([.engineStopped(.init(reason: "elsewhere"))], at: .at(-100))
        }
        for suffix in ["", "-wal", "-shm"] {
            rename(folder.path + "/other" + suffix, folder.journal + suffix)
        }
        await live(recorder, reader, noticing: .replaced)
        try expectBegunAnew(reader, because: .replaced)
        #expect(try reader.events(limit: 1).map(\.body) == [.engineStopped(.init(reason: "elsewhere"))])
    }

    @Test("its lock deleted and taken by another engine: says by whom, and waits for its turn")
    func lockTaken() async throws {
        let (recorder, _) = try await running()
        unlink(folder.journal + ".lock")
        do {
            let other = try JournalLock(JournalFiles(path: folder.journal))
            for second in 21...22 { await recorder.beat(at: .at(Double(second))) }
            #expect(await recorder.notRecording == "locked by pid \(getpid())")
            _ = consume other
        }
        await recorder.beat(at: .at(23))
        #expect(await recorder.notRecording == nil)
        #expect(
            try JournalReader(path: folder.journal).events(limit: 99).filter { $0.body.kind == "verdict.changed" }.count
                == 4)
    }

    @Test func aHeartbeatFileThatWasDeletedComesBack() async throws {
        let (recorder, reader) = try await running()
        unlink(folder.journal + ".beat")
        await recorder.beat(at: .at(21))
        #expect(await recorder.notRecording == nil)
        #expect(reader.heartbeat() == Heartbeat(at: .at(21)))
    }

    @Test("truncated while no engine ran, under an open reader: the next engine begins anew", arguments: [0, 8192])
    func restart(size: Int64) async throws {
        let (recorder, reader) = try await running()
        try await recorder.checkpoint()
        await recorder.append([.engineStopped(.init(reason: "asked to"))], at: .at(20))
        await recorder.close(at: .at(20))
        truncate(folder.journal, off_t(size))
        let next = try await JournalRecorder.open(path: folder.journal, origin: "o")
        await next.record(.latency, at: .at(30))
        await next.record(tick(31))
        await next.beat(at: .at(31))
        #expect(await next.notRecording == nil)
        #expect(try reader.change() == .replaced)
        #expect(try reader.currentBoard().track("api.p95")?.value == .number(31))
    }
}

extension JournalRecorder {
    fileprivate func checkpoint() throws {
        try writer?.store.access { db in _ = try db.checkpoint(.passive) }
    }
}
