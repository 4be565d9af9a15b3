import Foundation
import Launch
import Testing

@testable import Journal

@Suite("What tells a reader to look")
struct JournalWatchTests {
    let folder: Folder

    init() throws { folder = try Folder() }

    @Test func aWriteIsTold() throws {
        let writer = try JournalWriter(path: folder.journal, origin: "bastion-1")
        try writer.record(.latency, at: .at(0))
        let reader = try JournalReader(path: folder.journal)
        let watch = JournalWatch(path: folder.journal)
        _ = try reader.currentBoard()
        for second in 1...3 {
            try writer.record(Tick(at: .at(Double(second)), readings: [Reading("api.p95", .number(1))]))
            #expect(watch.wait(sawChange: false))
            #expect(try reader.change() == .news)
            _ = try reader.news()
        }
    }

    @Test func aJournalThatComesLaterIsTold() throws {
        let watch = JournalWatch(path: folder.journal)
        let writer = try JournalWriter(path: folder.journal, origin: "bastion-1")
        #expect(watch.wait(sawChange: false))
        // The log is there now, and is watched itself.
        try writer.record(.latency, at: .at(0))
        #expect(watch.wait(sawChange: false))
    }

    @Test func anotherFileUnderItsNameIsTold() throws {
        _ = try JournalWriter(path: folder.journal, origin: "bastion-1")
        let watch = JournalWatch(path: folder.journal)
        try FileManager.default.moveItem(atPath: folder.journal, toPath: folder.journal + ".old")
        #expect(watch.wait(sawChange: false))
    }

    @Test func aWriteIsLookedForUntilItIsSeen() {
        var rhythm = LookRhythm(isWatching: true)
        let idle = rhythm.wait(sawChange: false)
        #expect(rhythm.written() < 10)
        // Its transaction may be waiting for the disk: half a second is given to it.
        var waited: Int32 = 0
        while case let wait = rhythm.wait(sawChange: false), wait < idle { waited += wait }
        #expect((500..<idle).contains(waited))
        _ = rhythm.written()
        #expect(rhythm.wait(sawChange: true) == idle)
    }

    @Test func withoutAWatchEveryTenthOfASecondIsALook() {
        var rhythm = LookRhythm(isWatching: false)
        for _ in 0..<3 { #expect(rhythm.wait(sawChange: false) == 100) }
    }
}
