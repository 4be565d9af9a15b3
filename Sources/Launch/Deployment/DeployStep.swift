/// One named, idempotent step of a deploy (contract C4).
package enum DeployStep: Hashable, Sendable {
    /// Is the launch fit for it: window, locks, gates, headroom, schema?
    case preflight
    /// Others approve the frozen plan.
    case approve
    /// Takes the lock on every edge.
    case lock
    /// Puts the version on the idle colour.
    case release
    /// Every host healthy, the right version, warm, smoke tests passed.
    case gate
    /// The canary's share of the traffic, in per cent.
    case shift(Int)
    /// Compares the canary with the colour that serves, at the same time.
    case analyse(Int)
    /// Tells the edges to go back by themselves unless somebody confirms.
    case arm
    /// All traffic.
    case promote
    /// Workers, cron jobs and queues follow.
    case follow
    /// Looks at what the promotion changed.
    case watch
    /// Waits for somebody to confirm.
    case confirm
    /// Gives the locks back.
    case unlock

    /// The stable name in the journal.
    package var name: String {
        switch self {
        case .preflight: "preflight"
        case .approve: "approve"
        case .lock: "lock"
        case .release: "release"
        case .gate: "gate"
        case .shift(let share): "shift-\(share)"
        case .analyse(let share): "analyse-\(share)"
        case .arm: "arm"
        case .promote: "promote"
        case .follow: "follow"
        case .watch: "watch"
        case .confirm: "confirm"
        case .unlock: "unlock"
        }
    }

    /// The step of a name in the journal; nil for what is no step of a deploy's course.
    package init?(name: String) {
        func share(_ prefix: String) -> Int? {
            guard name.hasPrefix(prefix), let share = Int(name.dropFirst(prefix.count)), (1...99).contains(share) else {
                return nil
            }
            return share
        }
        let plain: [DeployStep] = [
            .preflight, .approve, .lock, .release, .gate, .arm, .promote, .follow, .watch, .confirm, .unlock,
        ]
        if let step = plain.first(where: { $0.name == name }) {
            self = step
        } else if let share = share("shift-") {
            self = .shift(share)
        } else if let share = share("analyse-") {
            self = .analyse(share)
        } else {
            return nil
        }
    }

    /// What people read.
    package var title: String {
        switch self {
        case .preflight: "Preflight checks"
        case .approve: "Approval by another operator"
        case .lock: "Lock the edges"
        case .release: "Release to the idle colour"
        case .gate: "Healthy, right version, warm, smoke tests"
        case .shift(let share): "Canary \(share) %"
        case .analyse(let share): "Analysis at \(share) %"
        case .arm: "Arm the way back on the edges"
        case .promote: "Promotion to 100 %"
        case .follow: "Workers follow the traffic"
        case .watch: "Watch after the promotion"
        case .confirm: "Confirmation by a person"
        case .unlock: "Unlock the edges"
        }
    }

    /// The share of traffic that the new version has once it is done; nil where it moves none.
    package var share: Int? {
        switch self {
        case .shift(let share): share
        case .promote: 100
        default: nil
        }
    }

    /// Whether an operator's "go on" ends it as done: the steps that only wait and look.
    package var isWaiting: Bool {
        switch self {
        case .analyse, .watch, .confirm: true
        default: false
        }
    }

    /// The steps of a deploy, in order.
    ///
    /// - Parameters:
    ///   - shares: the canary's shares, growing, each under 100.
    ///   - confirms: whether somebody must confirm the promotion.
    package static func course(
        shares: [Int], approvals: Int, confirms: Bool, follows: Bool, watches: Bool
    ) -> [DeployStep] {
        var steps: [DeployStep] = [.preflight]
        if approvals > 0 { steps.append(.approve) }
        steps += [.lock, .release, .gate]
        // Before any traffic moves: whoever is killed in the canary has the way back armed, too.
        if confirms { steps.append(.arm) }
        for share in shares { steps += [.shift(share), .analyse(share)] }
        steps.append(.promote)
        if follows { steps.append(.follow) }
        if watches { steps.append(.watch) }
        if confirms { steps.append(.confirm) }
        steps.append(.unlock)
        return steps
    }
}
