/// Which actions another operator must approve before they change anything: the `approvals:` section of the launch config.
package struct ApprovalRules: Hashable, Sendable, Codable {
    /// How many others, by action; where an action is not named, none.
    package var needed: [ActionKind: Int]
    /// How long an approval may take.
    package var limit: Milliseconds

    package init(needed: [ActionKind: Int] = [:], limit: Milliseconds = .minutes(15)) {
        self.needed = needed
        self.limit = limit
    }

    /// How many others must approve it.
    package func count(for kind: ActionKind) -> Int { kind.refusalOfApproval == nil ? needed[kind] ?? 0 : 0 }

    /// What whoever asks for it must know.
    package func words(for kind: ActionKind) -> String {
        "\(count(for: kind)) more must approve it first, within \(limit.count / 60_000) min: guardia approve"
    }
}

extension ActionKind {
    /// Why nobody is ever to be waited for before it; nil where the config may ask for an approval.
    package var refusalOfApproval: String? {
        switch self {
        case .deploy, .flagSet, .flagRamp, .freeze, .thaw, .takeLock, .drill: nil
        // Contract C3.
        case .rollback, .abort, .flagOff:
            "whoever needs it has no time to ask: two people are never needed to go back, to abort or to switch off"
        case .pause, .approve, .mend, .releaseLock: "it only holds, or gives back"
        case .promote: "it goes on with a deploy that was approved as it was planned: ask for approvals of 'deploy'"
        case .backup, .prune: "it runs by itself, at night"
        case .ack, .silence, .escalate: "nobody is kept from answering an alert"
        case .checklist, .readiness, .waive, .rollCall, .clock: "it is a word of one person, and is kept as theirs"
        }
    }
}

/// Who has approved a plan that does not change any more. Nobody approves what they asked for themselves.
package struct ApprovalTally: Hashable, Sendable {
    package let needed: Int
    package let asker: Operator
    /// By uid: who says yes twice is still one.
    private var approvers: [UInt32: Operator] = [:]

    package init(needed: Int, asker: Operator) {
        self.needed = needed
        self.asker = asker
    }

    package mutating func take(_ asked: ActionEvent.Asked) {
        guard asked.request == .approve, asked.by.uid != asker.uid else { return }
        approvers[asked.by.uid] = asked.by
    }

    package var isGiven: Bool { approvers.count >= needed }

    /// `approved by luis@bastion-1`
    package var words: String { "approved by \(approvers.values.map(\.signature).sorted().joined(separator: ", "))" }
}

extension ActionEvent.Step {
    /// The step in which an action waits for another operator.
    package static func approval(within limit: Milliseconds) -> ActionEvent.Step {
        let step = DeployStep.approve
        return ActionEvent.Step(name: step.name, title: step.title, span: limit)
    }
}

extension ActionRecord {
    /// Whether it runs and another operator must say yes before it does anything.
    package var waitsForApproval: Bool {
        ended == nil && current?.isRunning == true && current?.step.name == DeployStep.approve.name
    }

    /// Whether nobody has to approve it any more: somebody has, or it went ahead without, or it went on with one of these.
    package var isPastApproval: Bool {
        let approval = steps.last { $0.step.name == DeployStep.approve.name }
        return approval.map { $0.outcome == .done } ?? (started.breaksGlass == true || started.continues != nil)
    }

    /// Why an operator cannot approve it; nil where they can.
    package func objection(toApprovalBy who: Operator) -> String? {
        let isAwaited = ended == nil && steps.contains { $0.step.name == DeployStep.approve.name && $0.endedAt == nil }
        guard isAwaited else {
            return "\(id) waits for no approval: it is at \(current?.step.title ?? "its beginning")"
        }
        if who.uid == started.by.uid { return "\(who.name) asked for \(id): another operator must approve it" }
        return nil
    }
}

extension ActionLog {
    /// What waits for another operator's approval, the newest first.
    package var awaitingApproval: [ActionRecord] { running.filter(\.waitsForApproval).reversed() }
}
