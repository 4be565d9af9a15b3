import CCurl

/// HTTP and HTTPS on the reactor's libcurl, over connections that are kept.
package actor HTTPClient {
    private let reactor: Reactor
    /// The handles at rest, by URL.
    private var idle: [String: HTTPTransfer] = [:]
    private let maximumOfIdle: Int
    /// As many as are under way at once where a thousand targets are asked in turn.
    private static let maximumOfSpares = 32

    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    /// - Parameter maximumOfIdle: how many handles are kept for the next request to their URL, of those that cannot be shared.
    package init(on reactor: Reactor, maximumOfIdle: Int = 4096) {
        self.reactor = reactor
        self.maximumOfIdle = maximumOfIdle
    }

    /// Sends a request and takes in the whole answer. A status of 400 or more is an answer, not an error.
    ///
    /// - Throws: `WireError`.
    package func send(_ request: HTTPRequest, deadline: Duration) async throws(WireError) -> HTTPResponse {
        let end = ContinuousClock.now + deadline
        reactor.checkIsolated()
        let transfer = try checkOut(request)
        try await run(transfer, until: end)
        let response = transfer.response()
        checkIn(transfer)
        return response
    }

    /// The certificates that a server shows on a new connection, its own first. They are read, not verified: an expired
    /// chain is an answer here.
    package func certificates(of url: String, resolve: [String] = [], deadline: Duration) async throws(WireError)
        -> [Certificate]
    {
        let end = ContinuousClock.now + deadline
        reactor.checkIsolated()
        let request = HTTPRequest(
            url, method: "HEAD", tls: TLSSettings(verify: false), resolve: resolve, freshConnection: true)
        let transfer = try HTTPTransfer(request)
        _ = guardia_curl_set_long(transfer.easy, CURLOPT_CONNECT_ONLY, 1)
        try await run(transfer, until: end)
        let chain = Certificate.chain(of: transfer.easy)
        guard !chain.isEmpty else {
            throw WireError(.malformed, "read certificates", on: request.target, because: "the server showed none")
        }
        return chain
    }

    private func run(_ transfer: HTTPTransfer, until deadline: ContinuousClock.Instant) async throws(WireError) {
        transfer.begin()
        switch await reactor.perform(transfer.easy, until: deadline) {
        case .finished(CURLE_OK): return
        case .finished(let code): throw transfer.error(code)
        case .timedOut: throw transfer.timedOut()
        case .cancelled, .ready:
            throw WireError(.cancelled, transfer.request.method, on: transfer.request.target, because: "cancelled")
        }
    }

    private func checkOut(_ request: HTTPRequest) throws(WireError) -> HTTPTransfer {
        let kept =
            HTTPTransfer.isShareable(request) ? reactor.core.spares.popLast() : idle.removeValue(forKey: request.url)
        guard let kept else { return try HTTPTransfer(request) }
        try kept.prepare(for: request)
        return kept
    }

    private func checkIn(_ transfer: HTTPTransfer) {
        guard !HTTPTransfer.isShareable(transfer.request) else {
            // The connection is the reactor's, and stays.
            if reactor.core.spares.count < HTTPClient.maximumOfSpares { reactor.core.spares.append(transfer) }
            return
        }
        if idle.count >= maximumOfIdle, let some = idle.keys.first { idle[some] = nil }
        idle[transfer.request.url] = transfer
    }
}
