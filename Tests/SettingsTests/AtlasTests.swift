import Foundation
import Launch
import Testing

/// The map that is built in is the one in Config/argentina.
@Suite struct AtlasTests {
    private struct File: Decodable {
        struct Province: Decodable {
            var iso: String
            var label3: String
            var pop2022: Int
            var rings: [[[Double]]]
        }
        struct City: Decodable {
            var name: String
            var iso: String
        }
        struct Outline: Decodable { var rings: [[[Double]]] }
        var provinces: [Province]
        var outlineOnly: [Outline]
        var cities: [City]
    }

    @Test("scripts/atlas was run after the last change of provinces.json")
    func isGenerated() throws {
        let path = ShippedConfigurationTests.root.appending(path: "Config/argentina/provinces.json")
        let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: path))
        let atlas = Atlas.argentina
        #expect(file.provinces.map(\.iso) == atlas.places.map(\.iso))
        func isSame(_ rings: [[[Double]]], _ other: [[Atlas.Point]]) -> Bool {
            rings.count == other.count
                && zip(rings, other).allSatisfy { ring, points in
                    ring.count == points.count
                        && zip(ring, points).allSatisfy {
                            abs($0[0] - $1.longitude) < 1e-9 && abs($0[1] - $1.latitude) < 1e-9
                        }
                }
        }
        for (province, place) in zip(file.provinces, atlas.places) {
            #expect(province.label3 == place.code)
            #expect(Province.named(iso: province.iso)?.population == province.pop2022)
            #expect(isSame(province.rings, place.rings), "\(province.iso)")
        }
        #expect(isSame(file.outlineOnly.flatMap(\.rings), atlas.outlines))
        #expect(file.cities.map(\.name) == atlas.cities.map(\.name))
        #expect(file.cities.map(\.iso) == atlas.cities.map(\.iso))
    }
}
