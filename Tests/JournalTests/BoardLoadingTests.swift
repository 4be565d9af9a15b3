import GRDB
import Launch
import Testing

@testable import Journal

@Suite("The board from the journal")
struct BoardLoadingTests {
    let folder: Folder
    let writer: JournalWriter

    init() throws {
        folder = try Folder()
        writer = try JournalWriter(path: folder.journal, origin: "bastion-1")
    }

    private func latency(_ seconds: Double, _ number: Double) -> Tick {
        Tick(at: .at(seconds), readings: [Reading("api.p95", .number(number))])
    }

    @Test("is the same as the board that took in every entry live")
    func sameAsLive() throws {
        let manifest = Manifest.of([.milliseconds, .percent, .bytes, .text, .count, .pesos])
        var live = Board()
        live.apply(manifest)
        try writer.record(manifest, at: .at(0))
        var random = Seeded(3)
        for second in 1...400 {
            var readings: [Reading] = []
            for series in manifest.series where Int.random(in: 0..<5, using: &random) > 0 {
                let measurement: Measurement =
                    switch Int.random(in: 0..<12, using: &random) {
                    case 0: .missed("no answer within \(second % 3) s")
                    case 1 where series.unit != .text: .number([.nan, .infinity, -1e300][second % 3])
                    case _ where series.unit == .text: .text("v1.\(second / 50)")
                    default: .number((Double.random(in: -1e6...1e6, using: &random) * 100).rounded() / 100)
                    }
                readings.append(Reading(series.id, measurement))
            }
            // Whole bytes are what bytes are rounded to.
            readings = readings.map { reading in
                guard reading.series.name.hasPrefix("B"), case .number(let number) = reading.measurement,
                    number.isFinite
                else { return reading }
                return Reading(reading.series, .number(number.magnitude < 1e17 ? number.rounded() : number))
            }
            let tick = Tick(at: .at(Double(second)), readings: readings)
            live.apply(tick)
            try writer.record(tick)
        }
        let loaded = try JournalReader(path: folder.journal).currentBoard()
        for (loaded, live) in zip(loaded.tracks, live.tracks) {
            #expect("\(String(describing: loaded.value))" == "\(String(describing: live.value))")
            #expect(loaded.valueAt == live.valueAt)
            #expect(loaded.miss == live.miss)
            #expect(loaded.lookedAt == live.lookedAt)
            let end = Moment.at(400).utc
            let (left, right) = (
                loaded.history.values(last: 500, until: end), live.history.values(last: 500, until: end)
            )
            #expect(zip(left, right).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN })
        }
    }

    @Test("knows a value that was read before the span begins")
    func slowSeries() throws {
        try writer.record(.latency, at: .at(0))
        try writer.record(Tick(at: .at(1), readings: [Reading("tls.days", .number(42.5))]))
        for second in 2...300 { try writer.record(latency(Double(second), 1)) }
        let board = try JournalReader(path: folder.journal).currentBoard(span: .minutes(1))
        #expect(board.track("tls.days")?.value == .number(42.5))
        #expect(board.track("tls.days")?.valueAt == .at(1))
    }

    @Test("at a time knows what was known then, and nothing later")
    func rewind() throws {
        try writer.record(.latency, at: .at(0))
        for second in 1...200 { try writer.record(latency(Double(second), Double(second))) }
        try writer.append([.change("api.p95", .ok, .critical)], at: .at(100))
        try writer.append([.change("api.p95", .critical, .ok)], at: .at(150))
        var renamed = Manifest.latency
        renamed.product.name = "BarberPro 2"
        try writer.record(renamed, at: .at(180))

        let reader = try JournalReader(path: folder.journal)
        let then = try reader.board(at: Moment.at(120.5).utc)
        #expect(then.track("api.p95")?.value == .number(120))
        #expect(then.track("api.p95")?.lookedAt == .at(120))
        #expect(then.feed.count(.critical) == 1)
        #expect(then.manifest?.product.name == "BarberPro")
        let now = try reader.currentBoard()
        #expect(now.feed.count(.critical) == 0)
        #expect(now.feed.sorted.map(\.change.to) == [.ok])
        #expect(now.manifest?.product.name == "BarberPro 2")
        #expect(try reader.board(at: Moment.at(-10).utc).track("api.p95")?.value == nil)
    }

