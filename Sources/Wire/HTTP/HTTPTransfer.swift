import CCurl

/// One easy handle of libcurl and what its transfer brings in.
final class HTTPTransfer {
    let easy: UnsafeMutableRawPointer
    private(set) var request: HTTPRequest
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    private var head: [UInt8] = []
    private var body: [UInt8] = []
    private var size = 0
    /// The empty line after the headers has come.
    private var isHeadComplete = false
    private var isHeadTooLarge = false
    /// Of the connection that the last transfer used, as far as this handle made it.
    private var address = ""
    private var certificateExpiry: Int64?

    /// All headers of an answer together, in bytes.
    private static let maximumOfHead = 64 << 10

    /// Whether the handle of such a request remembers nothing that the next one to the same target needs, and may serve any other
    /// meanwhile: a thousand targets need a few handles then, each of ten kilobytes and more. One that speaks TLS remembers the
    /// certificate of its connection; one that takes in large answers has a large buffer.
    static func isShareable(_ request: HTTPRequest) -> Bool {
        request.maxBodyBytes <= smallBuffer && !request.followRedirects && request.url.prefix(5).lowercased() == "http:"
    }

    /// The size of libcurl's buffer where what is said is thrown away, in bytes.
    private static let smallBuffer = 4096

    init(_ request: HTTPRequest) throws(WireError) {
        guard let easy = curl_easy_init() else {
            throw WireError(
                .outOfResources, request.method, on: request.target, because: "libcurl could not make a handle")
        }
        self.easy = easy
        self.request = request
        try configure()
    }

    deinit {
        curl_easy_cleanup(easy)
        lists.forEach { curl_slist_free_all($0) }
    }

    /// Makes the handle ready for a request. Nothing is to be done where it is the same as before.
    func prepare(for request: HTTPRequest) throws(WireError) {
        guard request != self.request else { return }
        self.request = request
        curl_easy_reset(easy)
        lists.forEach { curl_slist_free_all($0) }
        lists = []
        try configure()
    }

    // MARK: Options

    private var isTLS: Bool { request.url.prefix(6).lowercased() == "https:" }

