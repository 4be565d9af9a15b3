/// Every alert that there can be: the rules spread over the series that they fit, and one rule for each judged series that
/// has none of its own. So there is one feed, whatever is configured.
package struct AlertPlan: Sendable {
    /// The name of the alerts that say that a series brings no reading.
    package static let absenceName = "NoData"
    /// The runbook's sections about what no rule describes.
    package static let absenceRunbook = "#no-data"
    package static let verdictRunbook = "#out-of-bounds"

    /// One alert that can fire: a rule with its series.
    package struct Target: Hashable, Sendable {
        /// Its place in ``AlertPlan/rules``.
        package var rule: Int
        package var condition: AlertCondition
        package var labels: Labels
        package var fingerprint: Fingerprint
        package var title: String
        package var unit: Unit
    }

    package let rules: [AlertRule]
    package let targets: [Target]
    package let inhibitions: [Inhibition]
    package let series: [Series]
    package let zone: Zone
    /// Days that an anomaly is neither judged on nor by.
    package let holidays: [LaunchHoliday]
    package let figures: FigureStyle

    /// - Parameter settings: what the config says; its rules' series are known to be there.
    package init(
        _ settings: AlertSettings, series: [Series], zone: Zone, holidays: [LaunchHoliday] = [],
        figures: FigureStyle = .argentine
    ) {
        self.holidays = holidays
        var rules = settings.rules
        var targets: [Target] = []
        let byID = Dictionary(series.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        /// Series that a rule judges by value, and those that a rule misses when they fall silent.
        var (judged, missed): (Set<SeriesID>, Set<SeriesID>) = ([], [])
        for (index, rule) in settings.rules.enumerated() {
            for (condition, value) in AlertPlan.spread(rule.condition, over: series) {
                guard let main = condition.inputs.first, let subject = byID[main] else { continue }
                switch condition {
                case .absence: missed.insert(main)
                case .bound, .verdict: judged.insert(main)
                case .change, .ratio, .burn, .anomaly: break
                }
                var labels = rule.labels
                if let value { labels = labels.merging([rule.fanLabel ?? "series": value]) }
                labels["alertname"] = rule.name
                targets.append(Target(rule: index, condition, labels, subject))
            }
        }
        for subject in series where subject.isJudged && !judged.contains(subject.id) {
            let rule = AlertRule(
                name: subject.id.name, condition: .verdict(subject.id, atLeast: .warning),
                runbook: AlertPlan.verdictRunbook, policy: settings.impliedPolicy)
            rules.append(rule)
            targets.append(
                Target(rule: rules.count - 1, rule.condition, AlertPlan.labels(rule.name, of: subject.id), subject))
        }
        for subject in series where subject.isJudged && !missed.contains(subject.id) && subject.absence != .normal {
            let rule = AlertRule(
                name: AlertPlan.absenceName, condition: .absence(subject.id, after: nil), severity: .warning,
                runbook: AlertPlan.absenceRunbook, groupBy: ["alertname", "probe"])
            rules.append(rule)
            targets.append(
                Target(
                    rule: rules.count - 1, rule.condition,
                    AlertPlan.labels(rule.name, of: subject.id).merging(["series": subject.id.name]), subject))
        }
        self.rules = rules
        self.targets = AlertPlan.distinct(targets)
        inhibitions = settings.inhibitions
        self.series = series
        self.zone = zone
        self.figures = figures
    }

    /// `probe` and `measure` of a series are labels of the alerts that no rule describes.
    private static func labels(_ name: String, of id: SeriesID) -> Labels {
        let parts = id.name.split(separator: ".", maxSplits: 1)
        return [
            "alertname": name, "probe": parts.first.map(String.init) ?? "",
            "measure": parts.count > 1 ? String(parts[1]) : "",
        ]
    }

    /// Two alerts with the same labels would be one: the first is kept. The config's check refuses what leads to it.
    private static func distinct(_ targets: [Target]) -> [Target] {
        var seen: Set<Fingerprint> = []
        return targets.filter { seen.insert($0.fingerprint).inserted }
    }

    /// The condition once for each value of its `*`, in the order of the series.
    static func spread(
        _ condition: AlertCondition, over series: [Series]
    ) -> [(condition: AlertCondition, value: String?)] {
        let patterns = condition.inputs.filter { $0.name.contains("*") }
        guard let pattern = patterns.first else { return [(condition, nil)] }
        let known = patterns.count > 1 || condition.inputs.count > 1 ? Set(series.map(\.id)) : []
        return series.compactMap { series in
            guard let value = AlertPlan.value(of: series.id, in: pattern) else { return nil }
            let filled = condition.filling(value)
            // A ratio of which one side is not there for a value has no alert for it.
            return known.isEmpty || filled.inputs.allSatisfy(known.contains) ? (filled, value) : nil
        }
    }

    /// What the `*` of a pattern stands for in a name; nil where it does not fit.
    package static func value(of id: SeriesID, in pattern: SeriesID) -> String? {
        guard let star = pattern.name.firstIndex(of: "*") else { return nil }
        let (head, tail) = (pattern.name[..<star], pattern.name[pattern.name.index(after: star)...])
        guard id.name.utf8.count > head.utf8.count + tail.utf8.count, id.name.hasPrefix(head), id.name.hasSuffix(tail)
        else { return nil }
        let value = String(id.name.dropFirst(head.count).dropLast(tail.count))
        // One part of the name: `app.p95.events.AR-C` is no `app.p95.*`.
        return value.contains(".") ? nil : value
    }
}

extension AlertPlan.Target {
    fileprivate init(rule: Int, _ condition: AlertCondition, _ labels: Labels, _ subject: Series) {
        self.init(
            rule: rule, condition: condition, labels: labels, fingerprint: Fingerprint(of: labels),
            title: subject.title, unit: condition.valueUnit(subject.unit))
    }
}
