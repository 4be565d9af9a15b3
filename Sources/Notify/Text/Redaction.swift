import FoundationEssentials

/// Takes secrets and addresses out of a text before it is told to anyone: providers repeat in their errors what they were
/// sent, and errors go to the journal and the screen.
struct Redaction: Sendable {
    /// How long a reason may be.
    static let limit = 200

    private let secrets: [String]

    /// - Parameter secrets: also as a form and a Basic header write them.
    init(secrets: [String]) {
        // The longest first: one may be part of another. What has three letters would take words apart.
        self.secrets = Set(secrets.filter { $0.count > 3 }.flatMap { [$0, $0.formEncoded, $0.base64] })
            .sorted { ($0.count, $0) > ($1.count, $1) }
    }

    /// - Parameter address: a number, a token, a mailbox: of a number the last digits stay, so that people know whose it is.
    func callAsFunction(_ text: String, address: String = "") -> String {
        var text = text.oneLine
        for secret in secrets { text = text.replacing(secret, with: "[secret]") }
        if address.count > 3 {
            let shown = Redaction.shown(address)
            for form in [address, address.formEncoded] { text = text.replacing(form, with: shown) }
            // Providers write numbers without their plus, too.
            if address.hasPrefix("+") { text = text.replacing(address.dropFirst(), with: shown) }
        }
        return text.limited(to: Redaction.limit)
    }

    /// `…4821` of a telephone number, `a…@barberpro.ar` of a mailbox, `[address]` of anything else.
    static func shown(_ address: String) -> String {
        if address.hasPrefix("+") { return "…\(address.suffix(4))" }
        if let at = address.lastIndex(of: "@"), at != address.startIndex { return "\(address.prefix(1))…\(address[at...])" }
        return "[address]"
    }
}

extension String {
    /// `application/x-www-form-urlencoded`, with every byte escaped that is not unreserved (RFC 3986).
    var formEncoded: String {
        var result = ""
        for byte in utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default: result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }

    var base64: String { Data(utf8).base64EncodedString() }
}
