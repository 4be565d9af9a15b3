/// The first message of a TLS client (RFC 5246 section 7.4.1.2, RFC 8446 section 4.1.2, RFC 6101 for SSL 3.0), as a value.
///
/// guardia builds it itself to ask for what the OpenSSL of this machine cannot speak any more: SSL 3.0, RC4, 3DES, export
/// suites. It never completes such a handshake: the server's first answer says all there is to know.
package struct ClientHello: Hashable, Sendable {
    /// The highest version asked for: 0x0300 SSL 3.0 … 0x0303 TLS 1.2, 0x0304 TLS 1.3.
    package var version: UInt16
    package var random: [UInt8]
    package var session: [UInt8]
    /// Cipher suites, the most wanted first.
    package var suites: [UInt16]
    package var compressions: [UInt8]
    package var extensions: [Extension]

    package struct Extension: Hashable, Sendable {
        package var type: UInt16
        package var body: [UInt8]

        package init(_ type: UInt16, _ body: [UInt8]) {
            self.type = type
            self.body = body
        }
    }

    package init(
        version: UInt16, random: [UInt8], session: [UInt8] = [], suites: [UInt16], compressions: [UInt8] = [0],
        extensions: [Extension] = []
    ) {
        self.version = version
        self.random = random
        self.session = session
        self.suites = suites
        self.compressions = compressions
        self.extensions = extensions
    }

    /// A hello that asks for exactly one version. SSL 3.0 knows no extensions, and some of its servers fail on them.
    ///
    /// - Parameters:
    ///   - name: the host's name for SNI; nil where an address was given: it takes none (RFC 6066 section 3).
    ///   - random: 32 bytes; what they are is of no weight here, as no handshake is completed.
    package static func asking(
        for version: UInt16, suites: [UInt16], name: String?, random: [UInt8], compress: Bool = false
    ) -> ClientHello {
        var hello = ClientHello(version: version, random: random, suites: suites)
        if compress { hello.compressions = [1, 0] }
        guard version > 0x0300 else { return hello }
        if let name {
            let bytes = Array(name.utf8)
            hello.extensions.append(Extension(0, list16([0] + length16(bytes))))
        }
        // status_request: an OCSP response, please.
        hello.extensions.append(Extension(5, [1, 0, 0, 0, 0]))
        // x25519, secp256r1, secp384r1, secp521r1, x448, ffdhe2048 … ffdhe8192, and old curves of old servers.
        let groups: [UInt16] = [0x1d, 0x17, 0x18, 0x19, 0x1e, 0x100, 0x101, 0x102, 0x103, 0x104, 0x16, 0x13, 0x15]
        hello.extensions.append(Extension(10, list16(groups.flatMap(bytes16))))
        hello.extensions.append(Extension(11, [1, 0]))
        if version >= 0x0303 {
            let algorithms: [UInt16] = [
                0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401, 0x0501,
                0x0601, 0x0402, 0x0203, 0x0201, 0x0202, 0x0101,
            ]
            hello.extensions.append(Extension(13, list16(algorithms.flatMap(bytes16))))
        }
        if version >= 0x0304 {
            hello.session = random
            hello.extensions.append(Extension(43, [2] + bytes16(version)))
            // No share at all: the server answers with the group that it would like (HelloRetryRequest), which names version
            // and suite as a ServerHello does, and costs neither side a key.
            hello.extensions.append(Extension(51, [0, 0]))
            hello.extensions.append(Extension(45, [1, 1]))
        } else {
            hello.extensions.append(Extension(0xff01, [0]))
        }
        return hello
    }

    // MARK: Bytes

    /// The whole record. Its own version is at most TLS 1.0: some servers refuse more in a first record.
    package var record: [UInt8] {
        var body = ClientHello.bytes16(min(version, 0x0303)) + random
        body += [UInt8(session.count)] + session
        body += ClientHello.length16(suites.flatMap(ClientHello.bytes16))
        body += [UInt8(compressions.count)] + compressions
        if !extensions.isEmpty {
            body += ClientHello.length16(
                extensions.flatMap { ClientHello.bytes16($0.type) + ClientHello.length16($0.body) })
        }
        let message: [UInt8] = [1, 0] + ClientHello.length16(body)
        return [22] + ClientHello.bytes16(min(version, 0x0301)) + ClientHello.length16(message)
    }

    /// Reads the body of a ClientHello message back; nil where it is none.
    package init?(message body: [UInt8]) {
        var reader = ByteReader(body)
        guard let version = reader.uint16(), let random = reader.bytes(32), let session = reader.vector8(),
            session.count <= 32, let suites = reader.vector16(), suites.count % 2 == 0, !suites.isEmpty,
            let compressions = reader.vector8(), !compressions.isEmpty
        else { return nil }
        self.init(
            version: version, random: random, session: session,
            suites: stride(from: 0, to: suites.count, by: 2).map { UInt16(suites[$0]) << 8 | UInt16(suites[$0 + 1]) },
            compressions: compressions)
        guard !reader.isAtEnd else { return }
        guard let list = reader.vector16(), reader.isAtEnd else { return nil }
        var extensions = ByteReader(list)
        while !extensions.isAtEnd {
            guard let type = extensions.uint16(), let body = extensions.vector16() else { return nil }
            self.extensions.append(Extension(type, body))
        }
        if self.extensions.contains(where: { $0.type == 43 && $0.body == [2, 3, 4] }) { self.version = 0x0304 }
    }

    private static func bytes16(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xff)] }
    private static func length16(_ bytes: [UInt8]) -> [UInt8] { bytes16(UInt16(clamping: bytes.count)) + bytes }
    private static func list16(_ bytes: [UInt8]) -> [UInt8] { length16(bytes) }
}
