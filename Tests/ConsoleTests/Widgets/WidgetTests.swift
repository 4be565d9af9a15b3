import Console
import Testing

/// What every widget must hold to: it fits into any area, draws nothing outside it, and never traps.
@Suite struct WidgetTests {
    init() { _ = charset }

    private static let widgets: [(name: String, render: @Sendable (inout Frame, Rect) -> Void)] = [
        ("panel", { Panel(title: "1 Health", facts: [Span("9 ok")], isFocused: true).render(into: &$0, area: $1) }),
        ("sparkline", { Sparkline([1, nil, 3, .nan, 5, 6, 7, 8, 9]).render(into: &$0, area: $1) }),
        ("gauge", { Gauge(0.4).render(into: &$0, area: $1) }),
        ("table", { WidgetTests.table.render(into: &$0, area: $1) }),
        ("list", { List([List.Item(id: 1, line: [Span("漢字漢字")])], selection: 1).render(into: &$0, area: $1) }),
        ("paragraph", { Paragraph("漢字 to be or not to be").render(into: &$0, area: $1) }),
        ("field", { TextField("漢字 to be").render(into: &$0, area: $1, isFocused: true) }),
        ("dialog", { Dialog(title: "ROLL BACK", content: Size(width: 9, height: 4)).render(into: &$0, area: $1) }),
        ("button", { Button("No, go back", .focused).render(into: &$0, area: $1) }),
        ("scrollbar", { Scrollbar(visible: 3..<5, count: 9).render(into: &$0, area: $1) }),
        ("big text", { BigText("T+00:42").render(into: &$0, area: $1) }),
        ("chart", { WidgetTests.chart.render(into: &$0, area: $1) }),
    ]

    private static let table = Table(
        columns: [.init("Rule", width: 6, weight: 1), .init("Value", width: 5, align: .trailing, priority: 1)],
        rows: (0..<9).map { .init(id: $0, cells: [[Span("rule \($0)")], [Span("漢字")]]) }, selection: 2)

    private static let chart = Chart(
        lines: [.init([1, 2, nil, 4, .infinity, 9], isArea: true)], threshold: 5, times: ["−5 min", "−2 min", "now"]
    ) { "\(Int($0)) ms" }

    @Test("a widget stays inside its area, whatever the size", arguments: widgets.indices)
    func staysInside(index: Int) {
        let widget = Self.widgets[index]
        let outside = Style(.missed, .blink)
        for width in 0..<40 {
            for height in [0, 1, 2, 3, 5, 8] {
                var frame = Frame(size: Size(width: width + 4, height: height + 4), style: outside)
                frame.fill(frame.bounds, .missed, .blink, with: "x")
                let area = Rect(x: 2, y: 2, width: width, height: height)
                widget.render(&frame, area)
                for y in 0..<height + 4 {
                    for x in 0..<width + 4 where !area.contains(Point(x, y)) {
                        let cell = frame[Point(x, y)]
                        if cell != Cell("x", outside) {
                            Issue.record("\(widget.name) of \(width)×\(height) drew at (\(x),\(y))")
                            return
                        }
                    }
                }
            }
        }
    }

    @Test("a widget half outside the frame is clipped", arguments: widgets.indices)
    func clips(index: Int) {
        _ = Frame.drawn(7, 3) { Self.widgets[index].render(&$0, Rect(x: 3, y: -1, width: 30, height: 9)) }
        _ = Frame.drawn(7, 3) { Self.widgets[index].render(&$0, Rect(x: -4, y: 1, width: 30, height: 9)) }
    }
}
