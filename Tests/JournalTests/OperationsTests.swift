import Foundation
import Launch
import Testing

@testable import Journal

@Suite struct OperationsReadingTests {
    private let folder: Folder
    init() throws { folder = try Folder() }

    @Test func slotsKeepTheLastTheLeastAndTheMost() throws {
        let writer = try JournalWriter(path: folder.journal, origin: "o")
        try writer.record(.latency, at: .at(0))
        for second in 0..<120 {
            try writer.record([
                Tick(at: .at(Double(second)), readings: [Reading("api.p95", .number(Double(second % 10)))])
            ])
        }
        let reader = try JournalReader(path: folder.journal)
        let slots = try #require(
            try reader.slots(of: ["api.p95"], from: Moment.at(60).utc, to: Moment.at(89).utc, width: .seconds(10))[
                "api.p95"])
        #expect(slots.count == 3)
        #expect(slots.allSatisfy { $0.least == 0 && $0.most == 9 && $0.last == 9 })
        #expect(try reader.slots(of: [], from: Moment.at(0).utc, to: Moment.at(9).utc, width: 1000).isEmpty)
    }

    @Test func aChangeOfTheConfigIsOneFromWhatWasInForceAndAStartThatChangedNothingIsNone() throws {
        let writer = try JournalWriter(path: folder.journal, origin: "o")
        var manifest = Manifest.latency
        try writer.record(manifest, at: .at(0))
        try writer.record(manifest, at: .at(10))
        manifest.launchAt = Moment.at(9000).utc
        try writer.record(manifest, at: .at(20))
        try writer.record(manifest, at: .at(30))
        manifest.series.removeFirst()
        try writer.record(manifest, at: .at(40))
        let reader = try JournalReader(path: folder.journal)
        func changes(from start: Double? = nil, to end: Double, limit: Int = 100) throws -> [String] {
            try reader.configChanges(from: start.map { Moment.at($0).utc }, to: Moment.at(end).utc, limit: limit).map {
                "\($0.at.milliseconds - Moment.at(0).utc.milliseconds) \($0.words)"
            }
        }
        let (launch, series) = ("20000 another launch time", "40000 no longer reads api.p95")
        #expect(try changes(to: 100) == [launch, series])
        #expect(try changes(to: 35) == [launch])
        #expect(try changes(to: 15).isEmpty)
        #expect(try changes(from: 15, to: 100) == [launch, series])
        #expect(try changes(from: 25, to: 100) == [series])
        #expect(try changes(to: 100, limit: 2) == [series])
        // A board opens without them.
        #expect(try reader.currentBoard().configChanges.isEmpty)
    }

    @Test func twoWhoTickAtOnceAreToldApartByTheJournal() throws {
        let names = ["ana", "bruno"]
        for name in names {
            let writer = try JournalWriter(path: folder.journal, origin: "o", role: .action)
            let who = Operator(name: name, uid: 1, host: "h")
            try writer.append([.checklist(.ticked(.init(item: "x", by: who, revision: 0)))], at: .at(5))
        }
        let board = try JournalReader(path: folder.journal).currentBoard()
        #expect(board.checklistLog["x"]?.by.name == "ana")
        #expect(board.checklistLog.refused.map(\.by.name) == ["bruno"])
        // In the past it was not ticked yet.
        #expect(try JournalReader(path: folder.journal).board(at: Moment.at(4).utc).checklistLog["x"] == nil)
    }
}
