/// How a flag's share is to grow by itself, and what stops it.
package struct RampPlan: Hashable, Sendable, Codable {
    /// The share in force when it was planned: an abort goes back to it.
    package var from: Rollout
    /// Growing shares; the first is set at once.
    package var steps: [Rollout]
    /// How long each share must do well before the next, and the last before the ramp is over.
    package var every: Milliseconds
    /// What is watched: critical steps back, anything else but ok holds. Empty: somebody said that nothing is to be watched.
    package var guards: [RampGuard]

    package init(from: Rollout, steps: [Rollout], every: Milliseconds, guards: [RampGuard]) {
        self.from = from
        self.steps = steps
        self.every = every
        self.guards = guards
    }

    /// The least time that a share is given.
    package static let shortest: Milliseconds = .seconds(1)

    /// Why it cannot be a ramp; nil where it can.
    package var trouble: String? {
        guard let first = steps.first else { return "a ramp needs at least one share, as 1,5,25,100" }
        if zip(steps, steps.dropFirst()).contains(where: { $0 >= $1 }) {
            return "the shares of a ramp grow, as 1,5,25,100"
        }
        if first <= from { return "it begins at \(first.words), and \(from.words) is in force already" }
        if every < RampPlan.shortest { return "each share needs a second at least" }
        return nil
    }

    /// The share in force before a step: where a guard that alerts at it steps back to.
    package func share(before step: Int) -> Rollout { step > 0 ? steps[step - 1] : from }

    /// What is left of the plan where a share is in force already.
    package func rest(above share: Rollout) -> RampPlan {
        var plan = self
        plan.steps = steps.filter { $0 > share }
        return plan
    }

    /// `1,5,25,100`
    package static func steps(_ text: String) -> [Rollout]? {
        let shares = text.split(separator: ",", omittingEmptySubsequences: false).map {
            Rollout(String($0).filter { $0 != " " })
        }
        return shares.contains(nil) ? nil : shares.compactMap(\.self)
    }

    package static func text(_ steps: [Rollout]) -> String { steps.map(\.description).joined(separator: ",") }
}

/// What the guards of a ramp say together.
package struct GuardVerdict: Hashable, Sendable {
    package var verdict: Verdict
    /// The title of the guard that decided; empty where none had to.
    package var title: String

    package init(_ verdict: Verdict, _ title: String = "") {
        self.verdict = verdict
        self.title = title
    }

    /// The worst of the guards, as the board has them now. A journal that cannot be read, or an engine that is silent, is
    /// unknown: nothing goes on by what nobody watches.
    package init(of guards: [RampGuard], on board: Board?, at now: Moment) {
        guard !guards.isEmpty else {
            self.init(.ok)
            return
        }
        guard let board else {
            self.init(.unknown, "the journal")
            return
        }
        if board.isSilent(at: now) {
            self.init(.unknown, "the engine")
            return
        }
        let all = guards.map { id in
            GuardVerdict(id.verdict(on: board, at: now, engineSilent: false), id.title(on: board))
        }
        self = all.max { $0.verdict < $1.verdict } ?? GuardVerdict(.unknown)
    }

    /// `Payment success is critical`
    package var words: String {
        switch verdict {
        case .ok: title.isEmpty ? "nothing guards it" : "\(title) is ok"
        case .warning: "\(title) is a warning"
        case .critical: "\(title) is critical"
        case .unknown: "\(title) is not known"
        }
    }
}
