/// What guardia itself finds and somebody must be told of, though no series says it: an action that nobody drives any more, a
/// deploy that goes ahead without approval, an item of the checklist whose time is over.
///
/// A value of a board: each fact is one alert, which ends when the fact does.
package struct EngineAlerts: Hashable, Sendable {
    /// Where these alerts are from. No Alertmanager of a config can have a name with a blank in it.
    package static let source = "guardia itself"
    package static let actionStuck = "ActionStuck"
    package static let breakGlass = "BreakGlass"
    package static let checklistOverdue = "ChecklistOverdue"

    /// What the engine finds without a rule, beside what a board tells: the labels of each, without `alertname`.
    package static let labels: [String: Set<String>] = [
        actionStuck: ["action", "kind"], breakGlass: ["action", "by"], checklistOverdue: ["item", "owner"],
        alertmanagerUnreachable: ["alertmanager"], escalationStalled: [],
    ]
    /// An Alertmanager of the config does not answer.
    package static let alertmanagerUnreachable = "AlertmanagerUnreachable"
    /// A chain stands still: the self-audit's.
    package static let escalationStalled = "guardia-escalation-stalled"

    /// How long a deploy without approval is an alert at least, however soon it is over: whoever is paged finds it still.
    package static let breakGlassSpan = Milliseconds.minutes(15)

    /// The section of the runbook about one of them.
    package static func runbook(of name: String) -> String {
        switch name {
        case actionStuck: "#action-stuck"
        case breakGlass: "#break-glass"
        case alertmanagerUnreachable: "#alertmanager-unreachable"
        case escalationStalled: "#guardia-escalation-stalled"
        default: "#checklist-overdue"
        }
    }

    package private(set) var alerts: [AlertEvent.Facts] = []

    package init(_ board: Board, _ plan: EngineAlertPlan, at now: Moment) {
        if let rule = plan.actionStuck { alerts += EngineAlerts.stuck(board, rule, at: now) }
        if let rule = plan.breakGlass { alerts += EngineAlerts.unapproved(board, rule, at: now) }
        if let rule = plan.checklistOverdue { alerts += EngineAlerts.overdue(board, rule, at: now) }
    }

    // MARK: Actions

    /// Actions that hang or have died, each until it goes on, or somebody has finished or undone it.
    private static func stuck(_ board: Board, _ rule: EngineAlertPlan.Rule, at now: Moment) -> [AlertEvent.Facts] {
        var found: [AlertEvent.Facts] = []
        func add(_ record: ActionRecord, _ summary: String, since: Moment) {
            let labels: Labels = ["alertname": actionStuck, "action": record.id.text, "kind": record.kind.rawValue]
            found.append(
                AlertEvent.Facts(
                    rule: actionStuck, labels: labels, severity: rule.severity, summary: summary,
                    runbook: runbook(of: actionStuck),
                    since: since, policy: rule.policy, source: source,
                    // Each is a page of its own: whoever has one in hand has not got the next.
                    group: AlertGroup.key(of: labels, by: ["alertname", "action"])))
        }
        func place(_ record: ActionRecord) -> String {
            record.current.map { " at “\($0.step.title)”" } ?? " before its first step"
        }
        for record in [board.actions.interrupted].compactMap(\.self) + board.deadRamps {
            let died = record.ended?.at ?? now
            add(record, "\(record.label) died\(place(record)): \(record.wayOut)", since: died)
        }
        // It is the engine that asks: it is not silent.
        guard let traffic = Traffic(board: board, now: now, engineSilent: false) else { return found }
        let blind = (board.manifest?.deployment?.edges ?? []).filter { !board.knows($0.lock, at: now) }.map(\.name)
        for record in board.actions.running {
            let fingerprint = Fingerprint(
                of: ["alertname": actionStuck, "action": record.id.text, "kind": record.kind.rawValue])
            let told = board.alerts[fingerprint].flatMap { $0.state == .firing ? $0 : nil }
            // An edge that cannot be asked any more is no sign that the action goes on.
            let isUnknown = !Set(blind).isDisjoint(with: record.started.edges)
            guard traffic.hasLapsed(lockOf: record.id) || (told != nil && isUnknown) else { continue }
            add(
                record,
                "\(record.label) hangs\(place(record)): its lock has lapsed, nothing drives it: guardia rollback goes over it",
                since: told?.facts.since ?? now)
        }
        return found
    }

    // MARK: Break glass

    /// Deploys that went ahead without the approval of a second operator.
    private static func unapproved(
        _ board: Board, _ rule: EngineAlertPlan.Rule, at now: Moment
    ) -> [AlertEvent.Facts] {
        board.actions.records.filter { record in
            record.started.breaksGlass == true && record.ended?.body.outcome != .refused
                && (record.ended == nil || record.at.age(at: now) < breakGlassSpan)
        }.map { record in
            let labels: Labels = [
                "alertname": breakGlass, "action": record.id.text, "kind": record.kind.rawValue,
                "by": record.started.by.name,
            ]
            return AlertEvent.Facts(
                rule: breakGlass, labels: labels, severity: rule.severity,
                summary:
                    "BREAK GLASS: \(record.label) by \(record.started.by.signature) without approval: \(record.started.reason)",
                runbook: runbook(of: breakGlass), since: record.at, policy: rule.policy, source: source,
                group: AlertGroup.key(of: labels, by: ["alertname", "action"]))
        }
    }

    // MARK: The checklist

    private static func overdue(_ board: Board, _ rule: EngineAlertPlan.Rule, at now: Moment) -> [AlertEvent.Facts] {
        return board.checklist(at: now).rows.filter(\.isOverdue).map { row in
            let labels: Labels = [
                "alertname": checklistOverdue, "item": row.item.id, "owner": row.item.owner, "group": row.item.group,
            ]
            return AlertEvent.Facts(
                rule: checklistOverdue, labels: labels, severity: rule.severity,
                // No time of day: a held launch clock moves it, and that is no news.
                summary:
                    "\(row.item.owner): “\(row.item.text)” was due at \(row.item.dueText): guardia checklist tick \(row.item.id)",
                runbook: runbook(of: checklistOverdue),
                since: now.advanced(by: min((row.dueAt ?? now.utc) - now.utc, 0)),
                policy: rule.policy, source: source,
                group: AlertGroup.key(of: labels, by: AlertGroup.standard))
        }
    }
}

