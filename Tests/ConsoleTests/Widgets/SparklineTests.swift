import Console
import Testing

@Suite struct SparklineTests {
    private func bars(_ values: [Double?], width: Int, scale: ClosedRange<Double>? = nil) -> String {
        Frame.drawn(width, 1) { Sparkline(values, scale: scale).render(into: &$0, area: $0.bounds) }.rows[0]
    }

    @Test func spansFromTheLeastToTheGreatest() {
        #expect(bars([0, 1, 2, 3, 4, 5, 6, 7], width: 8) == "▁▂▃▄▅▆▇█")
    }

    @Test func theNewestStandsAtTheRight() {
        #expect(bars([0, 0, 7], width: 2) == "▁█")
        #expect(bars([0, 7], width: 4) == "  ▁█")
    }

    @Test("a missed sample is a gap, never zero")
    func gaps() {
        #expect(bars([0, nil, 7, .nan, .infinity], width: 5) == "▁·█··")
        #expect(bars([nil, nil], width: 2) == "··")
        let frame = Frame.drawn(2, 1) { Sparkline([1, nil]).render(into: &$0, area: $0.bounds) }
        #expect(frame[Point(1, 0)]?.style.role == .missed)
    }

    @Test func noiseStaysLow() {
        #expect(bars([1000, 1001, 1000, 1001], width: 4) == "▁▁▁▁")
        #expect(bars([5, 5], width: 2) == "▁▁")
        #expect(bars([0, 0], width: 2) == "▁▁")
    }

    @Test func aFixedScaleClampsWhatLiesOutside() {
        #expect(bars([-5, 50, 500], width: 3, scale: 0...100) == "▁▅█")
        #expect(bars([1], width: 1, scale: 1...1) == "▁")
    }

    @Test("a mark stands in place of the sample of its time; two that differ are a plus")
    func marks() {
        var frame = Frame(size: Size(width: 8, height: 1))
        Sparkline(
            [1, 2, 3, 4, 5, 6, 7, 8], scale: 1...8,
            marks: [
                .init(at: 0.5, "D"), .init(at: 0.52, "F"), .init(at: 0.25, "R"), .init(at: 1, "F"), .init(at: 2, "X"),
            ]
        ).render(into: &frame, area: Rect(x: 0, y: 0, width: 8, height: 1))
        #expect(frame.text(row: 0) == "▁▂R▄+▆▇F")
        Sparkline([1], marks: [.init(at: 0.5, "D")]).render(into: &frame, area: Rect(x: 0, y: 0, width: 0, height: 0))
    }
}
