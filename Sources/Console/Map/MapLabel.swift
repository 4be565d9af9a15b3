import Launch

/// Where the three letters of a province stand on a map.
struct MapLabel: Hashable, Sendable {
    /// The first of three cells.
    let at: Point
    /// Upon the province, or on blank cells beside it.
    let isInside: Bool

    static let width = 3
    /// Of the 24 dots of three cells, how many must be the province's own.
    private static let leastCovered = 20

    /// The label of each place; nil where there is no room for one.
    ///
    /// - Parameters:
    ///   - isBlank: whether a cell of the raster shows nothing.
    ///   - coverage: how many of a cell's dots are a place's.
    static func all(
        of atlas: Atlas, _ projection: MapProjection, isBlank: (Point) -> Bool, coverage: (Int, Point) -> Int
    ) -> [MapLabel?] {
        var labels = [MapLabel?](repeating: nil, count: atlas.places.count)
        var taken: Set<Point> = []
        func cells(_ at: Point) -> [Point] { (0..<width).map { Point(at.x + $0, at.y) } }
        // CABA has a line of its own, over the river.
        let capital = atlas.index(of: "AR-C")
        for (place, shape) in atlas.places.enumerated() where place != capital {
            let middle = projection.cell(of: shape.labelAt)
            let spots = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)].map { Point(middle.x - 1 + $0.0, middle.y + $0.1) }
            func covered(_ spot: Point) -> Int { cells(spot).reduce(0) { $0 + coverage(place, $1) } }
            guard let at = spots.first(where: { covered($0) >= leastCovered }) else { continue }
            labels[place] = MapLabel(at: at, isInside: true)
            taken.formUnion(cells(at))
        }
        for (place, shape) in atlas.places.enumerated() where place != capital && labels[place] == nil {
            let middle = projection.cell(of: shape.labelAt)
            for y in [middle.y, middle.y + 1, middle.y - 1, middle.y + 2] where (0..<projection.size.height).contains(y)
            {
                let own = (0..<projection.size.width).filter { coverage(place, Point($0, y)) > 0 }
                guard let first = own.first, let last = own.last else { continue }
                let beside = [last + 1, first - width].map { Point($0, y) }
                let free = beside.first { at in
                    at.x >= 0 && at.x + width <= projection.size.width
                        && cells(at).allSatisfy { isBlank($0) && !taken.contains($0) }
                }
                guard let free else { continue }
                labels[place] = MapLabel(at: free, isInside: false)
                taken.formUnion(cells(free))
                break
            }
        }
        return labels
    }
}
