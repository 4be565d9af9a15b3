// What the condition of an alert is found to be now.

extension AlertMachine {
    mutating func finding(_ index: Int, _ target: AlertPlan.Target, at now: Moment) -> AlertFinding {
        guard let place = inputs[index].first else { return .unknown("no series") }
        if case .absence(_, let span) = target.condition { return absence(place, span, at: now) }
        guard known[place].isKnown(at: now) else { return .unknown(known[place].trouble(at: now)) }
        if case .verdict(_, let least) = target.condition { return verdict(place, least, at: now) }
        guard let number = known[place].number(at: now) else { return .unknown(known[place].trouble(at: now)) }
        let isFiring = courses[index].phase == .firing
        switch target.condition {
        case .bound(_, let bound, let clear): return bound.finding(number, clear: isFiring ? clear : nil)
        case .ratio(_, _, let scale, let bound, let clear):
            guard inputs[index].count == 2, let whole = known[inputs[index][1]].number(at: now) else {
                return .unknown("the whole is not known")
            }
            if whole == 0 { return .unknown("the whole is 0") }
            return bound.finding(number / whole * scale, clear: isFiring ? clear : nil)
        case .change(_, let span, let isRelative, let bound):
            guard let before = values[index]?.value(before: now.uptime) else {
                return .unknown("what it was \(text.span(span.seconds)) ago is not known")
            }
            if isRelative, before == 0 { return .unknown("it was 0") }
            return bound.finding(isRelative ? (number - before) / abs(before) * 100 : number - before, clear: nil)
        case .burn(let rate): return burn(index, rate, at: now)
        case .anomaly(_, let anomaly): return deviation(index, number, anomaly, target.unit, at: now)
        case .absence, .verdict: return .unknown("")
        }
    }

    private func absence(_ place: Int, _ span: Milliseconds?, at now: Moment) -> AlertFinding {
        let subject = known[place]
        let silence = subject.silence(at: now)
        let limit = span ?? subject.series.interval * 5
        if subject.series.absence == .alarmingOnceSeen, subject.value == nil { return .unknown("never seen") }
        guard silence > limit else {
            // A start brings no value back: what was absent before it is until a reading comes.
            return subject.valueAt.map { $0.age(at: now) <= limit } ?? false ? .clear(value: nil) : .unknown("not yet")
        }
        return .met(AlertFinding.Met(silence.seconds, .above(limit.seconds), reason: subject.trouble(at: now)))
    }

    private func verdict(_ place: Int, _ least: Verdict, at now: Moment) -> AlertFinding {
        let subject = known[place]
        let assessment = Assessment(of: subject.series, value: subject.value, age: subject.valueAt?.age(at: now) ?? 0)
        let number = subject.number(at: now)
        let thresholds = subject.series.thresholds
        switch assessment.verdict {
        case .critical:
            return .met(
                .init(number, thresholds?.critical ?? thresholds?.warning, severity: .critical, reason: subject.reason))
        case .warning where least == .warning:
            return .met(.init(number, thresholds?.warning, severity: .warning, reason: subject.reason))
        // A check that says itself that it does not know is no silence: it asks for a look.
        case .unknown where subject.series.unit == .verdict && least == .warning:
            return .met(.init(number, severity: .warning, reason: subject.reason ?? "the check does not know"))
        case .unknown: return .unknown(subject.trouble(at: now))
        case .ok, .warning: return .clear(value: number)
        }
    }

    private mutating func burn(_ index: Int, _ rate: BurnRate, at now: Moment) -> AlertFinding {
        var unknown = false
        var value: Double?
        for (place, window) in rate.windows.enumerated() {
            let long = budgets[index]?.share(over: window.long, at: now.uptime)
            let short = budgets[index]?.share(over: window.short, at: now.uptime)
            guard let long, let short, rate.budget > 0 else {
                unknown = unknown || burning[index]?.contains(place) ?? false
                continue
            }
            value = value ?? long.bad / rate.budget
            // To begin, what is not known counts as good. Windows that burn go on while what is known of them does: a gap is
            // no all-clear.
            let isBurning = burning[index]?.contains(place) ?? false
            let speed = isBurning ? min(long.bad, short.bad) : min(long.least, short.least)
            guard speed / rate.budget > window.factor else {
                burning[index]?.remove(place)
                continue
            }
            burning[index, default: []].insert(place)
            let share = isBurning ? long.bad : long.least
            return .met(
                .init(
                    share / rate.budget, .above(window.factor), severity: window.severity,
                    reason: "\(text.amount(share * 100, .percent)) bad in \(text.span(window.long.seconds))"))
        }
        return unknown ? .unknown("too little is known of its windows") : .clear(value: value)
    }

    private func deviation(
        _ index: Int, _ value: Double, _ anomaly: Anomaly, _ unit: Unit, at now: Moment
    ) -> AlertFinding {
        let utc = now.utc
        if let hours = anomaly.hours, !hours.contains(plan.zone.civil(utc)) { return .clear(value: value) }
        if plan.holidays.holiday(on: plan.zone.civil(utc)) != nil { return .clear(value: value) }
        guard let usual = patterns[index]?.usual(at: utc) else { return .unknown("too few earlier weeks are known") }
        let margin = max(abs(usual.median) * anomaly.share / 100, usual.scatter * anomaly.scatter)
        let reason = text.amount(usual.median, unit)
        switch anomaly.direction {
        case .below, .both:
            if value < usual.median - margin {
                return .met(.init(value, .below(usual.median - margin), reason: reason))
            }
            if anomaly.direction == .below { return .clear(value: value) }
            fallthrough
        case .above:
            return value > usual.median + margin
                ? .met(.init(value, .above(usual.median + margin), reason: reason)) : .clear(value: value)
        }
    }
}

extension Thresholds.Bound {
    /// - Parameter clear: where one that fires is well again; nil: at the bound itself.
    fileprivate func finding(_ value: Double, clear: Double?) -> AlertFinding {
        let limit: Thresholds.Bound =
            switch self {
            case .above(let limit): .above(min(clear ?? limit, limit))
            case .below(let limit): .below(max(clear ?? limit, limit))
            }
        return limit.isCrossed(by: value) ? .met(AlertFinding.Met(value, self)) : .clear(value: value)
    }
}
