import Launch

/// The dialog before an action: the plan, the exact command, and what must be typed.
struct ConfirmationView {
    let model: Model
    let confirmation: Confirmation

    private var words: Words { model.words }
    private var card: PlanCard { confirmation.facts }
    private var lock: Confirmation.Lock? { confirmation.lock(at: model.now) }

    func render(into frame: inout Frame) {
        LinesDialog(model: model, title: model.title(of: confirmation), isGrave: card.risk == .grave)
            .render(lines(width: LinesDialog.width(on: frame.size)), into: &frame)
    }

    private func lines(width: Int) -> [DialogLine] {
        let plan = PlanLines(model: model, card: card, width: width)
        var lines: [DialogLine] = [.blank(1)]
        if let alerting = card.alerting {
            lines += AlertCardLines(model: model, plan: alerting, confirmation: confirmation, width: width).lines
            lines += plan.cautions
        } else if let readiness = card.readiness {
            lines +=
                ReadinessLines(
                    model: model, card: readiness, confirmation: confirmation, width: width, labelWidth: plan.labelWidth
                ).lines + plan.cautions
        } else if let flag = card.flag {
            lines += FlagLines(model: model, flag: flag, width: width, labelWidth: plan.labelWidth).lines
            lines += plan.subject + plan.firing + plan.cautions
        } else {
            lines += plan.rejection + plan.sides + plan.subject + plan.edges + plan.last + plan.firing + plan.cautions
        }
        lines.append(.blank(2))
        lines += runs(width: width, label: plan.labelWidth)
        lines.append(.blank(3))
        lines.append(
            DialogLine(
                .field(
                    label: fieldLabel(words(reasonWord) + " ", isFocused: confirmation.focus == .reason),
                    confirmation.reason,
                    isFocused: confirmation.focus == .reason, placeholder: suggestion),
                rank: 60))
        lines += target(width: width)
        lines.append(.blank(4))
        lines += standing(width: width)
        lines.append(DialogLine(.buttons(buttons), rank: DialogLine.kept + 1))
        lines.append(DialogLine([Span(words(hint), .hint)], rank: 15))
        return lines
    }

    /// What is offered as the reason, and the key that takes it.
    private var suggestion: String {
        confirmation.suggestion.map { words(.suggestedReason, Text.sanitised($0, limit: 40)) } ?? ""
    }

    /// The command line, so broken that a shell takes all the lines as one; what an operator could type instead.
    private func runs(width: Int, label column: Int) -> [DialogLine] {
        let label = Text.padded(words(.labelRuns), to: column)
        let lines = ShellLines.broken(confirmation.commandWords, to: width - column)
        return lines.enumerated().map { index, line in
            let start = index == 0 ? Span(label, .dim) : Span(String(repeating: " ", count: column), .dim)
            var whole = DialogLine(
                [start, Span(Text.sanitised(line, limit: .max), .value)], rank: index == 0 ? 70 : 57)
            whole.isContinued = index > 0
            return whole
        }
    }

    private var reasonWord: Word {
        switch confirmation.intent.kind {
        case .ack: .labelComment
        case .silence: .labelWhy
        default: .labelReason
        }
    }

    private var hint: Word {
        if !confirmation.knobs.isEmpty { return confirmation.wanted == nil ? .hintRoutineKnobs : .hintGraveKnobs }
        return confirmation.wanted == nil ? .hintRoutine : .hintGrave
    }

    private func target(width: Int) -> [DialogLine] {
        guard let target = confirmation.wanted else { return [] }
        let isVersion = target != card.to?.colour
        let safe = Text.sanitised(target, limit: 60)
        let traffic: Word =
            card.readiness != nil ? .typeStation : card.flag != nil ? .typeFlag : isVersion ? .typeVersion : .typeColour
        var label = words(card.alerting?.typeWord ?? traffic) + "  "
        if Text.width(of: label) + Text.width(of: safe) > width { label = words(.typeShort) + "  " }
        let isFocused = confirmation.focus == .target
        let column = Text.width(of: label)
        // Too narrow for both: what must be typed stands above the field all the same.
        let indent = width - column >= 24 ? column : 2
        return [
            DialogLine([Span(label, .label), Span(safe, .strong, .bold)], rank: DialogLine.kept + 2),
            DialogLine(
                .field(
                    label: fieldLabel(String(repeating: " ", count: indent - 2), isFocused: isFocused),
                    confirmation.target,
                    isFocused: isFocused),
                rank: DialogLine.kept + 2),
        ]
    }

