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

    @Test func whatWasKeptFirstIsHandedOverFirstWhateverTheNumbersOfTheProcesses() throws {
        let spool = Spool(of: journal)
        let folder = "\(journal).spool"
        for (second, (text, pid)) in [("one", 9_990), ("two", 10_012), ("three", 300)].enumerated() {
            try spool.keep([event(text)])
            try FileManager.default.moveItem(atPath: "\(folder)/\(getpid()).jsonl", toPath: "\(folder)/\(pid).jsonl")
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1_800_000_000 + Double(second))],
                ofItemAtPath: "\(folder)/\(pid).jsonl")
        }
        var reasons: [String] = []
        _ = try spool.drain { events throws(JournalError) in
            reasons += events.compactMap { if case .engineStopped(let stop) = $0.body { stop.reason } else { nil } }
        }
        #expect(reasons == ["one", "two", "three"])
        try FileManager.default.removeItem(atPath: folder)
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
