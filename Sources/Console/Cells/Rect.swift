/// An area of cells; its size is never negative, so that a widget given too little draws nothing instead of trapping.
package struct Rect: Hashable, Sendable {
    package let origin: Point
    package let size: Size

    package init(origin: Point, size: Size) {
        self.origin = origin
        self.size = size
    }

    package init(x: Int, y: Int, width: Int, height: Int) {
        self.init(origin: Point(x, y), size: Size(width: width, height: height))
    }

    package static let zero = Rect(origin: .zero, size: .zero)

    package var x: Int { origin.x }
    package var y: Int { origin.y }
    package var width: Int { size.width }
    package var height: Int { size.height }
    package var isEmpty: Bool { size.isEmpty }

    /// The columns covered, as a half-open range.
    package var columns: Range<Int> { x..<(x + width) }
    /// The rows covered, as a half-open range.
    package var rows: Range<Int> { y..<(y + height) }

    package func contains(_ point: Point) -> Bool {
        columns.contains(point.x) && rows.contains(point.y)
    }

    package func intersection(_ other: Rect) -> Rect {
        let left = max(x, other.x)
        let top = max(y, other.y)
        return Rect(
            x: left, y: top,
            width: min(x + width, other.x + other.width) - left,
            height: min(y + height, other.y + other.height) - top)
    }

    /// The area left inside a margin; empty, never negative, when the margins meet.
    package func inset(top: Int = 0, left: Int = 0, bottom: Int = 0, right: Int = 0) -> Rect {
        Rect(x: x + left, y: y + top, width: width - left - right, height: height - top - bottom)
    }

    package func inset(_ margin: Int) -> Rect {
        inset(top: margin, left: margin, bottom: margin, right: margin)
    }

    /// One row of the area, counted from its top; empty when there is no such row.
    package func row(_ index: Int) -> Rect {
        guard (0..<height).contains(index) else { return Rect(x: x, y: y, width: 0, height: 0) }
        return Rect(x: x, y: y + index, width: width, height: 1)
    }

    /// An area of the given size in the middle of this one, cut to fit.
    package func centred(_ wanted: Size) -> Rect {
        let width = min(wanted.width, width)
        let height = min(wanted.height, height)
        return Rect(x: x + (self.width - width) / 2, y: y + (self.height - height) / 2, width: width, height: height)
    }
}
