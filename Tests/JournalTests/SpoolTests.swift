import Foundation
import Journal
import Launch
import Testing

struct SpoolTests {
    private let journal = FileManager.default.temporaryDirectory.appendingPathComponent("spool-\(UUID().uuidString)")
        .path

    private func event(_ text: String) -> Event {
        Event(origin: "bastion", at: SystemClock().now(), body: .engineStopped(.init(reason: text)))
    }

    @Test func whatIsKeptIsHandedOverOnceInItsOrder() throws {
        let spool = Spool(of: journal)
        try spool.keep([event("one"), event("two")])
        try spool.keep([event("three\nwith a line\u{1b}[31m")])
        var reasons: [String] = []
        let count = try spool.drain { events throws(JournalError) in
            reasons += events.compactMap { if case .engineStopped(let stop) = $0.body { stop.reason } else { nil } }
        }
        #expect(count == 3)
        #expect(reasons == ["one", "two", "three\nwith a line\u{1b}[31m"])
        #expect(try spool.drain { _ throws(JournalError) in } == 0)
        try FileManager.default.removeItem(atPath: "\(journal).spool")
    }

    @Test func whatHappenedFirstIsHandedOverFirstWhateverTheProcessAndTheFolder() throws {
        let spool = Spool(of: journal)
        let folder = "\(journal).spool"
        let begin = SystemClock().now()
        func keep(_ text: String, at second: Int64, by pid: Int, in place: String? = nil) throws {
            let moment = begin.advanced(by: .seconds(second))
            try spool.keep([Event(origin: "bastion", at: moment, body: .engineStopped(.init(reason: text)))])
            let place = place ?? folder
            try FileManager.default.createDirectory(
                atPath: place, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
            try FileManager.default.moveItem(
                atPath: "\(folder)/\(getpid()).jsonl", toPath: "\(place)/\(pid).jsonl")
        }
        try keep("three", at: 2, by: 300)
        try keep("four", at: 3, by: 9_990, in: spool.memoryFolder)
        try keep("one", at: 0, by: 10_012, in: spool.memoryFolder)
        try keep("two", at: 1, by: 10_013)
        let expected = ["one", "two", "three", "four"]
        func reasons(_ events: [Event]) -> [String] {
            events.compactMap { if case .engineStopped(let stop) = $0.body { stop.reason } else { nil } }
        }
        #expect(reasons(spool.waiting()) == expected)
        var drained: [[String]] = []
        _ = try spool.drain { events throws(JournalError) in drained.append(reasons(events)) }
        // In one piece: nobody sees the end of a later action before the beginning of an earlier one.
        #expect(drained == [expected])
        #expect(!FileManager.default.fileExists(atPath: spool.memoryFolder))
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test func whatIsHeardMeanwhileIsHandedOverAllTheSame() throws {
        let spool = Spool(of: journal)
        try spool.keep([event("one")])
        _ = try spool.drain { events throws(JournalError) in
            #expect(spool.waiting() == events)
        }
        #expect(spool.waiting().isEmpty)
        try FileManager.default.removeItem(atPath: "\(journal).spool")
    }

    @Test func aJournalThatTakesNothingLosesNothing() throws {
        let spool = Spool(of: journal)
        try spool.keep([event("one")])
        #expect(throws: JournalError.self) { try spool.drain { _ throws(JournalError) in throw .full(path: "x") } }
        #expect(try spool.drain { _ throws(JournalError) in } == 1)
        try FileManager.default.removeItem(atPath: "\(journal).spool")
    }

    @Test func whereTheFolderCannotBeMadeMemoryTakesIt() throws {
        let spool = Spool(of: "/dev/null/x-\(UUID().uuidString)")
        try spool.keep([event("one")])
        #expect(try spool.drain { _ throws(JournalError) in } == 1)
    }

    @Test func halfALineOfADeadWriterSpoilsNoOther() throws {
        let spool = Spool(of: journal)
        try spool.keep([event("one")])
        try #"{"origin":"ba"#.write(toFile: "\(journal).spool/1.jsonl", atomically: true, encoding: .utf8)
        #expect(try spool.drain { _ throws(JournalError) in } == 1)
        try FileManager.default.removeItem(atPath: "\(journal).spool")
    }
}
