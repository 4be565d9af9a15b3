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

    /// Networks that the internet does not route (IANA's special-purpose registries): nobody out there has such an address.
    private static let inside = TrustedNetworks([
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
        "224.0.0.0/3", "::/128", "fc00::/7", "fe80::/10", "ff00::/8",
    ])

    /// Whether it is the address of a machine out there; what is no address is none.
    static func isPublic(_ address: String) -> Bool {
        guard let bytes = bytes(of: address) else { return false }
        // An IPv4 address in the clothes of IPv6 is that of IPv4.
        if bytes.count == 16, bytes.prefix(10).allSatisfy({ $0 == 0 }), bytes[10] == 255, bytes[11] == 255 {
            return isPublic(bytes.suffix(4).map { String($0) }.joined(separator: "."))
        }
        return !inside.contains(address)
    }

    private static func bytes(of address: String) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, address, &buffer) == 1 { return Array(buffer.prefix(4)) }
        if inet_pton(AF_INET6, address, &buffer) == 1 { return buffer }
        return nil
    }
}
