/// A cell's position: column `x` and row `y`, from the top left, both from 0.
package struct Point: Hashable, Sendable {
    package var x: Int
    package var y: Int

    package init(_ x: Int, _ y: Int) {
        self.x = x
        self.y = y
    }

    package static let zero = Point(0, 0)
}
