import Launch

/// Which version, or which colour: a field, and below it what is known.
struct ChoiceView {
    let model: Model
    let choice: Choice

    func render(into frame: inout Frame) {
        let words = model.words
        let (question, hint): (String, Word) =
            switch choice.subject {
            case .version: (words(.versionQuestion), .versionHint)
            case .colour: (words(.colourQuestion), .colourHint)
            case .trouble: (words(.troubleQuestion), .troubleHint)
            case .checklist(let item, let isTick, _):
                (words(isTick ? .tickQuestion : .untickQuestion, Text.sanitised(item, limit: 40)), .tickHint)
            case .flag: (words(.flagQuestion), .flagHint)
            case .word(let name):
                (words(.wordQuestion, Text.sanitised(name ?? words(.readinessTitle), limit: 40)), .wordHint)
            case .share(let name): (words(.shareQuestion, Text.sanitised(name, limit: 64)), .shareHint)
            }
        var lines: [DialogLine] = [
            DialogLine(.field(label: [Span("▸ ", .key)], choice.field, isFocused: true), rank: DialogLine.kept)
        ]
        if let trouble = choice.trouble {
            lines.append(
                DialogLine([Span("✗ " + Text.sanitised(trouble, limit: 200), .critical)], rank: DialogLine.kept))
        } else {
            lines.append(DialogLine([Span(words(hint), .hint)], rank: 50))
        }
        // What is selected is always among those that are seen.
        let room = max(1, min(10, frame.size.height - 6))
        var scroll = Scroll()
        if let selected = choice.selected { scroll.reveal(selected, count: choice.options.count, height: room) }
        for index in scroll.visible(count: choice.options.count, height: room) {
            let option = choice.options[index]
            let isSelected = index == choice.selected
            lines.append(
                DialogLine(
                    [
                        Span(isSelected ? "▸ " : "  ", .accent),
                        Span(Text.padded(option.text, to: 24) + "  ", isSelected ? .selection : .value),
                        Span(option.note, .dim),
                    ], rank: isSelected ? DialogLine.kept : 40))
        }
        LinesDialog(model: model, title: question).render(lines, into: &frame)
    }
}
