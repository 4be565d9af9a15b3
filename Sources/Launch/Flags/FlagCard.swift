/// What an operator wants done with a flag.
package enum FlagOrder: Hashable, Sendable {
    case edit(FlagEdit)
    case ramp([Rollout])

    /// What was typed: `25`, `25%`, `on`, `off`, `ramp 1,5,25,100`; nil for anything else. `ramp` alone takes the usual steps.
    package init?(_ text: String, usual steps: [Rollout]) {
        let words = text.lowercased().split(separator: " ").map(String.init)
        switch words.first {
        case "off" where words.count == 1, "kill" where words.count == 1: self = .edit(.off)
        case "on" where words.count == 1: self = .edit(FlagEdit(isEnabled: true))
        case "ramp":
            guard words.count > 1 else {
                self = .ramp(steps)
                return
            }
            guard let steps = RampPlan.steps(words.dropFirst().joined(separator: "")) else { return nil }
            self = .ramp(steps)
        default:
            guard let share = Rollout(text) else { return nil }
            // Whoever names a share wants it to be in force.
            self = .edit(FlagEdit(isEnabled: true, rollout: share))
        }
    }
}

/// The part of a plan card that is about a flag: what it is, what it is to be, and whom that concerns.
package struct FlagCard: Hashable, Sendable {
    /// What stops a ramp, as it is now.
    package struct Guarding: Hashable, Sendable {
        package var title: String
        package var verdict: Verdict
    }

    package var name: String
    package var known: KnownFlag?
    package var sight: FlagSight
    /// What is to be so; nil where it is not known from what.
    package var change: FlagChange?
    /// Where it grows by itself.
    package var plan: RampPlan?
    package var guards: [Guarding]
    /// The ramp of this flag that runs now.
    package var ramp: FlagBoard.Ramp?
    package var last: FlagBoard.Change?
    /// How many users the product has; nil: not known, or not counted.
    package var users: Double?
    package var risk: Risk

    /// Per cent of all users for whom something changes by the time it is done; nil: not known.
    package var affected: Double? {
        guard let change else { return nil }
        if let plan, let top = plan.steps.last {
            return (Double(top.basisPoints - change.to.share.basisPoints) / 100 + change.affected).magnitude
        }
        return change.affected
    }

    /// How the flag has changed since an earlier card was shown, in sentences.
    func changes(since earlier: FlagCard) -> [String] {
        var changes: [String] = []
        if case .known(let was) = earlier.sight.state, case .known(let now) = sight.state, !was.isSame(as: now) {
            changes.append(
                "\(name) was changed by \(now.flag.updatedBy.isEmpty ? "somebody" : now.flag.updatedBy): "
                    + FlagChange(from: was.flag, to: now.flag).words)
        }
        if let ramp, earlier.ramp == nil { changes.append("a ramp to \(ramp.plan.steps.last?.words ?? "?") has begun") }
        return changes
    }
}

extension Planner {
    /// A flag's share, its switch, or a ramp.
    func flag(_ name: String, _ order: FlagOrder) -> PlanCard {
        var kind = ActionIntent.flag(name, order).kind
        guard let facts = board.manifest?.flags else {
            return card(kind).blocked("the launch config has no `flags`")
        }
        var flag = flagCard(name, facts)
        let current = flag.sight.flag
        let isKill = order == .edit(.off)
        switch order {
        case .edit(let edit):
            if flag.sight.isCurrent || isKill {
                let change = FlagChange(from: current, to: edit.applied(to: current, name: name))
                flag.change = change
                flag.risk = change.risk
                if !isKill { kind = change.kind }
            }
        case .ramp(let steps):
            let plan = RampPlan(
                from: current?.share ?? .none, steps: steps, every: facts.every, guards: flag.known?.guards ?? []
            ).rest(above: current?.share ?? .none)
            flag.plan = plan
            flag.change = plan.steps.first.map { first in
                FlagChange(
                    from: current, to: FlagEdit(isEnabled: true, rollout: first).applied(to: current, name: name))
            }
            flag.risk = (steps.last ?? .none) >= .half ? .grave : .routine
        }
        var card = card(kind)
        (card.mover, card.last, card.edges) = (nil, nil, [])
        card.arguments = arguments(name, order, flag)
        if flag.risk == .grave {
            card.target = FlagChange.target(name, flag.plan?.steps.last ?? flag.change?.to.share ?? .none)
        }
        judge(flag, order, isKill: isKill, facts, &card)
        if let rules = board.manifest?.approvals, rules.count(for: kind) > 0 {
            card.cautions.append(rules.words(for: kind))
        }
        card.flag = flag
        return card
    }

    private func arguments(_ name: String, _ order: FlagOrder, _ flag: FlagCard) -> [String] {
        let version = flag.sight.flag.map { ["--expect", "\($0.version)"] } ?? []
        switch order {
        case .edit(let edit) where edit.isKill: return ["flag", "off", name]
        case .edit(let edit):
            if let rollout = edit.rollout {
                let turnsOn = edit.isEnabled == true && flag.sight.flag?.isEnabled == false ? ["--on"] : []
                return ["flag", "set", name, "--rollout", "\(rollout)"] + turnsOn + version
            }
            return ["flag", "on", name] + version
        case .ramp(let steps): return ["flag", "ramp", name, RampPlan.text(flag.plan?.steps ?? steps)] + version
        }
    }

