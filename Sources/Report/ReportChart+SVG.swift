import Console
import Launch

extension ReportChart {
    private static let size = (width: 760.0, height: 190.0)
    private static let plot = (left: 74.0, right: 14.0, top: 12.0, bottom: 26.0)

    /// The picture: a band from the least to the most of each slot, the last reading as a line, limits dashed, and what was
    /// done as upright lines with a letter.
    func svg(from start: Timestamp, to end: Timestamp, marks: [LaunchReport.Mark], times: ReportTimes) -> HTML {
        var html = HTML()
        let (size, plot, range) = (ReportChart.size, ReportChart.plot, range)
        let span = Double(max((end - start).count, 1))
        func x(_ time: Timestamp) -> Double {
            plot.left + Double((time - start).count) / span * (size.width - plot.left - plot.right)
        }
        func y(_ value: Double) -> Double {
            let share = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
            return size.height - plot.bottom - min(max(share, 0), 1) * (size.height - plot.top - plot.bottom)
        }
        html.markup("<svg viewBox=\"0 0 760 190\" role=\"img\"><title>")
        html.text(plan.title + ". " + summary(times))
        html.markup("</title>")
        grid(&html, x: x, y: y, from: start, to: end, times: times)
        for line in plan.lines where range.contains(line.value) {
            html.markup("<line class=\"")
            if line.isCritical { html.markup("critical") } else { html.markup("warning") }
            html.markup("\" x1=\"74\" x2=\"746\" y1=\"")
            html.number(y(line.value))
            html.markup("\" y2=\"")
            html.number(y(line.value))
            html.markup("\"/><text class=\"limit\" x=\"744\" text-anchor=\"end\" y=\"")
            html.number(y(line.value) - 3)
            html.markup("\">")
            html.text(line.word + " " + times.figures.value(line.value, unit: plan.series.unit))
            html.markup("</text>")
        }
        for run in runs {
            html.markup("<path class=\"band\" d=\"")
            path(&html, run.map { (x($0.at), y($0.most)) } + run.reversed().map { (x($0.at), y($0.least)) })
            html.markup("Z\"/><path class=\"curve\" d=\"")
            // One reading by itself is still to be seen.
            let points = run.map { (x($0.at), y($0.last)) }
            path(&html, points.count == 1 ? points + [(points[0].0 + 1.5, points[0].1)] : points)
            html.markup("\"/>")
        }
        for mark in marks where mark.at >= start && mark.at <= end {
            html.markup("<g class=\"mark\"><title>")
            html.text(times.exact(mark.at) + " " + mark.words)
            html.markup("</title><line x1=\"")
            html.number(x(mark.at))
            html.markup("\" x2=\"")
            html.number(x(mark.at))
            html.markup("\" y1=\"12\" y2=\"164\"/><text text-anchor=\"middle\" y=\"10\" x=\"")
            html.number(x(mark.at))
            html.markup("\">")
            html.text(mark.letter)
            html.markup("</text></g>")
        }
        html.markup("</svg>")
        return html
    }

    /// What the curve shows, for who does not see it.
    func summary(_ times: ReportTimes) -> String {
        guard let least = slots.map(\.least).min(), let most = slots.map(\.most).max(), let last = slots.last else {
            return "nothing was read"
        }
        let unit = plan.series.unit
        return "least \(times.figures.value(least, unit: unit)), most \(times.figures.value(most, unit: unit)), "
            + "last \(times.figures.value(last.last, unit: unit))"
    }

    /// The slots without those between which nothing was read.
    private var runs: [[SeriesSlot]] {
        let gap = max(width * 3, plan.series.interval * 3)
        var runs: [[SeriesSlot]] = []
        for slot in slots {
            if let last = runs.last?.last, slot.at - last.at <= gap {
                runs[runs.count - 1].append(slot)
            } else {
                runs.append([slot])
            }
        }
        return runs
    }

    private func path(_ html: inout HTML, _ points: [(Double, Double)]) {
        for (index, point) in points.enumerated() {
            if index == 0 { html.markup("M") } else { html.markup("L") }
            html.number(point.0)
            html.markup(" ")
            html.number(point.1)
        }
    }

    private func grid(
        _ html: inout HTML, x: (Timestamp) -> Double, y: (Double) -> Double, from start: Timestamp, to end: Timestamp,
        times: ReportTimes
    ) {
        for share in [0.0, 0.5, 1] {
            let value = range.lowerBound + (range.upperBound - range.lowerBound) * share
            html.markup("<line class=\"grid\" x1=\"74\" x2=\"746\" y1=\"")
            html.number(y(value))
            html.markup("\" y2=\"")
            html.number(y(value))
            html.markup("\"/><text text-anchor=\"end\" x=\"70\" y=\"")
            html.number(y(value) + 4)
            html.markup("\">")
            html.text(times.figures.value(value, unit: plan.series.unit))
            html.markup("</text>")
        }
        for time in ReportChart.ticks(from: start, to: end, zone: times.zone) {
            html.markup("<line class=\"grid\" y1=\"12\" y2=\"168\" x1=\"")
            html.number(x(time))
            html.markup("\" x2=\"")
            html.number(x(time))
            html.markup("\"/><text text-anchor=\"middle\" y=\"180\" x=\"")
            html.number(x(time))
            html.markup("\">")
            let civil = times.zone.civil(time)
            let isMidnight = civil.hour == 0 && civil.minute == 0
            html.text(
                isMidnight
                    ? times.figures.shortDate(civil)
                    : civil.second == 0 ? times.figures.shortClock(civil) : times.figures.clock(civil))
            html.markup("</text>")
        }
    }

    /// Round times of the local day, four to nine of them.
    static func ticks(from start: Timestamp, to end: Timestamp, zone: Zone) -> [Timestamp] {
        let span = (end - start).count / 1000
        let step = steps.first { span / $0 <= 8 } ?? max(span / 8, 1)
        let offset = Int64(zone.offset(at: start))
        var next = ((start.seconds + offset + step - 1).flooredDivision(by: step)) * step - offset
        var ticks: [Timestamp] = []
        while next <= end.seconds, ticks.count < 40 {
            if next >= start.seconds { ticks.append(Timestamp(seconds: next)) }
            next += step
        }
        return ticks
    }

    private static let steps: [Int64] = [
        1, 5, 15, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 604_800,
    ]
}
