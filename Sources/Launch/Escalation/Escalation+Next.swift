extension Escalation {
    /// What a chain does when the wait of its step is over and nobody has answered.
    package enum Next: Hashable, Sendable {
        /// It tells this step of its policy, from 0.
        case step(Int)
        /// It goes through its steps once more.
        case again
        /// It is at its end: nobody else is told.
        case nobody
    }

    /// What comes after the step that it is at; nil before its first step, and once it has stopped.
    package var next: Next? {
        guard isRunning, let step else { return nil }
        guard let next = started.policy.next(after: step, started.severity) else { return .nobody }
        return next.round > step.round ? .again : .step(next.step)
    }
}

extension EscalationLog {
    /// Chains that run for no alert: what somebody said in words of their own. Oldest first.
    package var withoutAlert: [Escalation] { escalations.filter { $0.isRunning && $0.alerts.isEmpty } }
}

extension Escalation {
    /// A line about a chain for people: `CRITICAL  the office burns  told: ana  step 1 of 4, next in 4:12  (started by ana)`.
    package func told(at now: Moment) -> String {
        var line = "\(id)  \(started.severity.rawValue.uppercased())  \(started.summary)"
        guard let step else { return line + "  being told now" + byWhom }
        let contacts = step.contacts.isEmpty ? "its channels" : step.contacts.joined(separator: ", ")
        line += "  told: \(contacts)  step \(step.step + 1) of \(started.policy.steps.count)"
        if let next {
            let left = step.due.boot == now.boot ? step.due.uptime - now.uptime : step.due.utc - now.utc
            let seconds = max(0, left.count / 1000)
            let time = "\(seconds / 60):" + (seconds % 60 < 10 ? "0" : "") + "\(seconds % 60)"
            switch next {
            case .step: line += ", next in \(time)"
            case .again: line += ", the first step again in \(time)"
            case .nobody: line += ", nobody else after \(time)"
            }
        }
        return line + byWhom
    }

    private var byWhom: String { started.by.map { "  (started by \($0))" } ?? "" }
}
