/// The bottom line: the keys that do something now; at the right the filter and what became of the last key.
struct Footer {
    let model: Model

    func render(into frame: inout Frame, area: Rect) {
        frame.fill(area, .footer)
        let note = note(width: area.width)
        let noteWidth = min(area.width, note.reduce(0) { $0 + Text.width(of: $1.text, atMost: area.width) })
        var x = area.x + 1
        let end = area.x + area.width - noteWidth - (noteWidth > 0 ? 1 : 0)
        for binding in bindings {
            guard let key = binding.keys.first?.label else { continue }
            let title = model.words(binding.title)
            let width = Text.width(of: key) + 1 + Text.width(of: title)
            guard x + width <= end else { continue }
            frame.put(key, at: Point(x, area.y), .key)
            frame.put(title, at: Point(x + Text.width(of: key) + 1, area.y), .footer)
            x += width + 2
        }
        frame.put(note, at: Point(area.x + area.width - noteWidth, area.y), width: noteWidth)
    }

    /// The rows of the keymap that work here and now, by their rank.
    private var bindings: [Binding] {
        model.keymap.bindings
            .filter { binding in
                binding.footerRank != nil && binding.contexts.contains(model.context) && model.isUseful(binding.action)
                    && model.disabledReason(of: binding.action) == nil
            }
            .sorted { ($0.footerRank ?? 0) < ($1.footerRank ?? 0) }
    }

    private func note(width: Int) -> [Span] {
        if let hint = model.hint { return [Span(" " + Text.truncated(hint, to: width * 2 / 3) + " ", .hint)] }
        if !model.filter.isEmpty {
            return [Span(" " + model.words(.filterIs, Text.truncated(model.filter, to: width / 3)) + " ", .match)]
        }
        return []
    }
}

extension Model {
    /// Whether a key would change anything: Esc with nowhere to go back to is not worth a place in the footer.
    func isUseful(_ action: Action) -> Bool {
        switch action {
        case .back: !overlays.isEmpty || lists[focus]?.selected != nil || isZoomed || !filter.isEmpty
        default: true
        }
    }
}
