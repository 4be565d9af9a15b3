import Launch

/// The past of one series with its axes and the line that it must not cross.
struct SeriesChart {
    let model: Model
    let track: Track
    let span: Milliseconds
    /// The cells of the labels at the left, so that charts one below the other stand in line.
    var labelWidth = 0
    var showsTimes = false
    /// What is drawn across where another than the series' own bound is meant: that of an alert's rule.
    var bound: Thresholds.Bound?

    func render(into frame: inout Frame, area: Rect) {
        guard !area.isEmpty else { return }
        // Two dots a cell.
        let trend = Trend(of: track, count: area.width * 2, span: span, until: model.shownNow)
        guard trend.samples.contains(where: { $0 != nil }) else {
            if showsTimes {
                frame.put(model.words(.noHistory), in: area, row: area.height / 2, .dim, align: .centre)
            }
            return
        }
        let (figures, unit, width) = (model.figures, track.series.unit, labelWidth)
        let end = model.shownNow.utc
        let start = Timestamp(milliseconds: end.milliseconds - trend.span.count)
        let middle = Timestamp(milliseconds: end.milliseconds - trend.span.count / 2)
        Chart(
            lines: [Chart.Line(trend.samples, role: .chart1)], ceiling: unit == .percent ? 100 : nil,
            // Without an axis a line across would say nothing about how far away it is.
            threshold: area.height >= 3 ? threshold(for: trend.samples) : nil,
            // Of several readings in a column the worst is drawn; the one that stands beside the chart is on its axis all the same.
            reaching: area.height >= 3 ? model.number(ofNow: track) : nil,
            times: showsTimes ? [start, middle, end].map { model.shortClock($0) } : [],
            marks: marks(from: start, span: trend.span),
            label: {
                // Of the chart a third at most is for labels: what would be cut there is written shorter.
                let text = $0 == 0 ? "0" : figures.value($0, unit: unit, room: min(max(width, 9), area.width / 3))
                return width > 0 ? figures.padded(text, to: width) : text
            }
        ).render(into: &frame, area: area)
    }

    private func marks(from start: Timestamp, span: Milliseconds) -> [Chart.Mark] {
        ChartMarks(on: model.shown, from: start, to: start + span).drawn(from: start, span: span)
    }

    /// The bound that the figure has beside it. One far away is left out: to show it would press the line flat.
    private func threshold(for samples: [Double?]) -> Double? {
        let (least, greatest) = samples.reduce(into: (Double.infinity, -Double.infinity)) { range, sample in
            guard let sample else { return }
            range = (min(range.0, sample), max(range.1, sample))
        }
        switch bound ?? model.bound(of: track) {
        case .above(let limit)?: return limit <= greatest * 3 ? limit : nil
        case .below(let limit)?: return limit >= least / 3 ? limit : nil
        case nil: return nil
        }
    }
}

extension Model {
    /// The value of a series as it is written beside its chart; nil where it is not one of now.
    fileprivate func number(ofNow track: Track) -> Double? {
        let freshness = assessment(of: track.series.id).freshness
        return freshness == .fresh || freshness == .stale ? track.number : nil
    }
}

extension ChartMark.Kind {
    /// What stands on the chart; the detail of a series says what each was.
    var letter: Unicode.Scalar {
        switch self {
        case .flag: "F"
        case .deploy: "D"
        case .rollback: "R"
        }
    }

    var role: Role {
        switch self {
        case .flag: .info
        case .deploy: .accent
        case .rollback: .warning
        }
    }
}

extension ChartMarks {
    /// Those within a span, as a chart of it draws them.
    func drawn(from start: Timestamp, span: Milliseconds) -> [Chart.Mark] {
        guard span > 0 else { return [] }
        return marks.filter { $0.at >= start && $0.at <= start + span }.map { mark in
            Chart.Mark(
                at: Double((mark.at - start).count) / Double(span.count), mark.kind.letter, role: mark.kind.role)
        }
    }
}
