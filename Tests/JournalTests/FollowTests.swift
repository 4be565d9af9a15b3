import Launch
import Testing

@testable import Journal

@Suite("A reader that follows")
struct FollowTests {
    let folder: Folder
    let writer: JournalWriter

    init() throws {
        folder = try Folder()
        writer = try JournalWriter(path: folder.journal, origin: "bastion-1")
    }

    @Test("sees manifest, ticks and events in the state of its board")
    func seesAll() throws {
        let reader = try JournalReader(path: folder.journal)
        var board = try reader.currentBoard()
        #expect(board.manifest == nil)
        #expect(try reader.change() == .nothing)

        try writer.record(.latency, at: .at(0))
        try writer.record(
            Tick(
                at: .at(1),
                readings: [
                    Reading("api.p95", .number(120.35)), Reading("api.version", .text("v1.4.2 ñandú")),
                    Reading("tls.days", .missed("no answer within 2 s")),
                ]))
        let written = try writer.append([.change("api.p95", .ok, .critical, value: 612)], at: .at(1))
        #expect(written.map(\.sequence) == [1])

        #expect(try reader.change() == .news)
        let news = try reader.news()
        for entry in news { board.apply(entry) }
        #expect(news.count == 3)
        #expect(try reader.change() == .nothing)
        #expect(board.manifest == .latency)
        #expect(board.track("api.p95")?.value == .number(120.35))
        #expect(board.track("api.version")?.value == .text("v1.4.2 ñandú"))
        #expect(board.track("tls.days")?.miss == "no answer within 2 s")
        #expect(board.track("api.p95")?.valueAt == .at(1))
        #expect(board.feed.sorted.map(\.id) == ["api.p95"])
        #expect(news.last == .event(written[0]))
    }

    @Test("goes on from the board that it loaded")
    func goesOn() throws {
        try writer.record(.latency, at: .at(0))
        for second in 1...90 {
            try writer.record(Tick(at: .at(Double(second)), readings: [Reading("api.p95", .number(Double(second)))]))
        }
        let reader = try JournalReader(path: folder.journal)
        var board = try reader.currentBoard()
        #expect(board.track("api.p95")?.value == .number(90))
        #expect(try reader.change() == .nothing)
        try writer.record(Tick(at: .at(91), readings: [Reading("api.p95", .number(91))]))
        #expect(try reader.change() == .news)
        for entry in try reader.news() { board.apply(entry) }
        #expect(board.track("api.p95")?.value == .number(91))
        #expect(board.track("api.p95")?.history.values(last: 91, until: Moment.at(91).utc) == (1...91).map(Float.init))
    }
}
