/// The first message of an SSL 2.0 client (draft-hickman-netscape-ssl-00 section 5.2.1; RFC 6101 appendix E), as a value.
///
/// No OpenSSL since 1.1.0 speaks it, so guardia asks by a hello of its own. It never completes such a handshake: the server's
/// answer names the certificate and all its ciphers at once.
package struct SSL2Hello: Hashable, Sendable {
    package static let version: UInt16 = 0x0002

    /// Cipher kinds, three bytes each.
    package var ciphers: [UInt32]
    /// 16 to 32 bytes; what they are is of no weight here.
    package var challenge: [UInt8]

    package init(ciphers: [UInt32], challenge: [UInt8]) {
        self.ciphers = ciphers
        self.challenge = challenge
    }

    /// The whole record: two bytes of length, the highest bit set, as there is no padding.
    package var record: [UInt8] {
        let kinds = ciphers.flatMap { [UInt8($0 >> 16 & 0xff), UInt8($0 >> 8 & 0xff), UInt8($0 & 0xff)] }
        func bytes16(_ number: Int) -> [UInt8] { [UInt8(number >> 8 & 0xff), UInt8(number & 0xff)] }
        let message =
            [1] + bytes16(Int(SSL2Hello.version)) + bytes16(kinds.count) + bytes16(0) + bytes16(challenge.count)
            + kinds + challenge
        return [0x80 | UInt8(message.count >> 8 & 0x7f), UInt8(message.count & 0xff)] + message
    }

    /// Reads a record back; nil where it is no CLIENT-HELLO of SSL 2.0.
    package init?(record: [UInt8]) {
        var reader = ByteReader(record)
        guard let length = reader.uint16(), length & 0x8000 != 0, Int(length & 0x7fff) == reader.remaining,
            reader.uint8() == 1, reader.uint16() == SSL2Hello.version, let kinds = reader.uint16(), kinds % 3 == 0,
            let session = reader.uint16(), let size = reader.uint16(), (16...32).contains(size),
            let list = reader.bytes(Int(kinds)), reader.bytes(Int(session)) != nil,
            let challenge = reader.bytes(Int(size)), reader.isAtEnd
        else { return nil }
        self.init(ciphers: SSL2Hello.kinds(list), challenge: challenge)
    }

    static func kinds(_ list: [UInt8]) -> [UInt32] {
        stride(from: 0, to: list.count - list.count % 3, by: 3).map {
            UInt32(list[$0]) << 16 | UInt32(list[$0 + 1]) << 8 | UInt32(list[$0 + 2])
        }
    }
}

/// A server's answer to an ``SSL2Hello``: the body of a SERVER-HELLO (section 5.3.1 of the draft).
package struct SSL2ServerHello: Hashable, Sendable {
    /// What it shares with what it was offered; a server may name none and speak SSL 2.0 all the same (CVE-2015-3197).
    package var ciphers: [UInt32]
    /// X.509, DER.
    package var certificate: [UInt8]?

    /// - Parameter message: from the type on, which is 4.
    package init?(message: [UInt8]) {
        var reader = ByteReader(message)
        guard reader.uint8() == 4, reader.uint8() != nil, let kind = reader.uint8(),
            reader.uint16() == SSL2Hello.version,
            let certificate = reader.uint16(), let kinds = reader.uint16(), let connection = reader.uint16(),
            kinds % 3 == 0, reader.remaining == Int(certificate) + Int(kinds) + Int(connection),
            let der = reader.bytes(Int(certificate)), let list = reader.bytes(Int(kinds))
        else { return nil }
        self.certificate = kind == 1 && !der.isEmpty ? der : nil
        ciphers = SSL2Hello.kinds(list)
    }
}

/// What came of one hello of SSL 2.0.
package enum SSL2Answer: Hashable, Sendable {
    case hello(SSL2ServerHello)
    /// It does not speak it: a TLS alert, an error of SSL 2.0, something else, or the end of the connection.
    case refused
    /// It began to answer as one who speaks it, and broke off.
    case brokeOff
}

/// Gathers a server's answer to an ``SSL2Hello`` from its bytes, however they are cut. One record is all that is read, and it
/// is no longer than its two bytes of length can say.
package struct SSL2AnswerReader: Sendable {
    private var buffer: [UInt8] = []

    package init() {}

    /// Takes bytes in; the answer, once it is known.
    package mutating func take(_ bytes: some Collection<UInt8>) -> SSL2Answer? {
        buffer += bytes.prefix(0x8000 + 3 - buffer.count)
        guard buffer.count >= 2 else { return nil }
        let isPadded = buffer[0] & 0x80 == 0
        // A record of TLS, or a three-byte header with the security escape, as HTTP's "HT" would be.
        if isPadded, buffer[1] == 3 && (20...23).contains(buffer[0]) || buffer[0] & 0x40 != 0 { return .refused }
        let start = isPadded ? 3 : 2
        guard buffer.count > start else { return nil }
        let length = Int(buffer[0] & (isPadded ? 0x3f : 0x7f)) << 8 | Int(buffer[1])
        // An error (type 0) refuses; nothing but a SERVER-HELLO says that it is spoken.
        guard length > 0, buffer[start] == 4 else { return .refused }
        guard buffer.count >= start + length else { return nil }
        let padding = isPadded ? Int(buffer[2]) : 0
        guard padding < length, let hello = SSL2ServerHello(message: Array(buffer[start..<start + length - padding]))
        else { return .refused }
        return .hello(hello)
    }

    /// The connection has ended.
    package func end() -> SSL2Answer {
        let start = (buffer.first ?? 0x80) & 0x80 == 0 ? 3 : 2
        return buffer.count > start && buffer[start] == 4 ? .brokeOff : .refused
    }
}
