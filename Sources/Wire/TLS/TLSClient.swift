import COpenSSL
import Glibc

/// Looks at a server's TLS: one hello of our own making, or a whole session by OpenSSL. Nothing is verified here: what a
/// server shows is an answer, whatever it is worth.
package actor TLSClient {
    private let reactor: Reactor
    private let host: String
    private let port: UInt16

    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    /// - Parameter host: the address or name that is connected to.
    package init(host: String, port: UInt16, on reactor: Reactor) {
        self.host = host
        self.port = port
        self.reactor = reactor
    }

    /// Sends one hello on a new connection and reads the server's first flight.
    ///
    /// - Throws: `WireError` where no answer came: refused, timed out. A connection that was closed is an answer.
    package func ask(_ hello: ClientHello, until deadline: ContinuousClock.Instant) async throws(WireError)
        -> HelloAnswer
    {
        reactor.checkIsolated()
        let socket = try await StreamSocket.connect(to: host, port: port, on: reactor, until: deadline)
        var reader = FlightReader()
        do throws(WireError) {
            try await socket.send(hello.record, until: deadline)
            while true {
                let bytes = try await socket.receive(until: deadline)
                if bytes.isEmpty { return reader.end() }
                if let answer = reader.take(bytes) { return answer }
            }
        } catch {
            guard error.kind == .closed else { throw error }
            return reader.end()
        }
    }

    /// Sends one hello of SSL 2.0 on a new connection and reads what comes back.
    ///
    /// - Throws: `WireError` where no answer came: refused, timed out. A connection that was closed is an answer.
    package func ask(_ hello: SSL2Hello, until deadline: ContinuousClock.Instant) async throws(WireError) -> SSL2Answer
    {
        reactor.checkIsolated()
        let socket = try await StreamSocket.connect(to: host, port: port, on: reactor, until: deadline)
        var reader = SSL2AnswerReader()
        do throws(WireError) {
            try await socket.send(hello.record, until: deadline)
            while true {
                let bytes = try await socket.receive(until: deadline)
                if bytes.isEmpty { return reader.end() }
                if let answer = reader.take(bytes) { return answer }
            }
        } catch {
            guard error.kind == .closed else { throw error }
            return reader.end()
        }
    }

    /// Makes a session with whatever this machine's OpenSSL and the server have in common, the weakest included, and asks for
    /// a page over it.
    ///
    /// - Parameters:
    ///   - name: the host's name for SNI and the `Host` header.
    ///   - path: what is asked for; nil: only the handshake.
    /// - Throws: `WireError`: `untrusted` where TLS failed, `malformed` where what answers is no TLS.
    package func session(
        name: String, isLiteral: Bool, path: String?, until deadline: ContinuousClock.Instant
    ) async throws(WireError) -> TLSSessionFacts {
        reactor.checkIsolated()
        let socket = try await StreamSocket.connect(to: host, port: port, on: reactor, until: deadline)
        let engine = try TLSEngine(lookingAt: isLiteral ? nil : name, target: socket.target)
        try await engine.handshake(over: socket, until: deadline)
        var facts = engine.facts
        guard let path else { return facts }
        // What a page says is more than the handshake: it may fail without taking that away.
        do throws(WireError) {
            let shown = port == 443 ? name : "\(name):\(port)"
            engine.write(
                Array("GET \(path) HTTP/1.1\r\nHost: \(shown)\r\nUser-Agent: guardia\r\nConnection: close\r\n\r\n".utf8)
            )
            try await engine.flush(to: socket, until: deadline)
            facts.head = try await head(engine, socket, until: deadline)
        } catch {
            facts.headFailure = error.reason
        }
        return facts
    }

    /// The status line and the headers of the answer.
    private func head(
        _ engine: TLSEngine, _ socket: StreamSocket, until deadline: ContinuousClock.Instant
    ) async throws(WireError) -> HTTPHead {
        var bytes: [UInt8] = []
        while true {
            bytes += engine.read()
            if let end = bytes.firstRange(of: [13, 10, 13, 10]) ?? bytes.firstRange(of: [10, 10]) {
                guard let head = HTTPHead(Array(bytes[..<end.lowerBound])) else { break }
                return head
            }
            guard bytes.count <= 64 << 10, bytes.isEmpty || bytes.starts(with: "HTTP/".utf8.prefix(bytes.count)) else {
                break
            }
            let more = try await socket.receive(until: deadline)
            guard !more.isEmpty else { break }
            engine.receive(more)
            try await engine.flush(to: socket, until: deadline)
        }
        throw WireError(.malformed, "GET", on: socket.target, because: "the answer over TLS is not HTTP")
    }
}

/// The status and the headers of an HTTP answer.
package struct HTTPHead: Hashable, Sendable {
    package let status: Int
    package let headers: HTTPHeaders

    /// Nil where the bytes do not begin with a status line.
    package init?(_ bytes: [UInt8]) {
        let line = bytes.prefix { $0 != 10 && $0 != 13 }
        let words = line.split(separator: 32, maxSplits: 2, omittingEmptySubsequences: true)
        guard words.count >= 2, words[0].starts(with: "HTTP/".utf8), words[1].count == 3,
            let status = Int(String(decoding: words[1], as: UTF8.self)), (100...599).contains(status)
        else { return nil }
        self.status = status
        headers = HTTPHeaders(bytes: bytes)
    }
}

/// What a session with a server showed.
package struct TLSSessionFacts: Hashable, Sendable {
    /// 0x0303 for TLS 1.2.
    package var version: UInt16
    /// IANA's number of the suite.
    package var suite: UInt16
    /// As DER, in the order in which the server sent them.
    package var certificates: [[UInt8]]
    /// The stapled OCSP response, DER.
    package var status: [UInt8]?
    /// The answer over the session; nil where none was asked for, or it failed.
    package var head: HTTPHead?
    package var headFailure: String?
}
