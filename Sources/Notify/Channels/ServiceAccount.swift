import CCrypto
import FoundationEssentials

/// A Google service account's key file, as far as it is needed to prove who we are.
struct ServiceAccount: Decodable, Hashable {
    var clientEmail: String
    var privateKey: String
    var privateKeyID: String?
    var tokenURI: String?

    enum CodingKeys: String, CodingKey {
        case clientEmail = "client_email"
        case privateKey = "private_key"
        case privateKeyID = "private_key_id"
        case tokenURI = "token_uri"
    }

    static let tokenURI = "https://oauth2.googleapis.com/token"

    /// The assertion that is exchanged for an access token (RFC 7523): a JWT, signed RS256. Nil where the key is none.
    ///
    /// - Parameter now: Unix seconds.
    func assertion(scope: String, now: Int64) -> String? {
        struct Head: Encodable {
            var alg = "RS256"
            var typ = "JWT"
            var kid: String?
        }
        struct Claims: Encodable {
            var iss: String
            var scope: String
            var aud: String
            var iat: Int64
            var exp: Int64
        }
        let claims = Claims(
            iss: clientEmail, scope: scope, aud: tokenURI ?? ServiceAccount.tokenURI, iat: now, exp: now + 3600)
        let head = JSON.encode(Head(kid: privateKeyID)).base64URL
        let input = "\(head).\(JSON.encode(claims).base64URL)"
        return RS256.sign(Array(input.utf8), with: privateKey).map { "\(input).\($0.base64URL)" }
    }
}

/// RSASSA-PKCS1-v1_5 with SHA-256, by libcrypto.
enum RS256 {
    /// - Parameter key: PEM, PKCS #8 or PKCS #1, without a pass phrase.
    /// - Returns: nil where the key cannot be read or is no RSA key.
    static func sign(_ message: [UInt8], with key: String) -> [UInt8]? {
        let pem = Array(key.utf8)
        guard let source = BIO_new_mem_buf(pem, Int32(pem.count)) else { return nil }
        defer { BIO_free(source) }
        // A callback that gives no pass phrase: else libcrypto would ask on the terminal.
        guard let key = PEM_read_bio_PrivateKey(source, nil, { _, _, _, _ in 0 }, nil) else { return nil }
        defer { EVP_PKEY_free(key) }
        guard EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA, let context = EVP_MD_CTX_new() else { return nil }
        defer { EVP_MD_CTX_free(context) }
        var length = 0
        guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1,
            EVP_DigestSign(context, nil, &length, message, message.count) == 1
        else { return nil }
        var signature = [UInt8](repeating: 0, count: length)
        guard EVP_DigestSign(context, &signature, &length, message, message.count) == 1 else { return nil }
        return Array(signature.prefix(length))
    }
}

extension [UInt8] {
    /// RFC 4648, section 5, without padding.
    var base64URL: String {
        Data(self).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
