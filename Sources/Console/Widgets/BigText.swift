/// Digits three cells wide and five high, to be read from four metres.
package struct BigText: Sendable {
    package var text: String
    package var role: Role

    package init(_ text: String, role: Role = .kioskClock) {
        self.text = text
        self.role = role
    }

    package static let height = 5

    /// The cells that the text takes, one column between two characters.
    package var width: Int {
        text.unicodeScalars.reduce(0) { $0 + (Self.shape($1).first?.count ?? 0) + 1 } - (text.isEmpty ? 0 : 1)
    }

    /// Draws in the middle of the area; an area too small gets the text in one ordinary line instead.
    package func render(into frame: inout Frame, area: Rect) {
        guard area.width >= width, area.height >= Self.height else {
            frame.put(text, in: area, row: max(0, area.height - 1) / 2, role, align: .centre)
            return
        }
        let box = area.centred(Size(width: width, height: Self.height))
        var x = box.x
        for scalar in text.unicodeScalars {
            let shape = Self.shape(scalar)
            for (row, line) in shape.enumerated() {
                for (column, dot) in line.utf8.enumerated() where dot == UInt8(ascii: "#") {
                    frame.plot("█", at: Point(x + column, box.y + row), role)
                }
            }
            x += (shape.first?.count ?? 0) + 1
        }
    }

    private static func shape(_ scalar: Unicode.Scalar) -> [String] {
        shapes[scalar] ?? ["   ", " # ", "   ", " # ", "   "]
    }

    private static let shapes: [Unicode.Scalar: [String]] = [
        "0": ["###", "# #", "# #", "# #", "###"], "1": ["  #", "  #", "  #", "  #", "  #"],
        "2": ["###", "  #", "###", "#  ", "###"], "3": ["###", "  #", "###", "  #", "###"],
        "4": ["# #", "# #", "###", "  #", "  #"], "5": ["###", "#  ", "###", "  #", "###"],
        "6": ["###", "#  ", "###", "# #", "###"], "7": ["###", "  #", "  #", "  #", "  #"],
        "8": ["###", "# #", "###", "# #", "###"], "9": ["###", "# #", "###", "  #", "###"],
        "T": ["###", " # ", " # ", " # ", " # "], "+": ["   ", " # ", "###", " # ", "   "],
        "−": ["   ", "   ", "###", "   ", "   "], "-": ["   ", "   ", "###", "   ", "   "],
        ":": [" ", "#", " ", "#", " "], " ": [" ", " ", " ", " ", " "], "%": ["# #", "  #", " # ", "#  ", "# #"],
        ".": [" ", " ", " ", " ", "#"], ",": [" ", " ", " ", "#", "#"],
    ]
}
