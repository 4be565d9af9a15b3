/// Card numbers (PAN) in text: found by their length, their issuer's range and Luhn's check (ISO/IEC 7812-1), counted and
/// masked, never kept.
package enum CardNumber {
    /// Where the digits of card numbers stand in bytes of any kind, separators (one space or dash between digits) included.
    package static func ranges(in bytes: some RandomAccessCollection<UInt8>) -> [Range<Int>] {
        var found: [Range<Int>] = []
        let all = Array(bytes)
        let blocks = blocks(in: all)
        var index = 0
        while index < blocks.count {
            let first = blocks[index]
            if let range = cardNumber(first.range, all) {
                found.append(range)
            } else if let count = groupings.first(where: { isGrouped(blocks[index...], as: $0, all) })?.count,
                let range = cardNumber(first.range.lowerBound..<blocks[index + count - 1].range.upperBound, all)
            {
                found.append(range)
                index += count - 1
            }
            index += 1
        }
        return found
    }

    /// Digits side by side, and what separates them from those before: one blank or dash, or 0 for anything else.
    private struct Block {
        var range: Range<Int>
        var separator: UInt8
    }

    private static func blocks(in bytes: [UInt8]) -> [Block] {
        var blocks: [Block] = []
        var index = 0
        while index < bytes.count {
            guard isDigit(bytes[index]) else {
                index += 1
                continue
            }
            let start = index
            while index < bytes.count, isDigit(bytes[index]) { index += 1 }
            let isNear = blocks.last.map { $0.range.upperBound == start - 1 } ?? false
            let separator = isNear && (bytes[start - 1] == 32 || bytes[start - 1] == 45) ? bytes[start - 1] : 0
            blocks.append(Block(range: start..<index, separator: separator))
        }
        return blocks
    }

    /// As on cards: 4-4-4-4, 4-6-5, 4-6-4, 4-4-4-4-3.
    private static let groupings = [[4, 4, 4, 4, 3], [4, 4, 4, 4], [4, 6, 5], [4, 6, 4]]

    private static func isGrouped(_ blocks: ArraySlice<Block>, as lengths: [Int], _ bytes: [UInt8]) -> Bool {
        guard blocks.count >= lengths.count else { return false }
        let part = blocks.prefix(lengths.count)
        let separators = Set(part.dropFirst().map(\.separator))
        guard zip(part, lengths).allSatisfy({ $0.range.count == $1 }), separators.count == 1, separators.first != 0,
            let first = part.first, let last = part.last
        else { return false }
        return cardNumber(first.range.lowerBound..<last.range.upperBound, bytes) != nil
    }

    /// How many there are.
    package static func count(in bytes: some RandomAccessCollection<UInt8>) -> Int { ranges(in: bytes).count }

    /// The text with each of them replaced by a mark.
    package static func masked(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let ranges = ranges(in: bytes)
        guard !ranges.isEmpty else { return text }
        var result: [UInt8] = []
        var position = 0
        for range in ranges {
            result += bytes[position..<range.lowerBound] + Array("[card number]".utf8)
            position = range.upperBound
        }
        return String(decoding: result + bytes[position...], as: UTF8.self)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    /// The range itself, where its digits are a card's number. One that begins or ends within a longer number or a word (a
    /// hash, an identifier) is none.
    private static func cardNumber(_ range: Range<Int>, _ bytes: [UInt8]) -> Range<Int>? {
        if range.lowerBound > 0, isWordPart(bytes[range.lowerBound - 1]) { return nil }
        if range.upperBound < bytes.count, isWordPart(bytes[range.upperBound]),
            // A sentence may end behind it.
            bytes[range.upperBound] != 46
                || (range.upperBound + 1 < bytes.count && isWordPart(bytes[range.upperBound + 1]))
        {
            return nil
        }
        let digits = bytes[range].filter(isDigit).map { $0 - 48 }
        guard (13...19).contains(digits.count), isOfAnIssuer(digits), passesLuhn(digits) else { return nil }
        return range
    }

    private static func isWordPart(_ byte: UInt8) -> Bool {
        isDigit(byte) || (65...90).contains(byte & 0xDF) || byte == 95 || byte == 46
    }

    package static func passesLuhn(_ digits: [UInt8]) -> Bool {
        var sum = 0
        for (index, digit) in digits.reversed().enumerated() {
            let doubled = Int(digit) * (index % 2 == 1 ? 2 : 1)
            sum += doubled > 9 ? doubled - 9 : doubled
        }
        return sum % 10 == 0
    }

    /// Visa, Mastercard, American Express, Diners, Discover, JCB, UnionPay, Maestro, and Argentina's Cabal and Naranja; with the
    /// lengths that they have.
    private static func isOfAnIssuer(_ digits: [UInt8]) -> Bool {
        func prefix(_ count: Int) -> Int { digits.prefix(count).reduce(0) { $0 * 10 + Int($1) } }
        let length = digits.count
        switch prefix(1) {
        case 4: return length == 13 || length == 16 || length == 19
        case 5:
            if (51...55).contains(prefix(2)) { return length == 16 }
            if prefix(6) == 589562 { return length == 16 }
            return [5018, 5020, 5038, 5893].contains(prefix(4))
        case 2: return (2221...2720).contains(prefix(4)) && length == 16
        case 3:
            if [34, 37].contains(prefix(2)) { return length == 15 }
            if (300...305).contains(prefix(3)) || [36, 38, 39].contains(prefix(2)) {
                return length == 14 || length == 16
            }
            return (3528...3589).contains(prefix(4)) && length >= 16
        case 6:
            if (604200...604400).contains(prefix(6)) || prefix(6) == 627170 { return length == 16 }
            return prefix(4) == 6011 || [62, 64, 65].contains(prefix(2))
                || [6304, 6759, 6761, 6762, 6763].contains(prefix(4))
        default: return false
        }
    }
}
