import Launch

/// How the geographic pane divides its area: a picture of the country, a list beside it or in its free corner, a legend.
struct GeoLayout: Hashable {
    enum Picture: Hashable {
        case none
        case map(Size)
        case tiles(TileView.Grid)
    }

    let picture: Picture
    /// Where the regions are listed.
    let list: Rect
    /// The list lies upon the picture, where that is always empty: the Atlantic, or beside Patagonia.
    let isCorner: Bool
    let legend: Rect

    /// The smallest map that shows anything.
    private static let leastMap = 24
    /// What a list beside a picture needs.
    private static let leastList = 25
    /// `TDF 262!`
    private static let cornerWidth = 11

    /// - Parameter count: how many regions there are.
    init(_ size: Size, count: Int, hasBraille: Bool, of atlas: Atlas = .argentina) {
        let area = Rect(origin: .zero, size: size)
        let body = area.inset(bottom: 1)
        legend = area.row(area.height - 1).inset(left: 1, right: 1)
        picture = Self.picture(body.size, hasBraille: hasBraille, of: atlas)
        switch picture {
        case .none:
            list = body
            isCorner = false
        case .map(let map):
            isCorner = body.width - map.width - 1 < Self.leastList
            let lines = min(body.height, map.width >= 48 ? 8 : 5)
            list =
                isCorner
                ? Rect(
                    x: body.width - Self.cornerWidth - 1, y: body.height - lines, width: Self.cornerWidth, height: lines
                )
                : body.inset(left: map.width + 1)
        case .tiles(let grid):
            isCorner = body.width - grid.size.width - 1 < Self.leastList
            list =
                isCorner
                ? grid.corner.inset(bottom: max(0, grid.corner.height - 3)) : body.inset(left: grid.size.width + 1)
        }
    }

    static func picture(_ body: Size, hasBraille: Bool, of atlas: Atlas) -> Picture {
        let columns = hasBraille ? min(body.width, MapProjection.columns(for: body.height, of: atlas)) : 0
        if columns >= leastMap {
            return .map(Size(width: columns, height: min(body.height, MapProjection.rows(for: columns, of: atlas))))
        }
        let lines = min(3, body.height / 9)
        if lines >= 1, body.width >= 20 + 1 + leastList {
            let width = lines == 1 ? 4 : min(8, (body.width - 1 - leastList) / 5)
            return .tiles(TileView.Grid(columns: 5, cell: Size(width: width, height: lines)))
        }
        if lines >= 2, body.width >= 20 {
            return .tiles(TileView.Grid(columns: 5, cell: Size(width: min(8, body.width / 5), height: lines)))
        }
        if body.height >= 10, (12..<20).contains(body.width) {
            return .tiles(TileView.Grid(columns: 4, cell: Size(width: body.width / 4, height: 1)))
        }
        return .none
    }

    /// How many of `count` regions the list has room for.
    func capacity(of count: Int) -> Int {
        if isCorner { return list.height }
        let grid = GeoGrid(list.size, count: count)
        return grid.columns * grid.rows
    }
}

/// The cells of the list: how many side by side, and how wide each.
struct GeoGrid: Hashable {
    var columns: Int
    var cell: Int
    var rows: Int

    /// Label, a space, figure, mark, a space: from 1000 ms on the two would be read as one word.
    private static let shortCell = 11
    private static let wideCell = 22

    init(_ size: Size, count: Int) {
        rows = size.height
        let inner = max(0, size.width - 2)
        if rows > 0, rows * (inner / Self.wideCell) >= count {
            columns = max(1, min(inner / Self.wideCell, (count + rows - 1) / rows))
            // Columns of the same height, not a full one beside a remnant.
            rows = min(rows, max(1, (count + columns - 1) / columns))
        } else {
            columns = max(1, inner / Self.shortCell)
        }
        cell = inner / columns
    }

    /// Wide cells: a table with the past of each.
    var isTable: Bool { cell >= Self.wideCell }
}
