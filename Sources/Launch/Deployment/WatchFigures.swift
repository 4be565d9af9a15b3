/// The post-deploy watch as it is read from a board: every figure of the pair and of the business, before and after an action.
package struct WatchFigures: Hashable, Sendable {
    package struct Row: Hashable, Sendable, Identifiable {
        package var subject: Subject
        /// The series after the change; the one before is another where a colour took over from the other.
        package var id: SeriesID
        package var unit: Unit
        package var comparison: Comparison
    }

    /// What a row compares: a figure of who serves now with that of who served, or a series with its own past.
    package enum Subject: Hashable, Sendable {
        case latency, errors, requests
        case series(SeriesID)
    }

    /// When the traffic first moved, and when for the last time: a canary's minutes belong to neither side.
    package let began: Moment
    package let settled: Moment
    /// How much of the time before, and after, there is.
    package let before: Milliseconds
    package let after: Milliseconds
    package let rows: [Row]

    /// How far each window reaches.
    package static let span: Milliseconds = .minutes(15)

    /// The figures of the whole launch are of the last minute: until it is over they are in part of the time before. Those of the
    /// colour that took over are its own.
    private static let memory: Milliseconds = .minutes(1)

    private static let yields: Set<Unit> = [.perSecond, .perMinute, .perHour, .pesos, .pesosPerHour]

    /// A difference so small that nobody would act on it, in the unit.
    private static func indifference(of unit: Unit) -> Double {
        switch unit {
        case .percent: 0.2
        case .milliseconds: 2
        default: unit.resolution
        }
    }

    /// Nil for an action that moved no traffic.
    package init?(of record: ActionRecord, board: Board, now: Moment) {
        guard let began = record.firstMovedAt, let settled = record.movedAt, let panes = board.manifest?.panes else {
            return nil
        }
        (self.began, self.settled) = (began, settled)
        after = min(WatchFigures.span, settled.age(at: now))
        let (end, span) = (settled.utc + after, after)

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
            func values(_ track: Track, last span: Milliseconds, until time: Timestamp) -> [Float] {
                track.history.values(last: Int(span.count / track.history.interval.count), until: time)
            }
            // The second of the switch belongs to neither side.
            let earlier = values(past, last: WatchFigures.span, until: began.utc + Milliseconds(-1000))
            reach = max(reach, past.history.interval * Int64(earlier.count { $0.isFinite }))
            return Row(
                subject: subject, id: new, unit: present.series.unit,
                comparison: Comparison(
                    before: earlier,
                    after: values(present, last: old == new ? span - WatchFigures.memory : span, until: end),
                    better: Comparison.Direction(of: present.series, otherwise: otherwise),
                    floor: WatchFigures.indifference(of: present.series.unit), thresholds: present.series.thresholds))
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
                // Of what the business does, more is better, where no threshold says otherwise.
                let isYield = board.track(id).map { WatchFigures.yields.contains($0.series.unit) } ?? false
                rows.append(row(.series(id), from: id, to: id, isYield ? .higher : .neither))
            }
        }
        for id in panes.health.flatMap({ [$0.main] + $0.facts.map(\.series) }) {
            rows.append(row(.series(id), from: id, to: id, .neither))
        }
        self.rows = rows.compactMap(\.self)
        before = min(reach, WatchFigures.span)
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
