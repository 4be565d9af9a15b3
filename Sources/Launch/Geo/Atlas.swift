/// The shape of a country: outlines of its provinces, their tiles and cities, to draw a map from at any size.
package struct Atlas: Sendable {
    /// A place on the globe, in degrees.
    package struct Point: Hashable, Sendable {
        package var longitude: Double
        package var latitude: Double

        package init(longitude: Double, latitude: Double) {
            self.longitude = longitude
            self.latitude = latitude
        }
    }

    /// A place in a grid of tiles, which stand for provinces where there is no room for their shapes.
    package struct Tile: Hashable, Sendable {
        package var column: Int
        package var row: Int

        package init(_ column: Int, _ row: Int) {
            self.column = column
            self.row = row
        }
    }

    /// A province's shape; its name and people are a ``Province``.
    package struct Place: Sendable, Identifiable {
        /// ISO 3166-2, as `AR-C`.
        package let iso: String
        /// Always three letters: what fits upon a small province.
        package let code: String
        /// The number that the statistical office knows it by: `02`.
        package let indec: String
        package let capital: City
        /// The point that is farthest from its borders.
        package let labelAt: Point
        /// In the grid of five columns and nine rows.
        package let tile5: Tile
        /// In the grid of four columns and ten rows.
        package let tile4: Tile
        /// Read where a map is rasterised: most screens show none, and wait for nothing.
        private let ringTexts: [String]
        /// Closed lines; what lies within an odd number of them is the province.
        package var rings: [[Point]] { ringTexts.map(Atlas.ring) }

        package var id: String { iso }

        init(
            iso: String, code: String, indec: String, capital: City, labelAt: Point, tile5: Tile, tile4: Tile,
            rings: [String]
        ) {
            self.iso = iso
            self.code = code
            self.indec = indec
            self.capital = capital
            self.labelAt = labelAt
            self.tile5 = tile5
            self.tile4 = tile4
            ringTexts = rings
        }
    }

    /// A city that the map marks.
    package struct City: Hashable, Sendable {
        package let name: String
        /// The province that it lies in.
        package let iso: String
        /// A short name, as airlines have it.
        package let code: String
        package let at: Point
        /// 1: on every map; 2: where there is room; 3: on a map that has the whole screen.
        package let tier: Int
    }

    package let west: Double
    package let south: Double
    package let east: Double
    package let north: Double
    /// Where a degree of longitude and one of latitude are drawn true to each other.
    package let standardParallel: Double
    package let places: [Place]
    package let cities: [City]
    /// Outlines that are drawn but belong to no province.
    package var outlines: [[Point]] { outlineTexts.map(Atlas.ring) }

    private let outlineTexts: [String]
    private let indices: [String: Int]

    init(
        west: Double, south: Double, east: Double, north: Double, standardParallel: Double, places: [Place],
        cities: [City], outlines: [String]
    ) {
        self.west = west
        self.south = south
        self.east = east
        self.north = north
        self.standardParallel = standardParallel
        self.places = places
        self.cities = cities
        outlineTexts = outlines
        indices = Dictionary(
            places.enumerated().map { ($0.element.iso, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }

    /// The place of a province in ``places``; nil for what the map does not know.
    package func index(of iso: String) -> Int? { indices[iso] }

    /// `-5845,-3463 -5840,-3465`: longitude and latitude in hundredths of a degree.
    private static func ring(_ text: String) -> [Point] {
        var numbers: [Int] = []
        var number = 0
        var isNegative = false
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number * 10 + Int(byte - UInt8(ascii: "0"))
            default:
                numbers.append(isNegative ? -number : number)
                (number, isNegative) = (0, false)
            }
        }
        numbers.append(isNegative ? -number : number)
        return stride(from: 0, to: numbers.count - 1, by: 2).map {
            Point(longitude: Double(numbers[$0]) / 100, latitude: Double(numbers[$0 + 1]) / 100)
        }
    }
}
