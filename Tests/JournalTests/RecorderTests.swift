import Foundation
import GRDB
import Launch
import Testing

@testable import Journal

@Suite("The recorder")
struct RecorderTests {
    let folder: Folder

    init() throws { folder = try Folder() }

    private func tick(_ second: Int) -> Tick {
        // Texts that are all different fill the disk fast.
        Tick(
            at: .at(Double(second)),
            readings: [Reading("api.version", .text(String(repeating: "\(second) ", count: 900)))])
    }

    @Test("goes on in memory while the disk is full, says so by the heartbeat, and confesses the gap")
    func diskFull() async throws {
        let recorder = try await JournalRecorder.open(path: folder.journal, origin: "o")
        await recorder.record(.latency, at: .at(0))
        let reader = try JournalReader(path: folder.journal)
        try await recorder.limitPages(to: 60)
        for second in 1...(RecorderQueue.tickLimit + 200) { await recorder.record(tick(second)) }
        await recorder.append([.engineStopped(.init(reason: "while full"))], at: .at(900))
        await recorder.beat(at: .at(901))
        #expect(await recorder.notRecording == "disk full")
        #expect(reader.heartbeat() == Heartbeat(at: .at(901), notRecording: "disk full"))

        try await recorder.limitPages(to: 1 << 30)
        await recorder.beat(at: .at(902))
        #expect(await recorder.notRecording == nil)
        #expect(reader.heartbeat() == Heartbeat(at: .at(902)))
        let events = try reader.events(limit: 10)
        #expect(events.map(\.sequence) == [1, 2])
        #expect(events.first?.body == .engineStopped(.init(reason: "while full")))
        guard case .recordingGap(let gap) = events.last?.body else { return #expect(Bool(false)) }
        #expect(gap.ticks > 0 && gap.reason == "disk full")
        #expect(try reader.verify().holds)

        // What was dropped and what is recorded make up everything.
        let recorded = try await DatabaseQueue(path: folder.journal).read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM tick")
        }
        #expect(recorded == RecorderQueue.tickLimit + 200 - gap.ticks)
    }

    @Test("runs on a thread of its own, one call after the other")
    func ownThread() async throws {
        let recorder = try await JournalRecorder.open(path: folder.journal, origin: "o")
        await withTaskGroup { group in
            for number in 1...50 {
                group.addTask { await recorder.append([.engineStopped(.init(reason: "\(number)"))], at: .at(0)) }
            }
        }
        let thread = await recorder.threadName()
        #expect(thread == "journal\n")
        let reader = try JournalReader(path: folder.journal)
        #expect(try reader.events(limit: 100).map(\.sequence) == Array(1...50))
    }

    @Test("a second recorder is refused, and can begin when the first has closed")
    func second() async throws {
        let first = try await JournalRecorder.open(path: folder.journal, origin: "o")
        await #expect(throws: JournalError.locked(path: folder.journal, pid: getpid())) {
            try await JournalRecorder.open(path: folder.journal, origin: "o")
        }
        await first.close(at: .at(1))
        _ = try await JournalRecorder.open(path: folder.journal, origin: "o")
    }
}

extension JournalRecorder {
    /// SQLite's own full disk: SQLITE_FULL as soon as the file would need more pages.
    fileprivate func limitPages(to count: Int) throws {
        try writer?.store.access { db in try db.execute(sql: "PRAGMA max_page_count = \(count)") }
    }

    /// The kernel's name of the thread that this runs on.
    fileprivate func threadName() -> String? { try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8) }
}
