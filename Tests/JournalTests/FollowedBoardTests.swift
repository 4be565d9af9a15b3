import Foundation
import Launch
import Testing

@testable import Journal

@Suite("A board that is kept up with a journal")
struct FollowedBoardTests {
    let folder: Folder
    let writer: JournalWriter

    init() throws {
        folder = try Folder()
        writer = try JournalWriter(path: folder.journal, origin: "bastion-1")
        try writer.record(.latency, at: .at(0))
    }

    private func tick(_ second: Double, _ value: Double) throws {
        try writer.record(
            Tick(
                at: .at(second),
                readings: [Reading("api.p95", .number(value)), Reading("api.version", .text("v\(Int(value))"))]))
    }

    @Test func itHasWhatIsWrittenMeanwhile() throws {
        try tick(1, 100)
        var followed = FollowedBoard(folder.journal, span: .minutes(1))
        followed.catchUp()
        #expect(followed.board?.track("api.p95")?.number == 100)
        try tick(2, 200)
        try writer.append([.engineStopped(.init(reason: "a test"))], at: .at(2))
        #expect(followed.catchUp().map(\.body) == [.engineStopped(.init(reason: "a test"))])
        #expect(followed.board?.track("api.p95")?.number == 200)
        #expect(followed.board?.track("api.version")?.text == "v200")
    }

    @Test func itHasTheSeriesThatAreWantedAndNoOthers() throws {
        var followed = FollowedBoard(folder.journal, span: .minutes(1)) { $0.id == "api.version" }
        followed.catchUp()
        try tick(1, 7)
        followed.catchUp()
        #expect(followed.board?.tracks.map(\.series.id) == ["api.version"])
        #expect(followed.board?.track("api.version")?.text == "v7")
    }

    @Test func whatIsReadTogetherWithTheManifestIsNotMissed() throws {
        let early = try Folder()
        let engine = try JournalWriter(path: early.journal, origin: "bastion-1")
        var followed = FollowedBoard(early.journal, span: .minutes(1))
        followed.catchUp()
        #expect(followed.board != nil && followed.board?.manifest == nil)
        try engine.record(.latency, at: .at(0))
        for second in 1...2 {
            try engine.record(Tick(at: .at(Double(second)), readings: [Reading("api.p95", .number(Double(second)))]))
        }
        followed.catchUp()
        #expect(followed.board?.track("api.p95")?.number == 2)
        try engine.record(Tick(at: .at(3), readings: [Reading("api.p95", .number(3))]))
        followed.catchUp()
        #expect(followed.board?.track("api.p95")?.number == 3)
    }

    @Test func withoutSeriesItHearsOfEventsAllTheSame() throws {
        var followed = FollowedBoard(folder.journal, span: .minutes(1)) { _ in false }
        try tick(1, 1)
        followed.catchUp()
        #expect(followed.board?.tracks.isEmpty == true)
        try tick(2, 2)
        try writer.append([.engineStopped(.init(reason: "a test"))], at: .at(2))
        #expect(followed.catchUp().count == 1)
        try tick(3, 3)
        #expect(followed.catchUp().isEmpty)
        #expect(followed.failure == nil)
    }

    @Test func seriesThatCameIntoTheManifestAreReadFromTheNextKeyTickOn() throws {
        var followed = FollowedBoard(folder.journal, span: .minutes(1)) { $0.id == "edge.one" }
        try tick(1, 1)
        followed.catchUp()
        var manifest = Manifest.latency
        manifest.series.append(Series(id: "edge.one", title: "Edge", unit: .text, interval: 1000))
        try writer.record(manifest, at: .at(2))
        followed.catchUp()
        for second in 3..<200 {
            try writer.record(
                Tick(at: .at(Double(second)), readings: [Reading("edge.one", .text("green"))]))
            followed.catchUp()
        }
        #expect(followed.board?.track("edge.one")?.text == "green")
    }
}
