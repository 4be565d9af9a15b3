import Launch

/// The provinces as tiles in a grid that has the country's outline, where there is no room or no glyph for a map.
struct TileView {
    /// How many tiles, and how many cells each takes.
    struct Grid: Hashable {
        /// 5, or 4 where it is narrow.
        var columns: Int
        var cell: Size

        var rows: Int { columns == 5 ? 9 : 10 }
        var size: Size { Size(width: columns * cell.width, height: rows * cell.height) }
        /// The part of the grid beside Patagonia that holds no tile.
        var corner: Rect {
            let (column, row, end) = columns == 5 ? (2, 5, 9) : (1, 6, 9)
            return Rect(
                x: column * cell.width + 1, y: row * cell.height, width: (columns - column) * cell.width - 1,
                height: (end - row) * cell.height)
        }

        func tile(of place: Atlas.Place) -> Rect {
            let tile = columns == 5 ? place.tile5 : place.tile4
            return Rect(
                x: tile.column * cell.width, y: tile.row * cell.height, width: cell.width, height: cell.height)
        }
    }

    /// What a tile says.
    struct Face {
        var label: String
        var value: String
        /// `!`, `✗` or `?`: what the colour says, for those who do not see it.
        var mark: String
        var standing: RegionState.Standing?
    }

    let grid: Grid
    let atlas: Atlas
    /// By the number of the place in the atlas; nil: it is not among the launch's regions.
    let faces: [Face?]
    var selected: Int?

    func render(into frame: inout Frame, at origin: Point) {
        for (index, place) in atlas.places.enumerated() {
            let tile = grid.tile(of: place)
            let area = Rect(origin: tile.origin.moved(by: origin), size: tile.size)
            let spot = grid.columns == 5 ? place.tile5 : place.tile4
            let face = faces[index] ?? Face(label: place.code, value: "", mark: "")
            let role =
                index == selected ? .selection : Self.role(face.standing, isOdd: (spot.column + spot.row) % 2 == 1)
            frame.fill(area, role)
            guard grid.cell.height > 1 else {
                // Three letters and the mark; a narrow tile has its colour alone.
                frame.put(
                    Text.padded(face.label, to: min(3, area.width)), at: area.origin, role, .bold, width: area.width)
                if area.width > 3 { frame.put(face.mark, at: Point(area.x + area.width - 1, area.y), role, .bold) }
                continue
            }
            frame.put(face.label, in: area, role, .bold)
            frame.put(
                face.value + (face.mark.isEmpty ? " " : face.mark), in: area, row: 1, role, .bold, align: .trailing)
        }
    }

    /// Two shades, so that neighbours part without a gap.
    private static func role(_ standing: RegionState.Standing?, isOdd: Bool) -> Role {
        switch standing {
        case .breach: isOdd ? .tileBreachAlternate : .tileBreach
        case .warning: isOdd ? .tileWarningAlternate : .tileWarning
        case .ok: isOdd ? .tileOkAlternate : .tileOk
        case .unknown, .few, .quiet, nil: isOdd ? .tileNoDataAlternate : .tileNoData
        }
    }
}
