import Launch

extension Model {
    /// What a pane lists, filtered, in the order in which it is shown.
    package func items(of pane: PaneID) -> [ItemID] {
        // Of the alerts there may be thousands: they are put in order when they change, not when they are drawn.
        if pane == .alerts { return feed.arranged }
        let fresh = freshItems(of: pane)
        return lists[pane]?.arranged(fresh) ?? fresh
    }

    /// The same in today's order, whatever the cursor holds.
    func freshItems(of pane: PaneID) -> [ItemID] {
        guard let panes = shownManifest?.panes else { return [] }
        switch pane {
        case .health: return rowOrder(panes.health, room: capacity(of: .health)).map { .series($0.main) }
        case .business: return rowOrder(panes.business, room: capacity(of: .business)).map { .series($0.main) }
        case .alerts: return feed.fresh
        case .geo: return regions.map { .series($0.region.latency) }
        case .colours: return panes.colours.compactMap { $0.all.first.map { .series($0) } }
        }
    }

    /// Rows stand where the config put them, so that the eye finds each in its place. Only where they do not all fit,
    /// the worst come first: what is wrong is never the part that is not seen.
    func rowOrder(_ rows: [Panes.Row], room: Int) -> [Panes.Row] {
        let rows = filter.isEmpty ? rows : rows.filter { matches($0) }
        guard rows.count > room else { return rows }
        let judged = rows.enumerated().map { (index: $0.offset, row: $0.element, verdict: verdict(of: $0.element)) }
        return judged.sorted { ($0.verdict, $1.index) > ($1.verdict, $0.index) }.map(\.row)
    }

    /// The verdict of a row: the worst of all that it is judged by.
    func verdict(of row: Panes.Row) -> Verdict {
        Verdict.worst(row.judged.map { assessment(of: $0).verdict })
    }

    /// The judgement of a series on the board that is shown.
    func assessment(of id: SeriesID) -> Assessment {
        guard let frozen else { return liveAssessment(of: id) }
        let wasSilent = frozen.board.isSilent(at: frozen.now)
        return frozen.board.assessment(of: id, at: frozen.now, engineSilent: wasSilent || isSilent)
    }

    // MARK: Filter

    func matches(_ row: Panes.Row) -> Bool {
        isWanted(row.title) || row.judged.contains { isWanted($0.name) }
            || FeedFilter.names("\(verdict(of: row))", feedFilter.text)
    }

    func matches(_ region: Panes.Region) -> Bool {
        isWanted(region.name) || isWanted(region.label) || isWanted(region.code)
    }

    /// Whether a text holds the filter, whatever the case. What it says of labels is for the alerts alone.
    func isWanted(_ text: String) -> Bool {
        let wanted = feedFilter.text
        return wanted.isEmpty || text.prefix(200).lowercased().contains(wanted.lowercased())
    }
}
