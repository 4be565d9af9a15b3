/// The character sets of SMS (3GPP TS 23.038): the 7-bit default alphabet, where every character of a text is in it, else
/// UCS-2. One character outside of it more than halves what fits.
enum GSM7 {
    /// One septet each.
    private static let basic: Set<Unicode.Scalar> = Set(
        """
        @£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿\
        abcdefghijklmnopqrstuvwxyzäöñüà
        """.unicodeScalars)
    /// An escape and one septet each.
    private static let extended: Set<Unicode.Scalar> = Set("^{}\\[~]|€\u{0C}".unicodeScalars)

    /// How many septets a character takes: 1, 2, or nil: it is not in the alphabet.
    static func septets(_ scalar: Unicode.Scalar) -> Int? {
        basic.contains(scalar) ? 1 : extended.contains(scalar) ? 2 : nil
    }

    /// The text written so that it is all in the alphabet and reads the same: typographic quotes and dashes, accents that the
    /// alphabet lacks (it has é, ñ, ü, but not á). Nil where a character has no such writing: then the text goes as UCS-2,
    /// whole and unchanged.
    static func transliterated(_ text: String) -> String? {
        var result = ""
        for scalar in text.precomposed.unicodeScalars {
            if septets(scalar) != nil {
                result.unicodeScalars.append(scalar)
            } else if let writing = writings[scalar] {
                result += writing
            } else {
                return nil
            }
        }
        return result
    }

    private static let writings: [Unicode.Scalar: String] = [
        "á": "a", "í": "i", "ó": "o", "ú": "u", "Á": "A", "È": "E", "Í": "I", "Ó": "O", "Ú": "U", "À": "A", "Ì": "I",
        "Ò": "O", "Ù": "U", "â": "a", "ê": "e", "î": "i", "ô": "o", "û": "u", "Â": "A", "Ê": "E", "Î": "I", "Ô": "O",
        "Û": "U", "ã": "a", "õ": "o", "Ã": "A", "Õ": "O", "ç": "c", "ë": "e", "ï": "i", "Ë": "E", "Ï": "I",
        "‘": "'", "’": "'", "‚": "'", "“": "\"", "”": "\"", "„": "\"", "«": "\"", "»": "\"", "‹": "'", "›": "'",
        "´": "'", "`": "'", "–": "-", "—": "-", "‑": "-", "−": "-", "…": "...", "•": "*", "·": "-", "×": "x",
        "→": "->", "←": "<-", "≤": "<=", "≥": ">=", "≠": "!=", "±": "+/-", "°": " deg ", "µ": "u", "μ": "u",
        "ª": "a", "º": "o", "\u{A0}": " ", "\u{2009}": " ", "\u{202F}": " ", "\t": " ",
    ]
}

extension String {
    /// With `´` over `a` as one `á`: what providers count and telephones show.
    fileprivate var precomposed: String {
        // Swift compares by canonical equivalence and keeps what it was given; only the accents that matter here are joined.
        guard unicodeScalars.contains(where: { (0x300...0x36F).contains($0.value) }) else { return self }
        let accents: [Unicode.Scalar: String] = [
            "\u{301}": "aáeéiíoóuúAÁEÉIÍOÓUÚ", "\u{300}": "aàeèiìoòuùAÀEÈIÌOÒUÙ", "\u{302}": "aâeêiîoôuûAÂEÊIÎOÔUÛ",
            "\u{303}": "aãnñoõAÃNÑOÕ", "\u{308}": "aäeëiïoöuüAÄEËIÏOÖUÜ", "\u{327}": "cçCÇ", "\u{30A}": "aåAÅ",
        ]
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            if let pairs = accents[scalar].map({ Array($0.unicodeScalars) }), let last = result.last,
                let index = stride(from: 0, to: pairs.count, by: 2).first(where: { pairs[$0] == last })
            {
                result.removeLast()
                result.append(pairs[index + 1])
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }
}
