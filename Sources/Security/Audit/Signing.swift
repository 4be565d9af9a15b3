import COpenSSL
package import Launch

/// Signs and checks checkpoints of the journal's chain with ed25519, by libcrypto.
package enum Signing {
    /// Signs with a private key, PEM (`openssl genpkey -algorithm ed25519`).
    package static func sign(_ checkpoint: Checkpoint, pem: String) throws(SecurityError) -> Checkpoint {
        let key = try key(pem, isPrivate: true)
        defer { EVP_PKEY_free(key) }
        guard let context = EVP_MD_CTX_new() else { throw SecurityError("the signature", "out of memory") }
        defer { EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: 64)
        var count = signature.count
        let message = checkpoint.message
        guard EVP_DigestSignInit(context, nil, nil, nil, key) == 1,
            EVP_DigestSign(context, &signature, &count, message, message.count) == 1, count == 64
        else { throw SecurityError("the signature", "libcrypto could not sign") }
        var signed = checkpoint
        signed.signature = Hexadecimal.text(signature)
        return signed
    }

    /// Whether a checkpoint was signed by the owner of a public key, PEM.
    package static func isGenuine(_ checkpoint: Checkpoint, publicPEM: String) throws(SecurityError) -> Bool {
        let key = try key(publicPEM, isPrivate: false)
        defer { EVP_PKEY_free(key) }
        guard let signature = Hexadecimal.bytes(checkpoint.signature), signature.count == 64,
            let context = EVP_MD_CTX_new()
        else { return false }
        defer { EVP_MD_CTX_free(context) }
        let message = checkpoint.message
        let isGenuine =
            EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1
            && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
        ERR_clear_error()
        return isGenuine
    }

    private static func key(_ pem: String, isPrivate: Bool) throws(SecurityError) -> OpaquePointer {
        let bytes = Array(pem.utf8)
        guard let buffer = BIO_new_mem_buf(bytes, Int32(bytes.count)) else {
            throw SecurityError("the key", "out of memory")
        }
        defer { BIO_free(buffer) }
        // An empty passphrase: a key that needs one must not ask for it on the terminal.
        let none = UnsafeMutableRawPointer(mutating: Signing.noPassphrase)
        let key =
            isPrivate ? PEM_read_bio_PrivateKey(buffer, nil, nil, none) : PEM_read_bio_PUBKEY(buffer, nil, nil, none)
        ERR_clear_error()
        guard let key else {
            throw SecurityError(
                isPrivate ? "the signing key" : "the public key", "it is not a key in PEM without a passphrase")
        }
        guard EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 else {
            EVP_PKEY_free(key)
            throw SecurityError(isPrivate ? "the signing key" : "the public key", "it is not an ed25519 key")
        }
        return key
    }

    private nonisolated(unsafe) static let noPassphrase: UnsafePointer<CChar> = {
        let text = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        text.pointee = 0
        return UnsafePointer(text)
    }()

    /// HMAC-SHA256.
    package static func hmac(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: 32)
        var count: UInt32 = 32
        var empty: UInt8 = 0
        // A null key would mean the one before.
        let isMade = key.withUnsafeBytes { bytes in
            withUnsafeMutablePointer(to: &empty) { empty in
                HMAC(
                    EVP_sha256(), bytes.baseAddress ?? UnsafeRawPointer(empty), Int32(key.count), message,
                    message.count, &result, &count) != nil
            }
        }
        // Without memory for it: zeros could be sent by anybody, what nobody can know verifies nothing.
        return isMade ? result : (0..<32).map { _ in UInt8.random(in: 0 ... .max) }
    }

    /// SHA-256, hexadecimal.
    package static func sha256(_ bytes: [UInt8]) -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        _ = EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil)
        return Hexadecimal.text(digest)
    }
}
