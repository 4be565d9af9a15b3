/// A text as it goes by SMS: its character set, and how many segments it takes.
///
/// A message alone holds 160 septets or 70 UTF-16 units; one of several loses 7 septets or 3 units to the header that joins
/// them (3GPP TS 23.040, 9.2.3.24.1). No escape pair and no surrogate pair is split over two segments.
struct SMSText: Hashable, Sendable {
    enum Alphabet: Hashable, Sendable {
        case gsm7, ucs2

        var alone: Int { self == .gsm7 ? 160 : 70 }
        var joined: Int { self == .gsm7 ? 153 : 67 }
    }

    let text: String
    let alphabet: Alphabet
    let segments: Int

    /// Transliterated where all of it can be, so that twice as much fits.
    init(_ text: String) {
        if let plain = GSM7.transliterated(text) {
            self.text = plain
            alphabet = .gsm7
        } else {
            self.text = text
            alphabet = .ucs2
        }
        let widths = self.text.unicodeScalars.map { [alphabet] scalar in
            alphabet == .gsm7 ? GSM7.septets(scalar) ?? 1 : UTF16.width(scalar)
        }
        segments = SMSText.segments(widths, alphabet)
    }

    private static func segments(_ widths: [Int], _ alphabet: Alphabet) -> Int {
        guard widths.reduce(0, +) > alphabet.alone else { return 1 }
        var segments = 1
        var used = 0
        for width in widths {
            if used + width > alphabet.joined {
                segments += 1
                used = 0
            }
            used += width
        }
        return segments
    }

    /// The longest form of `make` that fits: `make` puts a part that may be shortened between parts that may not.
    ///
    /// - Parameters:
    ///   - elastic: what is shortened, at its end, where it must be.
    ///   - segments: at most so many; what cannot be shortened goes whole, even beyond.
    static func fitting(_ elastic: String, segments: Int, _ make: (String) -> String) -> SMSText {
        // Twilio takes 1,600 characters.
        func fits(_ text: SMSText) -> Bool { text.segments <= segments && text.text.utf16.count <= 1600 }
        let whole = SMSText(make(elastic))
        if fits(whole) { return whole }
        let letters = Array(elastic)
        func shortened(to count: Int) -> SMSText { SMSText(make(String(letters[..<count]) + "...")) }
        // The longest that fits: what is shorter fits too.
        var (low, high) = (0, letters.count)
        while low + 1 < high {
            let middle = (low + high) / 2
            if fits(shortened(to: middle)) { low = middle } else { high = middle }
        }
        return shortened(to: low)
    }
}
