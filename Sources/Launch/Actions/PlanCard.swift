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
    /// What fires now, worst first.
    package var firing: [Feed.Entry]
    /// The words after `guardia`.
    package var arguments: [String]
    /// The reason that is filled in, from the worst alert.
    package var reason: String
    /// What must be typed; nil for a routine action.
    package var target: String?
    /// Why it cannot be fired now; empty where it can.
    package var blockers: [String]
    /// What must be known and does not refuse it.
    package var cautions: [String]

    package var risk: Risk { kind.risk }

    /// Whether what was typed names the target: the whole of it, or for a version a beginning of at least four characters
    /// that no other of `versions` begins with.
    package func isConfirmed(by typed: String, among versions: [String] = []) -> Bool {
        guard let target else { return true }
        if typed == target { return true }
        guard typed.count >= 4, target.hasPrefix(typed) else { return false }
        return !versions.contains { $0 != target && $0.hasPrefix(typed) }
    }

    /// What may not have changed between confirming and firing.
    package struct Ground: Hashable, Sendable {
        package var splits: [String?]
        package var locks: [String?]
        package var versions: [String?]
    }

    package var ground: Ground {
        Ground(
            splits: edges.map { $0.split?.value.name }, locks: edges.map(\.lock), versions: [from?.version, to?.version])
    }
}

/// Makes plan cards from a board: pure, so that what the dialog shows is tested without a dialog.
package struct Planner: Sendable {
    package let board: Board
    package let now: Moment
    package let traffic: Traffic?
    private let silent: Bool

    package init(board: Board, now: Moment) {
        self.board = board
        self.now = now
        silent = board.isSilent(at: now)
        traffic = Traffic(board: board, now: now, engineSilent: silent)
    }

    /// Back to the standby, or to `colour`.
    package func rollback(to colour: String? = nil) -> PlanCard {
        var card = card(.rollback)
        guard let traffic else { return card.blocked("the launch config has no `deployment`") }
        let target = colour ?? traffic.rollbackTarget
        guard let target else { return card.blocked(unknownTraffic(traffic)) }
        let source = traffic.live.flatMap { $0 == target ? traffic.colours.first { $0 != target } : $0 }
        card.from = source.map(side)
        card.to = side(target)
        let sameVersion = card.from?.version != nil && card.from?.version == card.to?.version
        let version = card.to?.version
        card.target = sameVersion ? target : version ?? target
        card.arguments = ["rollback", "--to", target]
        if let version { card.arguments += ["--expect", version] }
        if let split = traffic.split { card.arguments += ["--from", split.name] }
        if traffic.split == Split(all: target) { card.blockers.append("\(target) has all traffic already") }
        if card.to?.health == .critical {
            card.blockers.append("\(target) does not live: \(card.to?.trouble ?? "it does not answer")")
        }
        // Contract: what is unknown or stale is shown, and refuses no rollback.
        if card.to?.health == .unknown {
            card.cautions.append("whether \(target) lives is not known: the rollback asks it first")
        }
        if traffic.isSplitBrain { card.cautions.append("the edges serve different splits: all go to \(target)") }
        if let mover = board.actions.mover {
            card.cautions.append("\(mover.kind.rawValue) \(mover.started.to?.version ?? "") by \(mover.started.by.name) is ended by this")
        }
        return card
    }

    /// A version to the colour without traffic.
    package func deploy(_ version: String) -> PlanCard {
        var card = card(.deploy)
        card.target = version
        card.arguments = ["deploy", version]
        guard let traffic else { return card.blocked("the launch config has no `deployment`") }
        guard let live = traffic.live, let idle = traffic.colours.first(where: { $0 != live }) else {
            return card.blocked(unknownTraffic(traffic))
        }
        card.from = side(live)
        card.to = side(idle)
        if let split = traffic.split { card.arguments += ["--from", split.name] }
        if card.from?.version == version { card.blockers.append("\(version) serves already, on \(live)") }
        if let mover = board.actions.mover {
            card.blockers.append("\(mover.kind.rawValue) by \(mover.started.by.name) is running")
        } else if let lock = traffic.lock {
            card.blockers.append("the edges are locked: \(lock)")
        } else if traffic.split?.canary != nil {
            card.blockers.append("\(idle) has traffic: promote or abort what runs first")
        }
        for edge in traffic.edges where edge.isUp != true {
            card.blockers.append("\(edge.name): \(edge.trouble ?? "it was not reached lately")")
        }
        for edge in traffic.edges {
            if let notice = edge.notice, notice.hasPrefix("frozen") { card.blockers.append("\(edge.name) is \(notice)") }
        }
        if traffic.isSplitBrain { card.blockers.append("the edges serve different splits: roll back, or mend them first") }
        if silent { card.blockers.append("the engine is silent: nothing would tell how the release does") }
        return card
    }

    /// On with the deploy that runs, waits or was interrupted.
    package func promote() -> PlanCard { steering(.promote) }
    /// Back from it.
    package func abort() -> PlanCard { steering(.abort) }

    private func steering(_ kind: ActionKind) -> PlanCard {
        var card = card(kind)
        guard let record = board.actions.running.last(where: { $0.kind == .deploy }) ?? board.actions.interrupted else {
            return card.blocked("no deploy is running, and none was interrupted")
        }
        card.arguments = [kind.rawValue, record.id.text]
        card.from = (record.started.from?.colour).map(side)
        card.to = (record.started.to?.colour).map(side)
        card.target = kind.risk == .grave ? record.started.to?.version ?? record.started.to?.colour : nil
        return card
    }

    // MARK: Parts

    private func card(_ kind: ActionKind) -> PlanCard {
        let firing = board.feed.sorted.filter { $0.change.to > .unknown }
        return PlanCard(
            kind: kind, edges: traffic?.edges ?? [], last: board.actions.lastMove, firing: firing, arguments: [kind.rawValue],
            reason: firing.first.map { board.track($0.id)?.series.title ?? $0.id.name } ?? "", blockers: [], cautions: [])
    }

    private func unknownTraffic(_ traffic: Traffic) -> String {
        let edge = traffic.edges.first { $0.split == nil }
        return "who serves is not known" + (edge.map { " (\($0.name): \($0.trouble ?? "not reached lately"))" } ?? "")
    }

    private func side(_ colour: String) -> PlanCard.Side {
        guard let traffic else { return PlanCard.Side(colour: colour, health: .unknown) }
        let silentEdges = traffic.edges.filter { $0.live[colour] == nil }
        let miss = silentEdges.first { $0.misses[colour] != nil }
        let version = traffic.version(of: colour)
        let ages = traffic.edges.compactMap { $0.live[colour]?.age } + (version.map { [$0.age] } ?? [])
        return PlanCard.Side(
            colour: colour, version: version?.value, share: traffic.split?.share(of: colour),
            health: silent ? .unknown : silentEdges.isEmpty ? .ok : miss == nil ? .unknown : .critical,
            trouble: miss.map { "\($0.name): \($0.misses[colour] ?? "")" }, age: ages.max())
    }
}

extension PlanCard {
    fileprivate func blocked(_ reason: String) -> PlanCard {
        var card = self
        card.blockers.append(reason)
        return card
    }
}
