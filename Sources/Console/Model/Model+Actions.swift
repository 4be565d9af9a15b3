package import Launch

/// An action that was fired here: what was asked for, and when.
package struct ActionFollow: Hashable, Sendable {
    package let request: ActionRequest
    package let firedAt: Moment
    /// What it is called before it has said anything.
    package let title: String
    /// The deploy that it asks something of, whose steps are what there is to see.
    package let subject: ActionID?
}

/// How a command ended, and its last words.
struct ActionEnding: Hashable, Sendable {
    var hasFailed: Bool
    var words: String
}

extension Model {
    var deployment: DeploymentFacts? { board.manifest?.deployment }

    /// Every action that moved or meant to move something, the newest first.
    var deployments: [ActionRecord] { shown.actions.records.reversed() }

    // MARK: Asking

    /// `D`: which version first.
    mutating func chooseVersion() {
        let planner = Planner(board: board, now: now, feed: feed.live)
        let traffic = planner.traffic
        let live = traffic?.live
        let options = planner.versions.filter(ReleaseVersion.isFit).map { version in
            let behind = traffic?.colours.filter { traffic?.version(of: $0)?.value == version } ?? []
            let colours = behind.map { $0.uppercased() + ($0 == live ? " " + words(.live) : "") }
            return Choice.Option(
                text: version, note: colours.isEmpty ? words(.deployedBefore) : colours.joined(separator: ", "))
        }
        overlays.append(.choice(Choice(.version, options: options)))
    }

    /// `R`: at once where it is known who serves, else by the colour that is to serve.
    mutating func askRollback() {
        let planner = Planner(board: board, now: now, feed: feed.live)
        if let colour = planner.traffic?.rollbackTarget {
            ask(.rollback(to: colour))
            return
        }
        // Nothing that is only not known refuses a rollback; but nobody guesses where to.
        let options = (deployment?.colours ?? []).map { colour in
            guard let last = planner.lastVersion(of: colour) else {
                return Choice.Option(text: colour, note: words(.versionUnknown))
            }
            let version = Text.sanitised(last.value, limit: 60)
            let isKnown = planner.traffic?.version(of: colour) != nil
            return Choice.Option(
                text: colour, note: isKnown ? version : words(.versionAgo, version, figures.age(last.age)),
                alias: version)
        }
        overlays.append(.choice(Choice(.colour, options: options)))
    }

    /// `P`, `X`, `W`.
    mutating func askAboutSubject(_ action: Action) {
        // To go on is to approve, where that is what waits.
        if action == .promote, let approvable { return ask(.approve(approvable.id)) }
        guard let subject = steered?.id else { return }
        switch action {
        case .promote: ask(.promote(subject))
        case .abort: ask(.abort(subject))
        default: ask(.pause(subject))
        }
    }

    /// Enter in a choice.
    mutating func take(_ choice: Choice) {
        var choice = choice
        switch choice.subject {
        case .checklist: break
        case .version:
            if let trouble = ReleaseVersion.trouble(with: choice.text) {
                choice.refuse(trouble)
                break
            }
            overlays.removeLast()
            return ask(.deploy(version: choice.text))
        case .trouble:
            guard choice.text.contains(where: { !$0.isWhitespace }) else {
                choice.refuse(words(.troubleMissing))
                break
            }
            overlays.removeLast()
            return ask(.escalate(EscalationOrder(alert: nil, text: choice.text)))
        case .word(let station):
            guard let order = words(for: station).first(where: { $0.text == choice.chosen })?.order else {
                choice.refuse(words(.noSuchWord))
                break
            }
            overlays.removeLast()
            return ask(.readiness(order))
        case .flag:
            guard flagNames.contains(choice.chosen) else {
                choice.refuse(words(choice.matches.count > 1 ? .whichOfThese : .noSuchFlag))
                break
            }
            overlays.removeLast()
            return chooseShare(of: choice.chosen)
        case .share(let name):
            guard let order = FlagOrder(choice.text, usual: flagFacts?.steps ?? []) else {
                choice.refuse(words(.noSuchShare))
                break
            }
            overlays.removeLast()
            return ask(.flag(name, order))
        case .colour:
            let named = choice.options.filter { $0.text == choice.chosen.lowercased() || $0.alias == choice.chosen }
            guard named.count == 1, let colour = named.first?.text else {
                choice.refuse(words(.noSuchColour))
                break
            }
            overlays.removeLast()
            return ask(.rollback(to: colour))
        }
        overlays[overlays.count - 1] = .choice(choice)
    }

    /// What waits for another operator's yes, the newest first.
    var approvalNotices: [Notice] {
        board.actions.awaitingApproval.map { record in
            let label = Text.sanitised(record.label, limit: 100)
            let key = approvable?.id == record.id && !isOwn(record) ? offer(.promote) : nil
            return notice(words(.approvalNotice, label), ": ", key.map { words(.approvesIt, $0) })
        }
    }

    /// Whether the operator of this screen asked for it. Nobody approves what they asked for themselves.
    private func isOwn(_ record: ActionRecord) -> Bool {
        if case .operator(let name) = mode { record.started.by.name == name } else { false }
    }

    /// The plan as it stands now, for the operator of this screen.
    private func card(for intent: ActionIntent) -> PlanCard {
        var card = Planner(board: board, now: now, feed: feed.live).card(for: intent)
        if case .approve = intent, let record = card.subject, isOwn(record) {
            card.blockers.append("you asked for it yourself: another operator must approve it")
        }
        return card
    }

    mutating func ask(_ intent: ActionIntent) {
        let card = card(for: intent)
        overlays.append(
            .confirmation(
                Confirmation(
                    card, intent: intent, openedAt: now, opener: pressed ?? Key(.enter),
                    actAs: actAs, commands: commands,
                    random: draw())))
    }

