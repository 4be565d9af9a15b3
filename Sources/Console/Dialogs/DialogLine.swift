import Launch

/// One line of a dialog, and how soon it gives way where they do not all fit.
struct DialogLine {
    enum Content {
        case spans([Span])
        case field(label: [Span], TextField, isFocused: Bool, placeholder: String = "")
        case buttons([Button])
    }

    var content: Content
    /// The least are left out first; from ``kept`` on a line stays as long as there is a row for it.
    var rank: Int
    /// Whether it goes on with the line above, which says so where this one is left out: half a command line must not be
    /// taken for the whole.
    var isContinued = false

    static let kept = 100

    init(_ spans: [Span], rank: Int) {
        content = .spans(spans)
        self.rank = rank
    }

    init(_ content: Content, rank: Int) {
        self.content = content
        self.rank = rank
    }

    static func blank(_ rank: Int) -> DialogLine { DialogLine([], rank: rank) }

    /// The lines that fit, in their order.
    static func fitting(_ lines: [DialogLine], height: Int) -> [DialogLine] {
        var kept = Array(lines.enumerated())
        while kept.count > max(height, 0) {
            // Of equal ranks the last goes first.
            guard let least = kept.map(\.element.rank).min(),
                let index = kept.lastIndex(where: { $0.element.rank == least })
            else { break }
            kept.remove(at: index)
        }
        let places = Set(kept.map(\.offset))
        return kept.map { offset, line in
            let rest = lines[(offset + 1)...].prefix(while: \.isContinued).indices.count { !places.contains($0) }
            let isNextGone =
                lines.indices.contains(offset + 1) && lines[offset + 1].isContinued && !places.contains(offset + 1)
            return isNextGone ? line.cut(rest) : line
        }
    }

    /// The same with the mark that so many lines that belong to it are not shown.
    private func cut(_ count: Int) -> DialogLine {
        guard case .spans(var spans) = content, let last = spans.popLast() else { return self }
        var line = self
        let text = last.text.hasSuffix(" \\") ? String(last.text.dropLast(2)) : last.text
        let mark = Span("… +\(count) ", .warning, .bold)
        line.content = .spans(
            spans.prefix(1) + [mark] + spans.dropFirst() + [Span(text, last.style.role, last.style.attributes)])
        return line
    }

    func render(into frame: inout Frame, area: Rect) {
        switch content {
        case .spans(let spans): frame.put(spans, at: area.origin, width: area.width)
        case .field(let label, let field, let isFocused, let placeholder):
            let width = frame.put(label, at: area.origin, width: max(0, area.width - 10))
            let part = Rect(x: area.x + width, y: area.y, width: min(60, area.width - width), height: 1)
            field.render(into: &frame, area: part, isFocused: isFocused, placeholder: placeholder)
        case .buttons(let buttons):
            var x = area.x
            for button in buttons {
                let left = area.x + area.width - x
                x += button.render(into: &frame, area: Rect(x: x, y: area.y, width: left, height: 1)) + 3
            }
        }
    }
}

/// The window of a dialog that has lines: as wide and as high as the screen lets it be, the footer left free.
struct LinesDialog {
    let model: Model
    let title: String
    var isGrave = false
    static let widest = 96

    /// The columns that the lines have.
    static func width(on size: Size) -> Int { max(0, min(widest, size.width - 4)) }

    func render(_ lines: [DialogLine], into frame: inout Frame) {
        let screen = frame.bounds.inset(bottom: 1)
        let width = Self.width(on: screen.size)
        let shown = DialogLine.fitting(lines, height: screen.height - 2)
        let dialog = Dialog(title: title, content: Size(width: width, height: shown.count), isGrave: isGrave)
        let area = dialog.render(into: &frame, area: screen)
        for (row, line) in shown.enumerated() { line.render(into: &frame, area: area.row(row)) }
        dialog.raise(in: &frame, area: screen)
    }
}
