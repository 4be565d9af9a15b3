/// Card numbers (PAN) in text: found by their length, their issuer's range and Luhn's check (ISO/IEC 7812-1), counted and
/// masked, never kept.
package enum CardNumber {
    /// Where the digits of card numbers stand in bytes of any kind, separators (one space or dash between digits) included.
    package static func ranges(in bytes: some RandomAccessCollection<UInt8>) -> [Range<Int>] {
        var found: [Range<Int>] = []
        let all = Array(bytes)
        var index = 0
        while index < all.count {
            guard isDigit(all[index]) else {
                index += 1
                continue
            }
            // A run of digits, each at most one separator away from the next.
            var digits: [(value: UInt8, at: Int)] = []
            var position = index
            while position < all.count {
                if isDigit(all[position]) {
                    digits.append((all[position] - 48, position))
                    position += 1
                } else if all[position] == 32 || all[position] == 45, position + 1 < all.count,
                    isDigit(all[position + 1]), digits.count < 64
                {
                    position += 1
                } else {
                    break
                }
            }
            if let range = cardNumber(digits, all) { found.append(range) }
            index = position
        }
        return found
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

    /// The run itself, where it is a card's number. A run that begins or ends within a longer number or a word (a hash, an
    /// identifier) is none.
    private static func cardNumber(_ digits: [(value: UInt8, at: Int)], _ bytes: [UInt8]) -> Range<Int>? {
        guard (13...19).contains(digits.count), let first = digits.first, let last = digits.last else { return nil }
        if first.at > 0, isWordPart(bytes[first.at - 1]) { return nil }
        if last.at + 1 < bytes.count, isWordPart(bytes[last.at + 1]) { return nil }
        let values = digits.map(\.value)
        // Digits alone, or in groups as on a card: 4-4-4-4, 4-6-5.
        let isGrouped = last.at - first.at + 1 > digits.count
        if isGrouped {
            var groups: [Int] = []
            var length = 1
            for (a, b) in zip(digits, digits.dropFirst()) {
                if b.at == a.at + 1 {
                    length += 1
                } else {
                    groups.append(length)
                    length = 1
                }
            }
            groups.append(length)
            guard groups == [4, 4, 4, 4] || groups == [4, 6, 5] || groups == [4, 6, 4] || groups == [4, 4, 4, 4, 3]
            else {
                return nil
            }
        }
        guard isOfAnIssuer(values), passesLuhn(values) else { return nil }
        return first.at..<last.at + 1
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
