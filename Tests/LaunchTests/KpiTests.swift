import Launch
import Testing

struct KpiTests {
    private let kpi = Kpi(
        name: "payments", title: "Payments", series: "kpi.ok", target: .atLeast(95), window: .minutes(5),
        events: "kpi.ok.events", week: "kpi.ok.week")

    private func board(_ readings: [Reading], at seconds: Double = 0) -> Board {
        var board = Board()
        board.apply(
            Manifest(
                product: Product(name: "X"), zone: .utc, environment: "test",
                series: [
                    series("kpi.ok", unit: .percent, thresholds: Thresholds(critical: .below(95))),
                    series("kpi.ok.events", unit: .count), series("kpi.ok.week", unit: .percent),
                ], panes: Panes(), kpis: [kpi]))
        board.apply(Tick(at: moment(seconds), readings: readings))
        return board
    }

    private func state(_ board: Board, at seconds: Double = 0) -> KpiState {
        KpiState(kpi, on: board, at: moment(seconds), engineSilent: false)
    }

    @Test("a figure that is just the target keeps to it")
    func target() {
        #expect(Kpi.Target.atLeast(95).isMet(by: 95))
        #expect(!Kpi.Target.atLeast(95).isMet(by: 94.99))
        #expect(Kpi.Target.atMost(3000).isMet(by: 3000))
        #expect(!Kpi.Target.atMost(3000).isMet(by: 3001))
    }

    @Test func aFigureTellsItsEventsAndItsWeek() {
        let state = state(
            board([
                Reading("kpi.ok", .number(97)), Reading("kpi.ok.events", .number(212)),
                Reading("kpi.ok.week", .number(80)),
            ]))
        #expect(state.value == 97)
        #expect(state.isMet == true)
        #expect(state.events == 212)
        // Of a percentage the difference is in points.
        #expect(state.week?.amount(.percent) == 17)
        #expect(state.week?.verdict == .better)
    }

    @Test("too few events are a word: nothing is met, missed or compared")
    func tooFew() {
        let state = state(
            board([
                Reading("kpi.ok", .tooFew(7)), Reading("kpi.ok.events", .number(7)),
                Reading("kpi.ok.week", .number(99)),
            ]))
        #expect(state.word == "too few (7)")
        #expect(state.assessment.isUnjudged)
        #expect(state.isMet == nil)
        #expect(state.week == nil)
    }

    @Test("a figure that is no longer known is neither met nor missed")
    func stale() {
        let board = board([Reading("kpi.ok", .number(97)), Reading("kpi.ok.week", .number(80))])
        let later = state(board, at: 60)
        #expect(later.value == 97)
        #expect(later.assessment.freshness == .lastKnown)
        #expect(later.isMet == nil)
        #expect(later.week == nil)
    }

    @Test func whatWasNeverReadIsUnknown() {
        let state = state(board([]))
        #expect(state.value == nil)
        #expect(state.assessment.verdict == .unknown)
        #expect(state.isMet == nil)
    }

    @Test("a manifest of an engine without business figures is read")
    func oldManifest() {
        let manifest = Manifest(
            product: Product(name: "X"), zone: .utc, environment: "test", series: [], panes: Panes())
        #expect(manifest.kpis == nil)
    }
}
