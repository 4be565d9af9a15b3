/// The life of all alerts as a value: readings, words of operators and time go in, transitions come out. It has no clock, and
/// measures every span by `CLOCK_BOOTTIME`: a step of the wall clock changes nothing.
///
/// What it knows of an alert is the fold of what it has told (``AlertLog``): a machine that is made from a journal's log goes
/// on where the one before it was.
package struct AlertMachine: Sendable {
    package let plan: AlertPlan
    package internal(set) var log: AlertLog
    var courses: [AlertCourse]
    var known: [SeriesKnowledge]
    private let places: [SeriesID: Int]
    /// By series: the alerts that read it.
    private var readers: [[Int]]
    /// By alert: the places of its series.
    let inputs: [[Int]]
    var values: [Int: ValueWindow] = [:]
    var budgets: [Int: BudgetWindow] = [:]
    var patterns: [Int: WeeklyPattern] = [:]
    /// Of each burn rate the windows that burn.
    var burning: [Int: Set<Int>] = [:]
    /// The alerts that are pending or fire.
    private var active: Set<Int> = []
    let text: AmountText
    /// What the first look must tell: the ends of alerts that nothing fires any more.
    private var orphans: [AlertEvent] = []
    var suppression = AlertSuppression()
    /// The firing alerts that somebody has taken.
    var taken: Set<Fingerprint> = []

    /// - Parameters:
    ///   - log: the alerts as the journal tells them.
    ///   - past: what is known of the time before the start.
    ///   - sources: the Alertmanagers that are asked: alerts of others end.
    package init(
        _ plan: AlertPlan, log: AlertLog = AlertLog(), past: AlertPast = AlertPast(), sources: Set<String> = [],
        now: Moment
    ) {
        self.plan = plan
        self.log = log
        text = AmountText(plan.figures)
        let places = Dictionary(
            plan.series.indices.map { (plan.series[$0].id, $0) }, uniquingKeysWith: { first, _ in first })
        self.places = places
        known = plan.series.map { series in
            let last = past.last[series.id]
            return SeriesKnowledge(
                series: series, value: last?.value, valueAt: last?.valueAt, miss: last?.miss, started: now)
        }
        inputs = plan.targets.map { target in target.condition.inputs.compactMap { places[$0] } }
        readers = Array(repeating: [], count: known.count)
        courses = plan.targets.map { target in
            log[target.fingerprint].map { AlertCourse($0, damping: plan.rules[target.rule].damping) } ?? AlertCourse()
        }
        for index in plan.targets.indices {
            for place in inputs[index] { readers[place].append(index) }
            if courses[index].phase != .inactive { active.insert(index) }
            if case .burn(let rate) = plan.targets[index].condition, courses[index].phase == .firing,
                let bound = log[plan.targets[index].fingerprint]?.facts.bound
            {
                burning[index] = Set(rate.windows.indices.filter { rate.windows[$0].factor == bound.limit })
            }
            remember(past.samples, for: index, now: now)
        }
        let own = Set(plan.targets.map(\.fingerprint))
        for alert in log.alerts.values where alert.state != .resolved {
            if alert.acknowledged != nil { taken.insert(alert.id) }
            if let source = alert.facts.source {
                if sources.contains(source) { continue }
                orphans.append(
                    .resolved(.init(alert: alert.id, reason: "\(source) is no longer in the config")))
            } else if !own.contains(alert.id) {
                orphans.append(
                    alert.state == .pending
                        ? .cleared(.init(alert: alert.id))
                        : .resolved(.init(alert: alert.id, reason: "its rule is no longer in the config")))
            }
        }
        orphans.sort { $0.subject < $1.subject }
        suppression.isDirty = true
    }

    // MARK: Looking

    /// Takes in readings, and judges the alerts that read them.
    package mutating func take(_ readings: [Reading], at moment: Moment, now: Moment) -> [AlertEvent] {
        var events: [AlertEvent] = []
        for reading in readings {
            guard let place = places[reading.series] else { continue }
            if case .missed(let reason) = reading.measurement {
                known[place].miss = reason
            } else {
                (known[place].value, known[place].valueAt) = (reading.measurement, moment)
                (known[place].miss, known[place].reason) = (nil, reading.reason)
            }
        }
        // Only now: a share is weighed by what was read together with it.
        for reading in readings {
            if case .number = reading.measurement, let place = places[reading.series] { remember(place, at: moment) }
        }
        for reading in readings {
            guard let place = places[reading.series] else { continue }
            for index in readers[place] { judge(index, at: now, &events) }
        }
        settle(at: now, &events)
        return events
    }

    /// Judges what time alone may have changed.
    ///
    /// - Parameter all: every alert, for those that fall silent: once a second. Otherwise those that are pending or fire.
    package mutating func advance(to now: Moment, all: Bool = true) -> [AlertEvent] {
        var events: [AlertEvent] = []
        for event in orphans { tell(event, at: now, &events) }
        orphans = []
        if all {
            for index in courses.indices { judge(index, at: now, &events) }
        } else {
            for index in active.sorted() { judge(index, at: now, &events) }
        }
        lapse(at: now, &events)
        settle(at: now, &events)
        return events
    }

    /// The engine itself stood still until now: that nothing was read meanwhile is no silence of what it reads.
    package mutating func excuse(at now: Moment) {
        for place in known.indices { known[place].started = now }
    }

    private mutating func judge(_ index: Int, at now: Moment, _ events: inout [AlertEvent]) {
        let target = plan.targets[index]
        let finding = finding(index, target, at: now)
        if courses[index].phase == .inactive, case .met = finding {
        } else if courses[index].phase == .inactive {
            return
        }
        let knownUntil = inputs[index].map { known[$0].knownUntil }.min { $0.uptime < $1.uptime } ?? now
        let step = courses[index].take(finding, of: plan.rules[target.rule], knownUntil: knownUntil, at: now)
        if let alert = log[target.fingerprint], alert.state == .firing,
            let isWell = courses[index].isWell(finding, at: now), isWell != alert.isRecovering
        {
            tell(.recovering(.init(alert: alert.id, isWell: isWell)), at: now, &events)
        }
        switch (step, finding) {
        case (.pend, .met(let met)):
            active.insert(index)
            tell(.pending(.init(alert: facts(index, met, at: now))), at: now, &events)
        case (.fire, .met(let met)):
            active.insert(index)
            tell(.fired(.init(alert: facts(index, met, at: now))), at: now, &events)
        case (.change, .met(let met)):
            guard let told = log[target.fingerprint]?.facts else { return }
            let rule = plan.rules[target.rule]
            let severity = rule.severity ?? met.severity
            let isFlapping: Bool? = courses[index].isFlapping(rule.damping) ? true : nil
            guard
                severity != told.severity || isFlapping != told.isFlapping || rule.policy != told.policy
                    || rule.runbook != told.runbook
            else { return }
            tell(.fired(.init(alert: facts(index, met, at: now))), at: now, &events)
        case (.clear, _):
            active.remove(index)
            tell(.cleared(.init(alert: target.fingerprint)), at: now, &events)
        case (.resolve, .clear(let value)):
            active.remove(index)
            tell(.resolved(.init(alert: target.fingerprint, value: value)), at: now, &events)
        default: break
        }
    }

    private func facts(_ index: Int, _ met: AlertFinding.Met, at now: Moment) -> AlertEvent.Facts {
        let target = plan.targets[index]
        let rule = plan.rules[target.rule]
        let severity = rule.severity ?? met.severity
        let subject = inputs[index].first.map { known[$0] }
        let reason = met.reason ?? subject?.reason
        let text = text
        // `MercadoPago down: status 500`, and not `MercadoPago up 0 < 1`.
        let down: String? =
            if let subject, subject.series.tellsWhetherUp, case .verdict = target.condition, (met.value ?? 1) < 1 {
                (reason ?? miss(beside: subject.series.id)).map { "down: \($0)" } ?? "down"
            } else {
                nil
            }
        let summary = rule.summary.text { field in
            switch field {
            case "value": down ?? met.value.map { text.amount($0, target.unit, against: met.bound) } ?? reason
            case "bound": down.map { _ in "" } ?? met.bound.map { text.bound($0, target.unit) } ?? reason ?? ""
            case "title": subject.map { $0.series.tellsWhetherUp ? $0.series.subject : target.title } ?? target.title
            case "series": subject?.series.id.name
            case "severity": severity.rawValue
            case "reason": reason ?? ""
            default:
                field.hasPrefix("labels.") && target.labels.values[String(field.dropFirst(7))] != nil
                    ? target.labels[String(field.dropFirst(7))] : nil
            }
        }
        return AlertEvent.Facts(
            rule: rule.name, labels: target.labels, severity: severity,
            summary: down == nil ? summary : summary.trimmedAtEnd, runbook: rule.runbook,
            series: subject?.series.id, value: met.value, bound: met.bound, since: courses[index].since ?? now,
            policy: rule.policy, group: AlertGroup.key(of: target.labels, by: rule.groupBy),
            isFlapping: courses[index].isFlapping(rule.damping) ? true : nil,
            unit: target.unit == subject?.series.unit ? nil : target.unit,
            isAbsence: target.condition.isAbsence ? true : nil)
    }

    /// Why the last look at a target brought nothing, from the measures of the same probe.
    private func miss(beside up: SeriesID) -> String? {
        let prefix = up.name.dropLast("up".count)
        return known.first { $0.miss != nil && $0.series.id.name.hasPrefix(prefix) }?.miss
    }

    mutating func tell(_ event: AlertEvent, at now: Moment, _ events: inout [AlertEvent]) {
        log.take(event, at: now)
        events.append(event)
        switch event {
        case .fired: suppression.isDirty = true
        case .resolved(let body):
            taken.remove(body.alert)
            suppression.outside[body.alert] = nil
            suppression.isDirty = true
        case .cleared(let body): taken.remove(body.alert)
        default: break
        }
    }

    // MARK: What is remembered

    private mutating func remember(_ place: Int, at moment: Moment) {
        guard case .number(let number)? = known[place].value, !number.isNaN else { return }
        for index in readers[place] where inputs[index].first == place {
            switch plan.targets[index].condition {
            case .change: values[index]?.take(number, at: moment.uptime)
            case .anomaly: patterns[index]?.take(number, at: moment.utc)
            case .burn(let rate):
                let weight: Double?
                if case .share(_, _?) = rate.bad {
                    weight = inputs[index].count == 2 ? known[inputs[index][1]].number(at: moment) : nil
                } else {
                    weight = 1
                }
                if let weight {
                    budgets[index]?.take(
                        rate.share(of: number, in: known[place].series.unit), weight: weight, at: moment.uptime)
                }
            case .bound, .absence, .verdict, .ratio: break
            }
        }
    }

    /// Takes in what a journal knows of the time before, read while the first looks were taken already.
    package mutating func learn(_ samples: [SeriesID: [AlertPast.Sample]], now: Moment) {
        for index in plan.targets.indices { remember(samples, for: index, now: now) }
    }

    /// Fills the windows of one alert from the time before.
    private mutating func remember(_ samples: [SeriesID: [AlertPast.Sample]], for index: Int, now: Moment) {
        let condition = plan.targets[index].condition
        guard let main = condition.inputs.first else { return }
        let own = samples[main] ?? []
        func uptime(_ time: Timestamp) -> Milliseconds { now.uptime - (now.utc - time) }
        switch condition {
        case .change(_, let span, _, _):
            var window = ValueWindow(span: span)
            for sample in own { window.take(sample.value, at: uptime(sample.at)) }
            values[index] = window
        case .anomaly(_, let anomaly):
            var pattern = WeeklyPattern(zone: plan.zone, holidays: plan.holidays, weeks: anomaly.weeks)
            for sample in own { pattern.take(sample.value, at: sample.at) }
            patterns[index] = pattern
        case .burn(let rate):
            var window = BudgetWindow(longest: rate.longest)
            var weights: ArraySlice<AlertPast.Sample>?
            if case .share(_, let id?) = rate.bad { weights = (samples[id] ?? [])[...] }
            let unit = places[main].map { known[$0].series.unit } ?? .percent
            var weight: Double? = weights == nil ? 1 : nil
            for sample in own {
                while let next = weights?.first, next.at <= sample.at {
                    weight = next.value
                    weights?.removeFirst()
                }
                if let weight {
                    window.take(rate.share(of: sample.value, in: unit), weight: weight, at: uptime(sample.at))
                }
            }
            budgets[index] = window
        case .bound, .absence, .verdict, .ratio: break
        }
    }
}

extension BurnRate {
    /// How much of one reading was bad, 0 to 1.
    fileprivate func share(of number: Double, in unit: Unit) -> Double {
        switch bad {
        case .share: min(max(unit == .percent ? number / 100 : number, 0), 1)
        case .beyond(_, let bound): bound.isCrossed(by: number) ? 1 : 0
        }
    }
}

extension String {
    /// Without the blanks that a field with nothing in it leaves.
    fileprivate var trimmedAtEnd: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
