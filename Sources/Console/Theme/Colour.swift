/// A colour of a theme, as exact as its author was; the terminal gets the nearest one that it has.
package enum Colour: Hashable, Sendable {
    /// The terminal's own foreground or background.
    case terminal
    /// One of the 16 ANSI colours, which the user's terminal has its own shades of: 0…7, and 8…15 for the bright ones.
    case ansi(UInt8)
    /// One of xterm's 256: 16…231 a cube of 6×6×6, 232…255 greys.
    case indexed(UInt8)
    case rgb(red: UInt8, green: UInt8, blue: UInt8)

    /// The names of the 16 ANSI colours, in their order.
    package static let names = [
        "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
        "bright_black", "bright_red", "bright_green", "bright_yellow", "bright_blue", "bright_magenta", "bright_cyan",
        "bright_white",
    ]

    /// Reads `default`, a name such as `bright_red`, an xterm index `0`…`255`, or `#rrggbb`; nil for anything else.
    package init?(_ text: String) {
        if text == "default" {
            self = .terminal
        } else if let index = Self.names.firstIndex(of: text) {
            self = .ansi(UInt8(index))
        } else if let index = UInt8(text) {
            self = index < 16 ? .ansi(index) : .indexed(index)
        } else if text.utf8.first == UInt8(ascii: "#"), text.utf8.count == 7,
            text.dropFirst().allSatisfy(\.isHexDigit), let value = UInt32(text.dropFirst(), radix: 16)
        {
            self = .rgb(red: UInt8(value >> 16), green: UInt8(value >> 8 & 0xff), blue: UInt8(value & 0xff))
        } else {
            return nil
        }
    }

    /// The nearest colour that a terminal of this depth has; the terminal's own where it has none.
    package func downsampled(to depth: ColourDepth) -> Colour {
        switch (self, depth) {
        case (.terminal, _), (_, .mono): return .terminal
        case (_, .direct): return self
        case (.ansi, .indexed256), (.indexed, .indexed256), (.ansi, .ansi16): return self
        case (.ansi(let index), .ansi8): return .ansi(index & 7)
        case (.rgb, .indexed256):
            guard let components else { return self }
            // The 16 are left out: each user's terminal has its own.
            return .indexed(Self.nearest(to: components))
        case (.indexed, .ansi16), (.rgb, .ansi16), (.indexed, .ansi8), (.rgb, .ansi8):
            guard let components else { return self }
            return .ansi(Self.byHue(components, hasBright: depth == .ansi16))
        }
    }

    /// Red, green and blue, 0…255; nil for the terminal's own colour, which is not known.
    package var components: (red: Int, green: Int, blue: Int)? {
        switch self {
        case .terminal: return nil
        case .rgb(let red, let green, let blue): return (Int(red), Int(green), Int(blue))
        case .ansi(let index), .indexed(let index):
            let index = Int(index)
            switch index {
            case ..<16:
                let (red, green, blue) = Self.ansi[index]
                return (red, green, blue)
            case ..<232:
                let cube = index - 16
                return (Self.levels[cube / 36], Self.levels[cube / 6 % 6], Self.levels[cube % 6])
            default:
                let grey = 8 + (index - 232) * 10
                return (grey, grey, grey)
            }
        }
    }

    private static let levels = [0, 95, 135, 175, 215, 255]

    /// xterm's own shades of the 16.
    private static let ansi: [(Int, Int, Int)] = [
        (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
        (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255),
        (255, 255, 255),
    ]

    /// The nearest of the cube and the greys.
    private static func nearest(to wanted: (red: Int, green: Int, blue: Int)) -> UInt8 {
        var best: UInt8 = 16
        var least = Int.max
        for index in UInt8(16)...255 {
            guard let candidate = Colour.indexed(index).components else { continue }
            let (red, green, blue) = (
                candidate.red - wanted.red, candidate.green - wanted.green, candidate.blue - wanted.blue
            )
            // The "redmean" weights follow the eye better than the plain distance, in integers.
            let mean = (candidate.red + wanted.red) / 2
            let distance = (512 + mean) * red * red / 256 + 4 * green * green + (767 - mean) * blue * blue / 256
            if distance < least { (best, least) = (index, distance) }
        }
        return best
    }

    /// One of 8 or 16 colours by its hue: with so few, the nearest in distance would show a sea green as cyan, where
    /// what matters is that it is a green.
    private static func byHue(_ colour: (red: Int, green: Int, blue: Int), hasBright: Bool) -> UInt8 {
        let brightest = max(colour.red, colour.green, colour.blue)
        guard brightest >= 64 else { return 0 }
        // A component counts from seven tenths of the strongest one on.
        func bit(_ component: Int, _ bit: UInt8) -> UInt8 { component * 10 >= brightest * 7 ? bit : 0 }
        let hue = bit(colour.red, 1) | bit(colour.green, 2) | bit(colour.blue, 4)
        guard hue == 7 else { return hasBright && brightest > 215 ? hue + 8 : hue }
        if hasBright { return brightest < 160 ? 8 : brightest > 215 ? 15 : 7 }
        return brightest < 112 ? 0 : 7
    }
}

/// How many colours a terminal has.
package enum ColourDepth: Int, Hashable, Sendable, CaseIterable, Comparable {
    case mono, ansi8, ansi16, indexed256
    /// 24 bits.
    case direct

    package static func < (left: ColourDepth, right: ColourDepth) -> Bool { left.rawValue < right.rawValue }
}
