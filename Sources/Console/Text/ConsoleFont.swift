extension Unicode.Scalar {
    /// How a Linux console shows the character. Its font has 256 or 512 glyphs: Debian's (Lat15, Uni2, whatever the face) have
    /// Latin-1, lines, the full block and a few signs, and neither ✓ nor half blocks nor braille.
    package var onLinuxConsole: Unicode.Scalar {
        switch value {
        case 0x20..<0x7f, 0xa1..<0x100, 0x2500..<0x2580: self
        default: Self.consoleSigns.contains(self) ? self : Unicode.Scalar(ascii)
        }
    }

    private static let consoleSigns: Set<Unicode.Scalar> = [
        "█", "░", "▒", "✗", "●", "−", "…", "▲", "▸", "▾", "→", "←", "≥", "≤", "“", "”", "‘", "’", "–", "—", "•", "€",
    ]
}
