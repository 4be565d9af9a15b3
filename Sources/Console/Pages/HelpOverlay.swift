/// Every key, what it does and, where it does nothing now, why: made from the keymap, so it cannot be wrong.
struct HelpOverlay {
    let model: Model
    let top: Int

    func render(into frame: inout Frame) {
        let lines = model.helpLines
        let area = model.helpArea
        let dialog = Dialog(title: model.words(.helpTitle), content: area.size)
        dialog.render(into: &frame, area: model.layout.body)
        defer { dialog.raise(in: &frame, area: model.layout.body) }
        let visible = Scroll(top: top).visible(count: lines.count, height: area.height)
        let keys = model.helpKeysWidth
        // A thumb alone upon a heavy border is not seen: how many lines there are below is said.
        if visible.upperBound < lines.count {
            let more = model.words(.helpMore, String(lines.count - visible.upperBound), model.keymap.label(of: .down))
            frame.put(
                " \(more) ", at: Point(area.x, area.y + area.height), .hint, width: area.width, align: .trailing)
        }
        for (row, line) in lines[visible].enumerated() {
            let part = area.row(row)
            guard !line.keys.isEmpty || line.isContinued else {
                frame.put(line.summary, in: part, .hint)
                continue
            }
            frame.put(line.keys, at: part.origin, line.reason == nil ? .key : .keyDisabled, width: keys)
            let x = part.x + keys + 2
            frame.put(
                line.summary, at: Point(x, part.y), line.reason == nil ? .text : .dim, width: part.x + part.width - x)
        }
        Scrollbar(visible: visible, count: lines.count).render(into: &frame, area: area.inset(right: -2))
    }
}

/// One line of the help.
struct HelpLine {
    var keys: String
    var summary: String
    /// Why the action can do nothing now.
    var reason: String?
    /// Whether it goes on with the line above.
    var isContinued = false
}

extension Model {
    private var helpBindings: [Binding] {
        let mine: Set<Context> = mode.isKiosk ? [.wall, .help] : [.warRoom, .detail, .help, contextBelowHelp]
        return keymap.bindings.filter { !$0.contexts.isDisjoint(with: mine) && !$0.keys.isEmpty }
    }

    /// Where the keys are looked up from.
    private var contextBelowHelp: Context {
        let below = overlays.last { if case .help = $0 { false } else { true } }
        let context = below?.context ?? (mode.isKiosk ? .wall : .warRoom)
        return context.isTyping ? .warRoom : context
    }

    private func helpKeys(_ binding: Binding) -> String { binding.keys.map(\.label).joined(separator: " ") }

    /// The cells of the column of keys.
    fileprivate var helpKeysWidth: Int { helpBindings.map { Text.width(of: helpKeys($0)) }.max() ?? 0 }

    var helpLines: [HelpLine] {
        // What the help itself disables (the list below it) is not disabled for good.
        var beneath = self
        beneath.overlays.removeAll { if case .help = $0 { true } else { false } }
        let page = contextBelowHelp
        let width = helpWidth
        let room = max(10, width - helpKeysWidth - 2)
        // Why a key does nothing is what one looks for here: it is never cut.
        var lines = helpBindings.flatMap { binding -> [HelpLine] in
            // One that belongs to the help alone moves the help.
            let isHere = binding.contexts.contains(page) || page == .warRoom || page == .wall
            let reason = beneath.disabledText(of: binding.action) ?? (isHere ? nil : words(.notOnThisPage))
            let text = words(binding.summary) + (reason.map { " (\($0))" } ?? "")
            return Text.wrapped(text, to: room).enumerated().map { index, part in
                HelpLine(
                    keys: index == 0 ? helpKeys(binding) : "", summary: part, reason: reason, isContinued: index > 0)
            }
        }
        lines.append(HelpLine(keys: "", summary: "", reason: nil))
        // Not on a wall that no key closes.
        let mayQuit = beneath.disabledReason(of: .quit) == nil
        let acting = keymap.bindings.filter { $0.action.actsOnProduction || $0.action.actsOnAlert || $0.action == .say }
            .compactMap { $0.keys.first?.label }
        let note =
            (mode.isKiosk ? words(.helpNoteWall) : words(.helpNote, acting.joined(separator: " ")))
            + (mayQuit ? " " + words(.helpQuit, keymap.label(of: .quit)) : "")
        lines += Text.wrapped(note, to: width).map { HelpLine(keys: "", summary: $0, reason: nil) }
        if !mode.isKiosk, !commands.options.isEmpty {
            // Whoever sees only this screen knows neither where the journal is nor the config.
            lines.append(HelpLine(keys: "", summary: words(.helpCommands), reason: nil))
            lines += ShellLines.broken(commands.words(["status"], actAs: actAs), to: width)
                .map { HelpLine(keys: "", summary: Text.sanitised($0, limit: .max), reason: nil) }
        }
        return lines
    }

    private var helpWidth: Int { max(0, min(96, layout.body.width - 4)) }

    /// Where the lines of the help stand, within its window.
    var helpArea: Rect {
        let body = layout.body
        let count = helpLines.count
        let box = body.centred(Size(width: helpWidth + 4, height: min(count, body.height - 2) + 2))
        return box.inset(top: 1, left: 2, bottom: 1, right: 2)
    }
}
