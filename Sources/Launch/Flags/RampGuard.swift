/// What stops a ramp: a series with thresholds, by its name, or an alert rule, by its.
package struct RampGuard: Hashable, Sendable, Codable, ExpressibleByStringLiteral {
    package var name: String
    /// Whether it is an alert rule.
    package var isAlert: Bool
    /// Of an alert rule the series that it judges: where nothing is known of them, that it does not fire says nothing.
    package var inputs: [SeriesID]

    /// A series.
    package init(_ series: SeriesID) { (name, isAlert, inputs) = (series.name, false, []) }

    package init(stringLiteral name: String) { self.init(SeriesID(name)) }

    /// An alert rule.
    package init(alert name: String, inputs: [SeriesID]) { (self.name, isAlert, self.inputs) = (name, true, inputs) }

    /// The guard of that name; nil where neither a series nor an alert rule has it.
    package init?(named name: String, series: [Series], alerts: AlertSettings) {
        if series.contains(where: { $0.id.name == name }) {
            self.init(SeriesID(name))
            return
        }
        guard alerts.rules.contains(where: { $0.name == name }) else { return nil }
        let plan = AlertPlan(alerts, series: series, zone: .utc)
        let targets = plan.targets.filter { plan.rules[$0.rule].name == name }
        self.init(alert: name, inputs: targets.flatMap(\.condition.inputs))
    }

    /// The series that one looks at to see what the guard sees.
    package var series: SeriesID? { isAlert ? inputs.first : SeriesID(name) }

    /// What it is called.
    package func title(on board: Board) -> String {
        isAlert ? name : board.track(SeriesID(name))?.series.title ?? name
    }

    /// What it says now. An alert that fires is critical to a ramp, however severe it is; one that is pending is a warning.
    package func verdict(on board: Board, at now: Moment, engineSilent: Bool) -> Verdict {
        guard isAlert else {
            // `too few (7)`: nothing is said to be wrong, and nothing to be well. Nothing goes on by that.
            let assessment = board.assessment(of: SeriesID(name), at: now, engineSilent: engineSilent)
            return assessment.isUnjudged ? .unknown : assessment.verdict
        }
        if engineSilent { return .unknown }
        let alerts = board.alerts.alerts.values.filter { $0.facts.rule == name && $0.facts.source == nil }
        if alerts.contains(where: { $0.state == .firing }) { return .critical }
        if alerts.contains(where: { $0.state == .pending }) { return .warning }
        let isKnown = inputs.contains { id in
            guard let track = board.track(id) else { return false }
            if track.isAbsentByNature { return true }
            let assessment = board.assessment(of: id, at: now, engineSilent: false)
            return !assessment.isUnjudged && (assessment.freshness == .fresh || assessment.freshness == .stale)
        }
        return isKnown ? .ok : .unknown
    }
}
