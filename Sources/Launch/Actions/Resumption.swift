/// What whoever goes on with an interrupted deploy finds, and begins with: read from its record alone.
extension ActionRecord {
    /// The splits that the edges may serve if nobody has touched them since; empty where the record does not say.
    ///
    /// A step that was begun and not ended may have moved all, some or none of them.
    package var splitsLeft: [Split] {
        guard let live = started.from?.colour, let idle = started.to?.colour, !live.isEmpty, !idle.isEmpty else {
            return []
        }
        let before = Split(all: live)
        var splits = [before]
        for step in steps where step.startedAt != nil {
            guard let share = DeployStep(name: step.step.name)?.share else { continue }
            let split = share == 100 ? Split(all: idle) : Split(live: live, canary: idle, share: share)
            splits = step.outcome == .done ? [split] : splits + [split]
        }
        return isOnItsWayBack ? splits + [before] : splits
    }

    /// Whether it was taking the traffic back: that is to be finished, and not the deploy.
    package var isOnItsWayBack: Bool { steps.contains { $0.step.name == ActionRecord.wayBack && $0.startedAt != nil } }

    /// The step by which traffic goes back.
    package static let wayBack = "go-back"

    /// The step that going on with it begins with, after the edges were looked at and locked anew; nil where none is left.
    package var resumption: ActionEvent.Step? {
        guard kind == .deploy else { return next }
        let last = steps.lastIndex { $0.outcome == .done && DeployStep(name: $0.step.name)?.share != nil }
        guard let last else { return steps.first?.step }
        return steps[(last + 1)...].first { DeployStep(name: $0.step.name) != nil }?.step
    }
}

extension ActionLog {
    /// Why nobody is to go on with an interrupted deploy or rollback any more: it was ended, undone or overtaken; nil where one may.
    package func objection(toGoingOnWith id: ActionID) -> String? {
        guard let index = records.lastIndex(where: { $0.id == id }) else { return nil }
        let record = records[index]
        if let end = record.ended?.body, end.outcome != .died { return "\(record.label) has ended: \(end.summary)" }
        let later = records[(index + 1)...].last { $0.kind.movesTraffic && $0.kind != .mend && $0.split != nil }
        return later.map { "the world moved: \($0.label) has taken the traffic since" }
    }
}
