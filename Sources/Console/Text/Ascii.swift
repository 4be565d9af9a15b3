extension Unicode.Scalar {
    /// How a terminal that is not UTF-8 shows the character: our own glyphs by their nearest look, accented Latin letters
    /// without the accent, other text from outside as `?`. One cell stays one cell, so the layout does not change.
    package var ascii: UInt8 {
        switch value {
        case 0x20..<0x7f: return UInt8(value)
        case 0xc0..<0x180:
            // Latin-1 Supplement and Latin Extended-A, in the order of Unicode.
            return Self.latin[Int(value - 0xc0)]
        case 0x2581...0x2588: return Self.bars[Int(value - 0x2581)]
        case 0x2500..<0x2580: return Self.line(value)
        case 0x2800..<0x2900: return Self.braille(dots: UInt8(value - 0x2800))
        case 0x2400...0x241f, 0x2421: return UInt8(ascii: "^")
        default: return Self.glyphs[value] ?? UInt8(ascii: "?")
        }
    }

    private static let latin = Array(
        ("AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty"
            + "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUu"
            + "WwYyYZzZzZzs").utf8)

    /// Eight heights that can be told apart by how much ink they have.
    private static let bars = Array("_.-:=+*#".utf8)

    private static func line(_ value: UInt32) -> UInt8 {
        switch value {
        case 0x2500, 0x2501, 0x2504, 0x2505, 0x2508, 0x2509, 0x254c, 0x254d, 0x2574, 0x2576: UInt8(ascii: "-")
        case 0x2550: UInt8(ascii: "=")
        case 0x2502, 0x2503, 0x2506, 0x2507, 0x250a, 0x250b, 0x2551: UInt8(ascii: "|")
        default: UInt8(ascii: "+")
        }
    }

    /// A braille cell by where its dots are: a line keeps its height, an area its weight.
    private static func braille(dots: UInt8) -> UInt8 {
        let top = dots & 0b0000_1001 != 0
        let middle = dots & 0b0011_0110 != 0
        let bottom = dots & 0b1100_0000 != 0
        switch (top, middle, bottom) {
        case (false, false, false): return UInt8(ascii: " ")
        case (true, false, false): return UInt8(ascii: "'")
        case (_, true, false): return UInt8(ascii: "-")
        case (false, false, true): return UInt8(ascii: "_")
        case (false, true, true): return UInt8(ascii: ".")
        case (true, false, true): return UInt8(ascii: ":")
        case (true, true, true): return dots.nonzeroBitCount > 5 ? UInt8(ascii: "#") : UInt8(ascii: "|")
        }
    }

    private static let glyphs: [UInt32: UInt8] = Dictionary(
        uniqueKeysWithValues: [
            ("\u{a0}", " "), ("¡", "!"), ("¿", "?"), ("·", "."), ("«", "<"), ("»", ">"), ("°", "o"), ("º", "o"),
            ("ª", "a"), ("±", "~"), ("×", "x"), ("–", "-"), ("—", "-"), ("−", "-"), ("…", "~"), ("‘", "'"), ("’", "'"),
            ("“", "\""), ("”", "\""), ("•", "*"), ("✓", "+"), ("✔", "+"), ("✗", "x"), ("✘", "x"), ("▲", "^"),
            ("△", "^"), ("▼", "v"), ("▽", "v"), ("▶", ">"), ("▸", ">"), ("◀", "<"), ("◂", "<"), ("●", "*"), ("○", "o"),
            ("◉", "@"), ("◌", "."), ("◆", "*"), ("◇", "o"), ("■", "#"), ("□", "o"), ("▪", "*"), ("→", ">"), ("←", "<"),
            ("↑", "^"), ("↓", "v"), ("↵", "<"), ("⏎", "<"), ("≥", ">"), ("≤", "<"), ("≠", "!"), ("≈", "~"), ("∞", "8"),
            ("Δ", "d"), ("µ", "u"), ("▀", "'"), ("▄", "."), ("█", "#"), ("▌", "|"), ("▐", "#"), ("░", "."), ("▒", ":"),
            ("▓", "#"), ("⚠", "!"), ("⏸", "="), ("␛", "^"), ("\u{FFFD}", "?"), ("€", "E"),
        ].map { (($0 as Unicode.Scalar).value, UInt8(ascii: $1)) })
}
