import CCurl

/// One easy handle of libcurl and the message that it sends.
final class MailTransfer {
    private let easy: UnsafeMutableRawPointer
    private let request: MailRequest
    private var recipients: UnsafeMutablePointer<curl_slist>?
    private var sent = 0
    private var lastLine: [UInt8] = []
    /// The first reply of 400 or more: what comes after it (the goodbye) says nothing of why.
    private var failure: MailReply?

    init(_ request: MailRequest, deadline: Duration) throws(WireError) {
        guard let easy = curl_easy_init() else {
            throw WireError(.outOfResources, "mail", on: request.target, because: "libcurl could not make a handle")
        }
        self.easy = easy
        self.request = request
        try configure(deadline)
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(recipients)
    }

    // MARK: Options

    private func configure(_ deadline: Duration) throws(WireError) {
        for text in [request.from] + request.recipients {
            // A line break would be a command of its own, an angle bracket a parameter.
            guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 32 && $0 != 127 && $0 != UInt8(ascii: ">") }) else {
                throw WireError(.invalid, "mail", on: request.target, because: "an address is not a mailbox")
            }
        }
        guard !request.recipients.isEmpty else {
            throw WireError(.invalid, "mail", on: request.target, because: "there is no recipient")
        }
        setCallbacks()
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_TIMEOUT_MS, milliseconds(deadline))
        // How long the server's goodbye is waited for, in seconds; nobody waits for us then.
        set(CURLOPT_SERVER_RESPONSE_TIMEOUT, Int(deadline.components.seconds) + 1)
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        set(CURLOPT_QUICK_EXIT, 1)
        try set(CURLOPT_URL, request.target)
        // Never TRY: who stands in between would take the STARTTLS away and read the password.
        set(CURLOPT_USE_SSL, request.encryption == .none ? Int(CURLUSESSL_NONE.rawValue) : Int(CURLUSESSL_ALL.rawValue))
        set(CURLOPT_SSL_VERIFYPEER, request.tls.verify ? 1 : 0)
        set(CURLOPT_SSL_VERIFYHOST, request.tls.verify ? 2 : 0)
        if let file = request.tls.caFile { try set(CURLOPT_CAINFO, file) }
        if let file = request.tls.clientCertificateFile { try set(CURLOPT_SSLCERT, file) }
        if let file = request.tls.clientKeyFile { try set(CURLOPT_SSLKEY, file) }
        if let user = request.user { try set(CURLOPT_USERNAME, user) }
        if let password = request.password { try set(CURLOPT_PASSWORD, password) }
        if let limit = request.connectTimeout { set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(limit)) }
        try set(CURLOPT_MAIL_FROM, "<\(request.from)>")
        for recipient in request.recipients {
            guard let longer = curl_slist_append(recipients, "<\(recipient)>") else {
                throw WireError(.outOfResources, "mail", on: request.target, because: "out of memory")
            }
            recipients = longer
        }
        _ = guardia_curl_set_pointer(easy, CURLOPT_MAIL_RCPT, recipients)
        set(CURLOPT_UPLOAD, 1)
        _ = guardia_curl_set_size(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(request.message.count))
    }

    private func milliseconds(_ span: Duration) -> Int {
        let (seconds, attoseconds) = span.components
        return max(Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000), 1)
    }

    private func set(_ option: CURLoption, _ value: Int) { _ = guardia_curl_set_long(easy, option, value) }

    private func set(_ option: CURLoption, _ value: String) throws(WireError) {
        let code = guardia_curl_set_string(easy, option, value)
        guard code == CURLE_OK else { throw error(code) }
    }

    // MARK: What goes out and comes in

    private func setCallbacks() {
        let this = Unmanaged.passUnretained(self).toOpaque()
        _ = guardia_curl_set_pointer(easy, CURLOPT_READDATA, this)
        _ = guardia_curl_set_callback(easy, CURLOPT_READFUNCTION) { buffer, size, count, this in
            MailTransfer.from(this).give(UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
        }
        _ = guardia_curl_set_pointer(easy, CURLOPT_HEADERDATA, this)
        _ = guardia_curl_set_callback(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, this in
            MailTransfer.from(this).take(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        _ = guardia_curl_set_callback(easy, CURLOPT_WRITEFUNCTION) { _, size, count, _ in size * count }
    }

    private static func from(_ pointer: UnsafeMutableRawPointer?) -> MailTransfer {
        // We gave it to libcurl ourselves, and it calls back only while a transfer runs, which keeps us alive.
        Unmanaged<MailTransfer>.fromOpaque(pointer.unsafelyUnwrapped).takeUnretainedValue()
    }

    private func give(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, request.message.count - sent)
        request.message.withUnsafeBytes { bytes in
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[sent..<(sent + count)]))
        }
        sent += count
        return count
    }

    private func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        lastLine = Array(bytes.prefix(512))
        if failure == nil, let reply = MailReply(line: lastLine), reply.code >= 400 { failure = reply }
        return bytes.count
    }

    // MARK: The outcome

    /// Blocks until the server has taken the message, or will not, or the deadline has passed.
    func perform() -> Result<MailReply, WireError> {
        let code = curl_easy_perform(easy)
        return code == CURLE_OK ? .success(reply) : .failure(error(code))
    }

    private var reply: MailReply { failure ?? MailReply(line: lastLine) ?? MailReply(code: 0, text: "") }

    /// All of it was handed to the connection: what the server then did is not known.
    private var wasSent: Bool { sent >= request.message.count }

    private func error(_ code: CURLcode) -> WireError {
        // A server that says no and then hangs has said no.
        if code == CURLE_OPERATION_TIMEDOUT, failure == nil { return timedOut() }
        let kind: WireError.Kind =
            switch code {
            case CURLE_COULDNT_RESOLVE_HOST: .unresolved
            case CURLE_COULDNT_CONNECT: .unreachable
            case CURLE_LOGIN_DENIED: .denied
            // RFC 4954: the login is not taken, or cannot be checked now.
            case CURLE_OPERATION_TIMEDOUT where [454, 530, 534, 535, 538].contains(reply.code): .denied
            case CURLE_USE_SSL_FAILED, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM,
                CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
                .untrusted
            case CURLE_SEND_ERROR where reply.code >= 400: .server(code: "\(reply.code)")
            case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE: .closed
            case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_FUNCTION_ARGUMENT: .invalid
            case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT: .outOfResources
            default: reply.code >= 400 ? .server(code: "\(reply.code)") : .malformed
            }
        let words = String(cString: curl_easy_strerror(code))
        return WireError(
            kind, "mail", on: request.target, because: reply.code >= 400 ? reply.text : words, mayHaveArrived: wasSent)
    }

    private func timedOut() -> WireError {
        WireError(
            .timedOut, "mail", on: request.target,
            because: wasSent
                ? "the message was sent, but not taken within the deadline" : "the server did not go on within the deadline",
            mayHaveArrived: wasSent)
    }
}
