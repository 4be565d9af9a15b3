import Launch

/// A raster with its provinces in the colours of the moment, their letters, the cities, and CABA over the river.
struct MapView {
    /// What a province looks like now.
    struct Look: Hashable {
        var role: Role
        var attributes: Attributes = []
        /// Of two in one cell that cover as much of it, the greater is shown.
        var rank: Int
        /// Which of a cell's dots are set where there are no colours: the worse, the denser.
        var stipple: UInt8
    }

    let raster: MapRaster
    let atlas: Atlas
    /// By the number of the place in the atlas; nil: nothing is known of it.
    let looks: [Look?]
    /// Whether density takes the place of colour.
    var isMono = false
    /// The place that the cursor is on.
    var selected: Int?
    /// The largest tier of cities that are marked.
    var tier = 1
    /// What is said of the capital beside its mark.
    var capital = ""
    /// The cells that text beside the map may take, from its left edge.
    var room: Int

    /// From this many columns on there is room for letters upon the provinces.
    private static let leastForLabels = 30
    /// A province of which nothing is known is drawn all the same.
    private static let nothing = Look(role: .mapOutline, rank: 0, stipple: Stipple.sparse)

    func render(into frame: inout Frame, at origin: Point) {
        for cell in raster.cells { render(cell, into: &frame, at: origin) }
        for outline in raster.outlines {
            plot(outline.mask, into: &frame, at: outline.at.moved(by: origin), .mapOutline, [])
        }
        renderCities(into: &frame, at: origin)
        if raster.size.width >= Self.leastForLabels {
            for place in atlas.places.indices { renderLabel(of: place, into: &frame, at: origin) }
        } else if let selected {
            renderLabel(of: selected, into: &frame, at: origin)
        }
        renderCapital(into: &frame, at: origin)
    }

    private func look(of place: UInt8) -> Look { looks[Int(place)] ?? Self.nothing }

    /// A cell has one colour: that of the status with the most dots. The others' dots stay blank, so that no colour bleeds.
    private func render(_ cell: MapRaster.Cell, into frame: inout Frame, at origin: Point) {
        let first = raster.parts[cell.parts.lowerBound]
        var best = look(of: first.place)
        var mask = dots(first, best)
        var isSelected = Int(first.place) == selected
        if cell.parts.count > 1 {
            var most = 0
            for index in cell.parts {
                let look = look(of: raster.parts[index].place)
                let count = count(of: look.role, in: cell)
                if count > most || count == most && look.rank > best.rank { (best, most) = (look, count) }
                if Int(raster.parts[index].place) == selected { isSelected = true }
            }
            mask = 0
            for index in cell.parts where look(of: raster.parts[index].place).role == best.role {
                mask |= dots(raster.parts[index], best)
            }
        }
        let attributes = isSelected ? best.attributes.union(.reverse) : best.attributes
        plot(mask, into: &frame, at: cell.at.moved(by: origin), best.role, attributes)
    }

    /// How many dots of a cell have a colour.
    private func count(of role: Role, in cell: MapRaster.Cell) -> Int {
        var count = 0
        for index in cell.parts where look(of: raster.parts[index].place).role == role {
            count += raster.parts[index].mask.nonzeroBitCount
        }
        return count
    }

    private func dots(_ part: MapRaster.Part, _ look: Look) -> UInt8 {
        isMono ? part.mask & (look.stipple | part.coast) : part.mask
    }

    private func plot(
        _ mask: UInt8, into frame: inout Frame, at point: Point, _ role: Role, _ attributes: Attributes
    ) {
        // U+2800 is no space on every terminal.
        guard mask != 0, let scalar = Unicode.Scalar(0x2800 + UInt32(mask)) else { return }
        frame.plot(scalar, at: point, role, attributes)
    }

    // MARK: Letters

    private func renderLabel(of place: Int, into frame: inout Frame, at origin: Point) {
        guard let label = raster.labels[place] else { return }
        let look = looks[place] ?? Self.nothing
        let point = label.at.moved(by: origin)
        if place == selected {
            frame.put(atlas.places[place].code, at: point, .selection, .bold)
        } else if label.isInside {
            frame.put(atlas.places[place].code, at: point, look.role, look.attributes.union([.bold, .reverse]))
        } else {
            frame.put(atlas.places[place].code, at: point, look.role, look.attributes)
        }
    }

    private func renderCities(into frame: inout Frame, at origin: Point) {
        let hasLabels = raster.size.width >= Self.leastForLabels
        for (index, city) in atlas.cities.enumerated() where city.tier <= tier && city.iso != "AR-C" {
            let mark = raster.marks[index]
            guard !hasLabels || !raster.lettered.contains(mark) else { continue }
            frame.plot("▪", at: mark.moved(by: origin), .mapCity)
            // Its name stands over the sea alone.
            let letters = (0..<city.code.utf8.count).map { Point(mark.x + 1 + $0, mark.y) }
            guard hasLabels, mark.x + 1 + city.code.utf8.count <= room,
                letters.allSatisfy({ raster.isBlank($0) && !raster.lettered.contains($0) })
            else { continue }
            frame.put(city.code, at: Point(mark.x + 1, mark.y).moved(by: origin), .dim)
        }
    }

    /// A fifth of a degree is no cell of its own: the capital is a mark, and its figure stands over the river.
    private func renderCapital(into frame: inout Frame, at origin: Point) {
        guard let place = atlas.index(of: "AR-C") else { return }
        let look = looks[place] ?? Self.nothing
        let at = raster.projection.cell(of: atlas.places[place].capital.at)
        frame.plot("◉", at: at.moved(by: origin), .mapCity)
        frame.plot("╴", at: Point(at.x + 1, at.y).moved(by: origin), look.role, look.attributes)
        let style: (Role, Attributes) =
            place == selected ? (.selection, .bold) : (look.role, look.attributes.union(.bold))
        // A figure that would be cut is left out.
        let text = Text.width(of: capital) <= room - at.x - 2 ? capital : "CABA"
        frame.put(text, at: Point(at.x + 2, at.y).moved(by: origin), style.0, style.1, width: max(0, room - at.x - 2))
    }
}

/// Dots of a cell that stand for a status where there are no colours.
enum Stipple {
    /// One of eight.
    static let sparse = Canvas.bit(x: 0, y: 1)
    /// A quarter.
    static let light = Canvas.bit(x: 0, y: 0) | Canvas.bit(x: 0, y: 2)
    /// Every other.
    static let half =
        Canvas.bit(x: 0, y: 0) | Canvas.bit(x: 1, y: 1) | Canvas.bit(x: 0, y: 2) | Canvas.bit(x: 1, y: 3)
    static let full: UInt8 = 0xFF
}

extension Point {
    func moved(by origin: Point) -> Point { Point(x + origin.x, y + origin.y) }
}
