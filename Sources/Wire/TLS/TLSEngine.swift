import COpenSSL
import Glibc

/// A client's TLS session by OpenSSL, between two buffers in memory: it touches no socket and never waits.
final class TLSEngine {
    enum Step {
        case done
        case wantsInput
        case failed(String)
    }

    private let ssl: OpaquePointer
    private let input: OpaquePointer
    private let output_: OpaquePointer

    /// Why the session can go no further, once it cannot; found while reading.
    private(set) var failure: String?

    /// Every version and suite that the library still has: what is weak is to be seen, not refused.
    // Unsafe only to the compiler: a context is made once, never changed after, and used on the reactor.
    private nonisolated(unsafe) static let lenient: OpaquePointer? = {
        guard let context = SSL_CTX_new(TLS_client_method()) else { return nil }
        guardia_ssl_allow_every_version(context)
        SSL_CTX_set_security_level(context, 0)
        SSL_CTX_set_cipher_list(context, "ALL:COMPLEMENTOFALL:@SECLEVEL=0")
        SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nil)
        // Servers without RFC 5746, and those that end without close_notify, are to be seen as well.
        SSL_CTX_set_options(context, UInt64(1) << 2 | UInt64(1) << 7)
        return context
    }()

    /// A session that looks at a server: it takes whatever it is shown, and verifies nothing.
    ///
    /// - Parameter name: for SNI.
    convenience init(lookingAt name: String?, target: String) throws(WireError) {
        guard let context = TLSEngine.lenient else { throw TLSEngine.exhausted(target) }
        try self.init(context, target)
        if let name { _ = guardia_ssl_set_server_name(ssl, name) }
        guardia_ssl_ask_for_status(ssl)
        let protocols: [UInt8] = [8] + Array("http/1.1".utf8)
        SSL_set_alpn_protos(ssl, protocols, UInt32(protocols.count))
    }

    /// A session that trusts a server only as the settings say: TLS 1.2 or newer.
    ///
    /// - Parameter host: the name or address that its certificate must bear.
    /// - Throws: `WireError`: `invalid` where a file of the settings cannot be read.
    convenience init(trusting settings: TLSSettings, host: String, target: String) throws(WireError) {
        guard let context = SSL_CTX_new(TLS_client_method()) else { throw TLSEngine.exhausted(target) }
        // A session holds its context.
        defer { SSL_CTX_free(context) }
        guardia_ssl_require_modern_versions(context)
        guardia_ssl_ask_nobody(context)
        func load(_ what: String, _ path: String, _ result: Int32) throws(WireError) {
            guard result != 1 else { return }
            // OpenSSL's last word of a file that is not there is "system lib".
            let cause = access(path, R_OK) == 0 ? TLSEngine.reason : String(cString: strerror(errno))
            throw WireError(.invalid, "read \(what) \(path)", on: target, because: cause ?? "it is not PEM")
        }
        ERR_clear_error()
        if let path = settings.caFile {
            try load("the CA file", path, SSL_CTX_load_verify_file(context, path))
        } else if settings.verify {
            SSL_CTX_set_default_verify_paths(context)
        }
        if let path = settings.clientCertificateFile {
            try load("the certificate", path, SSL_CTX_use_certificate_chain_file(context, path))
            let key = settings.clientKeyFile ?? path
            try load("the key", key, SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM))
        }
        SSL_CTX_set_verify(context, settings.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nil)
        try self.init(context, target)
        guard SocketAddress(host, port: 0) == nil else {
            // RFC 6066: no SNI for an address; the certificate must bear it all the same.
            _ = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host)
            return
        }
        _ = guardia_ssl_set_server_name(ssl, host)
        _ = SSL_set1_host(ssl, host)
    }

    private init(_ context: OpaquePointer, _ target: String) throws(WireError) {
        guard let ssl = SSL_new(context) else { throw TLSEngine.exhausted(target) }
        self.ssl = ssl
        var input: OpaquePointer?
        var output: OpaquePointer?
        guardia_ssl_buffers(ssl, &input, &output)
        guard let input, let output else {
            SSL_free(ssl)
            throw TLSEngine.exhausted(target)
        }
        (self.input, output_) = (input, output)
        SSL_set_connect_state(ssl)
    }

    private static func exhausted(_ target: String) -> WireError {
        WireError(.outOfResources, "TLS handshake", on: target, because: "OpenSSL could not make a session")
    }

    // The buffers are the session's.
    deinit { SSL_free(ssl) }

    func handshake() -> Step {
        ERR_clear_error()
        let result = SSL_do_handshake(ssl)
        if result == 1 { return .done }
        let code = SSL_get_error(ssl, result)
        guard code != SSL_ERROR_WANT_READ, code != SSL_ERROR_WANT_WRITE else { return .wantsInput }
        let reason = TLSEngine.reason ?? "the TLS handshake failed"
        let objection = SSL_get_verify_result(ssl)
        guard objection != X509_V_OK, SSL_get_verify_mode(ssl) != SSL_VERIFY_NONE,
            let words = X509_verify_cert_error_string(objection)
        else { return .failed(reason) }
        return .failed("\(reason): \(String(cString: words))")
    }

    /// The library's own words for what went wrong: "wrong version number", "sslv3 alert handshake failure".
    private static var reason: String? {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        return ERR_reason_error_string(code).map { String(cString: $0) }
    }

    /// What is to be sent.
    func output() -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = BIO_read(output_, &buffer, Int32(buffer.count))
            guard count > 0 else { return bytes }
            bytes += buffer.prefix(Int(count))
        }
    }

    /// Hands over what came.
    func receive(_ bytes: [UInt8]) { _ = BIO_write(input, bytes, Int32(bytes.count)) }

    func write(_ bytes: [UInt8]) { _ = SSL_write(ssl, bytes, Int32(bytes.count)) }

    /// What can be read now. Where the session is over, ``failure`` says why.
    func read() -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < 128 << 10 {
            ERR_clear_error()
            let count = SSL_read(ssl, &buffer, Int32(buffer.count))
            guard count > 0 else {
                let code = SSL_get_error(ssl, count)
                if code == SSL_ERROR_ZERO_RETURN {
                    failure = "the server closed the connection"
                } else if code != SSL_ERROR_WANT_READ, code != SSL_ERROR_WANT_WRITE {
                    failure = TLSEngine.reason ?? "the TLS session broke"
                }
                break
            }
            bytes += buffer.prefix(Int(count))
        }
        return bytes
    }

    /// What the handshake showed.
    var facts: TLSSessionFacts {
        var certificates: [[UInt8]] = []
        if let chain = SSL_get_peer_cert_chain(ssl) {
            for index in 0..<min(guardia_chain_count(chain), 32) {
                var bytes: UnsafeMutablePointer<UInt8>?
                let count = i2d_X509(guardia_chain_at(chain, index), &bytes)
                guard count > 0, let bytes else { continue }
                certificates.append(Array(UnsafeBufferPointer(start: bytes, count: Int(count))))
                CRYPTO_free(bytes, "", 0)
            }
        }
        var status: UnsafePointer<UInt8>?
        let statusCount = guardia_ssl_status(ssl, &status)
        let cipher = SSL_get_current_cipher(ssl)
        return TLSSessionFacts(
            version: UInt16(truncatingIfNeeded: SSL_version(ssl)),
            suite: cipher.map { SSL_CIPHER_get_protocol_id($0) } ?? 0, certificates: certificates,
            status: statusCount > 0 ? status.map { Array(UnsafeBufferPointer(start: $0, count: statusCount)) } : nil)
    }
}
