/// What one part of a divided area asks for, in cells.
package enum Extent: Hashable, Sendable {
    /// Exactly so many, unless there is not that much left.
    case fixed(Int)
    /// A share of what the fixed parts and the minimums leave, by weight.
    case fill(Int = 1)
    /// So many at least, and a share of weight 1 of what is left.
    case min(Int)
    /// A share of weight 1, but never more than so many.
    case max(Int)
}

extension Rect {
    /// Divides the area from left to right. The parts never overlap nor leave the area, and `spacing` columns lie
    /// between two of them; when the area is too narrow the later parts shrink first, down to nothing.
    package func columns(_ extents: [Extent], spacing: Int = 0) -> [Rect] {
        var left = x
        return divide(width, extents, spacing: spacing).map { width in
            defer { left += width + spacing }
            // A part for which nothing was left must not stand outside the area.
            return Rect(x: Swift.min(left, x + self.width), y: y, width: width, height: height)
        }
    }

    /// Divides the area from top to bottom, by the rules of `columns`.
    package func rows(_ extents: [Extent], spacing: Int = 0) -> [Rect] {
        var top = y
        return divide(height, extents, spacing: spacing).map { height in
            defer { top += height + spacing }
            return Rect(x: x, y: Swift.min(top, y + self.height), width: width, height: height)
        }
    }
}

/// The length of each part. Fixed lengths and minimums are served in order; the rest is shared by weight, each share
/// computed from the running total so that rounding loses no cell.
private func divide(_ total: Int, _ extents: [Extent], spacing: Int) -> [Int] {
    var left = max(0, total - spacing * max(0, extents.count - 1))
    var lengths = extents.map { extent in
        let wanted =
            switch extent {
            case .fixed(let length), .min(let length): max(0, length)
            case .fill, .max: 0
            }
        let length = min(wanted, left)
        left -= length
        return length
    }

    // Parts with a ceiling may leave some of their share over: they are served first, and take no more than it.
    var weight = extents.reduce(0) { $0 + $1.weight }
    for (index, extent) in extents.enumerated() {
        guard case .max(let ceiling) = extent, weight > 0 else { continue }
        let share = min(max(0, ceiling), left / weight)
        lengths[index] = share
        left -= share
        weight -= 1
    }
    var served = 0
    var given = 0
    for (index, extent) in extents.enumerated() where extent.weight > 0 {
        if case .max = extent { continue }
        served += extent.weight
        let upTo = left * served / weight
        lengths[index] += upTo - given
        given = upTo
    }
    return lengths
}

extension Extent {
    fileprivate var weight: Int {
        switch self {
        case .fixed: 0
        case .fill(let weight): Swift.max(0, weight)
        case .min, .max: 1
        }
    }
}
