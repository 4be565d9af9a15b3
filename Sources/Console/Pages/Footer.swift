import Launch

/// The bottom line: the keys that do something now; at the right the filter and what became of the last key.
struct Footer {
    let model: Model

    func render(into frame: inout Frame, area: Rect) {
        frame.fill(area, .footer)
        let note = note(width: area.width)
        let noteWidth = min(area.width, note.reduce(0) { $0 + Text.width(of: $1.text, atMost: area.width) })
        var x = area.x + 1
        let room = area.width - noteWidth - (noteWidth > 0 ? 2 : 1)
        for entry in fitting(room) {
            frame.put(entry.key, at: Point(x, area.y), .key)
            frame.put(entry.title, at: Point(x + entry.keyWidth + 1, area.y), .footer)
            x += entry.width + 2
        }
        frame.put(note, at: Point(area.x + area.width - noteWidth, area.y), width: noteWidth)
    }

    private struct Entry {
        var rank: Int
        var key: String
        var title: String
        let keyWidth: Int
        let width: Int

        init(rank: Int, key: String, title: String) {
            self.rank = rank
            self.key = key
            self.title = title
            keyWidth = Text.width(of: key)
            width = keyWidth + 1 + Text.width(of: title)
        }
    }

    /// The entries that fit, in their order. Help and quit never give way: by them one finds all the others.
    private func fitting(_ room: Int) -> [Entry] {
        var kept = entries
        func width() -> Int { kept.reduce(-2) { $0 + $1.width + 2 } }
        while width() > room, !kept.isEmpty {
            let victim = kept.lastIndex { $0.rank < Binding.keptRank } ?? 0
            kept.remove(at: victim)
        }
        return kept
    }

    /// The rows of the keymap that work here and now; the five panes' digits are one entry.
    private var entries: [Entry] {
        var entries: [Entry] = []
        for binding in model.keymap.bindings {
            // Where one types, the first key that does not write.
            guard let rank = model.footerRank(of: binding),
                let key = binding.keys.first(where: { !model.context.isTyping || $0.typed == nil })?.label,
                binding.contexts.contains(model.context), model.isUseful(binding.action),
                model.disabledReason(of: binding.action) == nil
            else { continue }
            if binding.action == .health {
                entries.append(
                    Entry(rank: rank, key: "\(key)-\(model.keymap.label(of: .colours))", title: model.words(.panes)))
            } else {
                entries.append(Entry(rank: rank, key: key, title: model.words(binding.title)))
            }
        }
        return entries.sorted { $0.rank < $1.rank }
    }

    private func note(width: Int) -> [Span] {
        if let hint = model.hint {
            return [Span(" " + Text.truncated(hint, to: max(width * 2 / 3, width - 20)) + " ", .hint)]
        }
        if !model.filter.isEmpty {
            return [Span(" " + model.words(.filterIs, Text.truncated(model.filter, to: width / 3)) + " ", .match)]
        }
        return []
    }
}

extension Model {
    /// Where a key stands in the footer: what acts on the alert that is looked at goes before what acts on the launch.
    fileprivate func footerRank(of binding: Binding) -> Int? {
        guard looksAtAlert else {
            // On a page the way to the panes is one of many; what acts on the launch goes before it.
            if binding.action == .health, !overlays.isEmpty { return 6 }
            guard hasIncident else { return binding.footerRank }
            // Who is told, and what is kept quiet, goes before what brings something new.
            return switch binding.action {
            case .silence, .escalate: 2
            case .deploy, .flag: 4
            default: binding.footerRank
            }
        }
        if binding.action.actsOnAlert { return 1 }
        return binding.footerRank.map { binding.action.actsOnProduction ? $0 + 2 : $0 }
    }

    /// Whether something fires that nobody has.
    private var hasIncident: Bool {
        feed.live.openCount(.critical) + feed.live.openCount(.warning) > 0 && feed.live.hasAlerts
    }

    /// Whether an alert is open, or under the cursor.
    private var looksAtAlert: Bool {
        switch overlays.last {
        case .alert: true
        case nil: focus == .alerts && lists[.alerts]?.selected?.alert != nil
        default: false
        }
    }

    /// Whether a key would change anything: Esc with nowhere to go back to is not worth a place in the footer.
    func isUseful(_ action: Action) -> Bool {
        switch action {
        // Where no five panes fit, the digits do what these do.
        case .focusNext, .zoom, .open: !overlays.isEmpty || hasPanes
        case .back: !overlays.isEmpty || lists[focus]?.selected != nil || isZoomed || !filter.isEmpty
        default: true
        }
    }
}
