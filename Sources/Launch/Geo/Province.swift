/// A province of Argentina, or its capital city: what the geographic pane says of it.
package struct Province: Hashable, Sendable, Identifiable {
    /// ISO 3166-2, as `AR-C`.
    package var iso: String
    package var name: String
    /// Three or four letters, as Argentines abbreviate it: `CABA`, `PBA`.
    package var label: String
    /// Inhabitants in 2022.
    package var population: Int

    package var id: String { iso }

    package init(iso: String, name: String, label: String, population: Int) {
        self.iso = iso
        self.name = name
        self.label = label
        self.population = population
    }

    /// The 24 first-level divisions.
    ///
    /// Codes and names: ISO 3166-2:AR. Population: INDEC, Censo Nacional de Población, Hogares y Viviendas 2022,
    /// definitive results (official statistics; the 24 figures add up to the published total of 45,892,285). Facts and
    /// official figures, free of copyright.
    package static let argentina: [Province] = [
        Province(iso: "AR-C", name: "Ciudad Autónoma de Buenos Aires", label: "CABA", population: 3_121_707),
        Province(iso: "AR-B", name: "Buenos Aires", label: "PBA", population: 17_523_996),
        Province(iso: "AR-K", name: "Catamarca", label: "CAT", population: 429_562),
        Province(iso: "AR-H", name: "Chaco", label: "CHA", population: 1_129_606),
        Province(iso: "AR-U", name: "Chubut", label: "CHU", population: 592_621),
        Province(iso: "AR-X", name: "Córdoba", label: "CBA", population: 3_840_905),
        Province(iso: "AR-W", name: "Corrientes", label: "CTS", population: 1_212_696),
        Province(iso: "AR-E", name: "Entre Ríos", label: "ERI", population: 1_425_578),
        Province(iso: "AR-P", name: "Formosa", label: "FOR", population: 607_419),
        Province(iso: "AR-Y", name: "Jujuy", label: "JUJ", population: 811_611),
        Province(iso: "AR-L", name: "La Pampa", label: "LPA", population: 361_859),
        Province(iso: "AR-F", name: "La Rioja", label: "LRJ", population: 383_865),
        Province(iso: "AR-M", name: "Mendoza", label: "MZA", population: 2_043_540),
        Province(iso: "AR-N", name: "Misiones", label: "MIS", population: 1_278_873),
        Province(iso: "AR-Q", name: "Neuquén", label: "NQN", population: 710_814),
        Province(iso: "AR-R", name: "Río Negro", label: "RNE", population: 750_768),
        Province(iso: "AR-A", name: "Salta", label: "SAL", population: 1_441_351),
        Province(iso: "AR-J", name: "San Juan", label: "SJU", population: 822_853),
        Province(iso: "AR-D", name: "San Luis", label: "SLU", population: 542_069),
        Province(iso: "AR-Z", name: "Santa Cruz", label: "SCZ", population: 337_226),
        Province(iso: "AR-S", name: "Santa Fe", label: "SFE", population: 3_544_908),
        Province(iso: "AR-G", name: "Santiago del Estero", label: "SGO", population: 1_060_906),
        Province(
            iso: "AR-V", name: "Tierra del Fuego, Antártida e Islas del Atlántico Sur", label: "TDF",
            population: 185_732),
        Province(iso: "AR-T", name: "Tucumán", label: "TUC", population: 1_731_820),
    ]

    private static let byISO = Dictionary(uniqueKeysWithValues: argentina.map { ($0.iso, $0) })

    /// The province of an ISO code; nil for any other text.
    package static func named(iso: String) -> Province? { byISO[iso] }

    /// The code of the measure that gathers what comes from places that are none of the provinces.
    package static let elsewhere = "elsewhere"

    /// The province that a log or a label means: by its ISO code, its letter alone, INDEC's number, a label or its name,
    /// with or without accents; nil for what the map does not know.
    package static func meant(by text: String) -> Province? {
        aliases[fold(text)].flatMap { named(iso: $0) }
    }

    private static let aliases: [String: String] = {
        var aliases: [String: String] = [:]
        for province in argentina {
            let letter = String(province.iso.dropFirst(3))
            for alias in [province.iso, letter, province.label, province.name] { aliases[fold(alias)] = province.iso }
        }
        for place in Atlas.argentina.places {
            aliases[fold(place.code)] = place.iso
            aliases[place.indec] = place.iso
        }
        for (alias, iso) in [
            ("capital federal", "AR-C"), ("ciudad de buenos aires", "AR-C"), ("provincia de buenos aires", "AR-B"),
            ("tierra del fuego", "AR-V"),
        ] { aliases[alias] = iso }
        return aliases
    }()

    /// Lower case, without accents, words parted by single blanks.
    private static func fold(_ text: String) -> String {
        let accents: [Character: Character] = ["á": "a", "é": "e", "í": "i", "ó": "o", "ú": "u", "ü": "u", "ñ": "n"]
        let letters = text.prefix(80).lowercased().map { accents[$0] ?? ($0 == "_" ? " " : $0) }
        return String(letters).split(separator: " ").joined(separator: " ")
    }
}
