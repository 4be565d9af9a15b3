/// The verdict of every judged series, and what changed: what the feed is made of.
///
/// It judges by the same ``Assessment`` as every screen. A verdict changes when a reading says so, or when none has come
/// for so long that nothing is known any more.
package struct VerdictLedger: Sendable {
    private struct Entry: Sendable {
        var series: Series
        var verdict: Verdict?
        var value: Measurement?
        var valueAt: Moment
        var miss: String?
    }

    private var entries: [SeriesID: Entry] = [:]

    /// - Parameters:
    ///   - series: all series; those without thresholds that are no verdicts themselves are passed over.
    ///   - standing: the verdicts that the journal's feed ended with, so that a restart repeats and forgets nothing.
    ///   - now: since when a series that never answers counts as silent.
    package init(series: [Series], standing: [SeriesID: Verdict] = [:], now: Moment) {
        for series in series where series.thresholds != nil || series.unit == .verdict {
            entries[series.id] = Entry(series: series, verdict: standing[series.id], valueAt: now)
        }
    }

    /// Judges one reading; nil when the verdict stays what it was.
    package mutating func judge(_ reading: Reading, at moment: Moment) -> Event.VerdictChanged? {
        guard var entry = entries[reading.series] else { return nil }
        if case .missed(let reason) = reading.measurement {
            // A miss does not undo the last value; its age will.
            entry.miss = reason
            entries[reading.series] = entry
            return nil
        }
        (entry.value, entry.valueAt, entry.miss) = (reading.measurement, moment, nil)
        return settle(entry, at: moment, because: reading.reason)
    }

    /// Judges by age alone: the series that nothing has been heard of for too long.
    package mutating func age(to now: Moment) -> [Event.VerdictChanged] {
        var changes: [Event.VerdictChanged] = []
        for entry in entries.values
        where Freshness(age: entry.valueAt.age(at: now), interval: entry.series.interval) == .lastKnown {
            switch entry.series.absence {
            case .alarming: break
            case .alarmingOnceSeen: if entry.value == nil, entry.verdict == nil { continue }
            case .normal: if entry.verdict ?? .ok <= .unknown { continue }
            }
            if let change = settle(entry, at: now) { changes.append(change) }
        }
        return changes.sorted { $0.series < $1.series }
    }

    private mutating func settle(
        _ settled: Entry, at now: Moment, because reason: String? = nil
    ) -> Event.VerdictChanged? {
        var entry = settled
        var assessment = Assessment(of: entry.series, value: entry.value, age: entry.valueAt.age(at: now))
        let before = entry.verdict
        if assessment.isUnjudged {
            // What cannot be judged is neither still wrong nor well again; where nothing was wrong it is no news.
            assessment.verdict = before ?? .ok > .unknown ? .unknown : before ?? .ok
        }
        entry.verdict = assessment.verdict
        entries[entry.series.id] = entry
        guard assessment.verdict != before, !(before == nil && assessment.verdict == .ok) else { return nil }

        var change = Event.VerdictChanged(
            series: entry.series.id, from: before ?? .unknown, to: assessment.verdict)
        if assessment.isUnjudged, case .text(let word) = entry.value { change.reason = word }
        if assessment.freshness == .lastKnown || assessment.freshness == .never {
            change.reason = entry.miss ?? "no reading for \(entry.valueAt.age(at: now).count / 1000) s"
        } else if case .number(let number) = entry.value {
            change.value = number
            change.reason = reason
            let thresholds = entry.series.thresholds
            change.bound =
                switch max(assessment.verdict, before ?? .ok) {
                case .critical: thresholds?.critical ?? thresholds?.warning
                default: thresholds?.warning ?? thresholds?.critical
                }
        }
        return change
    }
}
