import COpenSSL
package import Launch

/// Reads certificates (X.509) by OpenSSL's libcrypto.
package enum CertificateReader {
    /// Nil where the bytes are no certificate.
    package static func facts(der: [UInt8]) -> CertificateFacts? {
        guard let certificate = guardia_certificate(der, der.count) else { return nil }
        defer { X509_free(certificate) }
        return facts(certificate)
    }

    static func facts(_ certificate: OpaquePointer) -> CertificateFacts {
        let key = X509_get0_pubkey(certificate)
        let subject = name(X509_get_subject_name(certificate))
        let issuer = name(X509_get_issuer_name(certificate))
        var digest = [UInt8](repeating: 0, count: 32)
        var count: UInt32 = 0
        X509_digest(certificate, EVP_sha256(), &digest, &count)
        return CertificateFacts(
            subject: subject, issuer: issuer, serial: serial(certificate),
            notBefore: Timestamp(seconds: guardia_time(X509_get0_notBefore(certificate))),
            notAfter: Timestamp(seconds: guardia_time(X509_get0_notAfter(certificate))), names: names(certificate),
            key: key.map { keyName(String(cString: guardia_key_type($0))) } ?? "unknown",
            keyBits: key.map { Int(EVP_PKEY_get_bits($0)) } ?? 0,
            signature: String(cString: guardia_signature_name(certificate)),
            digest: String(cString: guardia_signature_digest(certificate)), isSelfIssued: subject == issuer,
            fingerprint: Hexadecimal.text(digest), mustStaple: guardia_must_staple(certificate) == 1,
            hasResponder: guardia_has_responder(certificate) == 1)
    }

    /// The first certificate of a PEM file.
    ///
    /// - Throws: why there is none, in words.
    package static func facts(pemFile path: String) throws(SecurityError) -> CertificateFacts {
        let bytes = try FileBytes.read(path, limit: 1 << 20)
        guard let buffer = BIO_new_mem_buf(bytes, Int32(bytes.count)) else { throw .init(path, "out of memory") }
        defer { BIO_free(buffer) }
        guard let certificate = PEM_read_bio_X509(buffer, nil, nil, nil) else {
            throw .init(path, "it holds no certificate")
        }
        defer { X509_free(certificate) }
        return facts(certificate)
    }

    /// Whether a certificate is for a host: by name, or by address where it is one (RFC 6125).
    package static func matches(der: [UInt8], host: String) -> Bool {
        guard let certificate = guardia_certificate(der, der.count) else { return false }
        defer { X509_free(certificate) }
        return X509_check_host(certificate, host, host.utf8.count, 0, nil) == 1
            || X509_check_ip_asc(certificate, host, 0) == 1
    }

    /// What a stapled OCSP response says, where the issuer that the server sends vouches for it.
    package static func stapling(der: [UInt8]?, chain: [[UInt8]]) -> TLSEvidence.Stapling {
        guard let der else { return .absent }
        guard let response = guardia_ocsp(der, der.count) else { return .unreadable }
        defer { OCSP_RESPONSE_free(response) }
        if OCSP_response_status(response) == OCSP_RESPONSE_STATUS_SUCCESSFUL, chain.count >= 2,
            let leaf = guardia_certificate(chain[0], chain[0].count)
        {
            defer { X509_free(leaf) }
            guard let issuer = guardia_certificate(chain[1], chain[1].count) else { return .unreadable }
            defer { X509_free(issuer) }
            guard guardia_ocsp_proves(response, leaf, issuer) == 1 else { return .forged }
        }
        var next: Int64 = 0
        switch guardia_ocsp_status(response, &next) {
        case V_OCSP_CERTSTATUS_GOOD: return .good(until: next == 0 ? nil : Timestamp(seconds: next))
        case V_OCSP_CERTSTATUS_REVOKED: return .revoked
        default: return .unreadable
        }
    }

    private static func keyName(_ name: String) -> String {
        switch name {
        case "rsaEncryption": "RSA"
        case "rsassaPss", "RSASSA-PSS": "RSA-PSS"
        case "id-ecPublicKey": "EC"
        case "dsaEncryption": "DSA"
        default: name
        }
    }

    private static func name(_ name: OpaquePointer?) -> String {
        guard let buffer = BIO_new(BIO_s_mem()) else { return "" }
        defer { BIO_free(buffer) }
        guardia_print_name(buffer, name)
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = BIO_read(buffer, &bytes, Int32(bytes.count))
        return count > 0 ? String(decoding: bytes.prefix(Int(count)), as: UTF8.self) : ""
    }

    private static func serial(_ certificate: OpaquePointer) -> String {
        guard let number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nil) else { return "" }
        defer { BN_free(number) }
        guard let text = BN_bn2hex(number) else { return "" }
        defer { CRYPTO_free(text, "", 0) }
        return String(cString: text).lowercased()
    }

    private static func names(_ certificate: OpaquePointer) -> [String] {
        guard let pointer = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else { return [] }
        let list = OpaquePointer(pointer)
        defer { guardia_names_free(list) }
        return (0..<min(guardia_names_count(list), 100)).compactMap { index in
            var bytes: UnsafePointer<UInt8>?
            var count: Int32 = 0
            let kind = guardia_name_at(list, index, &bytes, &count)
            guard kind != 0, let bytes else { return nil }
            let value = Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
            if kind == GEN_DNS { return String(decoding: value, as: UTF8.self) }
            if value.count == 4 { return value.map(String.init).joined(separator: ".") }
            return stride(from: 0, to: value.count - 1, by: 2)
                .map { String(UInt16(value[$0]) << 8 | UInt16(value[$0 + 1]), radix: 16) }.joined(separator: ":")
        }
    }
}

