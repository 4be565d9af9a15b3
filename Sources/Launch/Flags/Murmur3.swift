/// MurmurHash3, x86 32 bits: the hash by which both Unleash and flagd deal users into buckets. Austin Appleby's, in the public
/// domain; tested by published vectors and by those of the two projects.
package enum Murmur3 {
    /// The hash of the UTF-8 bytes of `text`.
    package static func hash(_ text: String, seed: UInt32 = 0) -> UInt32 {
        var text = text
        return text.withUTF8 { hash($0, seed: seed) }
    }

    /// The hash of `bytes`.
    package static func hash(_ bytes: UnsafeBufferPointer<UInt8>, seed: UInt32) -> UInt32 {
        var hash = seed
        let blocks = bytes.count / 4
        for block in 0..<blocks {
            hash ^= mixed(word(bytes, at: block * 4, count: 4))
            hash = rotated(hash, by: 13) &* 5 &+ 0xe654_6b64
        }
        let rest = bytes.count & 3
        if rest > 0 { hash ^= mixed(word(bytes, at: blocks * 4, count: rest)) }
        hash ^= UInt32(truncatingIfNeeded: bytes.count)
        hash ^= hash >> 16
        hash = hash &* 0x85eb_ca6b
        hash ^= hash >> 13
        hash = hash &* 0xc2b2_ae35
        return hash ^ (hash >> 16)
    }

    /// Little-endian, whatever the machine.
    private static func word(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int, count: Int) -> UInt32 {
        (0..<count).reduce(0) { $0 | UInt32(bytes[start + $1]) << UInt32($1 * 8) }
    }

    private static func mixed(_ word: UInt32) -> UInt32 {
        rotated(word &* 0xcc9e_2d51, by: 15) &* 0x1b87_3593
    }

    private static func rotated(_ word: UInt32, by bits: UInt32) -> UInt32 { word << bits | word >> (32 - bits) }
}
