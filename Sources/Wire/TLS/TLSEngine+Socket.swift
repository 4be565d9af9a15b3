extension TLSEngine {
    /// Makes the session over a socket.
    ///
    /// - Throws: `WireError`: `untrusted` where TLS failed, `malformed` where what answers is no TLS.
    func handshake(over socket: StreamSocket, until deadline: ContinuousClock.Instant) async throws(WireError) {
        var isFirst = true
        while true {
            let step = handshake()
            try await flush(to: socket, until: deadline)
            switch step {
            case .done: return
            case .failed(let reason):
                throw WireError(.untrusted, "TLS handshake", on: socket.target, because: reason)
            case .wantsInput:
                let bytes: [UInt8]
                do throws(WireError) {
                    bytes = try await socket.receive(until: deadline)
                } catch {
                    throw error.kind == .timedOut
                        ? WireError(
                            .timedOut, "TLS handshake", on: socket.target,
                            because: isFirst
                                ? "connected, but no TLS answer within the deadline"
                                : "the TLS handshake began, but did not end within the deadline") : error
                }
                guard !bytes.isEmpty else {
                    throw WireError(
                        .closed, "TLS handshake", on: socket.target, because: "the server closed the connection")
                }
                if isFirst, !(20...23).contains(bytes[0]) {
                    let isHTTP = bytes.starts(with: "HTTP/".utf8)
                    throw WireError(
                        .malformed, "TLS handshake", on: socket.target,
                        because: isHTTP ? "plain HTTP answers on this port" : "what answers is not TLS")
                }
                isFirst = false
                receive(bytes)
            }
        }
    }

    /// Sends what the session has to say.
    func flush(to socket: StreamSocket, until deadline: ContinuousClock.Instant) async throws(WireError) {
        let bytes = output()
        if !bytes.isEmpty { try await socket.send(bytes, until: deadline) }
    }
}
