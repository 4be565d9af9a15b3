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

    @Test func theManifestThatWasInForceComesFirst() throws {
        let writer = try JournalWriter(path: folder.journal, origin: "o")
        for (second, name) in [(0.0, "a"), (100, "b"), (200, "c")] {
            var manifest = Manifest.latency
            manifest.product.name = name
            try writer.record(manifest, at: .at(second))
        }
        let reader = try JournalReader(path: folder.journal)
        #expect(
            try reader.manifests(from: Moment.at(150).utc, to: Moment.at(300).utc).map(\.manifest.product.name) == [
                "b", "c",
            ])
        #expect(
            try reader.manifests(from: Moment.at(-9).utc, to: Moment.at(50).utc).map(\.manifest.product.name) == ["a"])
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
