/// Numbers that look random and are the same again for the same seed (SplitMix64).
package struct SeededNumbers: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

/// Makes broken input out of good: bits flipped, bytes put in, taken out, doubled, swapped for odd ones, two inputs spliced.
package struct Mutation: Sendable {
    package var numbers: SeededNumbers
    private static let odd: [UInt8] = [
        0, 1, 9, 10, 13, 0x20, 0x22, 0x27, 0x2c, 0x2d, 0x2e, 0x2f, 0x3a, 0x3c, 0x3e, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d, 0x7f,
        0x80, 0xbf, 0xc0, 0xed, 0xf4, 0xfe, 0xff,
    ]
    /// No input gets longer: it is the shape that breaks parsers, not the size.
    package static let limit = 4096

    package init(seed: UInt64) { numbers = SeededNumbers(seed: seed) }

    package mutating func mutate(_ seeds: [[UInt8]]) -> [UInt8] {
        guard var bytes = seeds.randomElement(using: &numbers) else { return [] }
        let changes = 1 << Int.random(in: 0...4, using: &numbers)
        for _ in 0..<changes { change(&bytes, seeds) }
        return Array(bytes.prefix(Mutation.limit))
    }

    private mutating func change(_ bytes: inout [UInt8], _ seeds: [[UInt8]]) {
        guard !bytes.isEmpty else {
            bytes.append(UInt8.random(in: 0...255, using: &numbers))
            return
        }
        let at = Int.random(in: 0..<bytes.count, using: &numbers)
        switch Int.random(in: 0...8, using: &numbers) {
        case 0: bytes[at] ^= 1 << UInt8.random(in: 0...7, using: &numbers)
        case 1: bytes[at] = Mutation.odd.randomElement(using: &numbers) ?? 0
        case 2: bytes.insert(Mutation.odd.randomElement(using: &numbers) ?? 0, at: at)
        case 3: bytes.remove(at: at)
        case 4: bytes.removeLast(min(bytes.count, Int.random(in: 1...32, using: &numbers)))
        case 5:
            let end = min(bytes.count, at + Int.random(in: 1...24, using: &numbers))
            bytes.insert(contentsOf: bytes[at..<end], at: at)
        case 6: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...16, using: &numbers)))
        case 7:
            guard let other = seeds.randomElement(using: &numbers), !other.isEmpty else { return }
            let from = Int.random(in: 0..<other.count, using: &numbers)
            bytes = Array(bytes[..<at] + other[from...])
        default:
            // A number becomes an extreme one.
            if (48...57).contains(bytes[at]) {
                let extremes = ["0", "-1", "65536", "4294967296", "9223372036854775808", "1e999"]
                bytes.replaceSubrange(at...at, with: (extremes.randomElement(using: &numbers) ?? "0").utf8)
            } else {
                bytes[at] = UInt8.random(in: 0...255, using: &numbers)
            }
        }
    }
}
