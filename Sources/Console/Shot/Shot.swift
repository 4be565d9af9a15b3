/// A frame as a file: what goes into the incident channel.
package enum Shot: String, CaseIterable, Sendable {
    /// Text alone; it still says everything, as every screen does without colours.
    case text = "txt"
    /// Text with the colours of a terminal: `cat` shows it.
    case ansi
    /// A picture for browsers and chats, its text still text.
    case svg

    /// The frame in this form. Lines end with a line feed; blanks at their ends are left out of plain text.
    package func render(_ frame: Frame, theme: Theme) -> String {
        switch self {
        case .text:
            return (0..<frame.size.height).map { row in
                var line = Substring(frame.text(row: row))
                while line.last == " " { line.removeLast() }
                return line + "\n"
            }.joined()
        case .ansi: return AnsiShot(frame: frame, theme: theme).text
        case .svg: return SVGShot(frame: frame, theme: theme).text
        }
    }
}

/// A run of cells of one look in a row.
struct ShotRun {
    var x: Int
    var width: Int
    var text: String
    var look: Look

    /// What a style is in a theme: colours, and attributes without those that colours have taken up.
    struct Look: Hashable {
        var foreground: Colour
        var background: Colour
        var attributes: Attributes

        init(_ style: Style, in theme: Theme) {
            let paint = theme[style.role]
            foreground = paint.foreground
            background = paint.background
            if background == .terminal, style.attributes.contains(.raised) { background = theme[.dialog].background }
            // Reversed twice is not reversed.
            let reverse = paint.attributes.symmetricDifference(style.attributes).intersection(.reverse)
            attributes = paint.attributes.union(style.attributes).subtracting([.raised, .reverse]).union(reverse)
        }
    }

    /// A row as runs, from left to right.
    static func row(_ row: Int, of frame: Frame, theme: Theme) -> [ShotRun] {
        var runs: [ShotRun] = []
        for (x, cell) in frame.cells(row: row, 0..<frame.size.width).enumerated() {
            if cell.isTail {
                if !runs.isEmpty { runs[runs.count - 1].width += 1 }
                continue
            }
            let look = Look(cell.style, in: theme)
            var text = String.UnicodeScalarView()
            text.append(contentsOf: frame.scalars(of: cell))
            if let last = runs.last, last.look == look {
                runs[runs.count - 1].text += String(text)
                runs[runs.count - 1].width += 1
            } else {
                runs.append(ShotRun(x: x, width: 1, text: String(text), look: look))
            }
        }
        return runs
    }
}

/// SGR sequences as ECMA-48 and xterm have them. The frame's own text holds none: it was sanitised.
private struct AnsiShot {
    let frame: Frame
    let theme: Theme

    var text: String {
        (0..<frame.size.height).map { row in
            ShotRun.row(row, of: frame, theme: theme).map { "\u{1b}[0\(codes($0.look))m\($0.text)" }.joined()
                + "\u{1b}[0m\n"
        }.joined()
    }

    private func codes(_ look: ShotRun.Look) -> String {
        let attributes: [(Attributes, String)] = [
            (.bold, "1"), (.dim, "2"), (.italic, "3"), (.underline, "4"), (.reverse, "7"),
        ]
        let own = attributes.filter { look.attributes.contains($0.0) }.map(\.1)
        let all = own + [colour(look.foreground, base: 30), colour(look.background, base: 40)].compactMap(\.self)
        return all.map { ";" + $0 }.joined()
    }

    private func colour(_ colour: Colour, base: Int) -> String? {
        switch colour {
        case .terminal: nil
        case .ansi(let index): String(Int(index) + (index < 8 ? base : base + 52))
        case .indexed(let index): "\(base + 8);5;\(index)"
        case .rgb(let red, let green, let blue): "\(base + 8);2;\(red);\(green);\(blue)"
        }
    }
}

/// SVG 1.1. Each run is a text of a given length, so that the columns stand whatever font the viewer has.
private struct SVGShot {
    let frame: Frame
    let theme: Theme

    /// A cell in pixels, and the size of the letters that just fill it in the usual fonts (0.602 em wide), so that a viewer which
    /// knows no `textLength` keeps the columns too.
    private static let cell = (width: 8, height: 16)
    private static let fontSize = "13.3"
    /// What a terminal's own colours are taken for.
    private static let ground = (foreground: "#d0d0d0", background: "#101418")

    var text: String {
        let (width, height) = (frame.size.width * SVGShot.cell.width, frame.size.height * SVGShot.cell.height)
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" "
                + "viewBox=\"0 0 \(width) \(height)\" font-size=\"\(SVGShot.fontSize)\" "
                + "font-family=\"DejaVu Sans Mono,Menlo,Consolas,monospace\">",
            "<rect width=\"100%\" height=\"100%\" fill=\"\(SVGShot.ground.background)\"/>",
        ]
        for row in 0..<frame.size.height {
            for run in ShotRun.row(row, of: frame, theme: theme) { lines += draw(run, row) }
        }
        return (lines + ["</svg>", ""]).joined(separator: "\n")
    }

    private func draw(_ run: ShotRun, _ row: Int) -> [String] {
        var fore = hex(run.look.foreground) ?? SVGShot.ground.foreground
        var back = hex(run.look.background)
        if run.look.attributes.contains(.reverse) { (fore, back) = (back ?? SVGShot.ground.background, fore) }
        let (x, y) = (run.x * SVGShot.cell.width, row * SVGShot.cell.height)
        let width = run.width * SVGShot.cell.width
        var lines: [String] = []
        if let back {
            lines.append(
                "<rect x=\"\(x)\" y=\"\(y)\" width=\"\(width)\" height=\"\(SVGShot.cell.height)\" fill=\"\(back)\"/>")
        }
        guard run.text.contains(where: { $0 != " " }) else { return lines }
        var look = "fill=\"\(fore)\""
        if run.look.attributes.contains(.bold) { look += " font-weight=\"bold\"" }
        if run.look.attributes.contains(.dim) { look += " opacity=\"0.6\"" }
        if run.look.attributes.contains(.italic) { look += " font-style=\"italic\"" }
        if run.look.attributes.contains(.underline) { look += " text-decoration=\"underline\"" }
        lines.append(
            "<text x=\"\(x)\" y=\"\(y + 12)\" textLength=\"\(width)\" lengthAdjust=\"spacingAndGlyphs\" \(look)>"
                + escaped(run.text) + "</text>")
        return lines
    }

    private func hex(_ colour: Colour) -> String? {
        guard let (red, green, blue) = colour.components else { return nil }
        func two(_ value: Int) -> String { (value < 16 ? "0" : "") + String(value, radix: 16) }
        return "#" + two(red) + two(green) + two(blue)
    }

    /// Blanks as U+00A0: browsers no longer keep the others, whatever `xml:space` says, and stretch what is left over the whole run.
    private func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing(" ", with: "\u{a0}")
    }
}
