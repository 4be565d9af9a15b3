import Glibc

/// A DNS message as far as CAA records need it (RFC 1035, RFC 8659): pure.
package enum DNSMessage {
    package static let caaType: UInt16 = 257

    /// A query for one type of one name; nil where the name is none.
    package static func query(_ name: String, type: UInt16, id: UInt16) -> [UInt8]? {
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard !labels.isEmpty, name.utf8.count <= 253, labels.allSatisfy({ (1...63).contains($0.utf8.count) }) else {
            return nil
        }
        var bytes: [UInt8] = [UInt8(id >> 8), UInt8(id & 0xff), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        for label in labels { bytes += [UInt8(label.utf8.count)] + Array(label.utf8) }
        return bytes + [0, UInt8(type >> 8), UInt8(type & 0xff), 0, 1]
    }

    /// What an answer brings.
    package enum Answer: Hashable, Sendable {
        /// The authorities that may issue; `;` where none may.
        case authorities([String])
        case failed(code: UInt8)
        /// Longer than a datagram: it would have to be asked over TCP.
        case truncated
    }

    /// Nil where the bytes are no answer to the query of that id.
    package static func answer(_ bytes: [UInt8], id: UInt16) -> Answer? {
        var reader = DNSReader(bytes)
        guard reader.uint16() == id, let flags = reader.uint16(), flags & 0x8000 != 0, let questions = reader.uint16(),
            let answers = reader.uint16(), reader.skip(4)
        else { return nil }
        let code = UInt8(flags & 0xf)
        // NXDOMAIN has no records either.
        if code == 3 { return .authorities([]) }
        guard code == 0 else { return .failed(code: code) }
        if flags & 0x0200 != 0 { return .truncated }
        for _ in 0..<questions { guard reader.skipName(), reader.skip(4) else { return nil } }
        var found: [String] = []
        for _ in 0..<answers {
            guard reader.skipName(), let type = reader.uint16(), reader.skip(6), let count = reader.uint16(),
                let data = reader.bytes(Int(count))
            else { return nil }
            guard type == caaType else { continue }
            guard data.count >= 2, data.count >= 2 + Int(data[1]) else { return nil }
            let tag = String(decoding: data[2..<2 + Int(data[1])], as: UTF8.self).lowercased()
            if tag == "issue" || tag == "issuewild" {
                found.append(String(decoding: data[(2 + Int(data[1]))...], as: UTF8.self))
            }
        }
        return .authorities(found)
    }
}

private struct DNSReader {
    private let all: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { all = bytes }

    mutating func uint16() -> UInt16? {
        guard position + 2 <= all.count else { return nil }
        defer { position += 2 }
        return UInt16(all[position]) << 8 | UInt16(all[position + 1])
    }

    mutating func skip(_ count: Int) -> Bool {
        guard position + count <= all.count else { return false }
        position += count
        return true
    }

    mutating func bytes(_ count: Int) -> [UInt8]? {
        guard position + count <= all.count else { return nil }
        defer { position += count }
        return Array(all[position..<position + count])
    }

    /// A name ends with an empty label, or with a pointer to another.
    mutating func skipName() -> Bool {
        while position < all.count {
            let length = Int(all[position])
            if length & 0xc0 == 0xc0 { return skip(2) }
            guard length < 64, skip(1 + length) else { return false }
            if length == 0 { return true }
        }
        return false
    }
}

/// Asks one name server over UDP, on the reactor.
package actor DNSClient {
    private let reactor: Reactor
    private let server: String

    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    /// - Parameter server: an address, with or without a port: `127.0.0.53`, `[::1]:5353`.
    package init(server: String, on reactor: Reactor) {
        self.server = server
        self.reactor = reactor
    }

    /// The name servers of this machine's /etc/resolv.conf.
    package static func configured() -> [String] {
        guard let file = fopen("/etc/resolv.conf", "re") else { return [] }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 512)
        var servers: [String] = []
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let words = text.split { $0 == " " || $0 == "\t" || $0.isNewline }
            if words.count >= 2, words[0] == "nameserver" { servers.append(String(words[1])) }
        }
        return servers
    }

    /// The authorities that the name's own CAA records name; none where it has none. Asked again each second until the
    /// deadline: datagrams get lost.
    package func authorities(
        of name: String, until deadline: ContinuousClock.Instant
    ) async throws(WireError) -> [String] {
        reactor.checkIsolated()
        let operation = "look up the CAA records of \(name)"
        let id = UInt16.random(in: 0...UInt16.max)
        guard let (host, port) = DNSClient.split(server), let address = SocketAddress(host, port: port),
            let query = DNSMessage.query(name, type: DNSMessage.caaType, id: id)
        else { throw WireError(.invalid, operation, on: server, because: "not a name or not a name server") }
        let type = Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.family, type, 0)
        guard descriptor >= 0 else {
            throw WireError(.outOfResources, operation, on: server, because: String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        // Connected, so that only the server's datagrams arrive, and its refusal does.
        guard address.withPointer({ connect(descriptor, $0, $1) }) == 0 else {
            throw WireError(.unreachable, operation, on: server, because: String(cString: strerror(errno)))
        }
        while true {
            _ = Glibc.send(descriptor, query, query.count, Int32(MSG_NOSIGNAL))
            switch await reactor.ready(descriptor, for: .read, until: min(deadline, .now + .seconds(1))) {
            case .cancelled: throw WireError(.cancelled, operation, on: server, because: "cancelled")
            case .timedOut:
                guard ContinuousClock.now < deadline else {
                    throw WireError(.timedOut, operation, on: server, because: "no answer within the deadline")
                }
                continue
            case .ready, .finished: break
            }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count >= 0 else {
                if errno == EAGAIN || errno == EINTR { continue }
                throw WireError(.unreachable, operation, on: server, because: String(cString: strerror(errno)))
            }
            switch DNSMessage.answer(Array(buffer.prefix(count)), id: id) {
            case .authorities(let found): return found
            case .failed(let code):
                throw WireError(.server(code: "\(code)"), operation, on: server, because: "DNS error \(code)")
            case .truncated: throw WireError(.tooLarge, operation, on: server, because: "the answer is truncated")
            // Not the answer to what was asked: somebody else's, or a forgery.
            case nil: continue
            }
        }
    }

    static func split(_ server: String) -> (String, UInt16)? {
        if server.hasPrefix("[") {
            let parts = server.dropFirst().split(separator: "]", omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            return (String(parts[0]), parts[1].isEmpty ? 53 : UInt16(parts[1].dropFirst()) ?? 53)
        }
        let parts = server.split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1]) else { return (server, 53) }
        return (String(parts[0]), port)
    }
}
