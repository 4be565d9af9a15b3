import Console
import Launch
import Testing

@Suite struct ChartTests {
    init() { _ = charset }

    @Test("a chart with axes, a threshold and a gap")
    func axes() {
        let values = (0..<60).map { second -> Double? in
            if second == 30 || second == 31 { return nil }
            return Double(80 + second * 37 % 50 + (second > 45 ? 90 : 0))
        }
        let frame = Frame.drawn(48, 9) {
            Chart(lines: [.init(values)], scale: 0...250, threshold: 200, times: ["−60 s", "−30 s", "now"]) {
                Figures().value($0, unit: .milliseconds)
            }.render(into: &$0, area: $0.bounds)
        }
        expectSnapshot(frame, "chart")
    }

    private func plot(_ lines: [Chart.Line], width: Int, height: Int) -> [String] {
        Frame.drawn(width, height) { frame in
            Chart(lines: lines, scale: 0...7) { "\($0)" }.render(into: &frame, area: frame.bounds)
        }.rows
    }

    @Test func aLineRisesFromDotToDot() {
        #expect(plot([.init([0, 1, 2, 3, 4, 5, 6, 7])], width: 4, height: 2) == ["  ⡠⠊", "⡠⠊  "])
    }

    @Test func aStepIsJoinedByAStroke() {
        #expect(plot([.init([0, 7])], width: 1, height: 2) == ["⢸", "⡸"])
    }

    @Test("a missed sample breaks the line")
    func gap() {
        #expect(plot([.init([0, 0, nil, nil, 0, 0])], width: 3, height: 1) == ["⣀ ⣀"])
    }

    @Test func anAreaFillsDownToTheBottom() {
        #expect(plot([.init([7, 3.5], isArea: true)], width: 1, height: 2) == ["⣷", "⣿"])
    }

    @Test("a spike between two columns of dots is not lost")
    func spike() {
        var values = [Double?](repeating: 0, count: 100)
        values[50] = 7
        #expect(plot([.init(values)], width: 2, height: 1) == ["⣀⣇"])
    }

    @Test func nothingToDrawDrawsNothing() {
        #expect(plot([], width: 3, height: 1) == ["   "])
        #expect(plot([.init([])], width: 3, height: 1) == ["   "])
        #expect(plot([.init([.nan, nil])], width: 3, height: 1) == ["   "])
    }

    @Test("the axis reaches the value of now, and the bound", arguments: [(20.0, 60.0), (250.0, 93.0), (95.0, 300.0)])
    func reaching(now: Double, bound: Double) {
        let frame = Frame.drawn(40, 9) {
            Chart(lines: [.init([93, 102, 99])], threshold: bound, reaching: now) { "\(Int($0.rounded()))" }
                .render(into: &$0, area: $0.bounds)
        }
        let labels = frame.rows.compactMap { Double($0.prefix { $0.isNumber || $0 == " " }.filter(\.isNumber)) }
        #expect(
            (labels.max() ?? 0) >= max(now, bound, 102) - 1 && (labels.min() ?? .infinity) <= min(now, bound, 93) + 1)
    }
}
