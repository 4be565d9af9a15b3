import Console
import Launch
import Testing

@Suite struct TrafficTests {
    /// The cells that each of a minute's seconds changes on a large screen: what a terminal far away must be sent.
    private func changes(of launch: BarberPro, _ width: Int, _ height: Int) -> [Int] {
        var model = launch.model(width, height)
        var shown = model.frame
        return (1...60).map { second in
            let later = launch.now.advanced(by: .seconds(Int64(second)))
            _ = model.update(.tick(later))
            _ = model.update(.readings([launch.tick(ago: -Double(second))]))
            _ = model.update(.heartbeat(Heartbeat(at: later)))
            let frame = model.frame
            var cells = 0
            frame.forEachChange(from: shown) { cells += $1.count }
            shown = frame
            return cells
        }
    }

    @Test("the charts move on one after the other: no second changes much of the screen")
    func staggered() {
        let changes = changes(of: BarberPro.calm, 200, 60)
        #expect(changes.reduce(0, +) / changes.count < 150, "\(changes)")
        #expect(changes.max() ?? 0 < 400, "\(changes)")
    }
}
