/// When something is wrong, how bad it is, and what people are told: an entry of `alerts:` in the launch config.
package struct AlertRule: Hashable, Sendable, Identifiable {
    package var id: String { name }
    /// The label `alertname` of what it fires.
    package var name: String
    package var condition: AlertCondition
    /// Nil: as bad as the verdict, or the window of a burn rate, that decides.
    package var severity: Severity?
    /// `for`: how long the condition must hold before it fires.
    package var hold: Milliseconds
    /// `keep_firing_for`: how long it must be well before it is resolved.
    package var keepFiring: Milliseconds
    package var summary: SummaryTemplate
    package var runbook: String?
    package var labels: Labels
    /// The label that bears what a `*` in the names of its series stood for.
    package var fanLabel: String?
    /// `notify`: the escalation policy; nil: it is shown, and nobody is told.
    package var policy: String?
    package var groupBy: [String]
    /// Nil: it may come and go as it likes.
    package var damping: FlapDamping?

    package init(
        name: String, condition: AlertCondition, severity: Severity? = nil, hold: Milliseconds = 0,
        keepFiring: Milliseconds = 0, summary: SummaryTemplate? = nil, runbook: String? = nil, labels: Labels = [:],
        fanLabel: String? = nil, policy: String? = nil, groupBy: [String] = AlertGroup.standard,
        damping: FlapDamping? = .standard
    ) {
        self.name = name
        self.condition = condition
        self.severity = severity
        self.hold = hold
        self.keepFiring = keepFiring
        self.summary = summary ?? condition.standardSummary
        self.runbook = runbook
        self.labels = labels
        self.fanLabel = fanLabel
        self.policy = policy
        self.groupBy = groupBy
        self.damping = damping
    }
}

/// An alert that comes and goes is told once: after `times` firings `within` a span, it must be well for `hold` before it
/// is resolved.
package struct FlapDamping: Hashable, Sendable {
    package var times: Int
    package var within: Milliseconds
    package var hold: Milliseconds

    package init(times: Int, within: Milliseconds, hold: Milliseconds) {
        self.times = times
        self.within = within
        self.hold = hold
    }

    package static let standard = FlapDamping(times: 4, within: .minutes(30), hold: .minutes(10))
}

/// What `alerts:` and `inhibitions:` of a launch config say.
package struct AlertSettings: Hashable, Sendable {
    package var rules: [AlertRule]
    package var inhibitions: [Inhibition]
    /// The policy of judged series that have no rule of their own, by severity; nil: they are shown, and nobody is told.
    package var impliedPolicy: String?
    /// What the engine itself finds: actions that hang, tasks that are late.
    package var engine: EngineAlertPlan

    package init(
        rules: [AlertRule] = [], inhibitions: [Inhibition] = Inhibition.standard, impliedPolicy: String? = nil,
        engine: EngineAlertPlan = EngineAlertPlan()
    ) {
        self.rules = rules
        self.inhibitions = inhibitions
        self.impliedPolicy = impliedPolicy
        self.engine = engine
    }
}
