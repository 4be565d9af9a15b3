import CNcurses
import Console

/// Gives ncurses the cells that changed, and no others: it never clears, so nothing flickers and nothing is sent twice.
struct Painter {
    let charset: Charset
    let depth: ColourDepth
    /// Where the bytes of links go; nil: the terminal is not known to take them.
    let linkOutput: Int32?
    private var palette: Palette?
    /// What the terminal shows; nil when that is not known.
    private var shown: Frame?
    private var isCursorShown: Bool?
    /// One row of cells in ncurses' form, kept from frame to frame.
    private var row: [cchar_t] = []

    init(charset: Charset, depth: ColourDepth, linkOutput: Int32? = nil) {
        self.linkOutput = linkOutput
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
        let changed = linkOutput == nil ? [] : changedLinks(of: frame)
        if !changed.isEmpty {
            // ncurses does not know of links: a cell that shows the same and leads elsewhere must differ for it once.
            for link in changed { blank(link.row, link.columns, palette) }
            wnoutrefresh(screen)
            doupdate()
        }
        frame.forEachChange(from: shown) { y, columns in paint(y, columns, of: frame, palette) }
        let wanted = linkOutput == nil ? [] : frame.links
        for link in changed { paint(link.row, link.columns, of: frame, palette) }
        // What leads somewhere is drawn last, each between the bytes that begin and end its link. Where such a cell has changed
        // its text alone, it is blank in between too: two writes that no eye can part.
        let redrawn = wanted.filter { link in
            changed.contains { $0.row == link.row && $0.columns.overlaps(link.columns) } || hasChanged(link, in: frame)
        }
        for link in redrawn { blank(link.row, link.columns, palette) }
        if !redrawn.isEmpty {
            wnoutrefresh(screen)
            doupdate()
        }
        for link in redrawn {
            ResetSequence.writeAll(Hyperlinks.open(link), to: linkOutput ?? -1)
            paint(link.row, link.columns, of: frame, palette)
            wnoutrefresh(screen)
            doupdate()
            ResetSequence.writeAll(Hyperlinks.close, to: linkOutput ?? -1)
        }
        place(frame.cursor, on: screen)
        wnoutrefresh(screen)
        doupdate()

        let previous = shown
        shown = frame
        frame = previous ?? Frame(size: .zero)
    }

    // MARK: Links

    /// Cells that led somewhere and do not any more, or elsewhere; and the reverse.
    private func changedLinks(of frame: Frame) -> [FrameLink] {
        guard let shown, shown.size == frame.size else { return [] }
        guard shown.links != frame.links else { return [] }
        let (old, new) = (Set(shown.links), Set(frame.links))
        return Array(old.symmetricDifference(new))
    }

    /// Whether the cells of a link are to be sent again for themselves.
    private func hasChanged(_ link: FrameLink, in frame: Frame) -> Bool {
        guard let shown, shown.size == frame.size else { return true }
        let (old, new) = (shown.cells(row: link.row, link.columns), frame.cells(row: link.row, link.columns))
        // Clusters mean something in their own frame only: to send them once more costs nothing.
        return !old.elementsEqual(new) || new.contains { $0.scalar == nil && !$0.isTail }
    }

    private mutating func blank(_ y: Int, _ columns: Range<Int>, _ palette: Palette) {
        row.removeAll(keepingCapacity: true)
        let empty = Frame(size: .zero)
        for _ in columns { append(.blank(Style(.text)), of: empty, palette) }
        mvwadd_wchnstr(guardia_stdscr(), Int32(y), Int32(columns.lowerBound), row, Int32(row.count))
    }

    private mutating func paint(_ y: Int, _ columns: Range<Int>, of frame: Frame, _ palette: Palette) {
        row.removeAll(keepingCapacity: true)
        for cell in frame.cells(row: y, columns) { append(cell, of: frame, palette) }
        mvwadd_wchnstr(guardia_stdscr(), Int32(y), Int32(columns.lowerBound), row, Int32(row.count))
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
        if charset != .utf8 {
            // A wide character becomes two of one cell.
            let scalar = cell.isTail ? "\u{FFFD}" : frame.scalars(of: cell).first ?? " "
            text.0 = charset == .ascii ? wchar_t(scalar.ascii) : wchar_t(scalar.onLinuxConsole.value)
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
