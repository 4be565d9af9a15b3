/// A raster of braille dots, two by four a cell; charts and the map are drawn on it.
package struct Canvas: Sendable {
    /// In cells.
    package let size: Size
    private var masks: [UInt8]
    private var roles: [Role]

    package init(size: Size) {
        self.size = size
        masks = Array(repeating: 0, count: size.width * size.height)
        roles = Array(repeating: .text, count: size.width * size.height)
    }

    /// In dots.
    package var dots: Size { Size(width: size.width * 2, height: size.height * 4) }

    /// Sets one dot, counted from the top left. A cell has one colour: that of the last dot set in it.
    package mutating func set(x: Int, y: Int, _ role: Role) {
        guard x >= 0, y >= 0, x < size.width * 2, y < size.height * 4 else { return }
        let index = y / 4 * size.width + x / 2
        masks[index] |= Self.bit(x: x % 2, y: y % 4)
        roles[index] = role
    }

    /// Draws the cells that have a dot and leaves the others as they are: U+2800 is no space on every terminal.
    package func render(into frame: inout Frame, area: Rect) {
        for y in 0..<min(size.height, area.height) {
            for x in 0..<min(size.width, area.width) where masks[y * size.width + x] != 0 {
                let index = y * size.width + x
                guard let scalar = Unicode.Scalar(0x2800 + UInt32(masks[index])) else { continue }
                frame.plot(scalar, at: Point(area.x + x, area.y + y), roles[index])
            }
        }
    }

    /// The bit of a dot of a cell.
    static func bit(x: Int, y: Int) -> UInt8 { bits[y * 2 + x] }

    /// The bit of each dot, row by row: Unicode numbers the first six down the columns, and added the last row later.
    private static let bits: [UInt8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]
}
