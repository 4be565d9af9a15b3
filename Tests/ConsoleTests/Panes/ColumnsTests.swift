import Launch
import Testing

@testable import Console

/// What a narrow pane shows of its rows, a wider one shows too.
@Suite struct ColumnsTests {
    private func columns(_ pane: PaneID, _ width: Int, _ board: BarberPro) -> RowsPane.Columns {
        let model = board.model(200, 60)
        let rows = (pane == .health ? model.shown.manifest?.panes.health : model.shown.manifest?.panes.business) ?? []
        return RowsPane.Columns(
            pane: RowsPane(model: model, pane: pane, rows: rows, all: rows), width: width, hasChart: false)
    }

    @Test(
        "from the pane of an 80-column screen on no column goes as the pane grows",
        arguments: [PaneID.health, .business])
    func monotonic(pane: PaneID) {
        var before = columns(pane, 38, .calm)
        for width in 39...160 {
            let now = columns(pane, width, .calm)
            #expect(before.bound == 0 || now.bound > 0, "bound at \(width)")
            #expect(before.sparkline == 0 || now.sparkline > 0, "sparkline at \(width)")
            #expect(before.facts <= now.facts, "facts at \(width)")
            #expect(before.change == 0 || now.change > 0, "change at \(width)")
            let used = [now.bound, now.change, now.sparkline, now.facts].reduce(0) { $0 + ($1 > 0 ? $1 + 1 : 0) }
            #expect(4 + now.margin + now.title + now.value.width + used <= width, "too wide at \(width)")
            before = now
        }
    }

    @Test("a bound is shown at every width, and first of all one that is crossed")
    func bounds() {
        for width in 80...149 {
            let rows = BarberPro.trouble.model(width, 24).frame.rows
            for (title, bound) in [("Bookings", "≥90"), ("Payments", "≥90"), ("p95 AR", "≤200"), ("Redis", "≤80")] {
                let line = rows.first { $0.contains(" \(title) ") }
                #expect(line?.contains(bound) == true, "\(title) at \(width): \(line ?? "")")
            }
        }
    }
}
