package import Launch
import Synchronization

/// A country in braille dots at one size: which dots of which cell belong to which province.
///
/// Made once a size, in some milliseconds; drawing it anew from new data only chooses colours.
package struct MapRaster: Sendable {
    /// The dots of one province in one cell.
    struct Part: Sendable {
        let place: UInt8
        /// Without those that make the gap to the neighbour.
        let mask: UInt8
        /// Those of ``mask`` beside the sea or a foreign country.
        let coast: UInt8
    }

    /// A cell with something in it.
    struct Cell: Sendable {
        let at: Point
        let parts: Range<Int>
    }

    /// The room that it was made for, in cells.
    package let room: Size
    /// What it takes of that.
    package let size: Size
    let cells: [Cell]
    let parts: [Part]
    /// The dots of outlines that belong to no province.
    let outlines: [(at: Point, mask: UInt8)]
    /// The cells of each place that it covers more than half of, and where its letters may stand.
    let labels: [MapLabel?]
    /// The cells that letters upon or beside provinces take.
    let lettered: Set<Point>
    /// The cell of each city's mark, in the order of the atlas.
    let marks: [Point]
    let projection: MapProjection
    /// Whether a cell shows nothing, row by row.
    private let isBlank: [Bool]

    /// How many samples a dot is judged by, each way.
    private static let samples = 6
    /// A dot with less land than this is sea.
    private static let leastLand = 0.45
    private static let leastForOutlines = 36
    static let sea = UInt8.max

    /// The map of Argentina for an area, rasterised when a size is first asked for. It depends on nothing else, so that it is kept
    /// for all who draw: the pane, the zoomed one, the page of a province.
    static func argentina(fitting room: Size) -> MapRaster {
        kept.withLock { kept in
            if let raster = kept.first(where: { $0.room == room }) { return raster }
            let raster = MapRaster(of: .argentina, fitting: room)
            kept = kept.suffix(maximumOfKept - 1) + [raster]
            return raster
        }
    }

    private static let kept = Mutex<[MapRaster]>([])
    /// More sizes than a screen shows; one that is dragged larger by a mouse passes through many.
    private static let maximumOfKept = 16

    /// The largest raster of a country that fits into an area.
    package init(of atlas: Atlas, fitting room: Size) {
        let projection = MapProjection(of: atlas, fitting: room)
        self.projection = projection
        self.room = room
        size = projection.size
        let dots = Size(width: size.width * 2, height: size.height * 4)
        let owners = Self.owners(of: atlas.places.map(\.rings), dots, projection)

        var cells: [Cell] = []
        var parts: [Part] = []
        var isBlank = [Bool](repeating: true, count: size.width * size.height)
        for y in 0..<size.height {
            for x in 0..<size.width {
                let own = Self.parts(ofCell: Point(x, y), owners, dots)
                guard !own.isEmpty else { continue }
                cells.append(Cell(at: Point(x, y), parts: parts.count..<parts.count + own.count))
                parts += own
                isBlank[y * size.width + x] = false
            }
        }
        self.cells = cells
        self.parts = parts
        // On a small map a few grey dots would be a riddle.
        outlines =
            size.width < Self.leastForOutlines
            ? [] : Self.outline(Self.owners(of: [atlas.outlines], dots, projection), dots, size)
        for outline in outlines { isBlank[outline.at.y * size.width + outline.at.x] = false }
        self.isBlank = isBlank
        let count = atlas.places.count
        labels = MapLabel.all(
            of: atlas, projection, isBlank: { isBlank[$0.y * projection.size.width + $0.x] },
            coverage: Self.coverage(owners, dots, count: count))
        lettered = Set(
            labels.compactMap(\.self).flatMap { label in
                (0..<MapLabel.width).map { Point(label.at.x + $0, label.at.y) }
            })
        marks = atlas.cities.map { city in
            Self.mark(of: city, atlas.index(of: city.iso), projection, cells, parts)
        }
    }

    /// Whether nothing is drawn in a cell; outside the raster nothing is.
    package func isBlank(_ point: Point) -> Bool {
        guard point.x >= 0, point.y >= 0, point.x < size.width, point.y < size.height else { return true }
        return isBlank[point.y * size.width + point.x]
    }

    // MARK: Rasterising

    /// Of each dot the shape that covers most of it, or ``sea``: by scan lines, since each of them crosses few borders.
    private static func owners(
        of shapes: [[[Atlas.Point]]], _ dots: Size, _ projection: MapProjection
    ) -> [UInt8] {
        var owners = [UInt8](repeating: sea, count: dots.width * dots.height)
        var edges = shapes.map { rings in rings.map { MapEdges($0, projection) } }
        let width = dots.width * samples
        var counts = [UInt8](repeating: 0, count: dots.width * shapes.count)
        var crossings: [Double] = []
        // Those that the line of dots meets, in their order.
        var met: [Int] = []
        for y in 0..<dots.height {
            for index in counts.indices { counts[index] = 0 }
            met.removeAll(keepingCapacity: true)
            for sample in 0..<samples {
                let line = Double(y) + (Double(sample) + 0.5) / Double(samples)
                for shape in edges.indices {
                    crossings.removeAll(keepingCapacity: true)
                    for ring in edges[shape].indices { edges[shape][ring].crossings(of: line, into: &crossings) }
                    guard !crossings.isEmpty else { continue }
                    if !met.contains(shape) { met.append(shape) }
                    crossings.sort()
                    // Even and odd: between the first two it is inside, and so on.
                    for pair in stride(from: 0, to: crossings.count - 1, by: 2) {
                        let from = max(0, Int((crossings[pair] * Double(samples) - 0.5).rounded(.up)))
                        let to = min(width, Int((crossings[pair + 1] * Double(samples) - 0.5).rounded(.up)))
                        var at = from
                        while at < to {
                            let dot = at / samples
                            let end = min(to, (dot + 1) * samples)
                            counts[dot * shapes.count + shape] += UInt8(end - at)
                            at = end
                        }
                    }
                }
            }
            guard !met.isEmpty else { continue }
            met.sort()
            for x in 0..<dots.width {
                var (land, best) = (0, 0)
                var owner = sea
                for shape in met {
                    let count = Int(counts[x * shapes.count + shape])
                    land += count
                    if count > best { (best, owner) = (count, UInt8(shape)) }
                }
                if Double(land) >= leastLand * Double(samples * samples) { owners[y * dots.width + x] = owner }
            }
        }
        return owners
    }

    private static func parts(ofCell cell: Point, _ owners: [UInt8], _ dots: Size) -> [Part] {
        func owner(_ x: Int, _ y: Int) -> UInt8 {
            x < 0 || y < 0 || x >= dots.width || y >= dots.height ? sea : owners[y * dots.width + x]
        }
        var parts: [(place: UInt8, mask: UInt8, coast: UInt8)] = []
        for dy in 0..<4 {
            for dx in 0..<2 {
                let (x, y) = (cell.x * 2 + dx, cell.y * 4 + dy)
                let place = owner(x, y)
                guard place != sea else { continue }
                let (right, below) = (owner(x + 1, y), owner(x, y + 1))
                let isGap = (right != sea && right != place) || (below != sea && below != place)
                let bit = isGap ? 0 : Canvas.bit(x: dx, y: dy)
                let isCoast = [right, below, owner(x - 1, y), owner(x, y - 1)].contains(sea)
                if let index = parts.firstIndex(where: { $0.place == place }) {
                    parts[index].mask |= bit
                    if isCoast { parts[index].coast |= bit }
                } else {
                    parts.append((place, bit, isCoast ? bit : 0))
                }
            }
        }
        return parts.filter { $0.mask != 0 }.map { Part(place: $0.place, mask: $0.mask, coast: $0.coast) }
    }

    /// The rim of an outline, every other dot of it.
    private static func outline(_ owners: [UInt8], _ dots: Size, _ size: Size) -> [(at: Point, mask: UInt8)] {
        var masks = [UInt8](repeating: 0, count: size.width * size.height)
        for y in 1..<max(1, dots.height - 1) {
            for x in 1..<max(1, dots.width - 1) where owners[y * dots.width + x] != sea && (x + y) % 2 == 0 {
                let near = [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)]
                guard near.contains(where: { owners[$0.1 * dots.width + $0.0] == sea }) else { continue }
                masks[y / 4 * size.width + x / 2] |= Canvas.bit(x: x % 2, y: y % 4)
            }
        }
        return masks.indices.filter { masks[$0] != 0 }.map {
            (Point($0 % size.width, $0 / size.width), masks[$0])
        }
    }

    /// How many of a cell's eight dots belong to a place.
    private static func coverage(
        _ owners: [UInt8], _ dots: Size, count: Int
    ) -> (_ place: Int, _ cell: Point) -> Int {
        { place, cell in
            var covered = 0
            for y in cell.y * 4..<cell.y * 4 + 4 where y >= 0 && y < dots.height {
                for x in cell.x * 2..<cell.x * 2 + 2 where x >= 0 && x < dots.width {
                    if owners[y * dots.width + x] == UInt8(place) { covered += 1 }
                }
            }
            return covered
        }
    }
}

