import Foundation
import GRDB
import Launch
import Testing

@testable import Journal

@Suite("The reader")
struct ReaderTests {
    let folder: Folder

    init() throws { folder = try Folder() }

    private func write(_ reason: String, at second: Double = 0) throws {
        let writer = try JournalWriter(path: folder.journal, origin: "o")
        try writer.append([.engineStopped(.init(reason: reason))], at: .at(second))
    }

    @Test("says that there is no journal yet")
    func notThere() {
        #expect(throws: JournalError.notThere(path: folder.journal)) { try JournalReader(path: folder.journal) }
    }

    @Test("opens the journal that has taken the place of the old one")
    func replaced() throws {
        try write("old")
        let reader = try JournalReader(path: folder.journal)
        #expect(try reader.events(limit: 9).count == 1)
        for suffix in ["", "-wal", "-shm"] {
            try FileManager.default.moveItem(atPath: folder.journal + suffix, toPath: folder.path + "/old" + suffix)
        }
        #expect(try reader.change() != .replaced, "the old one is read on until a new one is there")
        try write("new 1")
        try write("new 2")
        #expect(try reader.change() == .replaced)
        #expect(
            try reader.events(limit: 9).map(\.body) == ["new 1", "new 2"].map { .engineStopped(.init(reason: $0)) })
    }

    @Test("cannot write, whatever it is asked")
    func readOnly() throws {
        try write("x")
        let reader = try JournalReader(path: folder.journal)
        #expect(throws: JournalError.readOnly(path: folder.journal)) {
            try reader.store.write { try $0.execute(sql: "DELETE FROM manifest") }
        }
    }

    @Test("reads a copy where it may not create the log's index, and says so")
    func readOnlyFolder() async throws {
        try write("x")
        try FileManager.default.removeItem(atPath: folder.journal + "-shm")
        for suffix in ["", "-wal"] { chmod(folder.journal + suffix, 0o444) }
        chmod(folder.path, 0o555)
        defer { chmod(folder.path, 0o755) }
        let path = folder.journal
        await #expect(processExitsWith: .success) { [path = path as String] in
            // Modes do not bind root, so a child becomes nobody.
            if geteuid() == 0 { setuid(65534) }
            let reader = try JournalReader(path: path)
            let (events, change) = (try reader.events(limit: 9), try reader.change())
            if !reader.isCopy || events.count != 1 || change != .nothing { exit(1) }
        }
    }

    @Test("a stalled reader costs a bounded log; readings are refused by name, events are not, and all heals")
    func stalledReader() throws {
        let limit: Int64 = 8 << 20
        let writer = try JournalWriter(path: folder.journal, origin: "o", logLimit: limit)
        try writer.record(.latency, at: .at(0))
        let reader = try JournalReader(path: folder.journal)
        var refused: JournalError?
        try reader.store.read { db in
            _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM tick")
            // The transaction stands still from here on.
            for second in 1...20_000 where refused == nil {
                let text = String(repeating: "\(second) ", count: 800)
                do throws(JournalError) {
                    try writer.record(Tick(at: .at(Double(second)), readings: [Reading("api.version", .text(text))]))
                } catch {
                    refused = error
                }
                if second.isMultiple(of: 50) { writer.checkpoint() }
            }
            try writer.append([.engineStopped(.init(reason: "still written"))], at: .at(1))
        }
        guard case .logHeld = refused else { return #expect(Bool(false), "\(String(describing: refused))") }
        #expect(JournalFiles(path: folder.journal).logSize < limit + (4 << 20))
        try writer.record(Tick(at: .at(30_000), readings: []))
        #expect(JournalFiles(path: folder.journal).logSize <= JournalWriter.logTarget)
        #expect(try reader.events(limit: 9).count == 1)
    }

    @Test("names the process that holds the log back")
    func logHolder() {
        let table = """
            1: POSIX  ADVISORY  WRITE 77 fe:00:262155 120 120
            2: POSIX  ADVISORY  READ 5 fe:00:262155 124 124
            3: POSIX  ADVISORY  READ 4711 fe:00:262155 124 124
            4: POSIX  ADVISORY  READ 88 fe:00:9 124 124
            5: POSIX  ADVISORY  READ 99 fe:00:262155 128 128
            """
        #expect(LogHolder.pid(inode: 262_155, besides: 5, in: table) == 4711)
        #expect(LogHolder.pid(inode: 262_155, besides: 4711, in: table) == 5)
        #expect(LogHolder.pid(inode: 1, besides: 5, in: table) == nil)
    }

    @Test("exports a copy that verifies and shows the same board, while recording goes on")
    func export() throws {
        let writer = try JournalWriter(path: folder.journal, origin: "o")
        try writer.record(.latency, at: .at(0))
        for second in 1...100 {
            try writer.record(Tick(at: .at(Double(second)), readings: [Reading("api.p95", .number(Double(second)))]))
        }
        try writer.append([.change("api.p95", .ok, .critical)], at: .at(50))
        let reader = try JournalReader(path: folder.journal)
        let target = folder.path + "/copy.journal"
        try reader.export(to: target)
        #expect(throws: JournalError.self) { try reader.export(to: target) }
        let copy = try JournalReader(path: target)
        #expect(!copy.isCopy)
        #expect(try copy.verify() == reader.verify())
        let (left, right) = (try copy.currentBoard(), try reader.currentBoard())
        #expect(left.picture == right.picture)
        #expect(left.feed.sorted == right.feed.sorted)
    }

    @Test("catches up with any number of entries, in bounded steps")
    func catchesUp() throws {
        let writer = try JournalWriter(path: folder.journal, origin: "o")
        try writer.record(.latency, at: .at(0))
        let reader = try JournalReader(path: folder.journal)
        _ = try reader.currentBoard()
        let ticks = (1...1500).map { Tick(at: .at(Double($0)), readings: [Reading("api.p95", .number(Double($0)))]) }
        try writer.record(ticks)
        var seen: [Tick] = []
        while try reader.change() == .news {
            for case .tick(let tick) in try reader.news() { seen.append(tick) }
        }
        #expect(seen == ticks)
    }
}

