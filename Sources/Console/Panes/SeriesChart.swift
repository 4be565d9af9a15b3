import Launch

/// The past of one series with its axes and the line that it must not cross.
struct SeriesChart {
    let model: Model
    let track: Track
    let span: Milliseconds
    var showsTimes = true
    var isArea = false

    func render(into frame: inout Frame, area: Rect) {
        guard !area.isEmpty else { return }
        // Two dots a cell.
        let trend = Trend(of: track, count: area.width * 2, span: span, until: model.shownNow)
        let thresholds = track.series.thresholds
        let (figures, unit) = (model.figures, track.series.unit)
        let end = model.shownNow.utc
        let start = Timestamp(milliseconds: end.milliseconds - trend.span.count)
        let middle = Timestamp(milliseconds: end.milliseconds - trend.span.count / 2)
        Chart(
            lines: [Chart.Line(trend.samples, role: .chart1, isArea: isArea)],
            threshold: (thresholds?.critical ?? thresholds?.warning)?.limit,
            times: showsTimes ? [start, middle, end].map { model.shortClock($0) } : [],
            label: { figures.value($0, unit: unit) }
        ).render(into: &frame, area: area)
    }
}
