import FoundationEssentials
import Glibc

/// A small GeoIP database in MaxMind's DB format 2.0, with networks of IPv4 and their countries: for edges that have no other.
package struct CountryDatabase: Sendable {
    private var data: [UInt8] = []
    private var offsets: [String: Int] = [:]
    /// Left and right of each node: a node, the number of nodes (nothing), or beyond it a place in the data.
    private var nodes: [[Target]] = [[.nothing, .nothing]]

    private enum Target: Hashable {
        case nothing
        case node(Int)
        case data(Int)
    }

    /// - Parameter networks: that do not overlap.
    package init(_ networks: [(network: String, bits: Int, country: String)]) {
        for one in networks {
            var address = in_addr()
            guard inet_pton(AF_INET, one.network, &address) == 1, (1...32).contains(one.bits) else { continue }
            insert(UInt32(bigEndian: address.s_addr), one.bits, record(one.country))
        }
    }

    private mutating func insert(_ address: UInt32, _ bits: Int, _ offset: Int) {
        var node = 0
        for depth in 0..<bits {
            let side = Int(address >> UInt32(31 - depth) & 1)
            if depth == bits - 1 {
                nodes[node][side] = .data(offset)
            } else if case .node(let next) = nodes[node][side] {
                node = next
            } else {
                nodes.append([.nothing, .nothing])
                nodes[node][side] = .node(nodes.count - 1)
                node = nodes.count - 1
            }
        }
    }

    /// `{"country": {"iso_code": "AR"}}`
    private mutating func record(_ country: String) -> Int {
        if let offset = offsets[country] { return offset }
        let offset = data.count
        data += Self.map([("country", Self.map([("iso_code", Self.text(country))]))])
        offsets[country] = offset
        return offset
    }

    // MARK: The format: a control byte of kind and size, then the value

    private static func map(_ entries: [(String, [UInt8])]) -> [UInt8] {
        [UInt8(7 << 5 | entries.count)] + entries.flatMap { text($0.0) + $0.1 }
    }

    private static func text(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        return (bytes.count < 29 ? [UInt8(2 << 5 | bytes.count)] : [2 << 5 | 29, UInt8(bytes.count - 29)]) + bytes
    }

    private static func number(_ value: Int, kind: UInt8) -> [UInt8] {
        let bytes = withUnsafeBytes(of: UInt64(value).bigEndian, Array.init).drop { $0 == 0 }
        // Kinds past 7 are written as 0, with a byte of their own.
        return (kind > 7 ? [UInt8(bytes.count), kind - 7] : [kind << 5 | UInt8(bytes.count)]) + bytes
    }

    package var bytes: [UInt8] {
        var tree: [UInt8] = []
        for node in nodes {
            for target in node {
                let value: Int =
                    switch target {
                    case .nothing: nodes.count
                    case .node(let index): index
                    case .data(let offset): nodes.count + 16 + offset
                    }
                tree += [UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
            }
        }
        let metadata = Self.map([
            ("node_count", Self.number(nodes.count, kind: 6)), ("record_size", Self.number(24, kind: 5)),
            ("ip_version", Self.number(4, kind: 5)), ("database_type", Self.text("guardia-rehearsal-Country")),
            ("languages", [0, 4]), ("binary_format_major_version", Self.number(2, kind: 5)),
            ("binary_format_minor_version", Self.number(0, kind: 5)),
            ("build_epoch", Self.number(1_700_000_000, kind: 9)), ("description", Self.map([])),
        ])
        return tree + [UInt8](repeating: 0, count: 16) + data + [0xAB, 0xCD, 0xEF] + Array("MaxMind.com".utf8)
            + metadata
    }

    package func write(_ path: String) throws { try Data(bytes).write(to: URL(filePath: path)) }
}
