/// A province of Argentina, or its capital city, as a place where customers are.
struct Province: Sendable, Hashable {
    /// ISO 3166-2, as `AR-X`.
    let iso: String
    let name: String
    /// INDEC, Censo 2022, definitive results.
    let population: Int
    /// What the network adds to a request from there: ours, by distance to the servers in Buenos Aires, for a
    /// rehearsal.
    let roundTrip: Duration

    private init(_ iso: String, _ name: String, _ population: Int, _ milliseconds: Int) {
        self.iso = iso
        self.name = name
        self.population = population
        self.roundTrip = .milliseconds(milliseconds)
    }

    /// All 24, together 45,892,285 people.
    static let all: [Province] = [
        Province("AR-C", "Ciudad Autónoma de Buenos Aires", 3_121_707, 18),
        Province("AR-B", "Buenos Aires", 17_523_996, 30),
        Province("AR-K", "Catamarca", 429_562, 68),
        Province("AR-H", "Chaco", 1_129_606, 61),
        Province("AR-U", "Chubut", 592_621, 82),
        Province("AR-X", "Córdoba", 3_840_905, 41),
        Province("AR-W", "Corrientes", 1_212_696, 59),
        Province("AR-E", "Entre Ríos", 1_425_578, 34),
        Province("AR-P", "Formosa", 607_419, 73),
        Province("AR-Y", "Jujuy", 811_611, 84),
        Province("AR-L", "La Pampa", 361_859, 44),
        Province("AR-F", "La Rioja", 383_865, 62),
        Province("AR-M", "Mendoza", 2_043_540, 52),
        Province("AR-N", "Misiones", 1_278_873, 70),
        Province("AR-Q", "Neuquén", 710_814, 75),
        Province("AR-R", "Río Negro", 750_768, 76),
        Province("AR-A", "Salta", 1_441_351, 76),
        Province("AR-J", "San Juan", 822_853, 56),
        Province("AR-D", "San Luis", 542_069, 49),
        Province("AR-Z", "Santa Cruz", 337_226, 88),
        Province("AR-S", "Santa Fe", 3_544_908, 35),
        Province("AR-G", "Santiago del Estero", 1_060_906, 61),
        Province("AR-V", "Tierra del Fuego, Antártida e Islas del Atlántico Sur", 185_732, 91),
        Province("AR-T", "Tucumán", 1_731_820, 64),
    ]

    static let byISO = Dictionary(uniqueKeysWithValues: all.map { ($0.iso, $0) })

    static let totalPopulation = all.reduce(0) { $0 + $1.population }

    /// The province where the n-th person lives, counted from 0 in the order of `all`.
    static func ofPerson(_ number: Int) -> Province {
        var rest = number
        for province in all {
            if rest < province.population { return province }
            rest -= province.population
        }
        return all[all.count - 1]
    }
}
