import Launch

/// The latency of each region: a picture of the country where there is room for one, and the regions, worst first.
struct GeoPane {
    let model: Model

    private static let atlas = Atlas.argentina

    /// The division of an area for a number of regions.
    static func layout(of count: Int, in size: Size, _ capabilities: Capabilities) -> GeoLayout {
        GeoLayout(size, count: count, hasBraille: capabilities.hasBraille)
    }

    /// Draws the pane within its border, and returns what belongs upon that.
    func render(into frame: inout Frame, area: Rect) -> Scrollbar? {
        guard !area.isEmpty else { return nil }
        let states = model.regions
        let regions = Dictionary(
            states.map { (ItemID.series($0.region.latency), $0) }, uniquingKeysWith: { first, _ in first })
        let fresh = states.map { ItemID.series($0.region.latency) }
        let items = model.lists[.geo]?.arranged(fresh) ?? fresh
        guard !items.isEmpty else {
            let word: Word = model.filter.isEmpty ? .nothingConfigured : .nothingMatches
            frame.put(model.words(word), in: area.inset(left: 1, right: 1), .dim)
            return nil
        }
        let layout = Self.layout(of: items.count, in: area.size, model.capabilities)
        let visible = model.visible(items, of: .geo, room: layout.capacity(of: items.count))
        let shown = items[visible].compactMap { regions[$0] }
        let room = layout.isCorner ? area.width : layout.list.x
        let raster = render(layout.picture, states, into: &frame, area: area.inset(right: area.width - room))
        let list = Rect(
            x: area.x + layout.list.x, y: area.y + layout.list.y, width: layout.list.width, height: layout.list.height)
        let lines = GeoList(model: model)
        let used =
            layout.isCorner
            ? lines.renderCorner(
                shown, isBlank: { raster?.isBlank($0) ?? true }, into: &frame, area: list, origin: area.origin)
            : lines.render(shown, of: items.count, into: &frame, area: list)
        // A list alone has its legend below its last line; a picture hangs from the top and has it at the foot.
        let row =
            layout.picture == .none ? min(used + (area.height > used + 2 ? 1 : 0), area.height - 1) : area.height - 1
        lines.renderLegend(
            states, hidden: items.count - visible.count, into: &frame, area: area.row(row).inset(left: 1, right: 1))
        let isColumn = !layout.isCorner && GeoGrid(layout.list.size, count: items.count).columns == 1
        return isColumn ? Scrollbar(visible: visible, count: items.count) : nil
    }

    // MARK: The picture

    /// Draws the picture alone, and returns its raster where it is a map.
    @discardableResult
    func render(
        _ picture: GeoLayout.Picture, _ states: [RegionState], into frame: inout Frame, area: Rect
    ) -> MapRaster? {
        switch picture {
        case .none: return nil
        case .map(let size):
            let map = MapRaster.argentina(fitting: size)
            renderMap(map, states, into: &frame, area: area)
            return map
        case .tiles(let grid):
            renderTiles(grid, states, into: &frame, area: area)
            return nil
        }
    }

    /// The picture for an area, and the cells that it takes.
    static func picture(in size: Size, _ capabilities: Capabilities) -> (picture: GeoLayout.Picture, size: Size) {
        let picture = GeoLayout.picture(size, hasBraille: capabilities.hasBraille, of: atlas)
        switch picture {
        case .none: return (picture, .zero)
        case .map(let size): return (picture, size)
        case .tiles(let grid): return (picture, grid.size)
        }
    }

    private var selected: Int? {
        guard case .series(let id)? = model.lists[.geo]?.selected else { return nil }
        return model.region(of: id).flatMap { Self.atlas.index(of: $0.code) }
    }

    private func byPlace<Value>(_ states: [RegionState], _ value: (RegionState) -> Value) -> [Value?] {
        var values = [Value?](repeating: nil, count: Self.atlas.places.count)
        for state in states { if let place = Self.atlas.index(of: state.region.code) { values[place] = value(state) } }
        return values
    }

    private func renderMap(_ raster: MapRaster, _ states: [RegionState], into frame: inout Frame, area: Rect) {
        let capital = states.first { $0.region.code == "AR-C" }
        let lines = GeoList(model: model)
        MapView(
            raster: raster, atlas: Self.atlas, looks: byPlace(states) { $0.look }, isMono: model.capabilities.isMono,
            selected: selected,
            tier: model.isZoomed && raster.size.width >= 48 ? 3 : raster.size.width >= 48 ? 2 : 1,
            capital: "CABA" + (capital.map { " " + lines.figure(of: $0) + $0.shortMark } ?? ""),
            room: area.width
        ).render(into: &frame, at: area.origin)
    }

    private func renderTiles(_ grid: TileView.Grid, _ states: [RegionState], into frame: inout Frame, area: Rect) {
        let lines = GeoList(model: model)
        TileView(
            grid: grid, atlas: Self.atlas,
            faces: byPlace(states) { state in
                let code = Self.atlas.index(of: state.region.code).map { Self.atlas.places[$0].code }
                return TileView.Face(
                    label: grid.cell.width >= 5 ? state.region.label : code ?? state.region.label,
                    value: lines.figure(of: state, room: grid.cell.width - 1), mark: state.shortMark,
                    standing: state.standing)
            }, selected: selected
        ).render(into: &frame, at: area.origin)
    }

    /// The agreed bound, in the title.
    var facts: [Span] {
        guard let limit = model.shownManifest?.panes.geo?.limit else { return [] }
        return [Span(model.figures.atMost + model.figures.value(limit, unit: .milliseconds), .dim)]
    }
}

extension RegionState {
    /// What the map shows of it.
    var look: MapView.Look {
        let attributes: Attributes = freshness == .stale ? .dim : []
        return switch standing {
        case .breach: MapView.Look(role: .mapBreach, attributes: attributes, rank: 5, stipple: Stipple.full)
        case .warning: MapView.Look(role: .mapWarning, attributes: attributes, rank: 4, stipple: Stipple.half)
        case .unknown: MapView.Look(role: .mapNoData, attributes: attributes, rank: 3, stipple: Stipple.sparse)
        case .ok: MapView.Look(role: .mapOk, attributes: attributes, rank: 2, stipple: Stipple.light)
        case .few, .quiet: MapView.Look(role: .mapNoData, attributes: attributes, rank: 1, stipple: Stipple.sparse)
        }
    }

    /// What the colour says, in one character: the sign of the verdict, the same as everywhere.
    var shortMark: String {
        switch standing {
        case .breach: String(Verdict.critical.glyph)
        case .warning: String(Verdict.warning.glyph)
        case .unknown: String(Verdict.unknown.glyph)
        case .ok, .few, .quiet: ""
        }
    }
}
