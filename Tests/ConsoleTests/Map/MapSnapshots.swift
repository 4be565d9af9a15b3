import Launch
import Testing

@testable import Console

/// Pictures of the country at the sizes and on the terminals that it is drawn for.
@Suite struct MapSnapshots {
    private let trouble = BarberPro.trouble

    private func pane(_ width: Int, _ height: Int, _ capabilities: Capabilities = Capabilities()) -> Frame {
        // The pane's own area, zoomed; the screen around it is in other pictures.
        var model = Model(
            board: trouble.board, now: trouble.now, size: Size(width: width, height: height),
            mode: .operator(name: "ana"), capabilities: capabilities)
        model.press("4", "z")
        return model.frame
    }

    @Test("the map where colours are missing", arguments: [(80, 24), (120, 40), (200, 60)])
    func mono(width: Int, height: Int) {
        expectSnapshot(pane(width, height, Capabilities(isMono: true)), "mono-\(width)x\(height)")
    }

    @Test("tiles where there is no braille", arguments: [(80, 24), (120, 40), (200, 60)])
    func ascii(width: Int, height: Int) {
        expectSnapshot(pane(width, height, Capabilities(charset: .ascii)), "ascii-\(width)x\(height)")
    }

    @Test("a map of each size", arguments: [(28, 32), (38, 46), (50, 58), (60, 64)])
    func maps(width: Int, height: Int) {
        let states = trouble.model(width, height)
        let frame = Frame.drawn(width, height) { frame in
            _ = GeoPane(model: states).render(into: &frame, area: frame.bounds)
        }
        expectSnapshot(frame, "map-\(width)x\(height)")
    }

    @Test("tiles of each size", arguments: [(12, 14), (20, 22), (46, 15), (60, 34)])
    func tiles(width: Int, height: Int) {
        let model = Model(
            board: trouble.board, now: trouble.now, size: Size(width: 120, height: 40), mode: .operator(name: "ana"),
            capabilities: Capabilities(hasBraille: false))
        let frame = Frame.drawn(width, height) { frame in
            _ = GeoPane(model: model).render(into: &frame, area: frame.bounds)
        }
        expectSnapshot(frame, "tiles-\(width)x\(height)")
    }

    @Test("one province", arguments: [(80, 24), (120, 40), (200, 60)])
    func province(width: Int, height: Int) {
        var model = trouble.model(width, height)
        model.press("4", "down", "down", "enter")
        expectSnapshot(model.frame, "province-\(width)x\(height)")
    }

    @Test func theCursorMarksItsProvinceOnTheMap() {
        var model = trouble.model(200, 60)
        model.press("4", "down", "down", "down")
        expectSnapshot(model.frame, "cursor-200x60")
    }
}
