package import Launch

/// A personal link to the page of a chain: who may answer by it, to what, and until when. Whoever has it is that person.
package struct MobileLink: Hashable, Sendable {
    /// The contact.
    package var person: String
    /// The channel by which it came: to answer by it proves that way. Nil: an operator made it, to look.
    package var channel: String?
    /// The chain that it answers to; nil: it shows what fires, and answers nothing.
    package var chain: EscalationID?
    package var expires: Timestamp

    package init(person: String, channel: String?, chain: EscalationID?, expires: Timestamp) {
        self.person = person
        self.channel = channel
        self.chain = chain
        self.expires = expires
    }

    private static let version: UInt8 = 1

    /// The last part of its address: what it says and a signature, in 50 to 80 characters.
    package func token(_ key: MobileKey) -> String {
        let body = payload
        return Base64URL.encode(body + key.sign("link", body))
    }

    private var payload: [UInt8] {
        let seconds = UInt32(clamping: expires.seconds)
        var bytes = [MobileLink.version] + (0..<4).map { UInt8(truncatingIfNeeded: seconds >> (24 - 8 * $0)) }
        for text in [person, channel ?? ""] {
            let utf8 = Array(text.utf8.prefix(255))
            bytes += [UInt8(utf8.count)] + utf8
        }
        return bytes + (chain.map { ChainCode.encode($0.text) } ?? [])
    }

    /// Reads what was signed by this key; nil: it was not. Whether its time is over is for the caller to see.
    package init?(token: some StringProtocol, key: MobileKey) {
        guard token.utf8.count <= 600, let bytes = Base64URL.decode(token), bytes.count > 16 + 7 else { return nil }
        let body = Array(bytes.dropLast(16))
        guard MobileKey.areEqual(key.sign("link", body), Array(bytes.suffix(16))), body[0] == MobileLink.version else {
            return nil
        }
        expires = Timestamp(seconds: body[1...4].reduce(0) { $0 << 8 | Int64($1) })
        var rest = body[5...]
        func text() -> String? {
            guard let count = rest.popFirst(), rest.count >= Int(count) else { return nil }
            defer { rest = rest.dropFirst(Int(count)) }
            return String(validating: rest.prefix(Int(count)), as: UTF8.self)
        }
        guard let person = text(), let channel = text() else { return nil }
        self.person = person
        self.channel = channel.isEmpty ? nil : channel
        guard !rest.isEmpty else { return }
        guard let chain = ChainCode.decode(Array(rest)) else { return nil }
        self.chain = EscalationID(chain)
    }
}

extension MobilePlan {
    /// The whole address of a link.
    package func address(of link: MobileLink, _ key: MobileKey) -> String { "\(url)/m/\(link.token(key))" }
}

/// The name of a chain, `esc-20261127T040301Z-3f9a`, in nine bytes; any other text as it is.
enum ChainCode {
    static func encode(_ text: String) -> [UInt8] {
        let raw = [0] + Array(text.utf8)
        let bytes = Array(text.utf8)
        guard bytes.count == 25, text.hasPrefix("esc-") else { return raw }
        let digits = bytes[4..<12] + bytes[13..<19]
        guard digits.allSatisfy({ (48...57).contains($0) }), let salt = UInt16(text.suffix(4), radix: 16) else {
            return raw
        }
        let number = digits.reduce(0 as UInt64) { $0 * 10 + UInt64($1 - 48) }
        let packed =
            [1] + (0..<6).map { UInt8(truncatingIfNeeded: number >> (40 - 8 * $0)) } + [
                UInt8(salt >> 8), UInt8(salt & 255),
            ]
        return decode(packed) == text ? packed : raw
    }

    static func decode(_ bytes: [UInt8]) -> String? {
        guard let form = bytes.first else { return nil }
        if form == 0 { return String(validating: bytes.dropFirst(), as: UTF8.self) }
        guard form == 1, bytes.count == 9 else { return nil }
        let number = bytes[1...6].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        let digits = String(repeating: "0", count: 14) + String(number)
        let stamp = digits.suffix(14)
        let salt = String(0x1_0000 + Int(bytes[7]) << 8 + Int(bytes[8]), radix: 16).suffix(4)
        return "esc-\(stamp.prefix(8))T\(stamp.suffix(6))Z-\(salt)"
    }
}

/// Base64 for addresses (RFC 4648, section 5), without padding.
enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    private static let values: [UInt8?] = {
        var values = [UInt8?](repeating: nil, count: 256)
        for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
        return values
    }()

    static func encode(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count * 4 + 2) / 3)
        var (buffer, bits) = (0 as UInt32, 0)
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                result.append(alphabet[Int(buffer >> UInt32(bits)) & 63])
            }
        }
        if bits > 0 { result.append(alphabet[Int(buffer << UInt32(6 - bits)) & 63]) }
        return String(decoding: result, as: UTF8.self)
    }

    /// Nil for anything that ``encode(_:)`` does not write: a token has one spelling.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var result: [UInt8] = []
        var (buffer, bits) = (0 as UInt32, 0)
        for letter in text.utf8 {
            guard let value = values[Int(letter)] else { return nil }
            buffer = buffer << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                result.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
            }
        }
        guard bits < 6, buffer & (1 << UInt32(bits) - 1) == 0 else { return nil }
        return result
    }
}
