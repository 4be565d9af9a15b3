import Launch

extension Model {
    var flagFacts: FlagFacts? { board.manifest?.flags }

    /// The flags of the launch config, in its order.
    var flagNames: [String] { (shownManifest?.flags?.flags ?? []).map(\.name) }

    /// The flag that the cursor of the page is on.
    var selectedFlag: String? {
        for case .flags(let selected) in overlays.reversed() { return selected ?? flagNames.first }
        return nil
    }

    /// A flag as the board that is shown has it.
    func sight(of flag: String) -> FlagSight {
        FlagSight(
            of: flag, on: shown, now: shownNow, engineSilent: isSilent || shown.isSilent(at: shownNow))
    }

    /// What promote, abort and hold are about: on the flags' page the ramp of the selected flag, else the deploy.
    var steered: ActionRecord? {
        guard context == .flags else { return board.actions.unfinished }
        return selectedFlag.flatMap { board.unfinishedRamp(of: $0) }
    }

    /// What waits for another operator's yes, here: a deploy before anything else, on the flags' page the selected flag's change.
    var approvable: ActionRecord? {
        let waiting = board.actions.awaitingApproval
        guard context == .flags else {
            // While a deploy goes on, the key is the deploy's.
            guard let deploy = board.actions.unfinished else { return waiting.first }
            return deploy.waitsForApproval ? deploy : nil
        }
        return waiting.first { record in
            selectedFlag.map { record.started.subject?.hasPrefix($0 + " ") == true } ?? false
        }
    }

    func reasonNotToFlag(_ action: Action) -> Word? {
        if rewind != nil || mode.recordingEnd != nil { return .screenRewound }
        guard let facts = flagFacts else { return .noFlags }
        if facts.locked != nil || deployment?.locked != nil { return .actionsLocked }
        if frozen != nil { return .screenPaused }
        if isTooSmall { return .tooSmall }
        if commandTrouble != nil { return .cannotStart }
        switch action {
        case .promote: return steered == nil && approvable == nil ? .noRamp : nil
        case .abort: return steered == nil ? .noRamp : nil
        case .hold: return steered.map { $0.ended == nil } == true ? nil : .noRamp
        default: return nil
        }
    }

    /// Ramps that need a person: one whose process died, one that stepped back just now.
    var flagNotices: [Notice] {
        (board.manifest?.flags?.flags ?? []).compactMap { known in
            let name = Text.sanitised(known.name, limit: 40)
            if let died = board.unfinishedRamp(of: known.name), died.ended != nil {
                return notice(words(.rampDiedNotice, name), ": ", offer(.flags).map { words(.showsIt, $0) })
            }
            guard let back = board.steppedBackRamp(of: known.name), let end = back.ended,
                end.at.age(at: now) < .minutes(5)
            else { return nil }
            let summary = Text.sanitised(end.body.summary, limit: 160)
            return Notice(role: .notice, text: words(.rampBackNotice, name, summary))
        }
    }

    // MARK: Asking

    /// `F`: which flag, unless one is selected or there is but one; then what is to become of it.
    mutating func chooseFlag() {
        if context == .flags, disabledReason(of: .flag) != nil {
            hint = disabledText(of: .flag)
            return
        }
        if let name = selectedFlag ?? (flagNames.count == 1 ? flagNames.first : nil) { return chooseShare(of: name) }
        let options = flagNames.map { name in
            Choice.Option(
                text: name,
                note: [flagState(sight(of: name)), flagFacts?[name]?.title ?? ""]
                    .filter { !$0.isEmpty }.joined(separator: "  "))
        }
        overlays.append(.choice(Choice(.flag, options: options)))
    }

    /// The shares, off, on and the ramp, each with what it does to the users.
    mutating func chooseShare(of name: String) {
        guard let facts = flagFacts else { return }
        let flag = sight(of: name).flag
        var options: [Choice.Option] = []
        if flag?.isEnabled ?? true { options.append(.init(text: "off", note: words(.chooseOff))) }
        if let flag, !flag.isEnabled {
            options.append(.init(text: "on", note: words(.chooseOn, figures.share(flag.rollout))))
        }
        let shares = Set(facts.steps + [.half]).filter { $0 != flag?.share || flag == nil }.sorted()
        for share in shares {
            let card = Planner(board: board, now: now, feed: feed.live).card(
                for: .flag(name, .edit(FlagEdit(isEnabled: true, rollout: share))))
            options.append(.init(text: share.description, note: card.flag.map { usersText($0) } ?? ""))
        }
        let rest = facts.steps.filter { $0 > flag?.share ?? .none }
        if !rest.isEmpty {
            options.append(
                .init(text: "ramp \(RampPlan.text(rest))", note: words(.chooseRamp, figures.span(facts.every))))
        }
        overlays.append(.choice(Choice(.share(of: name), options: options)))
    }

    // MARK: Words

    /// `RAMP in production checkout-v2 to 100 %`
    func flagTitle(_ flag: FlagCard, _ intent: ActionIntent) -> String {
        let environment = Text.sanitised(board.manifest?.environment ?? "", limit: 16)
        let name = Text.sanitised(flag.name, limit: 64)
        switch intent {
        case .abort: return words(.rampAbortTitle, environment, name)
        case .pause: return words(.rampHoldTitle, environment, name)
        case .promote, .approve: return words(.rampGoOnTitle, environment, name)
        case .flag(_, .ramp(let steps)):
            return words(.flagRampTitle, environment, name, steps.last.map { figures.share($0) } ?? "?")
        case .flag(_, .edit(let edit)):
            if edit.isKill { return words(.flagOffTitle, environment, name) }
            let share = edit.rollout ?? flag.change?.to.rollout
            return words(
                edit.rollout == nil ? .flagOnTitle : .flagSetTitle, environment, name,
                share.map { figures.share($0) } ?? "?")
        case .deploy, .rollback, .ack, .unack, .silence, .endSilence, .escalate, .readiness: return name
        }
    }

    /// `on 25 %`, `off`, `unknown`
    func flagState(_ sight: FlagSight) -> String {
        switch sight.state {
        case .known(let glance):
            glance.flag.isEnabled ? "\(words(.flagOn)) \(figures.share(glance.flag.rollout))" : words(.flagOff)
        case .faulty: words(.flagFaulty)
        case .never: words(.flagUnknown)
        }
    }

    /// Whom a change concerns: `20 % more of all users, 1.240 of 6.200 users`.
    func usersText(_ flag: FlagCard) -> String {
        guard let change = flag.change, let affected = flag.affected, flag.sight.isCurrent || flag.plan != nil else {
            return words(.usersUnknown)
        }
        let share = figures.percent(affected, decimals: affected == affected.rounded() ? 0 : 2)
        let top = flag.plan?.steps.last ?? change.to.share
        let before = change.from?.share ?? .none
        var text =
            if change.isReshuffled {
                words(.usersAnew, share)
            } else {
                words(top >= before ? .usersMore : .usersFewer, share)
            }
        if let users = flag.users, users >= 1 {
            text +=
                ", "
                + words(
                    .usersOf, figures.number((users * affected / 100).rounded()), figures.number(users.rounded()))
        }
        return text
    }
}

extension Figures {
    /// `25 %`, `0,5 %`
    func share(_ share: Rollout) -> String {
        percent(share.percent, decimals: share.isWhole ? 0 : share.basisPoints % 10 == 0 ? 1 : 2)
    }
}