    // MARK: Answering

    /// Shows an open question the world as it is now.
    mutating func refreshConfirmation() {
        for (index, overlay) in overlays.enumerated() {
            guard case .confirmation(var confirmation) = overlay else { continue }
            if !isJudged { judge() }
            confirmation.refresh(
                card(for: confirmation.intent), at: now)
            overlays[index] = .confirmation(confirmation)
        }
    }

    mutating func answer(_ confirmation: Confirmation, _ press: Key) -> [Command] {
        var confirmation = confirmation
        // Just before it is fired it is compared with the newest that is known.
        confirmation.refresh(card(for: confirmation.intent), at: now)
        guard !layout.isTooSmall || press.code == .escape else {
            confirmation.discard()
            overlays[overlays.count - 1] = .confirmation(confirmation)
            return []
        }
        switch confirmation.take(press, at: now) {
        case .stay: overlays[overlays.count - 1] = .confirmation(confirmation)
        case .replan:
            confirmation.replan(
                card(for: confirmation.intent), at: now)
            overlays[overlays.count - 1] = .confirmation(confirmation)
        case .cancel:
            overlays.removeLast()
            hint = words(.nothingDone)
            hintEnds = now.advanced(by: .seconds(10))
        case .fire(let request):
            overlays.removeLast()
            if request.kind.isAboutAlerts || request.kind.isAboutReadiness {
                fired[request.id] = ActionFollow(
                    request: request, firedAt: now, title: title(of: confirmation), subject: nil)
                hint = words(.alertAsked, request.kind.rawValue)
                return [.act(request)]
            }
            overlays.removeAll { if case .action = $0 { true } else { false } }
            overlays.append(
                .action(
                    ActionFollow(
                        request: request, firedAt: now, title: title(of: confirmation),
                        subject: confirmation.intent.subject)))
            return [.act(request)]
        }
        return []
    }

    /// `ROLL BACK production to v1.3.9`
    func title(of confirmation: Confirmation) -> String {
        if let plan = confirmation.plan.alerting { return title(of: plan, confirmation.intent) }
        if let readiness = confirmation.plan.readiness { return title(of: readiness) }
        if let flag = confirmation.plan.flag { return flagTitle(flag, confirmation.intent) }
        let environment = Text.sanitised(board.manifest?.environment ?? "", limit: 16)
        let to = confirmation.facts.to
        let version =
            confirmation.plan.target ?? confirmation.facts.subject?.started.to?.version ?? to?.version ?? to?.colour
            ?? confirmation.facts.subject.map { [$0.kind.title, $0.move].joined(separator: " ") } ?? ""
        let word: Word =
            switch confirmation.intent {
            case .deploy: .deployTitle
            case .rollback: .rollbackTitle
            case .promote: .promoteTitle
            case .abort: .abortTitle
            case .pause: .holdTitle
            case .approve where confirmation.facts.subject?.kind != .deploy: .approveOtherTitle
            case .approve: .approveTitle
            case .ack, .unack: .ackTitle
            case .silence, .endSilence: .silenceTitle
            case .escalate: .escalateTitle
            case .flag, .readiness: .flagSetTitle
            }
        return words(word, environment, Text.sanitised(version, limit: 60))
    }

    // MARK: After it was fired

    /// The action whose steps a window shows: the one that was fired, else the deploy that it asks something of.
    func record(of follow: ActionFollow) -> ActionRecord? {
        let own = board.actions[follow.request.id]
        // What is only asked of a deploy has one step of its own; the deploy's are those that one wants to see.
        if own?.kind.isSteering ?? true, let subject = follow.subject.flatMap({ board.actions[$0] }) { return subject }
        return own
    }

    /// What became of something that was asked of a running deploy; nil: nothing yet.
    func answer(to follow: ActionFollow) -> ActionEnding? {
        if let end = board.actions[follow.request.id]?.ended?.body {
            return ActionEnding(hasFailed: end.outcome != .done, words: end.summary)
        }
        return endings[follow.request.id]
    }

    /// What to tell who leaves an action that goes on.
    func leaving(_ follow: ActionFollow) -> String? {
        let isOver = record(of: follow).map { $0.ended != nil } ?? (endings[follow.request.id] != nil)
        guard !isOver else { return nil }
        let kind = record(of: follow)?.kind ?? follow.request.kind
        return words(.goesOn, kind.rawValue, keymap.label(of: .deployments))
    }

    /// The end of a command that never came to its first event is told where the steps would be; else the journal tells.
    mutating func take(_ ending: ActionEnding, of id: ActionID) {
        if let follow = fired.removeValue(forKey: id) { return take(ending, of: follow) }
        guard board.actions[id] == nil else { return }
        if endings.count >= 16 { endings.removeAll() }
        endings[id] = ending
        let isShown = overlays.contains { if case .action(let follow) = $0 { follow.request.id == id } else { false } }
        guard !isShown else { return }
        let said = Text.sanitised(ending.words, limit: 200)
        hint = ending.hasFailed ? words(.couldNotStart, id.text, said) : said
    }

    /// What was done about an alert has no steps to look at: its success is a sentence, its failure a window that stays.
    private mutating func take(_ ending: ActionEnding, of follow: ActionFollow) {
        guard ending.hasFailed else {
            let said = Text.sanitised(ending.words, limit: 200)
            hint = words(.alertDone, follow.request.kind.rawValue, said)
            return
        }
        if endings.count >= 16 { endings.removeAll() }
        endings[follow.request.id] = ending
        overlays.append(.action(follow))
    }
}
