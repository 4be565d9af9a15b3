/// A text in letters to be read from four metres: as large as its area allows, in as many lines as make it largest.
package struct BigText: Sendable {
    package var text: String
    package var role: Role
    /// In how many lines it may be broken, between words.
    package var maximalLines: Int
    package var align: Alignment
    /// How many cells a dot may be wide, so that a short text does not outgrow a more important one.
    package var largest: Int

    package init(
        _ text: String, role: Role = .kioskClock, lines: Int = 1, align: Alignment = .centre, largest: Int = 12
    ) {
        self.text = text
        self.role = role
        maximalLines = lines
        self.align = align
        self.largest = largest
    }

    package static let height = BigFont.height

    /// How the text is set in an area: its lines, and the cells of a dot. A cell is twice as high as it is wide, so a dot of two
    /// by one is square.
    struct Setting: Hashable {
        var lines: [Substring]
        var dot: Size

        var height: Int { (lines.count * (BigFont.height + 1) - 1) * dot.height }
    }

    /// The largest setting that fits; nil where none does, or where a character has no shape.
    func setting(of text: String, in area: Size) -> Setting? {
        guard !text.isEmpty, text.unicodeScalars.allSatisfy({ BigFont.shape($0) != nil }) else { return nil }
        var best: Setting?
        for count in 1...max(1, maximalLines) {
            guard let lines = Self.broken(text, into: count) else { break }
            let dots = lines.map(Self.width).max() ?? 1
            let across = min(area.width / max(dots, 1), largest)
            let down = min(area.height / (lines.count * (BigFont.height + 1) - 1), across)
            guard down > 0, across > 0 else { continue }
            // Wider than square the letters would lie down.
            let setting = Setting(lines: lines, dot: Size(width: min(across, 2 * down), height: down))
            if best.map({ Self.area(setting.dot) > Self.area($0.dot) }) ?? true { best = setting }
        }
        return best
    }

    private static func area(_ dot: Size) -> Int { dot.width * dot.height }

    /// The dots that a line takes, one column between two characters.
    static func width(_ line: some StringProtocol) -> Int {
        line.unicodeScalars.reduce(-1) { $0 + (BigFont.shape($1)?.first?.count ?? 0) + 1 }
    }

    /// The words in exactly so many lines, the longest as short as can be; nil where there are fewer words.
    private static func broken(_ text: String, into count: Int) -> [Substring]? {
        if count == 1 { return [text[...]] }
        let words = text.split(separator: " ")
        guard words.count >= count else { return nil }
        // The narrowest width at which filling line after line takes no more lines than there may be.
        let widths = words.map(width)
        var (low, high) = (widths.max() ?? 1, width(text))
        while low < high {
            let middle = (low + high) / 2
            if filled(words, widths, middle).count <= count { high = middle } else { low = middle + 1 }
        }
        let lines = filled(words, widths, low)
        return lines.count == count ? lines : nil
    }

    private static func filled(_ words: [Substring], _ widths: [Int], _ room: Int) -> [Substring] {
        var lines: [Substring] = []
        var used = Int.max
        for (word, width) in zip(words, widths) {
            // A space is two dots with one on each side.
            if used != .max, used + 4 + width <= room, let line = lines.last {
                lines[lines.count - 1] = line.base[line.startIndex..<word.endIndex]
                used += 4 + width
            } else {
                lines.append(word)
                used = width
            }
        }
        return lines
    }

    /// Draws in the middle of the area's height, and returns the rows it took. An area too small gets the text in one ordinary
    /// line instead.
    @discardableResult
    package func render(into frame: inout Frame, area: Rect) -> Int {
        guard !area.isEmpty else { return 0 }
        let text = frame.redacted(text)
        guard let setting = setting(of: text, in: area.size) else {
            return renderPlain(text, into: &frame, area: area)
        }
        var y = area.y + (area.height - setting.height) / 2
        for line in setting.lines {
            let width = Self.width(line) * setting.dot.width
            var x =
                switch align {
                case .leading: area.x
                case .trailing: area.x + area.width - width
                case .centre: area.x + (area.width - width) / 2
                }
            for scalar in line.unicodeScalars {
                guard let shape = BigFont.shape(scalar) else { continue }
                for (row, dots) in shape.enumerated() {
                    for (column, dot) in dots.utf8.enumerated() where dot == UInt8(ascii: "#") {
                        plot(
                            at: Point(x + column * setting.dot.width, y + row * setting.dot.height), setting.dot, &frame
                        )
                    }
                }
                x += ((shape.first?.count ?? 0) + 1) * setting.dot.width
            }
            y += (BigFont.height + 1) * setting.dot.height
        }
        return setting.height
    }

    private func plot(at point: Point, _ dot: Size, _ frame: inout Frame) {
        for y in 0..<dot.height {
            for x in 0..<dot.width { frame.plot("█", at: Point(point.x + x, point.y + y), role) }
        }
    }

    /// Ordinary letters, in as many lines as it takes and there are.
    private func renderPlain(_ text: String, into frame: inout Frame, area: Rect) -> Int {
        var lines = Text.wrapped(text, to: area.width)
        if lines.count > area.height {
            lines.removeSubrange(area.height...)
            if let last = lines.indices.last { lines[last] = Text.truncated(lines[last] + "…", to: area.width) }
        }
        let top = max(0, area.height - lines.count) / 2
        for (row, line) in lines.enumerated() { frame.put(line, in: area, row: top + row, role, .bold, align: align) }
        return lines.count
    }
}
