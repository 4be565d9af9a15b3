import Foundation
import Launch
import Testing

@testable import Journal

@Suite("What tells a reader to look")
struct JournalWatchTests {
    let folder: Folder

    init() throws { folder = try Folder() }

    private static func tick(_ second: Double) -> Tick {
        Tick(at: .at(second), readings: [Reading("api.p95", .number(1))])
    }

    @Test func aCommitIsTold() throws {
        let writer = try JournalWriter(path: folder.journal, origin: "bastion-1")
        try writer.record(.latency, at: .at(0))
        let reader = try JournalReader(path: folder.journal)
        let watch = JournalWatch(path: folder.journal)
        _ = try reader.currentBoard()
        for second in 1...3 {
            try writer.record(Self.tick(Double(second)))
            #expect(watch.wait())
            // By then it is whole: no second look is needed.
            #expect(try reader.change() == .news)
            _ = try reader.news()
        }
    }

    @Test func whoWaitsIsWokenByTheCommitNotByTheClock() async throws {
        let writer = try JournalWriter(path: folder.journal, origin: "bastion-1")
        try writer.record(.latency, at: .at(0))
        let path = folder.journal
        let told = Thread.answering { () -> Bool in
            let watch = JournalWatch(path: path)
            var told = false
            for _ in 0..<30 where !told { told = watch.wait() }
            return told
        }
        // Whenever the other thread comes to wait, a commit follows.
        var second = 1.0
        while !told.isThere, second < 100_000 {
            try writer.record(Self.tick(second))
            second += 1
        }
        #expect(told.value == true)
    }

    @Test func whatAnActionAppendsBesideTheEngineIsTold() throws {
        _ = try JournalWriter(path: folder.journal, origin: "bastion-1")
        let watch = JournalWatch(path: folder.journal)
        try JournalWriter(path: folder.journal, origin: "bastion-1", role: .action)
            .append([.engineStopped(.init(reason: "a test"))], at: .at(1))
        #expect(watch.wait())
    }

    @Test func aJournalThatComesLaterIsTold() throws {
        let watch = JournalWatch(path: folder.journal)
        #expect(!watch.wait())
        let writer = try JournalWriter(path: folder.journal, origin: "bastion-1")
        #expect(watch.wait())
        try writer.record(.latency, at: .at(0))
        #expect(watch.wait())
    }

    @Test func anotherBeatUnderTheJournalsNameIsFollowed() throws {
        let writer = try JournalWriter(path: folder.journal, origin: "bastion-1")
        let watch = JournalWatch(path: folder.journal)
        try FileManager.default.removeItem(atPath: JournalFiles(path: folder.journal).beat)
        try writer.beat(Heartbeat(at: .at(1)))
        #expect(watch.wait())
        try writer.record(.latency, at: .at(1))
        #expect(watch.wait())
    }

    @Test func aBeatThatIsCutShortStopsNobody() throws {
        let writer = try JournalWriter(path: folder.journal, origin: "bastion-1")
        try writer.record(.latency, at: .at(0))
        let watch = JournalWatch(path: folder.journal)
        let beat = JournalFiles(path: folder.journal).beat
        for size in [258, 256, 0] {
            truncate(beat, off_t(size))
            // Nothing rings any more: it is looked for now and then, and what is written is there.
            try writer.record(Self.tick(Double(size)))
            #expect(!watch.wait())
        }
        try FileManager.default.removeItem(atPath: beat)
        #expect(!watch.wait())
    }

    @Test func theBeatOfAnOlderEngineGetsABell() throws {
        let files = JournalFiles(path: folder.journal)
        let beat = Heartbeat(at: .at(3), notRecording: "disk full")
        try Data(BeatFile.encode(beat)).write(to: URL(fileURLWithPath: files.beat))
        #expect(CommitBell(files) == nil)
        _ = try BeatFile.Writer(files)
        #expect(BeatFile.read(files) == beat)
        #expect(CommitBell(files)?.count == 0)
    }

    @Test func aPipeUnderTheBeatsNameHoldsNobodyUp() throws {
        mkfifo(JournalFiles(path: folder.journal).beat, 0o600)
        #expect(!JournalWatch(path: folder.journal).wait())
    }
}

extension Thread {
    /// What a thread will have found.
    final class Answer<Value: Sendable>: @unchecked Sendable {
        private let lock = NSLock()
        private var found: Value?

        var value: Value? { lock.withLock { found } }
        var isThere: Bool { value != nil }
        fileprivate func take(_ value: Value) { lock.withLock { found = value } }
    }

    static func answering<Value: Sendable>(_ work: @escaping @Sendable () -> Value) -> Answer<Value> {
        let answer = Answer<Value>()
        Thread { answer.take(work()) }.start()
        return answer
    }
}
