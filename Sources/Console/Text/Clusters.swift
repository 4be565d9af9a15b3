import CWidth

/// What one place on the screen shows: a base character of one or two cells, and the marks that combine with it.
package struct Cluster: Sendable {
    package let base: Unicode.Scalar
    package let marks: [Unicode.Scalar]
    /// 1 or 2 cells.
    package let width: Int
}

/// The one sanitiser: cuts text into clusters that a terminal can be sent, whatever the text holds.
///
/// Control characters, ESC, bidi controls, zero-width characters, separators of lines and paragraphs, and whatever has
/// no width in this locale become visible marks of one cell: what hides in a text is what must be seen. Widths are
/// those of `wcwidth`, for that is what tmux, mosh and most terminals reckon with. A terminal that joins emoji by
/// itself would disagree, so their joiners and selectors are left out and the parts stand side by side: unlovely at
/// worst, and no column ever moves.
package struct Clusters: Sequence, IteratorProtocol {
    private var scalars: Substring.UnicodeScalarView.Iterator
    private var ahead: Unicode.Scalar?

    /// ncurses holds at most five characters in a cell (CCHARW_MAX).
    private static let marksPerBase = 4
    /// How many scalars that show nothing of their own are passed over in a row. After these they are shown again: a
    /// megabyte of accents must not be walked through for the sake of one cell.
    private static let patience = 32

    package init(_ text: some StringProtocol) {
        scalars = Substring(text).unicodeScalars.makeIterator()
        ahead = scalars.next()
    }

    package mutating func next() -> Cluster? {
        var skipped = 0
        while let scalar = ahead {
            ahead = scalars.next()
            switch Shown(scalar) {
            case .nothing where skipped == Self.patience:
                return Cluster(base: Shown.replacement, marks: [], width: 1)
            case .nothing:
                skipped += 1
            case .cells(let width):
                return Cluster(base: scalar, marks: ahead.map { $0.value < 0x300 } ?? true ? [] : marks(), width: width)
            case .mark(let mark):
                return Cluster(base: mark, marks: [], width: 1)
            case .combining:
                // A combining character with nothing to combine with is shown upon a dotted circle.
                return Cluster(base: "◌", marks: [scalar] + marks().prefix(Self.marksPerBase - 1), width: 1)
            }
        }
        return nil
    }

    /// The combining characters that follow. Past the fourth they are swallowed: a letter with too many accents neither
    /// grows a cell nor moves the text behind it.
    private mutating func marks() -> [Unicode.Scalar] {
        var marks: [Unicode.Scalar] = []
        for _ in 0..<Self.patience {
            guard let scalar = ahead else { break }
            switch Shown(scalar) {
            case .combining: if marks.count < Self.marksPerBase { marks.append(scalar) }
            case .nothing: break
            case .cells, .mark: return marks
            }
            ahead = scalars.next()
        }
        return marks
    }
}

/// What becomes of one scalar.
private enum Shown {
    case cells(Int)
    case combining
    case mark(Unicode.Scalar)
    /// Only a hint to a font, which a grid of cells has no use for.
    case nothing

    init(_ scalar: Unicode.Scalar) {
        let value = scalar.value
        switch value {
        case 0x20...0x7e: self = .cells(1)
        // The control pictures ␀ … ␟ and ␡ stand in the order of the controls.
        case 0..<0x20: self = .mark(Unicode.Scalar(0x2400 + value) ?? Self.replacement)
        case 0x7f: self = .mark("␡")
        case 0x80..<0xa0, 0xad: self = .mark(Self.replacement)
        // Latin, boxes, blocks and braille, which make up most of a frame: no call needed.
        case 0xa0..<0x300, 0x2500..<0x25a0, 0x2800..<0x2900: self = .cells(1)
        // Emoji joiner, text and emoji presentation, skin tones.
        case 0x200d, 0xfe00...0xfe0f, 0x1f3fb...0x1f3ff, 0xe0100...0xe01ef: self = .nothing
        // Fillers and joiners that claim a width, or to combine, and show nothing.
        case 0x034f, 0x115f, 0x1160, 0x180b...0x180f, 0x3164, 0xffa0: self = .mark(Self.replacement)
        default:
            switch wcwidth(wchar_t(bitPattern: value)) {
            case 1: self = Self.isFormat(scalar) ? .mark(Self.replacement) : .cells(1)
            case 2: self = .cells(2)
            case 0 where !Self.isFormat(scalar): self = .combining
            default: self = .mark(Self.replacement)
            }
        }
    }

    static let replacement: Unicode.Scalar = "\u{FFFD}"

    private static func isFormat(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .format, .control, .lineSeparator, .paragraphSeparator, .unassigned, .surrogate: true
        default: false
        }
    }
}
