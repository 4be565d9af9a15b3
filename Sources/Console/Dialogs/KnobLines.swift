import Launch

/// What can be chosen while a question stands, a line a choice.
struct KnobLines {
    let model: Model
    let knobs: [AlertCard.Knob]
    let focus: Confirmation.Focus
    let width: Int
    let labelWidth: Int

    private var words: Words { model.words }

    private func line(_ label: Word?, _ spans: [Span], rank: Int) -> DialogLine {
        DialogLine([Span(Text.padded(label.map { words($0) } ?? "", to: labelWidth), .dim)] + spans, rank: rank)
    }

    var lines: [DialogLine] {
        knobs.enumerated().map { index, knob in
            let isFocused = focus == .knob(index)
            var spans: [Span] = []
            for (place, option) in knob.options.enumerated() {
                let isChosen = place == knob.selected
                let text = " \(text(option.label)) "
                // Brackets, so that what is chosen is seen without colour.
                spans.append(
                    Span(
                        isChosen ? "[\(text)]" : " \(text) ",
                        isChosen ? (isFocused ? .buttonFocused : .selection) : .text))
            }
            let label: Word =
                switch knob.name {
                case .time: .labelFor
                case .scope: .labelWhat
                case .step: .labelStep
                case .policy: .labelPolicy
                }
            return line(label, around(knob.selected, spans), rank: isFocused ? DialogLine.kept : 78)
        }
    }

    /// The options that fit, with the chosen one among them.
    private func around(_ selected: Int, _ spans: [Span]) -> [Span] {
        var first = 0
        func width(_ range: Range<Int>) -> Int { spans[range].reduce(0) { $0 + Text.width(of: $1.text) } }
        while first < selected, width(first..<min(selected + 1, spans.count)) > self.width - labelWidth - 2 {
            first += 1
        }
        return (first > 0 ? [Span("… ", .dim)] : []) + spans[first...]
    }

    private func text(_ label: AlertCard.Knob.Option.Label) -> String {
        switch label {
        case .span(let span): model.figures.age(span)
        case .untilResolved: words(.untilResolved)
        case .takeBack: words(.takeBack)
        case .scope(.alert, _): words(.thisAlert)
        case .scope(.rule, let rule): words(.wholeRule, Text.sanitised(rule, limit: 30))
        case .scope(.label, let text): Text.sanitised(text, limit: 30)
        case .step(let step, let count, let who): "\(step + 1)/\(count) \(Text.sanitised(who, limit: 24))"
        case .name(let name): Text.sanitised(name, limit: 30)
        }
    }
}