/// The authorities that a chain is verified against.
package final class TrustStore {
    private let store: OpaquePointer

    /// The system's, and those of a PEM file.
    ///
    /// - Throws: where the file cannot be read: nothing could be trusted by it.
    package init(authorities path: String?) throws(SecurityError) {
        guard let store = X509_STORE_new() else { throw .init("the trust store", "out of memory") }
        self.store = store
        X509_STORE_set_default_paths(store)
        guard let path else { return }
        guard X509_STORE_load_file(store, path) == 1 else {
            ERR_clear_error()
            throw .init(path, "it holds no certificate of an authority, or cannot be read")
        }
    }

    deinit { X509_STORE_free(store) }

    /// Everything that speaks against a chain at a time; nil where it could not be verified.
    package func problems(of chain: [[UInt8]], at time: Timestamp) -> [TLSEvidence.TrustProblem]? {
        let certificates = chain.compactMap { guardia_certificate($0, $0.count) }
        defer { certificates.forEach { X509_free($0) } }
        guard let leaf = certificates.first, certificates.count == chain.count, let rest = guardia_chain_new() else {
            return nil
        }
        defer { guardia_chain_free(rest) }
        for certificate in certificates.dropFirst() { _ = guardia_chain_push(rest, certificate) }
        var objections = guardia_objections()
        let result = guardia_verify(store, leaf, rest, Int(time.seconds), &objections)
        ERR_clear_error()
        guard result >= 0 else { return nil }
        let codes = withUnsafeBytes(of: objections.codes) { Array($0.bindMemory(to: Int32.self)) }
        let depths = withUnsafeBytes(of: objections.depths) { Array($0.bindMemory(to: Int32.self)) }
        var problems: [TLSEvidence.TrustProblem] = []
        for (code, depth) in zip(codes, depths).prefix(Int(objections.count)) {
            let problem = TrustStore.problem(code, depth: Int(depth), isOnly: certificates.count == 1, leaf)
            if let problem, !problems.contains(problem) { problems.append(problem) }
        }
        return problems
    }

    private static func problem(
        _ code: Int32, depth: Int, isOnly: Bool, _ leaf: OpaquePointer
    ) -> TLSEvidence.TrustProblem? {
        switch code {
        case X509_V_ERR_CERT_HAS_EXPIRED: return .expired(depth: depth)
        case X509_V_ERR_CERT_NOT_YET_VALID: return .notYetValid(depth: depth)
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return .selfSigned
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN: return .unknownAuthority
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
            // The last certificate that was sent has no issuer here. Is it the server's own, a link is missing; else nobody
            // knows the authority.
            return depth == 0 && isOnly ? .incompleteChain : depth == 0 ? .incompleteChain : .unknownAuthority
        // Follows from the one before.
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: return nil
        case X509_V_ERR_INVALID_PURPOSE: return .wrongPurpose
        case X509_V_ERR_CERT_SIGNATURE_FAILURE: return .badSignature
        case X509_V_ERR_INVALID_CA:
            return .other("a certificate of the chain is no authority's, but signs another")
        default: return .other(String(cString: X509_verify_cert_error_string(Int(code))))
        }
    }
}
