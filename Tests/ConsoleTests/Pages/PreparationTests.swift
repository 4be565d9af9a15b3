import Console
import Launch
import Testing

/// What is made beforehand is made for every size, and shows nowhere.
@Suite struct PreparationTests {
    init() { _ = charset }

    @Test(
        "a screen that was prepared is drawn as any other",
        arguments: [(300, 100), (200, 60), (120, 40), (80, 24), (60, 44), (40, 12), (1, 1), (0, 0)],
        [Mode.operator(name: "ana"), .kiosk(mayQuit: true)])
    func isDrawnAsAnyOther(size: (Int, Int), mode: Mode) {
        let model = BarberPro.trouble.model(size.0, size.1, mode: mode)
        let before = model.frame
        prepare(model)
        var changes = 0
        model.frame.forEachChange(from: before) { changes += $1.count }
        #expect(changes == 0 && model.frame.bounds == before.bounds)
    }
}
