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

    @Test("values that are put in together leave what they leave one by one", arguments: 0..<40)
    func together(seed: UInt64) {
        var random = SplitMix(state: seed)
        let interval = Milliseconds(Int64([1000, 2500, 60_000][Int(random.next() % 3)]))
        var (single, many) = (
            History(interval: interval, span: interval * 50), History(interval: interval, span: interval * 50)
        )
        var time = Int64(random.next() % 1_000_000) - 500_000
        for _ in 0..<20 {
            let (count, series) = (Int(random.next() % 64) + 1, 3)
            let times = (0..<count).map { _ in
                // Mostly a slot after the other; now and then in the same, over some, or back.
                time +=
                    [interval.count, interval.count, interval.count, 300, interval.count * 7, -interval.count][
                        Int(random.next() % 6)]
                return Timestamp(milliseconds: time)
            }
            let values = (0..<count * series).map { _ in random.next() % 9 == 0 ? Float.nan : Float(random.next() % 100)
            }
            let present = random.next() & (UInt64.max >> UInt64(64 - count))
            many.record(values, from: 1, every: series, at: times, present: present)
            for row in 0..<count where present >> UInt64(row) & 1 == 1 {
                single.record(Double(values[row * series + 1]), at: times[row])
            }
            let end = Timestamp(milliseconds: time + interval.count * 5)
            let (left, right) = (many.values(last: 60, until: end), single.values(last: 60, until: end))
            #expect(left.map(\.bitPattern) == right.map(\.bitPattern))
        }
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
