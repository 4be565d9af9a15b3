/// Where one alert of a rule is on its way: what the journal does not tell, beside its ``Alert``.
struct AlertCourse: Sendable {
    enum Phase: Hashable, Sendable {
        case inactive, pending, firing
    }

    /// What came of one look.
    enum Step: Hashable, Sendable {
        case none, pend, clear, fire, change, resolve
    }

    var phase = Phase.inactive
    /// Since when the condition holds.
    var since: Moment?
    /// Since when one that fires is well.
    private var wellSince: Moment?
    /// For how long of that which runs, since it holds or since it is well, nothing was known: that counts towards neither `for` nor
    /// `keep_firing_for`. Where little happens, readings with too little behind them come between the good ones: an alert that
    /// began anew with each of them would never end.
    private var unknownSpan: Milliseconds = 0
    private var unknownSince: Moment?
    /// When it fired lately, oldest first.
    private(set) var firings: [Moment] = []
    /// Whether it was told as one that flaps by an engine before this one: of its firings the journal gives the last alone.
    private var wasFlapping = false
    /// Whether it fired under an engine before this one.
    private var isInherited = false
    /// The windows of an engine that starts are empty: one good answer after a restart is no all-clear. For so long one that fired
    /// before it must be well.
    static let doubt: Milliseconds = .seconds(30)

    init() {}

    /// As the journal tells it.
    init(_ alert: Alert, damping: FlapDamping?) {
        switch alert.state {
        case .pending: phase = .pending
        case .firing: phase = .firing
        case .resolved: phase = .inactive
        }
        since = phase == .inactive ? nil : alert.facts.since
        firings = alert.story.compactMap { entry in if case .fired = entry.event { entry.at } else { nil } }
        // What changed of one that fires is told as a firing too: only the first of a run is one.
        if alert.firings < firings.count { firings = Array(firings.suffix(max(alert.firings, 1))) }
        firings = Array(firings.suffix(damping?.times ?? 0))
        isInherited = phase == .firing
        wasFlapping = isInherited && alert.facts.isFlapping == true
    }

    /// How long it must have been well before that is told: a figure about its bound comes and goes each second.
    static let settled: Milliseconds = .seconds(3)

    /// Whether what fires is well; nil: neither for long enough to say so, nor not.
    ///
    /// - Parameter finding: of the look that was taken in last.
    func isWell(_ finding: AlertFinding, at now: Moment) -> Bool? {
        guard phase == .firing else { return nil }
        switch finding {
        case .met: return false
        case .clear: return wellSince.flatMap { $0.age(at: now) - unknownSpan >= AlertCourse.settled ? true : nil }
        // Where little happens, nothing is known for moments; for longer, it is not known to be well.
        case .unknown:
            guard wellSince != nil, let unknownSince else { return false }
            return unknownSince.age(at: now) >= AlertCourse.doubt ? false : nil
        }
    }

    /// Whether its last firings came too fast after one another.
    func isFlapping(_ damping: FlapDamping?) -> Bool {
        guard let damping else { return false }
        if wasFlapping { return true }
        guard firings.count >= damping.times, let last = firings.last else { return false }
        return firings.suffix(damping.times).first.map { $0.age(at: last) <= damping.within } ?? false
    }

    /// Moves on by one finding.
    ///
    /// - Parameter knownUntil: up to when what the finding rests on was known, where it is not now.
    mutating func take(_ finding: AlertFinding, of rule: AlertRule, knownUntil: Moment, at now: Moment) -> Step {
        switch (phase, finding) {
        case (.inactive, .met):
            (since, unknownSpan, unknownSince) = (now, 0, nil)
            guard rule.hold.count > 0 else { return fire(rule.damping, at: now) }
            phase = .pending
            return .pend
        case (.inactive, _): return .none
        case (.pending, .met):
            know(at: now)
            guard let since, since.age(at: now) - unknownSpan >= rule.hold else { return .none }
            return fire(rule.damping, at: now)
        case (.pending, .clear):
            phase = .inactive
            return .clear
        case (.pending, .unknown):
            lose(since, knownUntil: knownUntil, at: now)
            return .none
        case (.firing, .met):
            (wellSince, unknownSpan, unknownSince) = (nil, 0, nil)
            return .change
        case (.firing, .unknown):
            if wellSince != nil { lose(wellSince, knownUntil: knownUntil, at: now) }
            return .none
        case (.firing, .clear):
            let start = wellSince ?? now
            wellSince = start
            know(at: now)
            var keep = isInherited ? max(rule.keepFiring, AlertCourse.doubt) : rule.keepFiring
            if isFlapping(rule.damping), let hold = rule.damping?.hold { keep = max(keep, hold) }
            guard start.age(at: now) - unknownSpan >= keep else { return .none }
            phase = .inactive
            (since, wellSince, wasFlapping, isInherited) = (nil, nil, false, false)
            unknownSpan = 0
            return .resolve
        }
    }

    /// Nothing is known from now on of what has run since a moment. It is found only now, but so since its value grew old; never for
    /// longer than it has run.
    private mutating func lose(_ start: Moment?, knownUntil: Moment, at now: Moment) {
        guard unknownSince == nil else { return }
        let age = min(knownUntil.age(at: now), start?.age(at: now) ?? 0)
        unknownSince = now.advanced(by: age * -1)
    }

    /// It is known again.
    private mutating func know(at now: Moment) {
        guard let start = unknownSince else { return }
        unknownSpan = unknownSpan + start.age(at: now)
        unknownSince = nil
    }

    private mutating func fire(_ damping: FlapDamping?, at now: Moment) -> Step {
        phase = .firing
        (wellSince, unknownSpan, unknownSince) = (nil, 0, nil)
        if let damping {
            firings.append(now)
            if firings.count > damping.times { firings.removeFirst() }
        }
        return .fire
    }
}
