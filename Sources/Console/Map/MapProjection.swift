import Glibc
import Launch

/// Where a place on the globe lies on a raster of dots: a cylinder true at the country's middle parallel.
package struct MapProjection: Hashable, Sendable {
    private let west: Double
    private let north: Double
    /// How much narrower a degree of longitude is than one of latitude.
    private let narrowing: Double
    /// Dots a degree of latitude.
    private let scale: Double
    /// In cells.
    package let size: Size

    init(of atlas: Atlas, fitting room: Size) {
        west = atlas.west
        north = atlas.north
        narrowing = cos(atlas.standardParallel * .pi / 180)
        let width = (atlas.east - atlas.west) * narrowing
        let height = atlas.north - atlas.south
        scale = max(0, min(Double(room.width * 2) / width, Double(room.height * 4) / height))
        size = Size(
            width: min(room.width, Int((width * scale / 2).rounded(.up))),
            height: min(room.height, Int((height * scale / 4).rounded(.up))))
    }

    /// In dots, from the upper left corner.
    func dots(of point: Atlas.Point) -> (x: Double, y: Double) {
        ((point.longitude - west) * narrowing * scale, (north - point.latitude) * scale)
    }

    /// The cell that a place lies in.
    func cell(of point: Atlas.Point) -> Point {
        let dots = dots(of: point)
        return Point(
            min(max(0, Int(dots.x / 2)), max(0, size.width - 1)),
            min(max(0, Int(dots.y / 4)), max(0, size.height - 1)))
    }

    /// How many rows a map of so many columns needs.
    static func rows(for columns: Int, of atlas: Atlas) -> Int {
        let width = (atlas.east - atlas.west) * cos(atlas.standardParallel * .pi / 180)
        return Int(((atlas.north - atlas.south) / width * Double(columns) / 2).rounded(.up))
    }

    /// How many columns a map of so many rows takes.
    static func columns(for rows: Int, of atlas: Atlas) -> Int {
        let width = (atlas.east - atlas.west) * cos(atlas.standardParallel * .pi / 180)
        return Int((Double(rows) * 2 * width / (atlas.north - atlas.south)).rounded(.up))
    }
}
