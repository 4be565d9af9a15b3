/// Reads a message of a binary protocol from its front; what is not all there is nil.
struct ByteReader {
    private let all: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { all = bytes }

    var isAtEnd: Bool { position == all.count }
    var remaining: Int { all.count - position }

    mutating func uint8() -> UInt8? {
        guard remaining >= 1 else { return nil }
        defer { position += 1 }
        return all[position]
    }

    mutating func uint16() -> UInt16? {
        guard remaining >= 2 else { return nil }
        defer { position += 2 }
        return UInt16(all[position]) << 8 | UInt16(all[position + 1])
    }

    mutating func uint24() -> Int? {
        guard remaining >= 3 else { return nil }
        defer { position += 3 }
        return Int(all[position]) << 16 | Int(all[position + 1]) << 8 | Int(all[position + 2])
    }

    mutating func bytes(_ count: Int) -> [UInt8]? {
        guard count >= 0, remaining >= count else { return nil }
        defer { position += count }
        return Array(all[position..<position + count])
    }

    mutating func vector8() -> [UInt8]? { uint8().flatMap { bytes(Int($0)) } }
    mutating func vector16() -> [UInt8]? { uint16().flatMap { bytes(Int($0)) } }
    mutating func vector24() -> [UInt8]? { uint24().flatMap { bytes($0) } }
}