/// Which of its own findings the engine makes alerts of, and who is told: `engine` in the section `alerts` of the config.
package struct EngineAlertPlan: Hashable, Sendable {
    package struct Rule: Hashable, Sendable {
        package var severity: Severity
        /// Nil: it is shown, and nobody is told.
        package var policy: String?

        package init(severity: Severity, policy: String? = nil) {
            self.severity = severity
            self.policy = policy
        }
    }

    /// An action that hangs or died; nil: off.
    package var actionStuck: Rule?
    /// A deploy that goes ahead without approval; nil: off.
    package var breakGlass: Rule?
    /// An item of the checklist that is late; nil: off.
    package var checklistOverdue: Rule?

    package init(
        actionStuck: Rule? = Rule(severity: .critical), breakGlass: Rule? = Rule(severity: .critical),
        checklistOverdue: Rule? = Rule(severity: .warning)
    ) {
        self.actionStuck = actionStuck
        self.breakGlass = breakGlass
        self.checklistOverdue = checklistOverdue
    }

    /// By name, as the config has them.
    package var rules: [(name: String, rule: Rule)] {
        [
            (EngineAlerts.actionStuck, actionStuck), (EngineAlerts.breakGlass, breakGlass),
            (EngineAlerts.checklistOverdue, checklistOverdue),
        ].compactMap { name, rule in rule.map { (name, $0) } }
    }
}

extension Board {
    /// Whether the last look at a series is recent and brought a value.
    fileprivate func knows(_ id: SeriesID, at now: Moment) -> Bool {
        guard let track = track(id), track.miss == nil else { return false }
        return [.fresh, .stale].contains(track.assessment(at: now, engineSilent: false).freshness)
    }

    /// Ramps of flags whose process died, and that nobody has gone on with or taken back.
    fileprivate var deadRamps: [ActionRecord] {
        Set(flags.ramps.map(\.flag)).sorted().compactMap { unfinishedRamp(of: $0) }.filter { $0.ended != nil }
    }
}
