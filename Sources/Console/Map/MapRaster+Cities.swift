import Launch

extension MapRaster {
    /// The cell of a city's mark: where it lies, or the nearest cell that shows its province. The coast of a small map is
    /// coarse, and nobody looks for a city in the sea.
    static func mark(
        of city: Atlas.City, _ place: Int?, _ projection: MapProjection, _ cells: [Cell], _ parts: [Part]
    ) -> Point {
        let cell = projection.cell(of: city.at)
        guard let place else { return cell }
        var best = cell
        var least = Int.max
        for candidate in cells where parts[candidate.parts].contains(where: { $0.place == UInt8(place) }) {
            // A cell is twice as high as it is wide.
            let (dx, dy) = (candidate.at.x - cell.x, 2 * (candidate.at.y - cell.y))
            let distance = dx * dx + dy * dy
            if distance < least { (best, least) = (candidate.at, distance) }
        }
        return best
    }
}
