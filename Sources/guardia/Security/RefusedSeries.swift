import Journal
import Launch
import Settings

/// The last hour of what the edges turned away, by minutes, from the journal: what `guardia security` adds to its own look.
struct RefusedSeries: Encodable {
    struct Point: Encodable {
        var at: Int64
        /// Nil, and left out: nothing was read in that minute.
        var value: Double?
    }

    var id: String
    var title: String
    var unit: String
    /// Of the last value; none where there never was one.
    var ageSeconds: Int64?
    /// Why the last look brought nothing.
    var missed: String?
    var minutes: [Point]

    /// - Returns: nothing where the journal cannot be read, or its engine knows no such series.
    static func read(_ path: String, plan: DefencePlan, of deployment: Deployment, now: Moment) -> [RefusedSeries] {
        guard let board = try? JournalReader(path: path).currentBoard(span: .minutes(61)) else { return [] }
        return plan.series(of: deployment).filter { $0.unit == .perMinute }.compactMap { series in
            guard let track = board.track(series.id) else { return nil }
            let slots = Int(60_000 / track.history.interval.count)
            let values = track.history.values(last: slots * 60, until: now.utc)
            let start = now.utc.milliseconds / track.history.interval.count - Int64(values.count) + 1
            return RefusedSeries(
                id: series.id.name, title: series.title, unit: series.unit.rawValue,
                ageSeconds: track.age(at: now).map { $0.count / 1000 }, missed: track.miss,
                minutes: (0..<60).map { minute in
                    let known = values[minute * slots..<(minute + 1) * slots].filter { !$0.isNaN }
                    // Each value is of the minute before it: their mean does not count a request twice.
                    let mean = known.isEmpty ? nil : Double(known.reduce(0, +)) / Double(known.count)
                    return Point(
                        at: (start + Int64((minute + 1) * slots) - 1) * track.history.interval.count / 1000,
                        value: mean.map { ($0 * 100).rounded() / 100 })
                })
        }
    }
}
