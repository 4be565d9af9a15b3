import Launch

extension Model {
    /// The launch's checklist as the screen shows it.
    var checklist: Checklist { shown.checklist(at: shownNow) }

    /// How many others look, by name: whoever has two dashboards open is one.
    var otherWatchers: Int {
        guard case .operator(let name) = mode else { return 0 }
        let log = shown.presence
        guard !log.sessions.isEmpty else { return 0 }
        let watching = log.open(at: shownNow).filter { log.standing(of: $0, at: shownNow) == .watching }
        return Set(watching.map(\.by.name)).subtracting([name]).count
    }

    /// What is overdue, where nothing worse is to be said.
    var checklistNotice: [Span] {
        let count = board.checklist(at: asOf).overdueCount
        return count == 0 ? [] : [Span("  " + words(.checklistNotice, String(count)), .warning, .bold)]
    }

    /// The item that the cursor of the page is on.
    private var selectedItem: Checklist.Row? {
        guard case .checklist(let selected) = overlays.last else { return nil }
        let list = checklist
        return selected.flatMap { list[$0] } ?? list.rows.first
    }

    /// Enter on an item: a note first; nothing is told before that is confirmed by another Enter, with another key between them.
    mutating func askToTick() {
        guard let row = selectedItem else { return }
        if let reason = reasonNotToTick {
            hint = words(
                .disabled, words(.checklist), words(reason, Text.sanitised(deployment?.locked ?? "", limit: 200)))
            return
        }
        overlays.append(
            .choice(
                Choice(
                    .checklist(item: row.id, tick: !row.isDone, revision: row.last?.revision ?? 0), options: [])))
    }

    private var reasonNotToTick: Word? {
        if deployment?.locked != nil { return .actionsLocked }
        if rewind != nil || mode.recordingEnd != nil { return .screenRewound }
        if frozen != nil { return .screenPaused }
        if isTooSmall { return .tooSmall }
        return mode.isKiosk ? .readOnlyWall : nil
    }

    /// Enter in the field of the note: starts the command that an operator could have typed.
    mutating func changeChecklist(_ choice: Choice) -> [Command] {
        guard case .checklist(let item, let isTick, let revision) = choice.subject else { return [] }
        overlays.removeLast()
        let id = ActionID(.checklist, at: now.utc, random: draw())
        var arguments = ["checklist", isTick ? "tick" : "untick", item, "--revision", String(revision)]
        // With its option in one word: a note may begin with a dash.
        if !choice.text.isEmpty { arguments.append("--note=\(choice.text)") }
        let request = ActionRequest(
            id: id, kind: .checklist, actAs: deployment?.actAs ?? flagFacts?.actAs ?? [], arguments: arguments)
        let title = words(isTick ? .tickQuestion : .untickQuestion, Text.sanitised(item, limit: 40))
        fired[id] = ActionFollow(request: request, firedAt: now, title: title, subject: nil)
        hint = words(.alertAsked, request.kind.rawValue)
        return [.act(request)]
    }
}
