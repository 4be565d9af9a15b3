/// The window of a question, above everything else, in the middle of the screen.
package struct Dialog: Sendable {
    package var title: String
    /// The size that the content asks for, without the border.
    package var content: Size
    /// A grave action's title is shown as a danger.
    package var isGrave: Bool

    package init(title: String, content: Size, isGrave: Bool = false) {
        self.title = title
        self.content = content
        self.isGrave = isGrave
    }

    /// Clears the middle of the area, draws the border and returns the area for the content: less than asked for where
    /// the screen is smaller.
    @discardableResult
    package func render(into frame: inout Frame, area: Rect) -> Rect {
        let box = box(in: area)
        frame.fill(box, .dialog)
        frame.box(box, .heavy, .dialogBorder)
        if box.width > 6, box.height > 0 {
            let width = frame.put(
                title, at: Point(box.x + 3, box.y), isGrave ? .dialogDanger : .dialogTitle, width: box.width - 6)
            frame.plot(" ", at: Point(box.x + 2, box.y), .dialogBorder)
            frame.plot(" ", at: Point(box.x + 3 + width, box.y), .dialogBorder)
        }
        return box.inset(top: 1, left: 2, bottom: 1, right: 2)
    }

    /// Once everything stands in it: gives what has no background of its own the dialog's.
    package func raise(in frame: inout Frame, area: Rect) {
        frame.restyle(box(in: area)) { $0.attributes.insert(.raised) }
    }

    /// A border, and a column of air on either side.
    private func box(in area: Rect) -> Rect {
        area.centred(Size(width: content.width + 4, height: content.height + 2))
    }
}

/// `[ No, go back ]`
package struct Button: Sendable {
    package enum State: Hashable, Sendable {
        case normal, focused, disabled
    }

    package var label: String
    package var state: State

    package init(_ label: String, _ state: State = .normal) {
        self.label = label
        self.state = state
    }

    /// The cells that the button takes.
    package var width: Int { Text.width(of: label) + 4 }

    /// Draws on the area's first row and returns the cells taken. The focused one is marked by `▸` too, for mono.
    @discardableResult
    package func render(into frame: inout Frame, area: Rect) -> Int {
        let role: Role =
            switch state {
            case .normal: .button
            case .focused: .buttonFocused
            case .disabled: .buttonDisabled
            }
        return frame.put("[\(state == .focused ? "▸" : " ")\(label) ]", in: area, role)
    }
}