    /// The label of a field, and before the field a mark where it has the keys: without colour that would be the cursor alone.
    private func fieldLabel(_ text: String, isFocused: Bool) -> [Span] {
        [Span(text, .dim), Span(isFocused ? "▸ " : "  ", .key, .bold)]
    }

    /// Why the yes button does nothing, what moved, and how many keys did nothing.
    private func standing(width: Int) -> [DialogLine] {
        var lines: [DialogLine] = []
        func add(_ text: String, _ role: Role, rank: Int, atMost rows: Int = 2) {
            for (index, line) in Text.wrapped(text, to: width, lines: rows).enumerated() {
                lines.append(
                    DialogLine(
                        [Span(line, role, role == .hint ? [] : .bold)], rank: index == 0 ? rank : rank >= 90 ? 89 : 30))
            }
        }
        if !confirmation.moved.isEmpty {
            let moved = confirmation.moved.map { Text.sanitised($0, limit: 200) }.joined(separator: "; ")
            add("! " + words(.worldMoved, moved), .warning, rank: DialogLine.kept)
        }
        switch lock {
        case .blocked(let reason)?: add("✗ " + Text.sanitised(reason, limit: 300), .critical, rank: DialogLine.kept)
        case .overridable(let reason)?:
            add("✗ " + Text.sanitised(reason, limit: 300), .critical, rank: DialogLine.kept)
            add(
                words(.typeForce, "\(PlanCard.force) \(Text.sanitised(confirmation.wanted ?? "", limit: 60))"), .hint,
                rank: 95)
        case .untyped? where confirmation.isMistyped:
            add(words(.typedAnother, Text.sanitised(confirmation.wanted ?? "", limit: 60)), .warning, rank: 96)
        case .untyped?, .uncommented?, .settling?, nil: break
        }
        var spans: [Span] = []
        if let note { spans += [Span(" \(note) ", .notice), Span("  ", .dialog)] }
        if confirmation.discarded > 0 {
            let word: Word = confirmation.discarded == 1 ? .discardedKey : .discardedKeys
            spans.append(Span(words(word, String(confirmation.discarded)), .hint))
        }
        if !spans.isEmpty { lines.append(DialogLine(spans, rank: note == nil ? 80 : 88)) }
        return lines
    }

    private var note: String? {
        switch confirmation.note {
        case .enterInField?: words(lock == nil || lock == .settling ? .enterToButton : .enterInField)
        case .locked?:
            switch lock {
            case .untyped?:
                words(
                    confirmation.wanted == nil
                        ? .settlingNote
                        : card.alerting != nil
                            ? .typeNameFirst
                            : card.readiness != nil
                                ? .typeStationFirst : card.flag != nil ? .typeFlagFirst : .typeFirst)
            case .uncommented?: words(.commentFirst)
            case .settling?: words(.settlingNote)
            case .blocked?, .overridable?: words(.lockedNote)
            case nil: nil
            }
        case .pasteIgnored?: words(.pasteNote)
        case nil: nil
        }
    }

    private var buttons: [Button] {
        let isYes = confirmation.focus == .yes
        let word: Word =
            switch confirmation.intent {
            case .deploy: .yesDeploy
            case .rollback: confirmation.arguments.contains("--force") ? .yesForce : .yesRollback
            case .promote: .yesPromote
            case .abort: .yesAbort
            case .pause: .yesHold
            case .approve: .yesApprove
            case .ack: .yesAck
            case .unack: .yesUnack
            case .silence: .yesSilence
            case .endSilence: .yesEndSilence
            case .escalate: .yesEscalate
            case .flag(_, .ramp): .yesRamp
            case .readiness(let order): order.yes
            case .flag(_, .edit(let edit)): edit.isKill ? .yesOff : .yesSet
            }
        var yes = words(word)
        switch lock {
        case .untyped?: yes += " – " + words(confirmation.isMistyped ? .typedAnotherShort : .typeFirstShort)
        case .uncommented?: yes += " – " + words(.commentFirstShort)
        case .blocked?, .overridable?: yes += " – " + words(.lockedShort)
        case .settling?, nil: break
        }
        return [
            // One thing is marked as having the keys; Esc is No wherever that is.
            Button(words(.noButton), confirmation.focus == .no ? .focused : .normal),
            Button(
                yes, lock == nil || lock == .settling ? (isYes ? .focused : .normal) : (isYes ? .focused : .disabled)),
        ]
    }
}
