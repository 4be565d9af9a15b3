/// How far a chain is: rounds first, then their steps.
package struct EscalationPosition: Hashable, Sendable, Codable, Comparable {
    package var round: Int
    /// From 0; -1: before the first.
    package var step: Int

    package init(round: Int, step: Int) {
        self.round = round
        self.step = step
    }

    package init(_ step: EscalationEvent.Stepped?) {
        self.init(round: step?.round ?? 0, step: step?.step ?? -1)
    }

    package static func < (a: EscalationPosition, b: EscalationPosition) -> Bool {
        (a.round, a.step) < (b.round, b.step)
    }
}

extension EscalationEvent.Asked {
    /// Whether a chain that is at `step` has done it already.
    func isDone(at step: EscalationEvent.Stepped?) -> Bool {
        if let standing, EscalationPosition(step) > standing { return true }
        guard let step, let toStep else { return false }
        return step.round == 0 && toStep <= step.step
    }
}