/// The borders of one ring in dots, crossed by scan lines from above to below.
private struct MapEdges {
    private typealias Edge = (top: Double, bottom: Double, x: Double, slope: Double)

    /// Those that no line has reached yet, the uppermost last.
    private var waiting: [Edge] = []
    /// Those that the last line met.
    private var met: [Edge] = []

    init(_ ring: [Atlas.Point], _ projection: MapProjection) {
        guard var previous = ring.last.map(projection.dots) else { return }
        waiting.reserveCapacity(ring.count)
        for point in ring {
            let next = projection.dots(of: point)
            let (upper, lower) = previous.y < next.y ? (previous, next) : (next, previous)
            // A level edge is crossed by no line.
            if upper.y < lower.y {
                waiting.append((upper.y, lower.y, upper.x, (lower.x - upper.x) / (lower.y - upper.y)))
            }
            previous = next
        }
        waiting.sort { $0.top > $1.top }
    }

    /// Adds where a line meets the ring, none above the last one's; an edge holds its upper end and not its lower one, so that a
    /// corner counts once.
    mutating func crossings(of line: Double, into crossings: inout [Double]) {
        if !met.isEmpty { met.removeAll { $0.bottom <= line } }
        while let edge = waiting.last, edge.top <= line {
            waiting.removeLast()
            if line < edge.bottom { met.append(edge) }
        }
        for edge in met { crossings.append(edge.x + (line - edge.top) * edge.slope) }
    }
}
