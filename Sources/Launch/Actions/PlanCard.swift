/// What an operator is shown before an action, and confirms: frozen the moment it is confirmed, compared with the world just
/// before it is fired.
package struct PlanCard: Hashable, Sendable {
    /// One side of a change of traffic.
    package struct Side: Hashable, Sendable {
        package var colour: String
        package var version: String?
        /// Per cent of the traffic; nil: not known.
        package var share: Int?
        /// Whether it answers, through every edge.
        package var health: Verdict
        /// Why it does not.
        package var trouble: String?
        /// How old the oldest of these facts is; nil where there is none.
        package var age: Milliseconds?
    }

    package var kind: ActionKind
    package var from: Side?
    package var to: Side?
    package var edges: [Traffic.Edge]
    /// The newest action that moved traffic.
    package var last: ActionRecord?
    /// The action that moves traffic now.
    package var mover: ActionRecord?
    /// The deploy that this goes on with, ends or holds.
    package var subject: ActionRecord?
    /// Why what it goes to was left; nil where nothing speaks against it.
    package var rejection: Rejection?
    /// What fires now, the gravest first.
    package var firing: [FeedItem]
    // MARK: Alerts
    /// What it does about an alert; nil: it is about the traffic.
    package var alerting: AlertCard?
    /// The feature flag that it is about; nil: it is about the traffic.
    package var flag: FlagCard?
    // MARK: Readiness
    /// The station, the roll-call or the clock that it is about; nil: it is about none.
    package var readiness: ReadinessCard?
    /// Whether it must say why.
    package var needsReason = false
    /// The words after `guardia`.
    package var arguments: [String]
    /// A reason that is offered, from the gravest alert: it is given only where the operator takes it.
    package var suggestion: String?
    /// What must be typed; nil for a routine action.
    package var target: String?
    /// Why it cannot be fired now; empty where it can.
    package var blockers: [String]
    /// Refuses it too, unless ``force`` is typed before the target.
    package var overridable: [String]
    /// What must be known and does not refuse it.
    package var cautions: [String]
    /// The versions that are known: what is typed may not be the beginning of two.
    package var versions: [String]

    package var risk: Risk { alerting?.risk ?? flag?.risk ?? readiness?.risk ?? kind.risk }

    /// The word that is typed before the target of an action that should not be done.
    package static let force = "FORCE"

    /// Whether what was typed names the target: the whole of it, or for a version a beginning of at least four characters
    /// that no other known version begins with.
    package func isConfirmed(by typed: String) -> Bool {
        guard let target else { return true }
        if typed == target { return true }
        // Of a flag and a share no beginning will do: `checkout-v2 5` is another thing than `checkout-v2 50%`.
        if flag != nil || readiness != nil { return false }
        guard typed.count >= 4, target.hasPrefix(typed) else { return false }
        return !versions.contains { $0 != target && $0.hasPrefix(typed) }
    }

    /// Whether ``force`` means anything here.
    package var takesForce: Bool { kind == .rollback || kind == .deploy }

    /// Whether what was typed forces it: the word, one space, and the whole of the target. Only a rollback can be forced, and a
    /// deploy against a poll that is not go.
    package func isForced(by typed: String) -> Bool {
        takesForce && target.map { typed == "\(PlanCard.force) \($0)" } ?? false
    }
}

// MARK: What may not change between confirming and firing

extension PlanCard {
    /// What has changed on the ground since `earlier` was shown, in sentences; empty where nothing that is known did.
    ///
    /// A fact that is not known any more is no change: in an outage the probes flap, and a dialog that begins anew with each
    /// miss could never be confirmed. The action asks the edges itself before it does anything (`--from`, `--expect`).
    package func changes(since earlier: PlanCard) -> [String] {
        if let was = earlier.alerting, let now = alerting { return now.changes(since: was) }
        var changes: [String] = []
        // The deploy that this steers or ends goes on meanwhile: that it moves traffic is no surprise.
        let isMoving = subject != nil || kind == .rollback && mover != nil && mover?.id == earlier.mover?.id
        for (old, new) in zip(earlier.edges, edges) {
            if let was = old.split?.value, let now = new.split?.value, was != now, !isMoving {
                changes.append("\(new.name) serves \(now) now, it served \(was)")
            }
            if let lock = new.lock, lock != old.lock { changes.append("\(new.name) is locked: \(lock)") }
        }
        for (old, new) in [(earlier.from, from), (earlier.to, to)] {
            guard let old, let new else { continue }
            if old.colour != new.colour {
                changes.append("\(new.colour) stands where \(old.colour) stood")
            } else if let was = old.version, let now = new.version, was != now {
                changes.append("\(new.colour) is \(now) now, it was \(was)")
            }
        }
        if mover?.id != earlier.mover?.id {
            if let mover { changes.append("\(mover.label) has begun") }
            if let mover = earlier.mover, mover.id != self.mover?.id { changes.append("\(mover.label) has ended") }
        }
        if let was = earlier.readiness, let now = readiness { return now.changes(since: was) }
        if let was = earlier.flag, let now = flag { changes += now.changes(since: was) }
        if kind == .promote, flag == nil, let old = earlier.subject?.current?.step, let new = subject?.current?.step,
            old != new
        {
            changes.append("the deploy is at “\(new.title)” now, it was at “\(old.title)”")
        }
        return changes
    }

    /// Whether this knows less than `earlier`: a version, a split or a side has gone out of sight.
    package func isVaguer(than earlier: PlanCard) -> Bool {
        func isLost(_ old: Any?, _ new: Any?) -> Bool { old != nil && new == nil }
        if earlier.flag?.sight.isCurrent == true, flag?.sight.isCurrent != true { return true }
        if zip(earlier.edges, edges).contains(where: { isLost($0.split, $1.split) }) { return true }
        return [(earlier.from, from), (earlier.to, to)].contains { old, new in
            isLost(old, new) || isLost(old?.version, new?.version)
        }
    }
}

extension ActionRecord {
    /// `blue v1.4.0 → green v1.5.0`, `checkout-v2 5 % → 25 %`: from where to where, written in one way everywhere. Empty where it
    /// goes nowhere.
    package var move: String {
        started.subject
            ?? [started.from, started.to].compactMap { $0?.title }.filter { !$0.isEmpty }.joined(separator: " → ")
    }

    /// `deploy v1.4.1 by ana`
    package var label: String {
        let to = started.subject ?? started.to?.version ?? started.to?.colour
        return "\(kind.rawValue) \(to.map { $0 + " " } ?? "")by \(started.by.name)"
    }
}