    private func flagCard(_ name: String, _ facts: FlagFacts) -> FlagCard {
        let known = facts[name]
        let ramp = board.flags.ramp(of: name).flatMap { board.actions[$0.id]?.ended == nil ? $0 : nil }
        let users = facts.users.flatMap { id -> Double? in
            let freshness = board.assessment(of: id, at: now, engineSilent: silent).freshness
            return freshness == .fresh || freshness == .stale ? board.track(id)?.number : nil
        }
        let guards = (known?.guards ?? []).map { id in
            FlagCard.Guarding(
                title: id.title(on: board), verdict: id.verdict(on: board, at: now, engineSilent: silent))
        }
        return FlagCard(
            name: name, known: known, sight: FlagSight(of: name, on: board, now: now, engineSilent: silent),
            guards: guards, ramp: ramp, last: board.flags.lastChange(of: name), users: users, risk: .routine)
    }

    private func judge(
        _ flag: FlagCard, _ order: FlagOrder, isKill: Bool, _ facts: FlagFacts, _ card: inout PlanCard
    ) {
        // Names reach a dashboard through the journal, which may be anybody's, and end up on a command line.
        if let trouble = FlagName.trouble(with: flag.name) { card.blockers.append(trouble) }
        if !flag.sight.isCurrent {
            let why = flag.sight.miss.map { ": \($0)" } ?? ""
            // Contract: nothing that is only not known holds up the kill switch.
            if isKill {
                card.cautions.append("what it is now is not known\(why)")
            } else {
                card.blockers.append("what \(flag.name) is now is not known\(why)")
            }
        }
        if case .faulty(let why) = flag.sight.state {
            card.cautions.append("what Redis holds is no whole flag (\(why)): it is mended by this")
        }
        if let ramp = flag.ramp, !isKill || flag.sight.isCurrent {
            let words = "its ramp to \(ramp.plan.steps.last?.words ?? "?")"
            if case .ramp = order {
                card.blockers.append("\(words) runs: abort that first")
            } else {
                card.cautions.append("\(words) ends by this")
            }
        }
        if let change = flag.change, change.isEmpty, !isKill { card.blockers.append("it is so already") }
        if isKill, flag.sight.isCurrent, flag.sight.flag?.isEnabled == false {
            card.blockers.append("it is off already")
        }
        let algorithm = flag.sight.flag?.algorithm ?? facts.algorithm
        for share in flag.plan?.steps ?? [flag.change?.to.rollout].compactMap(\.self) {
            if let trouble = algorithm.trouble(with: share) { card.blockers.append(trouble) }
        }
        if let change = flag.change, change.from?.isEnabled == false, !change.to.isEnabled, !isKill {
            card.cautions.append("it is off: nobody has it until it is switched on")
        }
        if let change = flag.change, change.isReshuffled { card.cautions.append("all users are dealt anew") }
        guard let plan = flag.plan else { return }
        if let trouble = plan.trouble { card.blockers.append(trouble) }
        if plan.guards.isEmpty {
            card.blockers.append("the launch config names no guard for it: give one on the command line, with --guard")
        }
        for guarding in flag.guards {
            switch guarding.verdict {
            case .ok: break
            case .critical: card.blockers.append("\(guarding.title) is critical")
            case .warning: card.cautions.append("\(guarding.title) is a warning: the ramp holds until it is ok")
            case .unknown: card.cautions.append("\(guarding.title) is not known: the ramp holds until it is")
            }
        }
    }

    /// On with a ramp, back from it, or holding it.
    func ramp(_ kind: ActionKind, _ record: ActionRecord, _ card: PlanCard) -> PlanCard {
        var card = card
        (card.mover, card.last, card.edges) = (nil, nil, [])
        guard let facts = board.manifest?.flags, let ramp = board.flags.ramp(record.id) else {
            return card.blocked("the journal has no plan of \(record.id)")
        }
        var flag = flagCard(ramp.flag, facts)
        let back = FlagEdit(isEnabled: true, rollout: ramp.plan.from).applied(to: flag.sight.flag, name: ramp.flag)
        let current = flag.sight.flag
        let rest = ramp.plan.rest(above: current?.share ?? .none)
        switch kind {
        case .abort: flag.change = FlagChange(from: current, to: back)
        case .promote where !rest.steps.isEmpty:
            flag.plan = rest
            flag.change = FlagChange(
                from: current,
                to: FlagEdit(isEnabled: true, rollout: rest.steps[0]).applied(to: current, name: ramp.flag))
        default: break
        }
        flag.risk = kind == .promote && (ramp.plan.steps.last ?? .none) >= .half ? .grave : .routine
        let verb = kind == .promote ? "resume" : kind.rawValue
        card.arguments = ["flag", verb, ramp.flag]
        card.target = flag.risk == .grave ? FlagChange.target(ramp.flag, ramp.plan.steps.last ?? .none) : nil
        card.flag = flag
        if let end = record.ended {
            let isDead = end.body.outcome == .died && board.flags.ramp(of: ramp.flag)?.id == record.id
            if !isDead { return card.blocked("\(record.label) has ended: \(end.body.outcome.rawValue)") }
            if kind == .pause { card.blockers.append("\(record.label) does not run: its process died") }
        } else if kind == .pause, record.isPaused {
            card.blockers.append("\(record.label) is paused already")
        }
        return card
    }
}
