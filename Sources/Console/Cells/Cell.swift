/// One cell of a frame, in 8 bytes: no String, no reference, nothing to count.
package struct Cell: Hashable, Sendable {
    /// A Unicode scalar; or, with the high bit set, an index into the frame's table of clusters; or 0, see `tail`.
    var glyph: UInt32
    package var style: Style
    /// Makes the stride 8 bytes a fact of the type, and the comparison one of whole words.
    private let padding: UInt16 = 0

    init(glyph: UInt32, style: Style) {
        self.glyph = glyph
        self.style = style
    }

    package init(_ scalar: Unicode.Scalar, _ style: Style) {
        self.init(glyph: scalar.value, style: style)
    }

    init(cluster index: Int, _ style: Style) {
        self.init(glyph: Self.clusterBit | UInt32(index), style: style)
    }

    /// The right half of the wide character to its left.
    static func tail(_ style: Style) -> Cell { Cell(glyph: 0, style: style) }

    package static func blank(_ style: Style) -> Cell { Cell(" ", style) }

    package var isTail: Bool { glyph == 0 }

    /// The character of a cell that shows just one; nil for a cluster (see `Frame.scalars`) and for a tail.
    package var scalar: Unicode.Scalar? { isTail ? nil : Unicode.Scalar(glyph) }

    /// Where the frame's table holds the cluster, if the cell shows more than one scalar.
    var clusterIndex: Int? {
        glyph & Self.clusterBit == 0 ? nil : Int(glyph & ~Self.clusterBit)
    }

    /// The same cell in a frame whose table begins `count` clusters later.
    func movingCluster(by count: Int) -> Cell {
        clusterIndex.map { Cell(cluster: $0 + count, style) } ?? self
    }

    private static let clusterBit: UInt32 = 1 << 31
}
