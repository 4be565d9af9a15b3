/// How text is written where it is filled in, and where people read it.
extension String {
    /// Percent-encoded for a form: all but the unreserved characters of RFC 3986.
    package var percentEncoded: String {
        var encoded = ""
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += (digits.count == 1 ? "%0" : "%") + digits
            }
        }
        return encoded
    }

    /// As it stands between the quotes of a JSON string (RFC 8259, section 7).
    var escapedForJSON: String {
        var escaped = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": escaped += "\\\""
            case "\\": escaped += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// Its beginning on one line, for a sentence: runs of blanks, line ends and other controls are one blank.
    func excerpt(to limit: Int) -> String {
        var text = ""
        var isAfterBlank = true
        for scalar in unicodeScalars {
            let isBlank =
                scalar.properties.isWhitespace || [.control, .format].contains(scalar.properties.generalCategory)
            if isBlank, isAfterBlank { continue }
            text.unicodeScalars.append(isBlank ? " " : scalar)
            isAfterBlank = isBlank
            if text.unicodeScalars.count > limit { return text.prefix(limit) + "…" }
        }
        return text.last == " " ? String(text.dropLast()) : text
    }
}
