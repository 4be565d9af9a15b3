/// What a journal knows of the time before a start, for rules that look back.
package struct AlertPast: Sendable {
    /// The last that is known of series.
    package var last: [SeriesID: Track.Recollection]
    /// Values of the time before, oldest first.
    package var samples: [SeriesID: [Sample]]

    package struct Sample: Hashable, Sendable {
        package var at: Timestamp
        package var value: Double

        package init(at: Timestamp, value: Double) {
            self.at = at
            self.value = value
        }
    }

    package init(last: [SeriesID: Track.Recollection] = [:], samples: [SeriesID: [Sample]] = [:]) {
        self.last = last
        self.samples = samples
    }
}

extension AlertPlan {
    /// How far back the rules look at which series.
    package var spans: [SeriesID: Milliseconds] {
        var spans: [SeriesID: Milliseconds] = [:]
        func need(_ id: SeriesID, _ span: Milliseconds) { spans[id] = max(spans[id] ?? 0, span) }
        for target in targets {
            switch target.condition {
            case .change(let id, let span, _, _): need(id, span + span)
            case .burn(let rate): for id in rate.inputs { need(id, rate.longest) }
            case .anomaly(let id, let anomaly): need(id, .days(7) * Int64(anomaly.weeks) + .hours(2))
            case .bound, .absence, .verdict, .ratio: break
            }
        }
        return spans
    }
}
