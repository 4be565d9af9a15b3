/// Makes plan cards from a board: pure, so that what the dialog shows is tested without a dialog.
package struct Planner: Sendable {
    package let board: Board
    package let now: Moment
    package let traffic: Traffic?
    let silent: Bool
    private let feed: FeedList?

    /// - Parameter feed: the alert feed of that board, where it is at hand.
    package init(board: Board, now: Moment, feed: FeedList? = nil) {
        self.board = board
        self.now = now
        self.feed = feed
        silent = board.isSilent(at: now)
        traffic = Traffic(board: board, now: now, engineSilent: silent)
    }

    package func card(for intent: ActionIntent) -> PlanCard {
        switch intent {
        case .deploy(let version): deploy(version)
        case .rollback(let colour): rollback(to: colour)
        case .promote(let id): steering(.promote, id)
        case .abort(let id): steering(.abort, id)
        case .pause(let id): steering(.pause, id)
        case .approve(let id): steering(.approve, id)
        case .ack(let id, let span): ack(id, for: span)
        case .unack(let id): unack(id)
        case .silence(let order): silence(order)
        case .endSilence(let id, let alert): endSilence(id, of: alert)
        case .escalate(let order): escalate(order)
        case .flag(let name, let order): flag(name, order)
        case .readiness(let order): readiness(order)
        }
    }

    /// The versions that are known, those of the colours first, then those that the newest actions put into service or found there.
    package var versions: [String] {
        let behind = traffic.map { traffic in traffic.colours.compactMap { traffic.version(of: $0)?.value } } ?? []
        // What a deploy was refused for, or went back from, was never in service by it.
        let past = board.actions.records.reversed().flatMap { record -> [String?] in
            let wasDone = [ActionKind.deploy, .rollback].contains(record.kind) && record.ended?.body.outcome == .done
            return [wasDone ? record.started.to?.version : nil, record.started.from?.version]
        }
        var seen: Set<String> = []
        return (behind + past.compactMap(\.self)).filter { seen.insert($0).inserted }
    }

    /// What a colour was last known to answer with, however long ago: nobody is to choose a way back blindly, and nothing is
    /// decided by it.
    package func lastVersion(of colour: String) -> Traffic.Fact<String>? {
        let facts = (board.manifest?.deployment?.edges ?? []).compactMap { edge -> Traffic.Fact<String>? in
            guard let track = board.track(edge.version(colour)), let text = track.text, let at = track.valueAt else {
                return nil
            }
            return Traffic.Fact(value: text, age: at.age(at: now))
        }
        guard let first = facts.first, facts.allSatisfy({ $0.value == first.value }) else { return nil }
        return Traffic.Fact(value: first.value, age: facts.map(\.age).max() ?? first.age)
    }

    /// Back to the standby, or to `colour`.
    package func rollback(to colour: String? = nil) -> PlanCard {
        var card = card(.rollback)
        guard let traffic else { return card.blocked("the launch config has no `deployment`") }
        let target = colour ?? traffic.rollbackTarget
        guard let target else { return card.blocked(unknownTraffic(traffic)) }
        card.from = traffic.colours.first { $0 != target }.map(side)
        card.to = side(target)
        card.target = target
        card.arguments = ["rollback", "--to", target]
        if let version = card.to?.version {
            // A text that cannot be a version can be neither typed nor put on a command line.
            if ReleaseVersion.isFit(version) {
                if version != card.from?.version { card.target = version }
                card.arguments += ["--expect", version]
            } else {
                card.cautions.append("\(target) answers with a version that is none")
            }
        }
        if let split = traffic.splitInSight { card.arguments += ["--from", split.name] }
        if traffic.split == Split(all: target) { card.blockers.append("\(target) has all traffic already") }
        if let rejection = traffic.rejection(of: target, board.actions) {
            card.rejection = rejection
            let name = [target, rejection.version].compactMap(\.self).joined(separator: " ")
            // Also where nobody knows who serves: the journal knows what was left, and FORCE still goes there.
            card.overridable.append("\(name) \(rejection.deed): it is no way back to what was well")
        }
        if card.to?.health == .critical {
            card.overridable.append("\(target) does not live: \(card.to?.trouble ?? "it does not answer")")
        }
        // Contract: what is unknown or stale is shown, and refuses no rollback.
        if card.to?.health == .unknown {
            card.cautions.append("whether \(target) lives is not known: the rollback asks it first")
        }
        if let why = traffic.ailments[target] {
            card.cautions.append("\(target) answers, and fails its own health check: \(why)")
        }
        if traffic.isSplitBrain { card.cautions.append("the edges serve different splits: all go to \(target)") }
        let gone = traffic.edges.filter { $0.isUp == false }.map(\.name)
        if !gone.isEmpty {
            card.cautions.append("\(gone.joined(separator: ", ")): not reached; changed as soon as it returns")
        }
        if let mover = card.mover { card.cautions.append("\(mover.label) is ended by this") }
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
        if let trouble = ReleaseVersion.trouble(with: version) { card.blockers.append(trouble) }
        if card.from?.version == version { card.blockers.append("\(version) serves already, on \(live)") }
        if let mover = card.mover {
            card.blockers.append("\(mover.label) is running")
        } else if let lock = traffic.lock {
            card.blockers.append("the edges are locked: \(lock)")
        } else if traffic.split?.canary != nil {
            card.blockers.append("\(idle) has traffic: promote or abort what runs first")
        }
        for edge in traffic.edges where edge.isUp != true {
            card.blockers.append("\(edge.name): \(edge.trouble ?? "it was not reached lately")")
        }
        for edge in traffic.edges {
            if let notice = edge.notice, notice.hasPrefix("frozen") {
                card.blockers.append("\(edge.name) is \(notice)")
            }
        }
        if traffic.isSplitBrain {
            card.blockers.append("the edges serve different splits: roll back, or mend them first")
        }
        if silent { card.blockers.append("the engine is silent: nothing would tell how the release does") }
        judgeReadiness(&card)
        return card
    }

    /// On with a deploy, back from it, or holding it: the one that runs, waits or was interrupted.
    private func steering(_ kind: ActionKind, _ id: ActionID) -> PlanCard {
        var card = card(kind)
        card.arguments = [kind.rawValue, id.text]
        guard let record = board.actions[id] else {
            return card.blocked("there is no action \(id) in the journal any more")
        }
        card.subject = record
        if record.kind == .flagRamp, kind != .approve { return ramp(kind, record, card) }
        card.from = (record.started.from?.colour).map(side)
        card.to = (record.started.to?.colour).map(side)
        // An abort goes the other way.
        if kind == .abort { (card.from, card.to) = (card.to, card.from) }
        card.target = kind.risk == .grave ? record.started.to?.version ?? record.started.to?.colour : nil
        if let end = record.ended {
            guard end.body.outcome == .died, record.id == board.actions.interrupted?.id else {
                let why = board.actions.objection(toGoingOnWith: record.id)
                return card.blocked(
                    why ?? "\(record.label) has ended: \(record.outcomeTitle ?? end.body.outcome.title)")
            }
            if kind == .pause || kind == .approve {
                card.blockers.append("\(record.label) does not run: its process died")
            }
            if kind == .promote, record.isOnItsWayBack {
                card.blockers.append("it was on its way back when it died: take it back to the end")
            }
            if kind == .abort, record.kind == .rollback {
                card.blockers.append(
                    "a rollback is finished or done anew, not undone: that would bring back what was fled from")
            }
        } else if kind == .promote, record.waitsForApproval {
            card.blockers.append("another operator must approve it first")
        } else if kind == .approve, !record.waitsForApproval {
            card.blockers.append("\(record.label) waits for no approval")
        } else if kind == .promote, let step = record.stepThatGoesOnByItself {
            card.blockers.append("nothing waits for you: “\(step.title)” goes on by itself")
        } else if kind == .pause, record.isPaused {
            card.blockers.append("\(record.label) is paused already")
        }
        return card
    }

    // MARK: Parts

    func card(_ kind: ActionKind) -> PlanCard {
        let firing = (feed ?? FeedList(board)).byGravity(on: board)
        // Of a rollback alone is what fires likely to be the reason, and of that the gravest.
        let suggestion = kind == .rollback ? firing.first.map { title(of: $0) } : nil
        return PlanCard(
            kind: kind, edges: traffic?.edges ?? [], last: board.actions.lastMove, mover: board.actions.mover,
            firing: firing, arguments: [kind.rawValue],
            suggestion: suggestion, blockers: [],
            overridable: [], cautions: [], versions: versions)
    }

    /// What an item of the feed is called; of an alert without a series what it says.
    private func title(of item: FeedItem) -> String {
        let alert = item.id.alert.flatMap { board.alerts[$0]?.facts }
        if let id = item.id.series ?? alert?.series {
            guard let series = board.track(id)?.series else { return id.name }
            return series.tellsWhetherUp ? series.subject + " down" : series.title
        }
        guard let alert else { return "" }
        return alert.summary.isEmpty ? alert.rule : alert.summary
    }

    private func unknownTraffic(_ traffic: Traffic) -> String {
        let edge = traffic.edges.first { $0.split == nil }
        return "who serves is not known" + (edge.map { " (\($0.name): \($0.trouble ?? "not reached lately"))" } ?? "")
    }

    private func side(_ colour: String) -> PlanCard.Side {
        guard let traffic else { return PlanCard.Side(colour: colour, health: .unknown) }
        let health = traffic.health(of: colour)
        let version = traffic.version(of: colour)
        let ages = traffic.edges.compactMap { $0.live[colour]?.age } + (version.map { [$0.age] } ?? [])
        return PlanCard.Side(
            colour: colour, version: version?.value, share: traffic.splitInSight?.share(of: colour),
            health: silent ? .unknown : health.verdict, trouble: health.trouble, age: ages.max())
    }
}

extension PlanCard {
    func blocked(_ reason: String) -> PlanCard {
        var card = self
        card.blockers.append(reason)
        return card
    }
}

extension ActionRecord {
    /// The step that runs and that nobody has to say anything to; nil where the action waits for a person.
    fileprivate var stepThatGoesOnByItself: ActionEvent.Step? {
        guard !isPaused, let running = steps.last(where: \.isRunning) else { return nil }
        let waiting = ["analyse", "watch", "confirm"]
        return waiting.contains { running.step.name.hasPrefix($0) } ? nil : running.step
    }
}