@Suite("The past in a journal")
struct PastTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func record(seconds: ClosedRange<Int>) throws {
        let writer = try JournalWriter(path: folder.journal, origin: "o")
        try writer.record(.latency, at: .at(0))
        for second in seconds {
            try writer.record([Tick(at: .at(Double(second)), readings: [Reading("api.p95", .number(Double(second)))])])
        }
        try writer.append([.change("api.p95", .ok, .warning, value: 10)], at: .at(10))
        try writer.append([.presence(of: "ana")], at: .at(12))
        try writer.append([.change("api.p95", .warning, .ok, value: 20)], at: .at(20))
    }

    @Test("is the board as it was, with what was recorded last for the engine's sign of life")
    func board() throws {
        try record(seconds: 0...60)
        let reader = try JournalReader(path: folder.journal)
        let past = try reader.past(at: Moment.at(15).utc)
        #expect(past.board.track("api.p95")?.number == 15)
        #expect(past.board.feed.count(.warning) == 1)
        #expect(past.moment == .at(15))
        #expect(!past.board.isSilent(at: past.moment))
        #expect(past.board.presence.sessions.count == 1)
        let before = try reader.past(at: Moment.at(9).utc)
        #expect(before.board.feed.count(.warning) == 0)
    }

    @Test("an engine that had stopped recording was silent then")
    func silence() throws {
        try record(seconds: 0...60)
        let past = try JournalReader(path: folder.journal).past(at: Moment.at(70).utc)
        #expect(past.board.isSilent(at: past.moment))
        #expect(past.moment == .at(70))
    }

    @Test("goes from its first to its last entry, event by event, small ones passed over")
    func events() throws {
        try record(seconds: 0...60)
        let reader = try JournalReader(path: folder.journal)
        #expect(try reader.extent() == Moment.at(0).utc...Moment.at(60).utc)
        #expect(try reader.event(.after, Moment.at(0).utc)?.at == .at(10))
        #expect(try reader.event(.after, Moment.at(10).utc)?.at == .at(20))
        #expect(try reader.event(.before, Moment.at(20).utc)?.at == .at(10))
        #expect(try reader.event(.after, Moment.at(20).utc) == nil)
        #expect(try reader.event(.before, Moment.at(10).utc) == nil)
    }

    @Test("of an empty journal is none")
    func empty() throws {
        _ = try JournalWriter(path: folder.journal, origin: "o")
        let reader = try JournalReader(path: folder.journal)
        #expect(try reader.extent() == nil)
        #expect(try reader.past(at: Moment.at(1).utc).board.isSilent(at: .at(1)))
    }
}
