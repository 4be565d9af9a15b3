import Launch

extension Model {
    /// Why an action can do nothing now; nil when it can. Footer, help and palette show it, dispatch obeys it.
    package func disabledReason(of action: Action) -> Word? {
        if case .kiosk(let mayQuit) = mode {
            switch action {
            case .help, .nextPage, .redraw, .back: return nil
            case .quit: return mayQuit ? nil : .kioskStays
            case .up, .down, .pageUp, .pageDown, .first, .last: return context == .help ? nil : .readOnlyWall
            default: return .readOnlyWall
            }
        }
        if action == .flag || context == .flags && [.promote, .abort, .hold].contains(action) {
            return reasonNotToFlag(action)
        }
        if action.actsOnProduction { return reasonNotToAct(action) }
        if action.actsOnAlert { return reasonNotToTouchAlerts(action) }
        if action == .say { return reasonNotToSay }
        switch action {
        case .deployments: return deployment == nil && flagFacts == nil ? .noDeployment : nil
        case .flags: return flagFacts == nil ? .noFlags : nil
        case .checklist: return board.manifest?.checklist?.isEmpty ?? true ? .noChecklist : nil
        case .readiness: return board.manifest?.readiness == nil ? .noReadiness : nil
        case .backups: return board.manifest?.backup == nil ? .noBackups : nil
        case .up, .down, .pageUp, .pageDown, .first, .last:
            guard overlays.isEmpty else { return nil }
            if !isZoomed, !hasPanes { return .noPaneShown }
            return items(of: focus).isEmpty ? .emptyPane : nil
        case .stepForward, .eventAfter: return rewind == nil && awaited == nil ? .alreadyNow : nil
        case .zoom: return isTooSmall ? .tooSmall : nil
        case .nextPage: return .onlyOnWall
        default: return nil
        }
    }

    /// The reason in words, filled in; nil for an action that can be done.
    func disabledText(of action: Action) -> String? {
        disabledReason(of: action).map { reason in
            words(
                reason,
                (reason == .cannotStart ? commandTrouble : deployment?.locked ?? flagFacts?.locked)
                    .map { Text.sanitised($0, limit: 200) } ?? "")
        }
    }

    private func reasonNotToTouchAlerts(_ action: Action) -> Word? {
        if deployment?.locked != nil { return .actionsLocked }
        if rewind != nil || mode.recordingEnd != nil { return .screenRewound }
        if frozen != nil { return .screenPaused }
        if isTooSmall { return .tooSmall }
        if commandTrouble != nil { return .cannotStart }
        if action == .escalate {
            return board.manifest?.roster?.policies.isEmpty ?? true ? .noPolicy : nil
        }
        return subjectAlert == nil ? .nothingFiresHere : nil
    }

    private func reasonNotToAct(_ action: Action) -> Word? {
        guard let deployment else { return .noDeployment }
        if deployment.locked != nil { return .actionsLocked }
        // The panes show the past: nobody must act on it.
        if rewind != nil || mode.recordingEnd != nil { return .screenRewound }
        if frozen != nil { return .screenPaused }
        if isTooSmall { return .tooSmall }
        if commandTrouble != nil { return .cannotStart }
        switch action {
        case .promote: return board.actions.unfinished == nil && approvable == nil ? .nothingRuns : nil
        case .abort: return board.actions.unfinished == nil ? .nothingRuns : nil
        case .hold: return board.actions.running.contains { $0.kind == .deploy } ? nil : .nothingRuns
        default: return nil
        }
    }
}
