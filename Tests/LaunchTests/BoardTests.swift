import Launch
import Testing

struct BoardTests {
    private let manifest = Manifest(
        product: Product(name: "P"), zone: .utc, environment: "test",
        series: [series("api.p95", thresholds: Thresholds(critical: .above(200))), series("api.version", unit: .text)],
        panes: Panes())

    private func board() -> Board {
        var board = Board()
        board.apply(manifest)
        return board
    }

    @Test("a miss keeps the last value and its age, and says why")
    func missKeepsLastValue() {
        var board = board()
        board.apply(Tick(at: moment(0), readings: [Reading("api.p95", .number(87))]))
        board.apply(Tick(at: moment(3), readings: [Reading("api.p95", .missed("no answer within 1 s"))]))
        let track = board.track("api.p95")
        #expect(track?.number == 87)
        #expect(track?.age(at: moment(3)) == 3000)
        #expect(track?.miss == "no answer within 1 s")
    }

    @Test("a new manifest keeps what is known of the series that stay")
    func newManifestKeepsValues() {
        var board = board()
        board.apply(Tick(at: moment(0), readings: [Reading("api.p95", .number(87))]))
        var next = manifest
        next.series.insert(series("new.series"), at: 0)
        board.apply(next)
        #expect(board.track("api.p95")?.number == 87)
        #expect(board.track("new.series")?.value == nil)
    }

    @Test("without a heartbeat, or with one of another boot, the engine is silent")
    func silence() {
        var board = board()
        #expect(board.isSilent(at: moment(0)))
        board.heartbeat = Heartbeat(at: moment(0))
        #expect(!board.isSilent(at: moment(5)))
        #expect(board.isSilent(at: moment(5.1)))
        #expect(board.isSilent(at: moment(1, boot: 2)))
    }

    @Test("the feed lists the worst first, then the newest, one entry a series")
    func feedOrder() {
        var board = board()
        func change(_ id: SeriesID, _ to: Verdict, _ seconds: Double) {
            let body = Event.VerdictChanged(series: id, from: .ok, to: to)
            board.apply(Event(origin: "o", at: moment(seconds), body: .verdictChanged(body)))
        }
        change("quiet", .ok, 0)
        change("a", .warning, 1)
        change("b", .critical, 2)
        change("c", .critical, 3)
        change("a", .critical, 4)
        change("b", .ok, 5)
        #expect(board.feed.sorted.map(\.id) == ["a", "c", "b"])
        #expect(board.feed.sorted.first?.since == moment(1))
        #expect(board.feed.count(.critical) == 2)
    }
}

struct HistoryTests {
    @Test("a slot without a reading is a gap")
    func gaps() {
        var history = History(interval: 1000, span: .seconds(10))
        history.record(1, at: Timestamp(seconds: 100))
        history.record(4, at: Timestamp(seconds: 103))
        let values = history.values(last: 5, until: Timestamp(seconds: 104))
        #expect(values.map { $0.isNaN ? -1 : $0 } == [1, -1, -1, 4, -1])
    }

    @Test("what is older than the history is gone, and a gap longer than it starts anew")
    func oldestGo() {
        var history = History(interval: 1000, span: .seconds(3))
        for second in 0..<5 { history.record(Double(second), at: Timestamp(seconds: Int64(second))) }
        #expect(history.values(last: 4, until: Timestamp(seconds: 4)).map { $0.isNaN ? -1 : $0 } == [-1, 2, 3, 4])
        history.record(9, at: Timestamp(seconds: 500))
        #expect(history.values(last: 3, until: Timestamp(seconds: 500)).map { $0.isNaN ? -1 : $0 } == [-1, -1, 9])
    }

    @Test("any order of times is survived", arguments: 0..<20)
    func anyOrder(seed: UInt64) {
        var random = SplitMix(state: seed)
        var history = History(interval: 1000, span: .seconds(60))
        for _ in 0..<500 { history.record(1, at: Timestamp(seconds: Int64(random.next() % 400) - 200)) }
        let last = Int64.max / 2000
        history.record(2, at: Timestamp(seconds: last))
        history.record(3, at: Timestamp(seconds: -last))
        #expect(history.values(last: 1, until: Timestamp(seconds: -last)) == [3])
    }
}

/// A small seeded generator (Steele, Lea, Flood: SplitMix64), so that random tests repeat.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
