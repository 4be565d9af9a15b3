import Console
import Launch
import Testing

/// A summary keeps the figures with which its alert fired.
@Suite struct ThenAndNowTests {
    private func page(of facts: AlertEvent.Facts, now value: Double?) -> String {
        var firing = Firing(.calm)
        firing.say(.fired(.init(alert: facts)), ago: 900)
        let at = BarberPro.now.advanced(by: -500)
        if let series = facts.series, let value {
            firing.launch.board.apply(Tick(at: at, readings: [Reading(series, .number(value))]))
        }
        var model = firing.model(120, 40)
        model.press("3", "down", "enter")
        return model.frame.rows.joined(separator: "\n")
    }

    @Test func bothAreSaidWhereTheyDiffer() {
        #expect(
            page(of: Firing.rejected, now: 51.2).contains(
                "Only 88,2 % of payments are accepted (then 88,2 %, now 51,2 %)"))
    }

    @Test func whatIsStillSoIsSaidOnce() {
        let text = page(of: Firing.rejected, now: 88.2)
        #expect(text.contains("Only 88,2 % of payments are accepted"))
        #expect(!text.contains("(then"))
    }

    @Test func aSummaryWithoutFiguresGrowsNone() {
        #expect(!page(of: Firing.bookings, now: 51).contains("(then"))
    }
}