    private func configure() throws(WireError) {
        setCallbacks()
        // Signals are the process's own; so is the proxy.
        set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_PROXY, request.proxy ?? "")
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
        // Else a transfer that ends while getaddrinfo hangs would wait for it.
        set(CURLOPT_QUICK_EXIT, 1)
        try set(CURLOPT_URL, request.url)
        try set(CURLOPT_USERAGENT, "guardia")
        // A handle keeps its buffer: 16 KB for each of a thousand targets, where what they say is thrown away.
        set(CURLOPT_BUFFERSIZE, max(HTTPTransfer.smallBuffer, min(request.maxBodyBytes, 16_384)))
        set(CURLOPT_FOLLOWLOCATION, request.followRedirects ? 1 : 0)
        set(CURLOPT_MAXREDIRS, 5)
        if let limit = request.connectTimeout {
            let (seconds, attoseconds) = limit.components
            set(CURLOPT_CONNECTTIMEOUT_MS, Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
        }
        set(CURLOPT_FRESH_CONNECT, request.freshConnection ? 1 : 0)
        set(CURLOPT_FORBID_REUSE, request.freshConnection ? 1 : 0)
        try setMethod()
        try setList(
            CURLOPT_HTTPHEADER, request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" })
        try setList(CURLOPT_RESOLVE, request.resolve)
        if let address = request.sourceAddress { try set(CURLOPT_INTERFACE, "host!\(address)") }
        if let path = request.unixSocketPath { try set(CURLOPT_UNIX_SOCKET_PATH, path) }
        if isTLS || request.followRedirects { try setTLS() }
    }

    private func setMethod() throws(WireError) {
        switch (request.method, request.body) {
        case ("GET", nil): set(CURLOPT_HTTPGET, 1)
        case ("HEAD", nil): set(CURLOPT_NOBODY, 1)
        case (let method, let body):
            if let body { setBody(body) }
            try set(CURLOPT_CUSTOMREQUEST, method)
        }
    }

    private func setBody(_ body: [UInt8]) {
        _ = guardia_curl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
        body.withUnsafeBytes { bytes in
            // A null pointer would mean to read the body from a callback.
            var empty: UInt8 = 0
            withUnsafeMutableBytes(of: &empty) { empty in
                let pointer = bytes.baseAddress ?? UnsafeRawPointer(empty.baseAddress)
                _ = guardia_curl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: pointer))
            }
        }
    }

    private func setTLS() throws(WireError) {
        let tls = request.tls
        set(CURLOPT_CERTINFO, 1)
        set(CURLOPT_SSL_VERIFYPEER, tls.verify ? 1 : 0)
        set(CURLOPT_SSL_VERIFYHOST, tls.verify ? 2 : 0)
        if let file = tls.caFile { try set(CURLOPT_CAINFO, file) }
        if let file = tls.clientCertificateFile { try set(CURLOPT_SSLCERT, file) }
        if let file = tls.clientKeyFile { try set(CURLOPT_SSLKEY, file) }
        // Else OpenSSL asks the terminal for a key's passphrase, and the reactor waits for it.
        try set(CURLOPT_KEYPASSWD, "")
    }

    private func set(_ option: CURLoption, _ value: Int) {
        _ = guardia_curl_set_long(easy, option, value)
    }

    private func set(_ option: CURLoption, _ value: String) throws(WireError) {
        let code = guardia_curl_set_string(easy, option, value)
        guard code == CURLE_OK else { throw error(code) }
    }

    private func setList(_ option: CURLoption, _ values: [String]) throws(WireError) {
        var list: UnsafeMutablePointer<curl_slist>?
        for value in values {
            // A line break in a value would smuggle in a header of its own.
            guard !value.utf8.contains(where: { $0 == 0x0a || $0 == 0x0d }), let longer = curl_slist_append(list, value)
            else {
                curl_slist_free_all(list)
                throw WireError(.invalid, request.method, on: request.target, because: "a header has a line break")
            }
            list = longer
        }
        guard let list else { return }
        lists.append(list)
        _ = guardia_curl_set_pointer(easy, option, list)
    }

    // MARK: What comes in

    private func setCallbacks() {
        let this = Unmanaged.passUnretained(self).toOpaque()
        _ = guardia_curl_set_pointer(easy, CURLOPT_WRITEDATA, this)
        _ = guardia_curl_set_callback(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, this in
            HTTPTransfer.from(this).takeBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        _ = guardia_curl_set_pointer(easy, CURLOPT_HEADERDATA, this)
        _ = guardia_curl_set_callback(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, this in
            HTTPTransfer.from(this).takeHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
    }

    private static func from(_ pointer: UnsafeMutableRawPointer?) -> HTTPTransfer {
        // We gave it to libcurl ourselves, and it calls back only while a transfer runs, which keeps us alive.
        Unmanaged<HTTPTransfer>.fromOpaque(pointer.unsafelyUnwrapped).takeUnretainedValue()
    }

    private func takeBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        size += bytes.count
        let room = request.maxBodyBytes - body.count
        if room > 0 { body.append(contentsOf: bytes.prefix(room)) }
        return bytes.count
    }

    private func takeHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
        if isHeadComplete {
            // The next response, after a redirect or an interim one, or the trailers of a chunked body.
            guard bytes.starts(with: "HTTP/".utf8) else { return bytes.count }
            head.removeAll(keepingCapacity: true)
            isHeadComplete = false
        }
        guard head.count + bytes.count <= Self.maximumOfHead else {
            isHeadTooLarge = true
            return 0  // ends the transfer
        }
        head.append(contentsOf: bytes)
        isHeadComplete = bytes.count <= 2
        return bytes.count
    }

    func begin() {
        head.removeAll(keepingCapacity: true)
        body = []
        size = 0
        isHeadComplete = false
        isHeadTooLarge = false
    }

    // MARK: The outcome

    func response() -> HTTPResponse {
        let summary = guardia_curl_summarize(easy)
        if summary.new_connections > 0 || HTTPTransfer.isShareable(request) {
            address = guardia_curl_primary_ip(easy).map { String(cString: $0) } ?? ""
        }
        if summary.new_connections > 0 { certificateExpiry = Certificate.chain(of: easy).map(\.notAfter).min() }
        return HTTPResponse(
            status: summary.status, headers: HTTPHeaders(bytes: head), body: body, size: size,
            phases: HTTPPhases(summary), address: address, isNewConnection: summary.new_connections > 0,
            certificateExpiry: certificateExpiry)
    }

    func error(_ code: CURLcode) -> WireError {
        guard !isHeadTooLarge else {
            return WireError(
                .tooLarge, request.method, on: request.target,
                because: "the headers have more than \(Self.maximumOfHead) bytes")
        }
        let wasSent = guardia_curl_summarize(easy).pre_transfer > 0
        // Before a connection is made this is the URL's scheme; after, it is an answer that is not HTTP.
        let isAnswer = code == CURLE_UNSUPPORTED_PROTOCOL && wasSent
        return WireError(
            isAnswer ? .malformed : isLineTooLong(code) ? .tooLarge : .init(code), request.method, on: request.target,
            because: isLineTooLong(code)
                ? "a line of the headers is longer than libcurl takes (100 kB)"
                : String(cString: curl_easy_strerror(code)),
            mayHaveArrived: wasSent)
    }

    /// libcurl's buffers grow up to a bound, and what is longer is called `CURLE_OUT_OF_MEMORY`: once an answer comes that is what it
    /// is, and not this machine's want of memory.
    private func isLineTooLong(_ code: CURLcode) -> Bool {
        code == CURLE_OUT_OF_MEMORY && guardia_curl_summarize(easy).pre_transfer > 0
    }

    /// How far a transfer came that was given up.
    func timedOut() -> WireError {
        let summary = guardia_curl_summarize(easy)
        let reason =
            if summary.start_transfer > 0 {
                "the answer began, but did not end within the deadline"
            } else if summary.pre_transfer > 0 {
                "connected, but no answer within the deadline"
            } else if summary.name_lookup > 0 {
                // libcurl does not tell a TCP connection whose TLS hangs from none.
                isTLS
                    ? "no connection, or no TLS session on it, within the deadline"
                    : "no connection within the deadline"
            } else {
                "no address of the host within the deadline"
            }
        return WireError(
            .timedOut, request.method, on: request.target, because: reason, mayHaveArrived: summary.pre_transfer > 0)
    }
}

