import CNcurses
import Console

/// Gives ncurses the cells that changed, and no others: it never clears, so nothing flickers and nothing is sent twice.
struct Painter {
    let charset: Charset
    let depth: ColourDepth
    private var palette: Palette?
    /// What the terminal shows; nil when that is not known.
    private var shown: Frame?
    private var isCursorShown: Bool?
    /// One row of cells in ncurses' form, kept from frame to frame.
    private var row: [cchar_t] = []

    init(charset: Charset, depth: ColourDepth) {
        self.charset = charset
        self.depth = depth
    }

    /// Forgets what the terminal shows: the next frame is sent whole.
    mutating func invalidate() {
        shown = nil
        isCursorShown = nil
        clearok(guardia_stdscr(), true)
    }

    /// Sends a frame, and hands back the one before it, so that the next can be drawn into its storage.
    mutating func draw(_ frame: inout Frame, theme: Theme) {
        if palette?.theme != theme {
            palette = Palette(theme: theme, depth: depth)
            shown = nil
        }
        guard let palette else { return }
        let screen = guardia_stdscr()
        frame.forEachChange(from: shown) { y, columns in
            row.removeAll(keepingCapacity: true)
            for cell in frame.cells(row: y, columns) { append(cell, of: frame, palette) }
            mvwadd_wchnstr(screen, Int32(y), Int32(columns.lowerBound), row, Int32(row.count))
        }
        place(frame.cursor, on: screen)
        wnoutrefresh(screen)
        doupdate()

        let previous = shown
        shown = frame
        frame = previous ?? Frame(size: .zero)
    }

    private mutating func place(_ cursor: Point?, on screen: UnsafeMutablePointer<WINDOW>?) {
        if isCursorShown != (cursor != nil) {
            isCursorShown = cursor != nil
            curs_set(cursor == nil ? 0 : 1)
        }
        // A hidden cursor is parked where it does no harm on terminals that cannot hide it.
        wmove(screen, Int32(cursor?.y ?? 0), Int32(cursor?.x ?? 0))
    }

    private mutating func append(_ cell: Cell, of frame: Frame, _ palette: Palette) {
        let look = palette.look(cell.style)
        var text: (wchar_t, wchar_t, wchar_t, wchar_t, wchar_t, wchar_t) = (0, 0, 0, 0, 0, 0)
        if charset == .ascii {
            // A wide character becomes two of one cell.
            let scalar = cell.isTail ? "\u{FFFD}" : frame.scalars(of: cell).first ?? " "
            text.0 = wchar_t(scalar.ascii)
        } else if let scalar = cell.scalar {
            text.0 = wchar_t(scalar.value)
        } else if cell.isTail {
            // ncurses widens the cell before it by itself.
            return
        } else {
            withUnsafeMutableBytes(of: &text) { bytes in
                let characters = bytes.bindMemory(to: wchar_t.self)
                for (index, scalar) in frame.scalars(of: cell).prefix(5).enumerated() {
                    characters[index] = wchar_t(scalar.value)
                }
            }
        }
        var converted = cchar_t()
        withUnsafeBytes(of: &text) { bytes in
            _ = guardia_setcchar(&converted, bytes.bindMemory(to: wchar_t.self).baseAddress, look.attributes, look.pair)
        }
        row.append(converted)
    }
}
