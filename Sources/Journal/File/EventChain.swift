import CCrypto
import Launch

/// The hash chain of the events: each hash covers its event and the hash before it, so that no event can be changed,
/// removed, inserted or moved without every later hash telling.
enum EventChain {
    /// What stands before the first event.
    static let genesis = [UInt8](repeating: 0, count: 32)

    /// An event as the chain covers it: its body as the JSON that is stored.
    struct Link: Hashable {
        var sequence: Int64
        var origin: String
        var at: Moment
        var kind: String
        var json: String
    }

    /// SHA-256 of the link's canonical encoding: a format mark, the previous hash, the numbers as 8 bytes big-endian,
    /// the texts as UTF-8 after their length. No two different links encode alike.
    static func hash(_ link: Link, after previous: [UInt8]) -> [UInt8] {
        var bytes = Array("guardia.event.1".utf8)
        bytes += previous
        bytes.append(bigEndian: link.sequence)
        bytes.append(bigEndian: link.at.utc.milliseconds)
        bytes.append(bigEndian: link.at.uptime.count)
        bytes.append(bigEndian: link.at.boot.rawValue)
        for text in [link.origin, link.kind, link.json] {
            bytes.append(bigEndian: UInt64(text.utf8.count))
            bytes += text.utf8
        }
        return sha256(bytes)
    }

    static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        // "EVP_Digest returns 1 for success and 0 for failure": it fails only where no provider offers SHA-256. The
        // digest is then all zeros, which no event verifies against.
        _ = EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil)
        return digest
    }

    static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
