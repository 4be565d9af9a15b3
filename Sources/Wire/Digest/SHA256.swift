import CCrypto

/// SHA-256 of bytes that come piece by piece.
package struct SHA256: ~Copyable, @unchecked Sendable {
    // Unchecked is sound: the context has one owner, who takes it along from thread to thread.
    private let context: OpaquePointer

    package init() {
        // "EVP_MD_CTX_new returns a pointer or NULL": out of memory, which nothing here survives anyway.
        context = EVP_MD_CTX_new().unsafelyUnwrapped
        EVP_DigestInit_ex(context, EVP_sha256(), nil)
    }

    deinit { EVP_MD_CTX_free(context) }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    package mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    package consuming func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        EVP_DigestFinal_ex(context, &digest, nil)
        return digest
    }

    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        _ = EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil)
        return digest
    }

    package static func hash(_ text: String) -> [UInt8] { hash(Array(text.utf8)) }

    /// HMAC (RFC 2104) with SHA-256.
    package static func authenticate(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        var padded = key.count > 64 ? hash(key) : key
        padded += [UInt8](repeating: 0, count: 64 - padded.count)
        return hash(padded.map { $0 ^ 0x5c } + hash(padded.map { $0 ^ 0x36 } + message))
    }
}

/// Bytes as text.
package enum Hexadecimal {
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// MD5, where another's protocol names things by it.
enum Digests {
    static func md5(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 16)
        var context = MD5_CTX()
        guardia_md5_start(&context)
        bytes.withUnsafeBytes { guardia_md5_update(&context, $0.baseAddress, $0.count) }
        guardia_md5_finish(&context, &digest)
        return digest
    }
}
