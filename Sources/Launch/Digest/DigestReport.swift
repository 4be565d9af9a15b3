/// What a report tells the business: figures against target and last week, incidents, availability, what was changed. A value,
/// made of what the journal holds; what is not known is said to be.
package struct DigestReport: Hashable, Sendable {
    package var launch: String
    package var from: Timestamp
    package var to: Timestamp
    package var zone: Zone
    package var figures: FigureStyle
    /// T−0, where there is one.
    package var launchAt: Timestamp?
    /// Whether it is the one that goes some time after the launch.
    package var isOfLaunch: Bool
    /// How late it goes; nil: in time.
    package var late: Milliseconds?
    /// How many before it never went.
    package var missed: Int
    /// Since when the engine gives no sign; nil: it does.
    package var silence: Milliseconds?
    package var kpis: [KpiLine] = []
    package var incidents: [Incident] = []
    /// How many incidents more there were.
    package var incidentsBeyond = 0
    package var availability: [Gauge] = []
    package var budgets: [Gauge] = []
    package var changes: [Change] = []
    /// For how long nothing was watched, as far as the journal knows.
    package var unwatched: Milliseconds = 0

    package struct KpiLine: Hashable, Sendable {
        package var title: String
        package var unit: Unit
        package var verdict: Verdict
        /// Nil: not known.
        package var value: Double?
        /// What stands in place of the number.
        package var word: String?
        package var target: Kpi.Target?
        package var isMet: Bool?
        package var weekAgo: Double?
        package var weekVerdict: Comparison.Verdict?
        package var age: Milliseconds?
        /// It is the last that is known, and old.
        package var isOld: Bool
    }

    package struct Incident: Hashable, Sendable {
        package var severity: Severity
        package var summary: String
        package var began: Moment
        package var ended: Moment?
        package var takenBy: String?
        /// From its beginning to whoever took it.
        package var takenAfter: Milliseconds?
        package var times: Int
    }

    package struct Gauge: Hashable, Sendable {
        package var title: String
        package var unit: Unit
        package var value: Double?
        package var verdict: Verdict
        package var isOld: Bool
    }

    package struct Change: Hashable, Sendable {
        package var at: Timestamp
        package var what: String
        package var by: String
        package var outcome: ActionOutcome?
    }

    /// How many incidents are listed, the worst first.
    package static let listed = 20

    /// - Parameters:
    ///   - board: the launch now.
    ///   - events: of alerts, actions and the engine since `from` and before, oldest first.
    ///   - titles: what people call a contact.
    package init(
        _ plan: DigestPlan, of board: Board, events: [Event], from: Timestamp, to: Timestamp, at now: Moment,
        titles: [String: String] = [:], isOfLaunch: Bool = false, late: Milliseconds? = nil, missed: Int = 0
    ) {
        let manifest = board.manifest
        launch = manifest.map { "\($0.product.name) \($0.environment)" } ?? "?"
        (self.from, self.to) = (from, to)
        zone = manifest?.zone ?? .utc
        figures = manifest?.figures ?? .english
        launchAt = manifest?.launchAt
        self.isOfLaunch = isOfLaunch
        self.late = late
        self.missed = missed
        let isSilent = board.isSilent(at: now)
        silence = isSilent ? board.heartbeat?.at.age(at: now) ?? now.utc - from : nil
        kpis = (manifest?.kpis ?? []).map { kpi in
            let state = KpiState(kpi, on: board, at: now, engineSilent: isSilent)
            return KpiLine(
                title: kpi.title, unit: state.unit, verdict: state.assessment.verdict,
                value: state.word == nil ? state.value : nil,
                word: state.word, target: kpi.target, isMet: state.isMet, weekAgo: state.week?.was,
                weekVerdict: state.week?.verdict, age: state.age,
                isOld: ![.fresh, .stale].contains(state.assessment.freshness))
        }
        func gauges(_ ids: [SeriesID]) -> [Gauge] {
            ids.compactMap { id in
                board.track(id).map { track in
                    let assessment = board.assessment(of: id, at: now, engineSilent: isSilent)
                    return Gauge(
                        title: track.series.title, unit: track.series.unit, value: track.number,
                        verdict: assessment.verdict,
                        isOld: ![.fresh, .stale].contains(assessment.freshness))
                }
            }
        }
        availability = gauges(plan.availability)
        budgets = gauges(plan.budgets)
        (incidents, incidentsBeyond) = DigestReport.incidents(in: events, board.alerts, from: from, titles)
        changes = DigestReport.changes(in: events, from: from, to: to)
        unwatched = DigestReport.unwatched(in: events, from: from, to: to)
    }

    private static func incidents(
        in events: [Event], _ alerts: AlertLog, from: Timestamp, _ titles: [String: String]
    ) -> ([Incident], Int) {
        var found: [Fingerprint: Incident] = [:]
        func isTold(_ facts: AlertEvent.Facts) -> Bool { facts.severity >= .warning && facts.policy != nil }
        func begin(_ facts: AlertEvent.Facts, at moment: Moment) {
            guard isTold(facts) else { return }
            if var known = found[facts.fingerprint] {
                // One that fires already says anew what changed of it.
                if known.ended != nil { known = again(known, at: moment) }
                known.severity = max(known.severity, facts.severity)
                known.summary = facts.summary
                found[facts.fingerprint] = known
            } else {
                found[facts.fingerprint] = Incident(
                    severity: facts.severity, summary: facts.summary, began: moment, times: 1)
            }
        }
        func again(_ known: Incident, at moment: Moment) -> Incident {
            // What was over before the time of the report is none of it.
            if let ended = known.ended, ended.utc < from {
                return Incident(severity: .info, summary: known.summary, began: moment, times: 1)
            }
            var known = known
            known.ended = nil
            known.times += 1
            return known
        }
        for event in events {
            guard case .alert(let alert) = event.body else { continue }
            switch alert {
            case .fired(let body): begin(body.alert, at: event.at)
            case .resolved(let body): found[body.alert]?.ended = event.at
            case .acknowledged(let body):
                guard let known = found[body.alert], known.takenBy == nil else { continue }
                found[body.alert]?.takenBy = titles[body.by] ?? body.by
                found[body.alert]?.takenAfter = known.began.age(at: event.at)
            default: break
            }
        }
        // What has fired for longer than the events go back.
        for alert in alerts.firing where found[alert.id] == nil && isTold(alert.facts) {
            found[alert.id] = Incident(
                severity: alert.facts.severity, summary: alert.facts.summary, began: alert.firedAt ?? alert.at,
                takenBy: alert.acknowledged.map { titles[$0.body.by] ?? $0.body.by }, times: alert.firings)
        }
        let all = found.values.filter { $0.ended.map { $0.utc >= from } ?? true }.sorted { left, right in
            if (left.ended == nil) != (right.ended == nil) { return left.ended == nil }
            if left.severity != right.severity { return left.severity > right.severity }
            return (left.began.utc.milliseconds, left.summary) > (right.began.utc.milliseconds, right.summary)
        }
        return (Array(all.prefix(listed)), max(0, all.count - listed))
    }

    private static func changes(in events: [Event], from: Timestamp, to: Timestamp) -> [Change] {
        var log = ActionLog()
        for event in events { if case .action(let action) = event.body { log.take(action, at: event.at) } }
        return log.records.filter { $0.kind.movesTraffic && $0.at.utc >= from && $0.at.utc <= to }.suffix(20).map {
            record in
            let target = record.started.to.map { " \($0.version ?? $0.colour)" } ?? ""
            return Change(
                at: record.at.utc, what: record.kind.rawValue + target, by: record.started.by.name,
                outcome: record.ended?.body.outcome)
        }
    }

    /// From an engine's end, or a gap's beginning, to the next beginning; each span within the time of the report.
    private static func unwatched(in events: [Event], from: Timestamp, to: Timestamp) -> Milliseconds {
        var total: Milliseconds = 0
        var since: Timestamp?
        func add(_ start: Timestamp, _ end: Timestamp) { total = total + max(min(end, to) - max(start, from), 0) }
        for event in events {
            switch event.body {
            case .engineStopped: since = event.at.utc
            case .engineStarted:
                if let start = since { add(start, event.at.utc) }
                since = nil
            case .recordingGap(let gap) where gap.ticks > 0: add(gap.from, gap.to)
            default: break
            }
        }
        if let since { add(since, to) }
        return total
    }

    /// The kinds of events that a report is made of.
    package static let kinds = [
        "alert.fired", "alert.resolved", "alert.acknowledged", "action.started", "action.step.ended", "action.ended",
        "engine.started", "engine.stopped", "recording.gap",
    ]

    /// How many incidents go on.
    package var openCount: Int { incidents.count { $0.ended == nil } }
    package var missedTargets: [KpiLine] { kpis.filter { $0.isMet == false } }
    /// The worst that can be said of all of it: not known is never well.
    package var verdict: Verdict {
        if silence != nil { return .unknown }
        if incidents.contains(where: { $0.ended == nil && $0.severity == .critical }) { return .critical }
        if openCount > 0 || !missedTargets.isEmpty { return .warning }
        let isKnown = !kpis.contains { $0.isMet == nil && $0.target != nil && $0.word == nil }
        return isKnown ? .ok : .unknown
    }
}
