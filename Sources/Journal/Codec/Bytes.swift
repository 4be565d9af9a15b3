/// Bytes that end before the value does, or name what cannot be: the row was not written by us.
struct MalformedBytes: Error {}

extension [UInt8] {
    mutating func append<Word: FixedWidthInteger>(littleEndian word: Word) {
        Swift.withUnsafeBytes(of: word.littleEndian) { append(contentsOf: $0) }
    }

    mutating func append<Word: FixedWidthInteger>(bigEndian word: Word) {
        Swift.withUnsafeBytes(of: word.bigEndian) { append(contentsOf: $0) }
    }

    /// LEB128: seven bits a byte, the low ones first, the top bit says that more follow.
    mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }
}

/// Reads what ``Swift/Array/append(varint:)`` and its kin wrote, never past the end.
struct ByteReader {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    /// - Parameter bytes: must outlive the reader.
    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { offset == bytes.count }

    @inline(__always)
    mutating func byte() throws(MalformedBytes) -> UInt8 {
        guard offset < bytes.count else { throw MalformedBytes() }
        defer { offset += 1 }
        return bytes[offset]
    }

    @inline(__always)
    mutating func varint() throws(MalformedBytes) -> UInt64 {
        guard offset &+ 1 < bytes.count else {
            let only = UInt64(try byte())
            guard only < 0x80 else { throw MalformedBytes() }
            return only
        }
        // Of a million varints any has one byte or two, as it comes: no processor guesses that, so there is no branch.
        let pair = UInt64(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
        let hasSecond = pair >> 7 & 1
        let value = pair & 0x7F | pair >> 1 & 0x3F80 & (0 &- hasSecond)
        offset &+= 1 &+ Int(truncatingIfNeeded: hasSecond)
        guard pair & 0x8080 == 0x8080 else { return value }
        let (whole, end) = try ByteReader.longVarint(value, bytes, from: offset)
        offset = end
        return whole
    }

    /// What follows the first two bytes. It takes no reader: whoever reads a million varints keeps its place in a register.
    private static func longVarint(
        _ start: UInt64, _ bytes: UnsafeRawBufferPointer, from offset: Int
    ) throws(MalformedBytes) -> (value: UInt64, end: Int) {
        var (value, offset) = (start, offset)
        for shift in stride(from: UInt64(14), through: 63, by: 7) {
            guard offset < bytes.count else { throw MalformedBytes() }
            let next = bytes[offset]
            offset += 1
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return (value, offset) }
        }
        throw MalformedBytes()
    }

    /// A varint that must be below `bound`.
    @inline(__always)
    mutating func count(below bound: Int) throws(MalformedBytes) -> Int {
        let value = try varint()
        guard value < UInt64(bound) else { throw MalformedBytes() }
        return Int(value)
    }

    mutating func word() throws(MalformedBytes) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 8) { value |= UInt64(try byte()) << shift }
        return value
    }
}

/// Small magnitudes of either sign become small unsigned numbers: 0, −1, 1, −2 … → 0, 1, 2, 3 …
enum ZigZag {
    @inline(__always)
    static func encode(_ value: Int64) -> UInt64 { UInt64(bitPattern: (value << 1) ^ (value >> 63)) }

    @inline(__always)
    static func decode(_ value: UInt64) -> Int64 { Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
}
