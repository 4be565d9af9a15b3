import Glibc
import Synchronization
import Testing

@testable import Wire

/// A server of raw sockets that answers each ClientHello as a test scripts it: for what no server of today will do.
final class ScriptedServer: Sendable {
    enum Reaction: Sendable {
        /// Says this, then hangs up.
        case say([UInt8])
        /// Says this, then falls silent with the connection open.
        case sayAndHang([UInt8])
        /// Closes with a reset.
        case reset
        /// Says this over and over until the peer is gone.
        case flood([UInt8])
        /// Says this one byte at a time, slowly.
        case drip([UInt8])
    }

    let port: UInt16
    private let stop: Int32
    private let count = Mutex(0)

    var connections: Int { count.withLock { $0 } }

    /// - Parameters:
    ///   - speaksFirst: whether it reacts before it has heard anything.
    ///   - ssl2: what it does to a hello of SSL 2.0; nil: what is done to anything that is no hello.
    ///   - react: what it does to a hello; nil: what came is none.
    init(
        speaksFirst: Bool = false, ssl2: (@Sendable (SSL2Hello) -> Reaction)? = nil,
        _ react: @escaping @Sendable (ClientHello?) -> Reaction
    ) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(listener, $0, length)
                _ = listen(listener, 128)
                _ = getsockname(listener, $0, &length)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        var ends: [Int32] = [-1, -1]
        try #require(port != 0 && pipe(&ends) == 0)
        stop = ends[1]
        let wait = ends[0]
        thread { [self] in
            defer {
                Glibc.close(listener)
                Glibc.close(wait)
            }
            while true {
                var entries = [
                    pollfd(fd: wait, events: 0, revents: 0), pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
                ]
                poll(&entries, 2, -1)
                if entries[0].revents != 0 { return }
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { continue }
                count.withLock { $0 += 1 }
                thread { ScriptedServer.serve(connection, speaksFirst, ssl2, react) }
            }
        }
    }

    func close() { Glibc.close(stop) }

    private static func serve(
        _ connection: Int32, _ speaksFirst: Bool, _ ssl2: (@Sendable (SSL2Hello) -> Reaction)?,
        _ react: @Sendable (ClientHello?) -> Reaction
    ) {
        defer { Glibc.close(connection) }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var hello: ClientHello?
        var old: SSL2Hello?
        if !speaksFirst {
            var buffer = [UInt8](repeating: 0, count: 16_384)
            let count = recv(connection, &buffer, buffer.count, 0)
            if count > 0 { old = SSL2Hello(record: Array(buffer[..<count])) }
            if count > 9, old == nil { hello = ClientHello(message: Array(buffer[9..<count])) }
        }
        func hang() {
            var byte: UInt8 = 0
            while recv(connection, &byte, 1, 0) > 0 {}
        }
        switch old.flatMap({ old in ssl2.map { $0(old) } }) ?? react(hello) {
        case .say(let bytes): send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        case .sayAndHang(let bytes):
            send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            hang()
        case .reset:
            var reset = linger(l_onoff: 1, l_linger: 0)
            setsockopt(connection, SOL_SOCKET, SO_LINGER, &reset, socklen_t(MemoryLayout<linger>.size))
        case .flood(let bytes): while send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) > 0 {}
        case .drip(let bytes):
            for byte in bytes {
                guard send(connection, [byte], 1, Int32(MSG_NOSIGNAL)) == 1 else { return }
                usleep(20_000)
            }
            hang()
        }
    }
}

private func thread(_ body: @escaping @Sendable () -> Void) {
    final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var id = pthread_t()
    let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().body()
        return nil
    }
    pthread_create(&id, nil, main, Unmanaged.passRetained(Box(body)).toOpaque())
    pthread_detach(id)
}

/// Bytes of a server's side of TLS.
enum ServerBytes {
    static func record(_ type: UInt8, version: UInt16 = 0x0303, _ payload: [UInt8]) -> [UInt8] {
        [type, UInt8(version >> 8), UInt8(version & 0xff), UInt8(payload.count >> 8), UInt8(payload.count & 0xff)]
            + payload
    }

    static func message(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
        [type, UInt8(body.count >> 16), UInt8(body.count >> 8 & 0xff), UInt8(body.count & 0xff)] + body
    }

    static func alert(_ code: UInt8) -> [UInt8] { record(21, [2, code]) }

    static func hello(
        version: UInt16, suite: UInt16, compression: UInt8 = 0, isSecure: Bool = true
    ) -> [UInt8] {
        var body: [UInt8] = [UInt8(version >> 8), UInt8(version & 0xff)] + [UInt8](repeating: 7, count: 32) + [0]
        body += [UInt8(suite >> 8), UInt8(suite & 0xff), compression]
        if isSecure, version > 0x0300 { body += [0, 5, 0xff, 1, 0, 1, 0] }
        return message(2, body)
    }

    static func certificates(_ ders: [[UInt8]]) -> [UInt8] {
        func length(_ count: Int) -> [UInt8] { [UInt8(count >> 16), UInt8(count >> 8 & 0xff), UInt8(count & 0xff)] }
        let list = ders.flatMap { length($0.count) + $0 }
        return message(11, length(list.count) + list)
    }

    /// A SERVER-HELLO of SSL 2.0 (draft-hickman-netscape-ssl-00 section 5.3.1), under a header of two bytes.
    static func ssl2Hello(ciphers: [UInt32], der: [UInt8]) -> [UInt8] {
        let kinds = ciphers.flatMap { [UInt8($0 >> 16 & 0xff), UInt8($0 >> 8 & 0xff), UInt8($0 & 0xff)] }
        func length(_ count: Int) -> [UInt8] { [UInt8(count >> 8), UInt8(count & 0xff)] }
        let message =
            [4, 0, 1, 0, 2] + length(der.count) + length(kinds.count) + length(16) + der + kinds
            + [UInt8](repeating: 9, count: 16)
        return [0x80 | UInt8(message.count >> 8), UInt8(message.count & 0xff)] + message
    }

    /// The whole first flight of a version and a suite.
    static func flight(
        version: UInt16, suite: UInt16, compression: UInt8 = 0, isSecure: Bool = true, ders: [[UInt8]] = [],
        exchange: [UInt8]? = nil
    ) -> [UInt8] {
        var messages = hello(version: version, suite: suite, compression: compression, isSecure: isSecure)
        if !ders.isEmpty { messages += certificates(ders) }
        if let exchange { messages += message(12, exchange) }
        return record(22, version: version, messages + message(14, []))
    }
}
