import Glibc

/// One bucket of an S3 service, over the reactor's libcurl. Every request is signed, body and all, and asked again where the
/// service or the way to it fails for a moment.
package actor S3Client {
    package struct Settings: Sendable {
        /// `https://s3.sa-east-1.amazonaws.com`
        package var endpoint: String
        package var region: String
        package var bucket: String
        package var keys: SigV4.Keys
        package var tls: TLSSettings
        /// Bytes of a part of a multipart upload, and of a piece that is read back.
        package var part: Int
        /// How often a request is sent in all.
        package var attempts: Int
        /// The pause before the second attempt; doubled with each.
        package var pause: Duration
        package var deadline: Duration

        package init(
            endpoint: String, region: String, bucket: String, keys: SigV4.Keys, tls: TLSSettings = TLSSettings(),
            part: Int = 16 << 20, attempts: Int = 6, pause: Duration = .milliseconds(500),
            deadline: Duration = .seconds(120)
        ) {
            self.endpoint = endpoint
            self.region = region
            self.bucket = bucket
            self.keys = keys
            self.tls = tls
            self.part = part
            self.attempts = attempts
            self.pause = pause
            self.deadline = deadline
        }
    }

    package nonisolated let settings: Settings
    private let signer: SigV4
    private let reactor: Reactor
    private let http: HTTPClient
    private let now: @Sendable () -> Int64
    private let timing: TransferTiming?
    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - now: Unix seconds; a test has a clock of its own.
    ///   - timing: how a transfer that may take only so much of the line rests; nil: on the reactor.
    package init(
        _ settings: Settings, on reactor: Reactor, now: @escaping @Sendable () -> Int64 = { Int64(time(nil)) },
        timing: TransferTiming? = nil
    ) {
        self.settings = settings
        self.reactor = reactor
        self.now = now
        self.timing = timing
        signer = SigV4(keys: settings.keys, region: settings.region)
        // Each part has a URL of its own, which never comes again.
        http = HTTPClient(on: reactor, maximumOfIdle: 4)
    }

    package nonisolated func place(_ key: String) -> String { "s3://\(settings.bucket)/\(key)" }

    /// One request, attempts and all.
    ///
    /// - Throws: `S3Error` for every answer but 2xx.
    func send(
        _ method: String, _ key: String, query: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = [], body: [UInt8]? = nil, limit: Int = 1 << 20
    ) async throws(S3Error) -> HTTPResponse {
        var pause = settings.pause
        var attempt = 1
        while true {
            do throws(S3Error) {
                return try await sendOnce(method, key, query: query, headers: headers, body: body, limit: limit)
            } catch {
                guard error.kind == .transient, attempt < settings.attempts else { throw error }
            }
            attempt += 1
            do { try await reactor.sleep(for: pause) } catch {
                throw S3Error(kind: .refused, operation: method, target: place(key), reason: "called off")
            }
            pause = min(pause * 2, .seconds(20))
        }
    }

    /// How a transfer is held to a rate, from now on.
    func pace(_ rate: Int64?) -> TransferPace { TransferPace(rate: rate, from: instant) }

    /// Waits so that what was moved was not moved too fast.
    func rest(_ pace: TransferPace, _ method: String, _ key: String) async throws(S3Error) {
        let span = pace.rest(at: instant)
        guard span > .zero else { return }
        do {
            if let timing { try await timing.sleep(span) } else { try await reactor.sleep(for: span) }
        } catch {
            throw S3Error(kind: .refused, operation: method, target: place(key), reason: "called off")
        }
    }

    private var instant: ContinuousClock.Instant { timing?.now() ?? .now }

    private func sendOnce(
        _ method: String, _ key: String, query: [(name: String, value: String)],
        headers: [(name: String, value: String)], body: [UInt8]?, limit: Int
    ) async throws(S3Error) -> HTTPResponse {
        // The bucket is part of the path: every S3 service takes that, and no certificate must know the bucket's name.
        let path = "/\(settings.bucket)" + (key.isEmpty ? "" : "/\(key)")
        let host = String(settings.endpoint.drop { $0 != "/" }.dropFirst(2))
        let signed = signer.headers(
            method: method, host: host, path: path, query: query, headers: headers,
            payload: Hexadecimal.text(SHA256.hash(body ?? [])), time: Self.stamp(now()))
        let text = SigV4.queryText(query)
        let request = HTTPRequest(
            settings.endpoint + SigV4.encoded(path, slash: true) + (text.isEmpty ? "" : "?\(text)"), method: method,
            // "Expect: 100-continue" would cost a round trip a part, and some services never answer it.
            headers: signed + [HTTPRequest.Header("content-type", "application/octet-stream")]
                + (body == nil ? [] : [HTTPRequest.Header("expect", "")]),
            body: body, tls: settings.tls, maxBodyBytes: limit)
        let response: HTTPResponse
        do throws(WireError) {
            response = try await http.send(request, deadline: settings.deadline)
        } catch {
            let isPassing = [.timedOut, .unreachable, .closed, .unresolved].contains(error.kind)
            throw S3Error(
                kind: isPassing ? .transient : .refused, operation: method, target: place(key), reason: error.reason)
        }
        guard (200..<300).contains(response.status) else { throw failure(response, method, key) }
        return response
    }

    private func failure(_ response: HTTPResponse, _ method: String, _ key: String) -> S3Error {
        let text = response.text[...]
        let code = S3Text.first("Code", in: text)
        let message = S3Text.first("Message", in: text)
        let words = [code, message].compactMap(\.self).joined(separator: ": ")
        var reason = words.isEmpty ? "it answers \(response.status)" : words
        let kind: S3Error.Kind
        switch (response.status, code) {
        case (_, "RequestTimeTooSkewed"):
            let skew = response.headers["date"].flatMap(HTTPDate.parse).map { now() - $0 }
            kind = .skewed(seconds: skew)
            if let skew {
                reason = "this machine's clock is \(abs(skew)) s \(skew < 0 ? "behind" : "ahead of") the service's"
            }
        case (_, "SlowDown"), (_, "RequestTimeout"), (_, "InternalError"), (429, _), (500..., _): kind = .transient
        case (404, _): kind = .missing
        case (401, _), (403, _): kind = .denied
        default: kind = .refused
        }
        return S3Error(kind: kind, operation: method, target: place(key), reason: reason)
    }

    /// `20130524T000000Z`
    static func stamp(_ seconds: Int64) -> String {
        var time = time_t(seconds)
        var fields = tm()
        gmtime_r(&time, &fields)
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { buffer in
            strftime(buffer.baseAddress, buffer.count, "%Y%m%dT%H%M%SZ", &fields)
            return String(cString: buffer.baseAddress.unsafelyUnwrapped)
        }
    }
}
