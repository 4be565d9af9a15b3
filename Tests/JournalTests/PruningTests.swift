import GRDB
import Launch
import Testing

@testable import Journal

@Suite("Pruning")
struct PruningTests {
    let folder: Folder
    let writer: JournalWriter

    /// Half an hour of readings at 50, with one spike and one dip of a second and one miss, then a minute two days later.
    init() throws {
        folder = try Folder()
        writer = try JournalWriter(path: folder.journal, origin: "bastion-1")
        try writer.record(.latency, at: .at(0))
        let ticks = (0..<1800).map { second in
            let measurement: Measurement =
                switch second {
                case 630: .number(9000)
                case 640: .number(1)
                case 900: .missed("no answer within 2 s")
                default: .number(50)
                }
            return Tick(
                at: .at(Double(second)),
                readings: [Reading("api.p95", measurement), Reading("api.version", .text("v1"))])
        }
        try writer.record(ticks)
        try writer.record(
            (0..<120).map { Tick(at: .at(172_800 + Double($0)), readings: [Reading("api.p95", .number(2))]) })
    }

    private func count(_ condition: String = "true") throws -> Int {
        try writer.store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM tick WHERE \(condition)") ?? 0 }
    }

    private func prune(at second: Double, _ retention: Retention = Retention()) throws {
        for _ in 0..<100 where try !writer.prune(now: Moment.at(second).utc, retention: retention) { return }
    }

    @Test("thins out old minutes and keeps their extremes and misses")
    func extremes() throws {
        try prune(at: 172_800 + 1801)
        #expect(try count("level = 1") <= 30 * 4)
        #expect(try count("level = 0") == 120)
        let board = try JournalReader(path: folder.journal).board(at: Moment.at(1799).utc)
        let values = try #require(board.track("api.p95")).history.values(last: 1800, until: Moment.at(1799).utc)
        let minute = values[600..<660].filter { !$0.isNaN }
        #expect(minute.contains(9000))
        #expect(minute.contains(1))
        #expect(minute.last == 50)
        #expect(board.track("api.version")?.value == .text("v1"))
        let missed = try JournalReader(path: folder.journal).board(at: Moment.at(905).utc, span: .minutes(5))
        #expect(missed.track("api.p95")?.miss == "no answer within 2 s")
    }

    @Test("leaves what is young enough as it was recorded, and the board of now untouched")
    func young() throws {
        let before = try JournalReader(path: folder.journal).currentBoard()
        try prune(at: 172_800 + 900)
        #expect(try count("level = 0 AND utc >= \(Moment.at(900).utc.milliseconds)") == 900 + 120)
        let after = try JournalReader(path: folder.journal).currentBoard()
        #expect(after.picture == before.picture)
    }

    @Test("removes what is older than the downsampled are kept, and texts that nothing names any more")
    func removes() throws {
        try prune(at: 172_800 + 1801)
        let reader = try JournalReader(path: folder.journal)
        _ = try reader.currentBoard()
        let later = Double(40 * 86_400)
        try writer.record([Tick(at: .at(later), readings: [Reading("api.p95", .number(3))])])
        try prune(at: later)
        #expect(try count("utc < \(Moment.at(600).utc.milliseconds)") == 0)
        let texts = try writer.store.read { try String.fetchAll($0, sql: "SELECT content FROM text") }
        // The version is still carried by each key tick.
        #expect(texts == ["v1"])
    }

    @Test("disturbs neither recording nor those who follow")
    func undisturbed() throws {
        let reader = try JournalReader(path: folder.journal)
        _ = try reader.currentBoard()
        for second in 0..<30 {
            let tick = Tick(at: .at(172_920 + Double(second)), readings: [Reading("api.p95", .number(Double(second)))])
            try writer.record(tick)
            _ = try writer.prune(now: Moment.at(172_800 + 1801).utc, retention: Retention())
            #expect(try reader.news() == [.tick(tick)])
        }
    }

    @Test("a minute of few ticks stays as it is")
    func few() {
        let ticks = (0..<4).map {
            Downsampling.Sample(at: .at(Double($0)), cells: [(series: 0, cell: .steps(Int64($0)))])
        }
        #expect(Downsampling.thin(ticks) { _, _ in nil } == ticks)
    }
}
