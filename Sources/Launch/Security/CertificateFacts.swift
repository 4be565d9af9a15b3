/// One certificate of a chain, as it says of itself.
package struct CertificateFacts: Hashable, Sendable, Codable {
    package var subject: String
    package var issuer: String
    /// Hexadecimal.
    package var serial: String
    package var notBefore: Timestamp
    package var notAfter: Timestamp
    /// The names and addresses that it is for.
    package var names: [String]
    /// `RSA`, `EC`, `ED25519`.
    package var key: String
    package var keyBits: Int
    /// `sha256WithRSAEncryption`.
    package var signature: String
    /// `SHA256`; empty where the algorithm has none of its own (Ed25519).
    package var digest: String
    package var isSelfIssued: Bool
    /// SHA-256 of the whole certificate, hexadecimal.
    package var fingerprint: String
    /// Whether a stapled OCSP response is a must (RFC 7633).
    package var mustStaple: Bool
    /// Whether it names an OCSP responder at all.
    package var hasResponder: Bool

    package init(
        subject: String, issuer: String, serial: String, notBefore: Timestamp, notAfter: Timestamp, names: [String],
        key: String, keyBits: Int, signature: String, digest: String, isSelfIssued: Bool, fingerprint: String,
        mustStaple: Bool = false, hasResponder: Bool = false
    ) {
        self.subject = subject
        self.issuer = issuer
        self.serial = serial
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.names = names
        self.key = key
        self.keyBits = keyBits
        self.signature = signature
        self.digest = digest
        self.isSelfIssued = isSelfIssued
        self.fingerprint = fingerprint
        self.mustStaple = mustStaple
        self.hasResponder = hasResponder
    }

    /// As strong as an RSA key of this many bits (NIST SP 800-57 part 1, table 2), which is what the graders count in.
    package var strength: Int {
        switch key {
        case "RSA", "RSA-PSS", "DSA", "rsaEncryption", "rsassaPss", "dsaEncryption", "RSASSA-PSS": keyBits
        default:
            switch keyBits {
            case ..<160: 512
            case ..<224: 1024
            case ..<256 where keyBits < 253: 2048
            case ..<384: 3072
            case ..<512: 7680
            default: 15_360
            }
        }
    }

    /// Days until it expires; below zero once it has.
    package func daysLeft(at now: Timestamp) -> Double { Double((notAfter - now).count) / 86_400_000 }
}
