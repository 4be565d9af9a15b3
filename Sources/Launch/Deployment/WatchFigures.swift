/// What a change of traffic did to every figure of the pair and of the business: the time after it against the time before, or,
/// of a rollback, against the incident that it ended (see ``ComparedTimes``).
package struct WatchFigures: Hashable, Sendable {
    package struct Row: Hashable, Sendable, Identifiable {
        package var subject: Subject
        /// The series after the change; the one before is another where a colour took over from the other.
        package var id: SeriesID
        package var unit: Unit
        package var comparison: Comparison
        /// Of a rollback: the time after it against the time before the release that it took back.
        package var recovery: Comparison?

        /// Of a rollback: whether the figure is again as it was before the incident, or better; nil where that is not known.
        package var isRecovered: Bool? {
            switch recovery?.verdict {
            case .same?, .better?: true
            case .worse?: false
            case .different?, .tooLittle?, nil: nil
            }
        }

        /// What it was before the incident, where it is not again so.
        package var unreached: Double? { isRecovered == false ? recovery?.before : nil }
    }

    /// What a row compares: a figure of who serves now with that of who served, or a series with its own past.
    package enum Subject: Hashable, Sendable {
        case latency, errors, requests
        case series(SeriesID)
    }

    package let times: ComparedTimes
    /// How much of the time before, and after, there is.
    package let before: Milliseconds
    package let after: Milliseconds
    package let rows: [Row]

    private static let yields: Set<Unit> = [.perSecond, .perMinute, .perHour, .pesos, .pesosPerHour]

    /// A difference so small that nobody would act on it, in the unit.
    private static func indifference(of unit: Unit) -> Double {
        switch unit {
        case .percent: 0.2
        case .milliseconds: 2
        default: unit.resolution
        }
    }

    /// Compares a series with its past, or a colour's with the other's: the one way in which a change of traffic is judged.
    ///
    /// - Parameters:
    ///   - old: the series before, where that is another.
    ///   - end: until when the time after is looked at.
    static func comparison(
        _ range: Range<Timestamp>, of old: Track, with new: Track, from settled: Timestamp, until end: Timestamp,
        better direction: Comparison.Direction
    ) -> Comparison {
        let isOwn = old.series.id == new.series.id
        let start = isOwn ? settled + ComparedTimes.memory : settled
        return Comparison(
            before: old.history.values(in: range),
            after: start < end ? new.history.values(in: start..<end) : [],
            better: Comparison.Direction(of: new.series, otherwise: direction),
            floor: indifference(of: new.series.unit), thresholds: new.series.thresholds)
    }

    /// Nil for an action that moved no traffic.
    package init?(of record: ActionRecord, board: Board, now: Moment) {
        guard let times = ComparedTimes(of: record, in: board), let panes = board.manifest?.panes else { return nil }
        self.times = times
        after = times.after(at: now)
        let (settled, end) = (times.settled.utc, times.settled.utc + after)

        // A series that two panes show is one row; how far the readings reach back is what they say themselves.
        var seen: Set<SeriesID> = []
        var reach: Milliseconds = 0

        func row(_ subject: Subject, from old: SeriesID?, to new: SeriesID?, _ otherwise: Comparison.Direction) -> Row?
        {
            guard let old, let new, let past = board.track(old), let present = board.track(new),
                present.series.unit != .text,
                present.series.unit != .verdict
            else { return nil }
            guard seen.insert(new).inserted || subject != .series(new) else { return nil }
            let isRolledBack = times.incident != nil
            // Of an incident only what it did: a figure of the last minute tells the time before it for one more.
            let range = isRolledBack && old == new ? ComparedTimes.settledPart(of: times.before) : times.before
            let comparison = WatchFigures.comparison(
                range, of: past, with: present, from: settled, until: end, better: otherwise)
            let recovery = times.healthy.map {
                WatchFigures.comparison($0, of: present, with: present, from: settled, until: end, better: otherwise)
            }
            reach = max(reach, past.history.interval * Int64(comparison.readingsBefore))
            return Row(
                subject: subject, id: new, unit: present.series.unit, comparison: comparison, recovery: recovery)
        }
        var rows: [Row?] = []
        // Whoever serves against whoever served: the same measure, of two colours. One that went back has left it as it was.
        let split = record.split.flatMap { Split(name: $0) }
        let serves = split.flatMap { $0.canary == nil ? $0.live : nil } ?? record.started.to?.colour
        let old = panes.colours.first { $0.name == record.started.from?.colour }
        let new = panes.colours.first { $0.name == serves }
        if let old, let new {
            rows.append(row(.latency, from: old.latency, to: new.latency, .lower))
            rows.append(row(.errors, from: old.errors, to: new.errors, .lower))
            // While both serve, each has its share alone: the two numbers say nothing of each other.
            if let split, split.canary == nil {
                rows.append(row(.requests, from: old.requests, to: new.requests, .neither))
            }
        }
        for line in panes.business {
            for id in [line.main] + line.facts.map(\.series) {
                // Of what the business does, more is better, where neither a threshold nor its target says otherwise.
                let isYield = board.track(id).map { WatchFigures.yields.contains($0.series.unit) } ?? false
                let aim = board.manifest?.kpis?.first { $0.series == id }?.direction ?? .neither
                rows.append(row(.series(id), from: id, to: id, aim != .neither ? aim : isYield ? .higher : .neither))
            }
        }
        for id in panes.health.flatMap({ [$0.main] + $0.facts.map(\.series) }) {
            rows.append(row(.series(id), from: id, to: id, .neither))
        }
        self.rows = rows.compactMap(\.self)
        before = min(reach, ComparedTimes.span)
    }

    /// The rows in the order in which somebody wants to read them: what is worse first, then what is not again as it was.
    package var ordered: [Row] {
        func rank(_ row: Row) -> Int {
            if row.comparison.verdict == .worse { return 0 }
            if row.isRecovered == false { return 1 }
            return switch row.comparison.verdict {
            case .worse: 0
            case .better: 2
            case .different: 3
            case .same: 4
            case .tooLittle: 5
            }
        }
        return rows.enumerated().sorted { left, right in
            let (a, b) = (rank(left.element), rank(right.element))
            return a == b ? left.offset < right.offset : a < b
        }.map(\.element)
    }
}

extension History {
    /// The values of the slots that begin within a time, oldest first.
    func values(in range: Range<Timestamp>) -> [Float] {
        let first = (range.lowerBound.milliseconds - 1).flooredDivision(by: interval.count) + 1
        let last = (range.upperBound.milliseconds - 1).flooredDivision(by: interval.count)
        guard last >= first else { return [] }
        return values(last: min(Int(last - first) + 1, capacity), until: Timestamp(milliseconds: last * interval.count))
    }
}

extension ActionRecord {
    /// When the traffic was first moved by it.
    package var firstMovedAt: Moment? {
        steps.filter { $0.split != nil }.compactMap(\.endedAt).min { $0.utc < $1.utc } ?? movedAt
    }

    /// When the traffic was last moved by it: the end of the last step that left a split in force; nil: it moved none.
    package var movedAt: Moment? {
        guard split != nil else { return nil }
        return steps.last { $0.endedAt != nil && $0.split != nil }?.endedAt ?? ended?.at
    }

    /// How long it took, or has been going on.
    package func duration(at now: Moment) -> Milliseconds {
        guard let ended else { return at.age(at: now) }
        return at.age(at: ended.at)
    }
}
