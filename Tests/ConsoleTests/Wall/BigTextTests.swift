import Console
import Testing

@Suite struct BigTextTests {
    private func rows(_ text: BigText, _ width: Int, _ height: Int) -> [String] {
        Frame.drawn(width, height) { text.render(into: &$0, area: $0.bounds) }.rows
    }

    @Test func aTextGrowsWithItsArea() {
        func ink(_ width: Int, _ height: Int) -> Int {
            rows(BigText("12:34"), width, height).joined().unicodeScalars.count { $0 == "█" }
        }
        #expect(ink(20, 5) > 0)
        #expect(ink(80, 10) > 3 * ink(20, 5))
        #expect(ink(200, 60) > 3 * ink(80, 10))
    }

    @Test func aDigitNeverMovesItsNeighbours() {
        let widths = (0...9).map { digit in
            rows(BigText("\(digit)\(digit):8", align: .leading, largest: 1), 40, 5).map { $0.suffix(33) }
        }
        // What follows two digits stands where it stands, whichever they are.
        #expect(Set(widths.map { $0.joined(separator: "\n") }).count == 1)
    }

    @Test func wordsAreBrokenWhereThatMakesThemLarger() {
        let one = rows(BigText("payment p95", lines: 1), 80, 24).joined().unicodeScalars.count { $0 == "█" }
        let two = rows(BigText("payment p95", lines: 2), 80, 24).joined().unicodeScalars.count { $0 == "█" }
        #expect(two > one)
    }

    @Test func whatHasNoRoomIsWrittenAsUsual() {
        #expect(rows(BigText("BLUE v1.4.0"), 14, 3).contains { $0.contains("BLUE v1.4.0") })
    }

    @Test func whatHasNoShapeIsWrittenAsUsual() {
        #expect(rows(BigText("理容"), 80, 10).contains { $0.contains("理容") })
    }

    @Test func accentsAreLeftOutAndTheTildeStays() {
        #expect(rows(BigText("Á"), 20, 5) == rows(BigText("a"), 20, 5))
        #expect(rows(BigText("Ñ"), 20, 5) != rows(BigText("N"), 20, 5))
    }
}
