/// Lines over time in braille dots (two columns by four rows a cell), with the values at the left, the times below and a
/// threshold across.
package struct Chart: Sendable {
    package struct Line: Sendable {
        /// At equal distances, oldest first; nil is a sample that was missed: the line breaks there.
        package var values: [Double?]
        package var role: Role
        /// Fills everything below the line.
        package var isArea: Bool

        package init(_ values: [Double?], role: Role = .chart1, isArea: Bool = false) {
            self.values = values
            self.role = role
            self.isArea = isArea
        }
    }

    /// Something that happened: a line down the chart under its letter, so that it needs no colour.
    package struct Mark: Sendable {
        /// From the left end (0) to the right (1).
        package var position: Double
        package var letter: Unicode.Scalar
        package var role: Role

        package init(at position: Double, _ letter: Unicode.Scalar, role: Role = .strong) {
            self.position = position
            self.letter = letter
            self.role = role
        }
    }

    package var lines: [Line]
    /// What the bottom and the top stand for; nil fits it to the values and the threshold.
    package var scale: ClosedRange<Double>?
    /// What the fitted scale ends at, where no value lies beyond it: 100 of a share.
    package var ceiling: Double?
    package var threshold: Double?
    /// What the fitted scale has to reach beside what is drawn.
    package var reaching: Double?
    /// How a value is written at the left.
    package var label: @Sendable (Double) -> String
    /// What is written below the left, the middle (if there are three) and the right end.
    package var times: [String]
    package var marks: [Mark]

    package init(
        lines: [Line], scale: ClosedRange<Double>? = nil, ceiling: Double? = nil, threshold: Double? = nil,
        reaching: Double? = nil, times: [String] = [],
        marks: [Mark] = [],
        label: @escaping @Sendable (Double) -> String
    ) {
        self.lines = lines
        self.scale = scale
        self.ceiling = ceiling
        self.threshold = threshold
        self.reaching = reaching
        self.times = times
        self.marks = marks
        self.label = label
    }

    /// Labels and times give way to the lines where the area is small: under 16 columns and 3 rows there are none.
    package func render(into frame: inout Frame, area: Rect) {
        guard !area.isEmpty else { return }
        let scale = scale ?? fittedScale
        let hasTimes = !times.isEmpty && area.height >= 4 && area.width >= 16
        let rows = area.height - (hasTimes ? 1 : 0)
        let labels = area.width >= 16 && area.height >= 3 ? labels(rows: rows, scale) : []
        let labelWidth = min(labels.map { Text.width(of: $0.text) }.max() ?? 0, area.width / 3)
        // Labels, one column of axis, then the plot.
        let margin = labels.isEmpty ? 0 : labelWidth + 1
        let plot = Rect(x: area.x + margin, y: area.y, width: area.width - margin, height: rows)

        for row in 0..<(labels.isEmpty ? 0 : rows) {
            frame.plot("│", at: Point(plot.x - 1, plot.y + row), .chartAxis)
        }
        for label in labels {
            let point = Point(area.x, area.y + label.row)
            frame.put(
                label.text, at: point, label.isThreshold ? .chartThreshold : .dim, width: labelWidth, align: .trailing)
            frame.plot("┤", at: Point(plot.x - 1, point.y), .chartAxis)
        }
        if let row = thresholdRow(rows: rows, scale) {
            frame.fill(plot.row(row), .chartThreshold, with: "╌")
        }
        // Below the lines, which matter more; the letters above them.
        let marks = labels.isEmpty ? [] : columns(of: plot)
        for (x, _) in marks {
            for y in plot.rows { frame.plot("┊", at: Point(x, y), .chartAxis) }
        }
        var canvas = Canvas(size: plot.size)
        for line in lines { line.draw(on: &canvas, scale) }
        canvas.render(into: &frame, area: plot)
        for (x, mark) in marks { frame.plot(mark.letter, at: Point(x, plot.y), mark.role, .bold) }
        if hasTimes { renderTimes(into: &frame, row: Rect(x: plot.x, y: area.y + rows, width: plot.width, height: 1)) }
    }

    /// The column of each mark; several in one column are `+`.
    private func columns(of plot: Rect) -> [(x: Int, mark: Mark)] {
        Chart.columns(of: marks, in: plot.width).map { (plot.x + $0.x, $0.mark) }
    }

    /// Where marks stand in a row of so many columns; two different ones in one column are a plus.
    static func columns(of marks: [Mark], in width: Int) -> [(x: Int, mark: Mark)] {
        var columns: [Int: Mark] = [:]
        for mark in marks where (0...1).contains(mark.position) && width > 0 {
            let x = min(Int(mark.position * Double(width)), width - 1)
            if let other = columns[x], other.letter != mark.letter {
                columns[x] = Mark(at: mark.position, "+", role: .strong)
            } else {
                columns[x] = mark
            }
        }
        return columns.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private var fittedScale: ClosedRange<Double> {
        let values = lines.flatMap(\.values) + [threshold, reaching]
        let fitted = Sparkline.fitted(to: values)
        // Quantities that cannot be negative start from nothing when they come near it: heights are then proportions.
        let least = fitted.lowerBound >= 0 && fitted.lowerBound < fitted.upperBound / 2 ? 0 : fitted.lowerBound
        // A share that is not above 100 needs no axis above it.
        guard let ceiling, fitted.upperBound > ceiling, values.allSatisfy({ $0 ?? 0 <= ceiling }) else {
            return least...fitted.upperBound
        }
        // One that is whole all the time is a line at the top of all that it could be.
        return (least < ceiling ? least : min(0, ceiling.nextDown))...ceiling
    }

    private func labels(rows: Int, _ scale: ClosedRange<Double>) -> [(row: Int, text: String, isThreshold: Bool)] {
        var labels = [(row: 0, text: label(scale.upperBound), isThreshold: false)]
        if rows >= 7 { labels.append((rows / 2, label(Self.value(row: rows / 2, rows: rows, scale)), false)) }
        labels.append((rows - 1, label(scale.lowerBound), false))
        if let threshold, let row = thresholdRow(rows: rows, scale) {
            // The threshold's figure matters more than one that only measures the axis.
            labels.removeAll { $0.row == row }
            labels.append((row, label(threshold), true))
        }
        return labels
    }

    private func thresholdRow(rows: Int, _ scale: ClosedRange<Double>) -> Int? {
        guard let threshold, scale.contains(threshold) else { return nil }
        let fraction = (threshold - scale.lowerBound) / (scale.upperBound - scale.lowerBound)
        guard fraction.isFinite else { return nil }
        return rows - 1 - Int((fraction * Double(rows * 4 - 1)).rounded()) / 4
    }

    /// The value at the middle of a row.
    private static func value(row: Int, rows: Int, _ scale: ClosedRange<Double>) -> Double {
        let fraction = (Double(rows - row) - 0.5) / Double(rows)
        return scale.lowerBound + fraction * (scale.upperBound - scale.lowerBound)
    }

    private func renderTimes(into frame: inout Frame, row: Rect) {
        let first = times.first ?? ""
        let last = times.count > 1 ? times[times.count - 1] : ""
        frame.put(first, in: row, .dim)
        frame.put(last, in: row, .dim, align: .trailing)
        guard times.count == 3 else { return }
        let taken = Text.width(of: first) + Text.width(of: times[1]) + Text.width(of: last)
        if taken + 4 <= row.width { frame.put(times[1], in: row, .dim, align: .centre) }
    }
}

extension Chart.Line {
    /// Draws the whole series across the canvas. Where several samples share a column of dots, it spans from the least
    /// to the greatest, so that no spike is lost; where a sample spans several columns it is a step.
    fileprivate func draw(on canvas: inout Canvas, _ scale: ClosedRange<Double>) {
        let (width, height) = (canvas.dots.width, canvas.dots.height)
        guard !values.isEmpty, width > 0, height > 0, scale.upperBound > scale.lowerBound else { return }
        var previous: Int?
        for x in 0..<width {
            let first = x * values.count / width
            let last = max(first + 1, (x + 1) * values.count / width)
            var low = Int.max
            var high = Int.min
            var newest: Int?
            for case let value? in values[first..<last] where value.isFinite {
                let fraction = (value - scale.lowerBound) / (scale.upperBound - scale.lowerBound)
                let dot = Int((min(max(fraction, 0), 1) * Double(height - 1)).rounded())
                (low, high, newest) = (min(low, dot), max(high, dot), dot)
            }
            guard let newest else {
                previous = nil
                continue
            }
            // The stroke that joins this column to the last one.
            if let previous {
                if previous < low { low = previous + 1 }
                if previous > high { high = previous - 1 }
            }
            for dot in (isArea ? 0 : low)...high { canvas.set(x: x, y: height - 1 - dot, role) }
            previous = newest
        }
    }
}
