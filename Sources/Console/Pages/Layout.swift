import Launch

/// Where everything stands on a screen of a given size: a pure function of the size and of what is open.
package struct Layout: Hashable, Sendable {
    /// How many lines the headline has at most.
    static let mostNotices = 3
    /// Below this the screen says only what size it needs.
    package static let least = Size(width: 40, height: 12)

    package private(set) var header = Rect.zero
    /// The line (or, on a tall screen, lines) that says what is wrong.
    package private(set) var headline = Rect.zero
    /// The panes that are shown, in the order of their digits; empty where five do not fit.
    package private(set) var panes: PaneAreas = [:]
    /// All that lies between headline and footer.
    package private(set) var body = Rect.zero
    package private(set) var footer = Rect.zero
    package let isTooSmall: Bool

    /// - Parameters:
    ///   - notices: how many lines the headline would like to have.
    ///   - zoomed: the pane that has the whole screen.
    ///   - colours: how many lines the blue/green pane has: a colour each, and what runs.
    ///   - page: a wall has no panes.
    ///   - rows: how many rows the longer of the health and business panes has.
    package init(
        size: Size, notices: Int = 0, zoomed: PaneID? = nil, colours: Int = 2, rows: Int = 7, page: Page = .warRoom
    ) {
        isTooSmall = Self.isTooSmall(size)
        guard !isTooSmall else { return }
        let screen = Rect(origin: .zero, size: size)
        let lines = size.height >= 30 ? max(1, min(notices, Self.mostNotices)) : 1
        let parts = screen.rows([.fixed(1), .fixed(lines), .fill(), .fixed(1)])
        (header, headline, body, footer) = (parts[0], parts[1], parts[2], parts[3])
        if page == .wall { return }
        if let zoomed {
            panes = [zoomed: body]
        } else if body.width >= 150, body.height >= 37 {
            wide(colours: colours)
        } else if body.width >= 80, body.height >= 21 {
            quarters(colours: colours, rows: rows)
        } else if body.height >= 37 {
            stacked(colours: colours)
        }
    }

    /// Whether nothing can be shown but what size is needed.
    static func isTooSmall(_ size: Size) -> Bool { size.width < least.width || size.height < least.height }

    /// Two by two, and the colours across the bottom.
    private mutating func quarters(colours: Int, rows: Int) {
        let bottom = 2 + colours
        // Rows take what they need and no more; what is left is for the lists, which grow when it matters.
        let share = (body.height - bottom) * 9 / 17
        let wanted =
            body.height >= 3 * rows + 20 ? 3 * rows + 2 : body.height >= 2 * rows + 20 ? 2 * rows + 2 : rows + 2
        let parts = body.rows([.fixed(min(share, wanted)), .fill(), .fixed(bottom)])
        let top = parts[0].columns([.fill(), .fill()])
        let middle = parts[1].columns([.fill(3), .fill(2)])
        panes = [.health: top[0], .business: top[1], .alerts: middle[0], .geo: middle[1], .colours: parts[2]]
    }

    /// The country stands full height at the right.
    private mutating func wide(colours: Int) {
        let columns = body.columns([.fill(7), .fill(3)])
        let rows = columns[0].rows([.fill(5), .fill(3), .fixed(colours + 4)])
        let top = rows[0].columns([.fill(), .fill()])
        panes = [.health: top[0], .business: top[1], .alerts: rows[1], .colours: rows[2], .geo: columns[1]]
    }

    /// A narrow, tall screen: one below the other.
    private mutating func stacked(colours: Int) {
        let rows = body.rows([.fill(9), .fill(8), .fill(8), .fill(8), .fixed(2 + colours)])
        panes = [.health: rows[0], .business: rows[1], .alerts: rows[2], .geo: rows[3], .colours: rows[4]]
    }
}

/// Where each pane is that is shown. No dictionary: a key has the screen laid out some six times.
package struct PaneAreas: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    private var health, business, alerts, geo, colours: Rect?

    package init(dictionaryLiteral elements: (PaneID, Rect)...) {
        for (pane, area) in elements { self[pane] = area }
    }

    /// Whether no pane is shown.
    package var isEmpty: Bool { PaneID.allCases.allSatisfy { self[$0] == nil } }

    package private(set) subscript(pane: PaneID) -> Rect? {
        get {
            switch pane {
            case .health: health
            case .business: business
            case .alerts: alerts
            case .geo: geo
            case .colours: colours
            }
        }
        set {
            switch pane {
            case .health: health = newValue
            case .business: business = newValue
            case .alerts: alerts = newValue
            case .geo: geo = newValue
            case .colours: colours = newValue
            }
        }
    }
}

extension Model {
    /// The same as ``layout`` has it, without laying anything out: the footer asks for every key.
    var isTooSmall: Bool { Layout.isTooSmall(size) }
    /// The same for ``Layout/panes``. Where they have room below the longest headline it need not be known how long it is.
    var hasPanes: Bool {
        !Layout(size: size, notices: Layout.mostNotices, page: page).panes.isEmpty || !layout.panes.isEmpty
    }

    /// Where everything stands now.
    package var layout: Layout {
        Layout(
            size: size, notices: size.height >= 30 ? noticeCount : 1, zoomed: isZoomed ? focus : nil,
            // What runs, or ran last, has a line of its own below the colours.
            colours: max(1, min(shownManifest?.panes.colours.count ?? 2, 4))
                + (shownManifest?.deployment == nil ? 0 : 1),
            rows: max(shownManifest?.panes.health.count ?? 0, shownManifest?.panes.business.count ?? 0),
            page: page)
    }

    private var noticeCount: Int {
        (isSilent || reading != nil || board.heartbeat?.notRecording != nil ? 1 : 0) + (frozen == nil ? 0 : 1)
            + (readerNote == nil ? 0 : 1) + (rewind == nil ? 0 : 1)
            + standingNotices
    }

    /// How many items of a pane fit on the screen as it is.
    func capacity(of pane: PaneID) -> Int {
        guard let area = layout.panes[pane] else { return 0 }
        let inside = area.inset(1)
        switch pane {
        case .health: return RowsPane.capacity(rows: rowCount(shownManifest?.panes.health), in: inside.size)
        case .business: return RowsPane.capacity(rows: rowCount(shownManifest?.panes.business), in: inside.size)
        case .alerts:
            return AlertsPane.capacity(of: feed.arranged.count, in: inside.size, silences: listedSilences.count)
        case .geo:
            let count = freshRegionCount
            return GeoPane.layout(of: count, in: inside.size, capabilities).capacity(of: count)
        case .colours: return inside.height
        }
    }

    private var freshRegionCount: Int {
        // What comes from elsewhere is listed only while something does.
        guard shownManifest?.panes.geo?.elsewhere == nil else { return regions.count }
        return shownManifest?.panes.geo?.regions.count { matches($0) } ?? 0
    }

    private func rowCount(_ rows: [Panes.Row]?) -> Int {
        guard let rows else { return 0 }
        return filter.isEmpty ? rows.count : rows.count { matches($0) }
    }
}
