/// What happens to alerts: every transition of their life, each one entry of the journal.
///
/// inactive → pending → firing → resolved, and beside it acknowledged or not, and suppressed or not (by silences and by
/// the inhibition of worse alerts).
package enum AlertEvent: Hashable, Sendable {
    /// The condition holds, but not yet for the rule's `for`.
    case pending(Pending)
    /// A pending alert's condition ended before its time: nobody heard of it.
    case cleared(Cleared)
    /// It fires. Also what changed of one that fires already: its severity, its summary.
    case fired(Fired)
    case resolved(Resolved)
    case acknowledged(Acknowledged)
    /// An acknowledgement ended before the alert did.
    case unacknowledged(Unacknowledged)
    /// It is kept quiet, by silences or by a worse alert; with neither: no longer.
    case suppressed(Suppressed)
    /// It still fires, and what it is about has been well for a little; or is not any more.
    case recovering(Recovering)
    case silenced(Silence)
    case unsilenced(Unsilenced)

    /// What an alert is.
    package struct Facts: Hashable, Sendable, Codable {
        package var fingerprint: Fingerprint
        /// The rule's name; `alertname` among the labels is the same.
        package var rule: String
        package var labels: Labels
        package var severity: Severity
        /// One sentence for people: what is wrong.
        package var summary: String
        /// Where it is said what to do: a URL, or a heading of docs/runbook.md as `#payment-success`.
        package var runbook: String?
        /// The series that it judges; nil where it came from elsewhere.
        package var series: SeriesID?
        /// The value that decided.
        package var value: Double?
        /// The bound that it crossed.
        package var bound: Thresholds.Bound?
        /// Since when the condition has held.
        package var since: Moment
        /// The escalation policy that it is told by; nil: it is shown, and nobody is told.
        package var policy: String?
        /// The Alertmanager that it came from, or ``EngineAlerts/source``; nil: a rule of guardia's own.
        package var source: String?
        /// What it is told together with others by: the values of the rule's `group_by`; nil: `alertname` alone.
        package var group: Labels?
        /// It has come and gone so often that it now stays for longer.
        package var isFlapping: Bool?
        /// What ``value`` and ``bound`` are in, where that is not the unit of the series: a share, a factor, a span.
        package var unit: Unit?
        /// It says that nothing is heard of the series: ``value`` is for how many seconds.
        package var isAbsence: Bool?

        package init(
            rule: String, labels: Labels, severity: Severity, summary: String, runbook: String? = nil,
            series: SeriesID? = nil, value: Double? = nil, bound: Thresholds.Bound? = nil, since: Moment,
            policy: String? = nil, source: String? = nil, group: Labels? = nil, isFlapping: Bool? = nil,
            unit: Unit? = nil, isAbsence: Bool? = nil
        ) {
            fingerprint = Fingerprint(of: labels)
            self.rule = rule
            self.labels = labels
            self.severity = severity
            self.summary = summary
            self.runbook = runbook
            self.series = series
            self.value = value
            self.bound = bound
            self.since = since
            self.policy = policy
            self.source = source
            self.group = group
            self.isFlapping = isFlapping
            self.unit = unit
            self.isAbsence = isAbsence
        }

        /// Whether an Alertmanager told it.
        package var isForeign: Bool { source != nil && source != EngineAlerts.source }

        /// The labels that silences and inhibitions are matched against: its own, and its severity among them.
        package var matchable: Labels {
            labels["severity"].isEmpty ? labels.merging(["severity": severity.rawValue]) : labels
        }

        /// The key by which it is told together with others: one broken database is one page, not forty.
        package var groupKey: Labels { group ?? AlertGroup.key(of: labels, by: AlertGroup.standard) }
    }

    package struct Pending: Hashable, Sendable, Codable {
        package var alert: Facts
        package init(alert: Facts) { self.alert = alert }
    }

    package struct Cleared: Hashable, Sendable, Codable {
        package var alert: Fingerprint
        package init(alert: Fingerprint) { self.alert = alert }
    }

    package struct Fired: Hashable, Sendable, Codable {
        package var alert: Facts
        package init(alert: Facts) { self.alert = alert }
    }

    package struct Resolved: Hashable, Sendable, Codable {
        package var alert: Fingerprint
        /// The value that ended it.
        package var value: Double?
        /// Why, where it is not the value that ended it: `the rule is gone from the config`.
        package var reason: String?

        package init(alert: Fingerprint, value: Double? = nil, reason: String? = nil) {
            self.alert = alert
            self.value = value
            self.reason = reason
        }
    }

    package struct Acknowledged: Hashable, Sendable, Codable {
        /// Where somebody acknowledged.
        package enum Way: String, Hashable, Sendable, Codable {
            case dashboard, command, sms, voice, slack, pagerduty, mobile, alertmanager
        }

        package var alert: Fingerprint
        /// A login name, or the name of a contact.
        package var by: String
        package var way: Way
        /// When the alert is asked about again if it still fires; nil: never.
        package var until: Timestamp?
        package var comment: String

        package init(alert: Fingerprint, by: String, way: Way, until: Timestamp?, comment: String = "") {
            self.alert = alert
            self.by = by
            self.way = way
            self.until = until
            self.comment = comment
        }
    }

    package struct Unacknowledged: Hashable, Sendable, Codable {
        package var alert: Fingerprint
        /// Who took it back; nil: its time was over.
        package var by: String?
        package init(alert: Fingerprint, by: String? = nil) {
            self.alert = alert
            self.by = by
        }
    }

    package struct Suppressed: Hashable, Sendable, Codable {
        package var alert: Fingerprint
        /// The ids of silences that match it now.
        package var silences: [String]
        /// The firing alerts that stand for it.
        package var inhibitors: [Fingerprint]

        package init(alert: Fingerprint, silences: [String] = [], inhibitors: [Fingerprint] = []) {
            self.alert = alert
            self.silences = silences
            self.inhibitors = inhibitors
        }
    }

    package struct Recovering: Hashable, Sendable, Codable {
        package var alert: Fingerprint
        package var isWell: Bool

        package init(alert: Fingerprint, isWell: Bool) {
            self.alert = alert
            self.isWell = isWell
        }
    }

    package struct Unsilenced: Hashable, Sendable, Codable {
        package var silence: String
        /// Who ended it; nil: its time was over.
        package var by: String?
        package init(silence: String, by: String? = nil) {
            self.silence = silence
            self.by = by
        }
    }
}

extension AlertEvent {
    var kind: String {
        switch self {
        case .pending: "alert.pending"
        case .cleared: "alert.cleared"
        case .fired: "alert.fired"
        case .resolved: "alert.resolved"
        case .acknowledged: "alert.acknowledged"
        case .unacknowledged: "alert.unacknowledged"
        case .suppressed: "alert.suppressed"
        case .recovering: "alert.recovering"
        case .silenced: "silence.set"
        case .unsilenced: "silence.ended"
        }
    }

    var payload: any Encodable & Sendable {
        switch self {
        case .pending(let event): event
        case .cleared(let event): event
        case .fired(let event): event
        case .resolved(let event): event
        case .acknowledged(let event): event
        case .unacknowledged(let event): event
        case .suppressed(let event): event
        case .recovering(let event): event
        case .silenced(let event): event
        case .unsilenced(let event): event
        }
    }
}
