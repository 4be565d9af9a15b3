import Launch
import Testing

@testable import Console

/// The map as a value: every province is where it is, at every size.
@Suite struct MapTests {
    private let atlas = Atlas.argentina

    @Test func everyProvinceHasAShapeATileAndAName() {
        #expect(atlas.places.count == 24)
        #expect(Set(atlas.places.map(\.iso)) == Set(Province.argentina.map(\.iso)))
        #expect(Set(atlas.places.map(\.tile5)).count == 24)
        #expect(Set(atlas.places.map(\.tile4)).count == 24)
        for place in atlas.places {
            #expect(place.code.count == 3)
            #expect(place.rings.allSatisfy { $0.count > 3 })
            #expect(place.tile5.column < 5 && place.tile5.row < 9)
            #expect(place.tile4.column < 4 && place.tile4.row < 10)
        }
        #expect(atlas.cities.count == 36)
        #expect(atlas.cities.allSatisfy { atlas.index(of: $0.iso) != nil })
        #expect(!atlas.outlines.isEmpty)
    }

    @Test("every province shows at least a dot", arguments: [(24, 27), (30, 32), (48, 51), (60, 64)])
    func everyProvinceShows(width: Int, height: Int) {
        let raster = MapRaster(of: atlas, fitting: Size(width: width, height: height))
        let shown = Set(raster.parts.map { Int($0.place) })
        let missing = atlas.places.indices.filter { !shown.contains($0) }.map { atlas.places[$0].iso }
        // The capital is smaller than a cell: it is a mark, not an area.
        #expect(missing.allSatisfy { $0 == "AR-C" })
    }

    @Test func eachDotBelongsToOneProvince() {
        let raster = MapRaster(of: atlas, fitting: Size(width: 60, height: 64))
        for cell in raster.cells {
            var seen: UInt8 = 0
            for part in raster.parts[cell.parts] {
                #expect(seen & part.mask == 0)
                #expect(part.coast & ~part.mask == 0)
                seen |= part.mask
            }
        }
    }

    @Test func theMapIsAsNarrowAsTheCountry() {
        let raster = MapRaster(of: atlas, fitting: Size(width: 120, height: 51))
        #expect(raster.size.height <= 51)
        #expect((46...50).contains(raster.size.width))
        #expect(MapProjection.rows(for: 48, of: atlas) == 51)
    }

    @Test("an area of nothing is a map of nothing", arguments: [(0, 0), (1, 1), (0, 20), (20, 0), (2, 1)])
    func tinyMaps(width: Int, height: Int) {
        let raster = MapRaster(of: atlas, fitting: Size(width: width, height: height))
        #expect(raster.size.width <= width && raster.size.height <= height)
    }

    @Test func aCellHasTheColourOfTheStatusWithMostDots() {
        let raster = MapRaster(of: atlas, fitting: Size(width: 36, height: 40))
        var looks = [MapView.Look?](
            repeating: MapView.Look(role: .mapOk, rank: 2, stipple: Stipple.light), count: atlas.places.count)
        looks[atlas.index(of: "AR-Z")!] = MapView.Look(role: .mapBreach, rank: 5, stipple: Stipple.full)
        var frame = Frame(size: Size(width: 48, height: 40))
        MapView(raster: raster, atlas: atlas, looks: looks, room: 48).render(into: &frame, at: .zero)
        let santaCruz = raster.projection.cell(of: atlas.places[atlas.index(of: "AR-Z")!].labelAt)
        #expect(frame[Point(santaCruz.x, santaCruz.y - 1)]?.style.role == .mapBreach)
        let pampa = raster.projection.cell(of: atlas.places[atlas.index(of: "AR-L")!].labelAt)
        #expect(frame[Point(pampa.x, pampa.y - 1)]?.style.role == .mapOk)
    }

    @Test func withoutColoursTheWorseIsTheDenser() {
        let raster = MapRaster(of: atlas, fitting: Size(width: 36, height: 40))
        let interior = raster.cells.first { cell in
            cell.parts.count == 1 && raster.parts[cell.parts.lowerBound].mask == 0xFF
                && raster.parts[cell.parts.lowerBound].coast == 0
        }!
        let place = Int(raster.parts[interior.parts.lowerBound].place)
        var counts: [Int] = []
        for stipple in [Stipple.sparse, Stipple.light, Stipple.half, Stipple.full] {
            var looks = [MapView.Look?](repeating: nil, count: atlas.places.count)
            looks[place] = MapView.Look(role: .mapOk, rank: 1, stipple: stipple)
            var frame = Frame(size: Size(width: 36, height: 40))
            MapView(raster: raster, atlas: atlas, looks: looks, isMono: true, room: 0).render(into: &frame, at: .zero)
            let scalar = frame.scalars(of: frame[interior.at]!)[0]
            counts.append(Int(scalar.value - 0x2800).nonzeroBitCount)
        }
        #expect(counts == [1, 2, 4, 8])
    }

    @Test(
        "a province is meant by any of its usual names",
        arguments: [
            ("AR-X", "AR-X"), ("X", "AR-X"), ("x", "AR-X"), ("Córdoba", "AR-X"), ("cordoba", "AR-X"), ("14", "AR-X"),
            ("CABA", "AR-C"), ("Capital Federal", "AR-C"), ("02", "AR-C"), ("rio_negro", "AR-R"),
            ("TIERRA DEL FUEGO", "AR-V"), ("  Santa   Fe ", "AR-S"),
        ])
    func aliases(text: String, iso: String) { #expect(Province.meant(by: text)?.iso == iso) }

    @Test(
        "what is no province is none",
        arguments: ["", "Uruguay", "AR-ZZ", "unknown", String(repeating: "a", count: 99)])
    func strangers(text: String) { #expect(Province.meant(by: text) == nil) }
}