    @Test("tells since when a series has been in trouble, however often its verdict changed")
    func since() throws {
        try writer.record(.latency, at: .at(0))
        try writer.append([.change("api.p95", .unknown, .critical)], at: .at(1))
        try writer.append([.change("api.p95", .critical, .ok)], at: .at(2))
        for second in 3...50 {
            let verdicts: [Verdict] = second.isMultiple(of: 2) ? [.critical, .warning] : [.warning, .critical]
            try writer.append([.change("api.p95", verdicts[0], verdicts[1])], at: .at(Double(second)))
        }
        let board = try JournalReader(path: folder.journal).currentBoard()
        #expect(board.feed.sorted.first?.since == .at(3))
        #expect(board.feed.sorted.first?.at == .at(50))
    }

    @Test("lets a series change its unit, and come midway")
    func units() throws {
        try writer.record(.latency, at: .at(0))
        try writer.record(latency(1, 120.35))
        var seconds = Manifest.latency
        seconds.series[0].unit = .bytes
        seconds.series.append(Series(id: "new", title: "New", unit: .count, interval: 1000))
        try writer.record(seconds, at: .at(2))
        try writer.record(Tick(at: .at(2), readings: [Reading("new", .number(1.5)), Reading("api.p95", .number(7.4))]))
        let reader = try JournalReader(path: folder.journal)
        let board = try reader.currentBoard()
        #expect(board.track("api.p95")?.value == .number(7))
        #expect(board.track("api.p95")?.history.values(last: 2, until: Moment.at(2).utc) == [120.35, 7])
        #expect(board.track("new")?.value == .number(1.5))
        #expect(try reader.board(at: Moment.at(1).utc).track("api.p95")?.value == .number(120.35))
    }

    @Test("survives steps of the wall clock and an engine that begins anew")
    func clockSteps() throws {
        try writer.record(.latency, at: .at(0))
        try writer.record(latency(1, 1))
        try writer.record(Tick(at: .at(2, step: -1_800_000), readings: [Reading("api.p95", .number(2))]))
        try writer.record(Tick(at: .at(3), readings: [Reading("api.p95", .number(3))]))
        try writer.record(Tick(at: .at(4, boot: 8), readings: [Reading("api.version", .text("v2"))]))
        let board = try JournalReader(path: folder.journal).currentBoard()
        #expect(board.track("api.p95")?.value == .number(3))
        #expect(board.track("api.p95")?.valueAt == .at(3))
        #expect(board.track("api.version")?.valueAt == .at(4, boot: 8))
    }

    @Test("passes over a damaged tick up to the next key tick")
    func damaged() throws {
        try writer.record(.latency, at: .at(0))
        for second in 1...130 { try writer.record(latency(Double(second), Double(second))) }
        try writer.store.write { try $0.execute(sql: "UPDATE tick SET readings = x'ffff' WHERE id = 10") }
        let history = try #require(try JournalReader(path: folder.journal).currentBoard().track("api.p95")).history
        let values = history.values(last: 130, until: Moment.at(130).utc)
        #expect(values[8] == 9)
        #expect(values[9...59].allSatisfy { $0.isNaN })
        #expect(values[60...] == (61...130).map(Float.init)[...])
    }

    @Test("an empty journal is an empty board")
    func empty() throws {
        let board = try JournalReader(path: folder.journal).currentBoard()
        #expect(board.manifest == nil)
        #expect(board.tracks.isEmpty)
    }
}
