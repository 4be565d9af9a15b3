import Glibc

/// Whose requests are one's own: the edge's loopback, and the networks that the launch config trusts, as `$guardia_trusted` of
/// the edge has them (Config/nginx/hardening-http.conf).
struct TrustedNetworks: Sendable {
    private struct Network: Sendable {
        var bytes: [UInt8]
        var bits: Int
    }

    private let networks: [Network]

    /// - Parameter texts: as `10.0.0.5` or `10.0.0.0/8`; the config's reader has refused all others.
    init(_ texts: [String]) {
        networks = (["127.0.0.1/32", "::1/128"] + texts).compactMap { text -> Network? in
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard let first = parts.first, let bytes = TrustedNetworks.bytes(of: String(first)) else { return nil }
            let whole = bytes.count * 8
            guard let bits = parts.count == 2 ? Int(parts[1]) : whole, (0...whole).contains(bits) else { return nil }
            return Network(bytes: bytes, bits: bits)
        }
    }

    func contains(_ address: String) -> Bool {
        guard let bytes = TrustedNetworks.bytes(of: address) else { return false }
        return networks.contains { network in
            guard network.bytes.count == bytes.count else { return false }
            for bit in 0..<network.bits {
                let mask = UInt8(0x80) >> UInt8(bit % 8)
                if (network.bytes[bit / 8] ^ bytes[bit / 8]) & mask != 0 { return false }
            }
            return true
        }
    }

    private static func bytes(of address: String) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, address, &buffer) == 1 { return Array(buffer.prefix(4)) }
        if inet_pton(AF_INET6, address, &buffer) == 1 { return buffer }
        return nil
    }
}
