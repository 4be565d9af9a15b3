/// A server's answer to a ``ClientHello``, as a value.
package struct ServerHello: Hashable, Sendable {
    package var version: UInt16
    package var suite: UInt16
    package var compression: UInt8
    /// Whether the server asks for another hello (TLS 1.3): it has chosen version and suite all the same.
    package var isRetryRequest: Bool
    /// Extension types that it answered with.
    package var extensions: [UInt16]
    /// The key-exchange group, where TLS 1.3 names it.
    package var group: UInt16?

    /// The random of a HelloRetryRequest (RFC 8446 section 4.1.3).
    private static let retry: [UInt8] = [
        0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91, 0xC2, 0xA2,
        0x11,
        0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
    ]

    package init?(message body: [UInt8]) {
        var reader = ByteReader(body)
        guard let version = reader.uint16(), let random = reader.bytes(32), let session = reader.vector8(),
            session.count <= 32, let suite = reader.uint16(), let compression = reader.uint8()
        else { return nil }
        self.version = version
        self.suite = suite
        self.compression = compression
        isRetryRequest = random == ServerHello.retry
        extensions = []
        guard !reader.isAtEnd else { return }
        guard let list = reader.vector16(), reader.isAtEnd else { return nil }
        var entries = ByteReader(list)
        while !entries.isAtEnd {
            guard let type = entries.uint16(), let body = entries.vector16() else { return nil }
            extensions.append(type)
            if type == 43, body.count == 2 { self.version = UInt16(body[0]) << 8 | UInt16(body[1]) }
            if type == 51, body.count >= 2 { group = UInt16(body[0]) << 8 | UInt16(body[1]) }
        }
    }

    /// Whether renegotiation is bound to its connection (RFC 5746).
    package var isRenegotiationSecure: Bool { extensions.contains(0xff01) }
}

/// Everything that a server says in clear before it waits for the client: the messages of its first flight.
package struct ServerFlight: Hashable, Sendable {
    package var hello: ServerHello
    /// The certificates as DER, the server's own first; TLS 1.3 sends them encrypted.
    package var certificates: [[UInt8]] = []
    /// The stapled OCSP response, DER.
    package var status: [UInt8]?
    /// How many bits the prime of an ephemeral Diffie-Hellman exchange has.
    package var primeBits: Int?
    /// The named curve of an ephemeral exchange.
    package var group: UInt16?
}

/// What came of one hello.
package enum HelloAnswer: Hashable, Sendable {
    case flight(ServerFlight)
    /// It was refused, with the number of the TLS alert.
    case alert(UInt8)
    /// What answers does not speak TLS; the first bytes.
    case notTLS([UInt8])
    /// The connection ended without an answer.
    case closed
}

/// Gathers a server's first flight from the bytes of its records, however they are cut. Bounded: who sends more than a flight
/// can be is no TLS server.
package struct FlightReader: Sendable {
    /// More than any real chain; a server that sends for ever is stopped here.
    package static let limit = 256 << 10

    private var buffer: [UInt8] = []
    private var handshake: [UInt8] = []
    private var flight: ServerFlight?
    private var total = 0

    package init() {}

    /// Takes bytes in; the answer, once it is known.
    package mutating func take(_ bytes: some Collection<UInt8>) -> HelloAnswer? {
        total += bytes.count
        guard total <= FlightReader.limit else { return .notTLS(Array(buffer.prefix(16))) }
        buffer += bytes
        while true {
            if let first = buffer.first, !(20...23).contains(first) { return .notTLS(Array(buffer.prefix(64))) }
            guard buffer.count >= 5 else { return nil }
            let count = Int(buffer[3]) << 8 | Int(buffer[4])
            guard buffer[1] == 3, buffer[2] <= 4, count <= 16_384 + 2048 else {
                return .notTLS(Array(buffer.prefix(64)))
            }
            guard buffer.count >= 5 + count else { return nil }
            let type = buffer[0]
            let payload = Array(buffer[5..<5 + count])
            buffer.removeFirst(5 + count)
            switch type {
            case 21: return payload.count == 2 ? answer(orAlert: payload[1], isFatal: payload[0] == 2) : answer
            case 22:
                handshake += payload
                if let answer = takeMessages() { return answer }
            default: return answer ?? .notTLS([type])
            }
        }
    }

    /// The connection has ended.
    package mutating func end() -> HelloAnswer { answer ?? .closed }

    private var answer: HelloAnswer? { flight.map(HelloAnswer.flight) }

    private func answer(orAlert alert: UInt8, isFatal: Bool) -> HelloAnswer? {
        // A warning (unrecognized_name) may precede the hello.
        answer ?? (isFatal || alert == 0 ? .alert(alert) : nil)
    }

    /// Goes through the messages that are whole.
    private mutating func takeMessages() -> HelloAnswer? {
        while handshake.count >= 4 {
            let count = Int(handshake[1]) << 16 | Int(handshake[2]) << 8 | Int(handshake[3])
            guard count <= FlightReader.limit else { return answer ?? .notTLS(Array(handshake.prefix(16))) }
            guard handshake.count >= 4 + count else { return nil }
            let type = handshake[0]
            let body = Array(handshake[4..<4 + count])
            handshake.removeFirst(4 + count)
            if let answer = take(message: type, body) { return answer }
        }
        return nil
    }

    private mutating func take(message type: UInt8, _ body: [UInt8]) -> HelloAnswer? {
        switch type {
        case 2:
            guard flight == nil, let hello = ServerHello(message: body) else { return .notTLS([22, 2]) }
            flight = ServerFlight(hello: hello, group: hello.group)
            // What follows in TLS 1.3 is encrypted.
            return hello.version >= 0x0304 ? answer : nil
        case 11: flight?.certificates = FlightReader.certificates(body) ?? []
        case 22:
            var reader = ByteReader(body)
            if reader.uint8() == 1 { flight?.status = reader.vector24() }
        case 12: readKeyExchange(body)
        case 14: return answer ?? .notTLS([22, 14])
        case 13: break
        default: return answer ?? .notTLS([22, type])
        }
        return nil
    }

    private static func certificates(_ body: [UInt8]) -> [[UInt8]]? {
        var reader = ByteReader(body)
        guard let list = reader.vector24(), reader.isAtEnd else { return nil }
        var entries = ByteReader(list)
        var certificates: [[UInt8]] = []
        while !entries.isAtEnd, certificates.count < 32 {
            guard let certificate = entries.vector24() else { return nil }
            certificates.append(certificate)
        }
        return certificates
    }

    /// ServerECDHParams begin with curve_type 3 (named_curve, RFC 8422 section 5.4); ServerDHParams with the prime's length.
    private mutating func readKeyExchange(_ body: [UInt8]) {
        if body.count >= 4, body[0] == 3 {
            flight?.group = UInt16(body[1]) << 8 | UInt16(body[2])
            return
        }
        var reader = ByteReader(body)
        guard let prime = reader.vector16(), let first = prime.firstIndex(where: { $0 != 0 }) else { return }
        flight?.primeBits = (prime.count - first) * 8 - prime[first].leadingZeroBitCount
    }
}