extension HTTPPhases {
    /// From libcurl's times, which count from the start; a phase that did not happen is zero.
    fileprivate init(_ summary: guardia_curl_summary) {
        func between(_ start: curl_off_t, _ end: curl_off_t) -> Duration { .microseconds(max(0, end - start)) }
        let isNew = summary.new_connections > 0
        dns = isNew ? between(0, summary.name_lookup) : .zero
        connect = isNew ? between(summary.name_lookup, summary.connect) : .zero
        tls = isNew && summary.app_connect > 0 ? between(summary.connect, summary.app_connect) : .zero
        firstByte = between(summary.pre_transfer, summary.start_transfer)
        total = between(0, summary.total)
    }
}

extension WireError.Kind {
    fileprivate init(_ code: CURLcode) {
        self =
            switch code {
            case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .unresolved
            case CURLE_COULDNT_CONNECT: .unreachable
            case CURLE_OPERATION_TIMEDOUT: .timedOut
            case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
                CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
                .untrusted
            case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2,
                CURLE_HTTP2_STREAM:
                .closed
            case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_FUNCTION_ARGUMENT: .invalid
            case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT: .outOfResources
            case CURLE_TOO_MANY_REDIRECTS, CURLE_FILESIZE_EXCEEDED: .tooLarge
            default: .malformed
            }
    }
}
