/// Who is told of an alert, in which order, and how long each has before the next is told.
package struct EscalationPolicy: Hashable, Sendable, Codable, Identifiable {
    package var id: String { name }
    package var name: String
    package var steps: [Step]
    /// How often the whole chain is gone through again after its last step; 0: once is all.
    package var repeats: Int
    /// The labels whose values alerts must share to be one chain; nil: as their rules group them.
    package var groupBy: [String]?
    /// When alerts may be told by it, by severity; nil: always.
    package var hours: SeverityHours?

    package init(
        name: String, steps: [Step], repeats: Int = 0, groupBy: [String]? = nil, hours: SeverityHours? = nil
    ) {
        self.name = name
        self.steps = steps
        self.repeats = repeats
        self.groupBy = groupBy
        self.hours = hours
    }

    /// What an alert has in common with those that it is told together with.
    package func group(of alert: AlertEvent.Facts) -> Labels {
        groupBy.map { AlertGroup.key(of: alert.labels, by: $0) } ?? alert.groupKey
    }

    /// The steps that are for alerts of a severity, in their order.
    package func applicable(_ severity: Severity) -> [Int] { steps.indices.filter { steps[$0].severity <= severity } }

    /// What comes after a step; nil at the end of the last round.
    ///
    /// - Parameter onlyInRound: does not begin another round.
    package func next(
        after step: EscalationEvent.Stepped, _ severity: Severity, onlyInRound: Bool = false
    ) -> (step: Int, round: Int)? {
        let applicable = applicable(severity)
        if let later = applicable.first(where: { $0 > step.step }) { return (later, step.round) }
        return onlyInRound || step.round >= repeats ? nil : applicable.first.map { ($0, step.round + 1) }
    }

    /// One step: who is told by what, and how long guardia waits for an acknowledgement before the next.
    package struct Step: Hashable, Sendable, Codable {
        package var notify: [Target]
        package var wait: Milliseconds
        /// From this severity on; a lesser alert passes over the step.
        package var severity: Severity

        package init(notify: [Target], wait: Milliseconds, severity: Severity = .info) {
            self.notify = notify
            self.wait = wait
            self.severity = severity
        }
    }

    /// Whom a step tells, by what.
    package struct Target: Hashable, Sendable, Codable {
        package enum Who: Hashable, Sendable, Codable {
            case contact(String)
            /// Whoever is on call by this schedule.
            case schedule(String)
            /// A channel that needs no person: a Slack channel, a PagerDuty service, a webhook.
            case channel
        }

        package var who: Who
        /// The channels, all at once; empty: all that the contact has.
        package var by: [String]

        package init(who: Who, by: [String]) {
            self.who = who
            self.by = by
        }
    }
}
