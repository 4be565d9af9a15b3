/// A row of bars, one cell a sample, the newest at the right.
package struct Sparkline: Sendable {
    /// Oldest first; nil is a sample that was missed, which shows as a gap and never as zero.
    package var values: [Double?]
    /// What the lowest and the full bar stand for; nil fits it to the samples shown.
    package var scale: ClosedRange<Double>?
    package var role: Role
    /// What happened in the time of the samples: each stands in place of the sample of its time, for there is but one row.
    package var marks: [Chart.Mark]

    package init(
        _ values: [Double?], scale: ClosedRange<Double>? = nil, role: Role = .sparkline, marks: [Chart.Mark] = []
    ) {
        self.values = values
        self.marks = marks
        self.scale = scale
        self.role = role
    }

    /// Draws as many of the newest samples as there are columns, on the area's bottom row.
    package func render(into frame: inout Frame, area: Rect) {
        guard !area.isEmpty else { return }
        let shown = values.suffix(area.width)
        let scale = scale ?? Self.fitted(to: shown)
        var point = Point(area.x + area.width - shown.count, area.y + area.height - 1)
        for value in shown {
            if let value, value.isFinite {
                frame.plot(Self.bar(value, scale), at: point, role)
            } else {
                frame.plot("·", at: point, .missed)
            }
            point.x += 1
        }
        for (x, mark) in Chart.columns(of: marks, in: area.width) {
            frame.plot(mark.letter, at: Point(area.x + x, point.y), mark.role)
        }
    }

    /// From the least to the greatest, but at least a tenth of the greatest: noise must not look like a mountain range.
    static func fitted(to values: some Sequence<Double?>) -> ClosedRange<Double> {
        var low = Double.infinity
        var high = -Double.infinity
        for case let value? in values where value.isFinite {
            low = min(low, value)
            high = max(high, value)
        }
        guard low <= high else { return 0...1 }
        let span = max(high - low, max(abs(high), abs(low)) / 10)
        return low...max(low + span, low.nextUp)
    }

    private static func bar(_ value: Double, _ scale: ClosedRange<Double>) -> Unicode.Scalar {
        let fraction = (value - scale.lowerBound) / (scale.upperBound - scale.lowerBound)
        // A scale that is a single point gives no fraction at all.
        guard fraction.isFinite else { return bars[0] }
        return bars[Int((min(max(fraction, 0), 1) * Double(bars.count - 1)).rounded())]
    }

    private static let bars: [Unicode.Scalar] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
}
