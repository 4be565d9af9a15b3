import Console
import Testing

@Suite struct SplitTests {
    private func widths(_ width: Int, _ extents: [Extent], spacing: Int = 0) -> [Int] {
        Rect(x: 0, y: 0, width: width, height: 1).columns(extents, spacing: spacing).map(\.width)
    }

    @Test func fillTakesWhatFixedLeaves() {
        #expect(widths(10, [.fixed(3), .fill(), .fixed(2)]) == [3, 5, 2])
    }

    @Test func weightsShareWithoutLosingACell() {
        #expect(widths(10, [.fill(), .fill(), .fill()]) == [3, 3, 4])
        #expect(widths(9, [.fill(2), .fill(1)]) == [6, 3])
    }

    @Test func minimumsComeBeforeShares() {
        #expect(widths(10, [.min(6), .fill()]) == [8, 2])
        #expect(widths(6, [.min(6), .fill()]) == [6, 0])
    }

    @Test func aCeilingGivesTheRestToTheOthers() {
        #expect(widths(20, [.max(4), .fill()]) == [4, 16])
        #expect(widths(6, [.max(4), .fill()]) == [3, 3])
    }

    @Test func tooNarrowServesTheFirstFirst() {
        #expect(widths(4, [.fixed(3), .fixed(3), .fill()]) == [3, 1, 0])
        #expect(widths(0, [.fixed(3), .fill()]) == [0, 0])
    }

    @Test("parts stay inside the area, whatever its width", arguments: 0..<24)
    func inside(width: Int) {
        let area = Rect(x: 5, y: 7, width: width, height: 2)
        let parts = area.columns([.fixed(4), .min(3), .fill(2), .max(5), .fixed(2)], spacing: 1)
        for part in parts {
            #expect(part.x >= 5 && part.x + part.width <= 5 + width && part.rows == 7..<9)
        }
        for (left, right) in zip(parts, parts.dropFirst()) { #expect(left.x + left.width <= right.x) }
    }

    @Test func rowsDivideTheHeight() {
        let rows = Rect(x: 0, y: 0, width: 4, height: 24).rows([.fixed(1), .fill(), .fixed(1)])
        #expect(rows.map(\.height) == [1, 22, 1])
        #expect(rows.map(\.y) == [0, 1, 23])
    }

    @Test func insetAndCentredNeverGoNegative() {
        #expect(Rect(x: 0, y: 0, width: 1, height: 1).inset(1).isEmpty)
        #expect(
            Rect(x: 0, y: 0, width: 9, height: 5).centred(Size(width: 4, height: 99))
                == Rect(x: 2, y: 0, width: 4, height: 5))
    }
}
