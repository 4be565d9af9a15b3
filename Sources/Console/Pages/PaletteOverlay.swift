/// The palette: a field, and below it what it finds.
struct PaletteOverlay {
    let model: Model
    let palette: Palette

    func render(into frame: inout Frame) {
        let body = model.layout.body
        let width = max(0, min(76, body.width - 4))
        let height = min(16, body.height - 2)
        let dialog = Dialog(title: model.words(.paletteTitle), content: Size(width: width, height: height))
        let area = dialog.render(into: &frame, area: body)
        defer { dialog.raise(in: &frame, area: body) }
        guard !area.isEmpty else { return }
        frame.put(":", at: area.origin, .key, width: area.width)
        palette.field.render(
            into: &frame, area: area.row(0).inset(left: 2), isFocused: true,
            placeholder: model.words(.palettePlaceholder))
        let finds = model.finds(for: palette.query)
        let list = area.inset(top: 2)
        guard !finds.isEmpty else {
            frame.put(model.words(.noFind), in: list, .dim)
            return
        }
        var scroll = Scroll()
        scroll.reveal(palette.selected, count: finds.count, height: list.height)
        let visible = scroll.visible(count: finds.count, height: list.height)
        for index in visible {
            render(
                finds[index], isSelected: index == palette.selected, into: &frame,
                area: list.row(index - visible.lowerBound))
        }
        Scrollbar(visible: visible, count: finds.count).render(into: &frame, area: list.inset(right: -2))
    }

    private func render(_ find: Find, isSelected: Bool, into frame: inout Frame, area: Rect) {
        frame.plot(isSelected ? "▸" : " ", at: area.origin, .accent)
        let key = min(Text.width(of: find.key, atMost: 12), max(0, area.width - 4))
        let title = min(26, max(0, area.width - 4 - key))
        frame.put(find.title, at: Point(area.x + 2, area.y), .text, width: title)
        let x = area.x + 2 + title + 2
        frame.put(find.note, at: Point(x, area.y), .dim, width: max(0, area.x + area.width - key - 1 - x))
        frame.put(find.key, in: area, .key, align: .trailing)
        if isSelected { frame.select(area) }
    }
}

/// The filter while it is typed, in place of the footer.
struct FilterPrompt {
    let model: Model
    let field: TextField

    func render(into frame: inout Frame, area: Rect) {
        frame.fill(area, .footer)
        let label = " " + model.words(.filterPrompt)
        let width = frame.put(label, in: area, .key)
        let keys =
            "\(model.keymap.label(of: .open)) \(model.words(.keep))  \(model.keymap.label(of: .back)) \(model.words(.back)) "
        let keysWidth = Text.width(of: keys)
        let room = area.width - width - keysWidth - 1
        field.render(
            into: &frame, area: Rect(x: area.x + width, y: area.y, width: room, height: area.height), isFocused: true)
        frame.put(keys, in: area, .footer, align: .trailing)
    }
}
