/// A stream socket, in clear or inside a TLS session that trusts its server as the settings say. Pinned code only.
final class SecureStream {
    private let socket: StreamSocket
    private let engine: TLSEngine?

    private init(_ socket: StreamSocket, _ engine: TLSEngine?) {
        self.socket = socket
        self.engine = engine
    }

    /// Connects to a host, and makes a session with it where there are settings for one.
    static func connect(
        to host: String, port: UInt16, tls: TLSSettings?, on reactor: Reactor, until deadline: ContinuousClock.Instant
    ) async throws(WireError) -> SecureStream {
        let socket = try await StreamSocket.connect(to: host, port: port, on: reactor, until: deadline)
        guard let tls else { return SecureStream(socket, nil) }
        let engine = try TLSEngine(trusting: tls, host: host, target: socket.target)
        try await engine.handshake(over: socket, until: deadline)
        return SecureStream(socket, engine)
    }

    /// Connects to a Unix socket.
    static func connect(
        toUnixSocket path: String, on reactor: Reactor, until deadline: ContinuousClock.Instant
    ) async throws(WireError) -> SecureStream {
        SecureStream(try await StreamSocket.connect(toUnixSocket: path, on: reactor, until: deadline), nil)
    }

    /// Sends all of the bytes. After an error a part may have gone: the stream is not to be written to again.
    func send(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) async throws(WireError) {
        guard let engine else { return try await socket.send(bytes, until: deadline) }
        engine.write(bytes)
        try await engine.flush(to: socket, until: deadline)
    }

    /// What comes next; empty at the end of the stream.
    func receive(until deadline: ContinuousClock.Instant) async throws(WireError) -> [UInt8] {
        while true {
            let bytes = try await socket.receive(until: deadline)
            guard let engine, !bytes.isEmpty else { return bytes }
            engine.receive(bytes)
            let clear = engine.read()
            try await engine.flush(to: socket, until: deadline)
            if !clear.isEmpty { return clear }
            try check(engine)
        }
    }

    /// What has come already, without waiting: nil where nothing has, empty at the end of the stream. A session's own
    /// messages are taken in, and are nothing.
    func receiveNow() throws(WireError) -> [UInt8]? {
        while let bytes = try socket.receiveNow() {
            guard let engine, !bytes.isEmpty else { return bytes }
            engine.receive(bytes)
            let clear = engine.read()
            if !clear.isEmpty { return clear }
            try check(engine)
        }
        return nil
    }

    private func check(_ engine: TLSEngine) throws(WireError) {
        guard let reason = engine.failure else { return }
        throw WireError(.closed, "receive", on: socket.target, because: reason)
    }
}
