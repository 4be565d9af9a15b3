/// Looks at the journal's own story for chains that should have gone on and did not: what does the paging is not asked.
///
/// After Grafana OnCall's `check_escalation_finished`: it is a second opinion, from the outside, on a machine that must not
/// fail in silence.
package struct EscalationAudit: Hashable, Sendable {
    /// How late a step may be. The dead man's switch promises two minutes.
    package static let grace: Milliseconds = .seconds(60)

    package struct Stall: Hashable, Sendable {
        /// Nil: no chain was begun.
        package var escalation: EscalationID?
        package var alert: Fingerprint?
        package var policy: String
        package var late: Milliseconds
        package var words: String
    }

    /// - Parameter roster: what the config says now; an alert whose policy has hours waits for them.
    package static func stalls(
        in escalations: EscalationLog, _ alerts: AlertLog, roster: Roster, zone: Zone, at now: Moment
    ) -> [Stall] {
        var stalls: [Stall] = []
        for chain in escalations.running {
            let policy = chain.started.policy
            // Where hours hold it, they must have been open for as long.
            let isHeld = [Milliseconds(0), grace * -1].contains {
                !(policy.hours?.allow(chain.started.severity, at: now.utc + $0, in: zone) ?? true)
            }
            guard chain.started.by != nil || !isHeld else { continue }
            // Nor does a chain go on while all that is open of it is well again; it does as soon as one is not.
            let mayWait = chain.started.by == nil
            if mayWait, alerts.areRecovering(chain.alerts) { continue }
            var late = chain.step.map { $0.due.age(at: now) } ?? chain.at.age(at: now)
            let unwell = chain.alerts.compactMap { alerts[$0] }.filter { $0.isOpen && !$0.isRecovering }
            if mayWait, let relapse = unwell.map({ $0.recovery?.at.age(at: now) ?? late }).max() {
                late = min(late, relapse)
            }
            guard late > grace, chain.step?.due.hasPassed(at: now) ?? true else { continue }
            let what = chain.step.map { "step \($0.step + 1) was over" } ?? "it began, and nobody was told"
            stalls.append(
                Stall(
                    escalation: chain.id, alert: chain.alerts.first, policy: policy.name, late: late,
                    words: "\(chain.id) stands still: \(what) \(Int(late.seconds)) s ago"))
        }
        let known = Set(escalations.escalations.flatMap(\.alerts))
        for alert in alerts.firing where alert.isOpen && !known.contains(alert.id) {
            guard let name = alert.facts.policy, let policy = roster.policy(name), let firedAt = alert.firedAt else {
                continue
            }
            let late = firedAt.age(at: now)
            let severity = alert.facts.severity
            guard late > grace + EscalationCourse.regroup, policy.steps.contains(where: { $0.severity <= severity }),
                policy.hours?.allow(severity, at: now.utc, in: zone) ?? true,
                policy.hours?.allow(severity, at: now.utc + (EscalationCourse.regroup + grace) * -1, in: zone) ?? true
            else { continue }
            // A flood stands behind the chains that run.
            if escalations.running.contains(where: { $0.started.policy.name == policy.name }) { continue }
            stalls.append(
                Stall(
                    escalation: nil, alert: alert.id, policy: policy.name, late: late,
                    words: "\(alert.facts.rule) fires, and nobody was told for \(Int(late.seconds)) s"))
        }
        return stalls
    }
}
